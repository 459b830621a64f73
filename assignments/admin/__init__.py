"""The administration of localities, cadres, assignments, logins, and the rules about them, by noun."""

from assignments.admin import decisions, erasures, localities, logins, people, rules  # noqa: F401 - each registers its own
