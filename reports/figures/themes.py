"""Issues that are open, by theme and by age."""

from datetime import date
from typing import Any

from assignments.models import Locality, User
from assignments.subtree import subtree
from reports.figures import queries
from reports.figures.counts import old_before


def open_issues_by_theme(
    day: date, within: Locality | None, user: User | None, seen_on: date
) -> list[dict[str, Any]]:
    """Return rows of ``theme``, how many issues are ``open`` on a day, ``urgent``, and ``old``; most first.

    ``seen_on`` is the day by which age is told: for a quarter that goes on, today and not its last day.
    """
    part = subtree(user, within)
    before, _limit = old_before(seen_on, part.rules)
    return queries.themes_open(day, before, part, part.areas_before)
