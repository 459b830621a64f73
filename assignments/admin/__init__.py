"""The administration of localities, cadres, assignments, logins, and the rules about them, by noun."""

from assignments.admin import (  # noqa: F401 - each registers its own
    decisions,
    erasures,
    localities,
    logins,
    nights,
    people,
    rules,
)
