"""The administration of localities, cadres, assignments, logins, and the rules about them, by noun."""

from assignments.admin import decisions, localities, logins, nights, people, rules  # noqa: F401 - each registers its own
