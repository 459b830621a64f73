"""How the meetings of cells were, quarter by quarter: by cell, by commune and for the whole (R14, R56).

They are asked for by the pages and sheets that show them, in one query for all quarters; no other figure pays for it.
"""

from collections.abc import Sequence
from typing import Any

from assignments.models import Locality, Tier, User
from assignments.subtree import subtree
from cadrenet.periods import Quarter
from reports.figures import queries
from reports.figures.summary import Figures, Summary

# A quarter, and the same of the year before.
QUARTERS_SHOWN = 5


def quarters_up_to(quarter: Quarter) -> list[Quarter]:
    """Return a quarter and the four before it, in order of time."""
    quarters = [quarter]
    while len(quarters) < QUARTERS_SHOWN:
        quarters.insert(0, quarters[0].previous)
    return quarters


class CellsByQuarter:
    """The figures of cells over some quarters: ``of(locality id, quarter)``, and ``whole(quarter)``."""

    def __init__(self, quarters: Sequence[Quarter], level: Tier, within: Locality | None, user: User | None) -> None:
        self.quarters = list(quarters)
        self.found: dict[tuple[Any, Quarter], Figures] = {}
        self.sums = {quarter: Figures() for quarter in self.quarters}
        part, ends = subtree(user, within), tuple(quarter.last_day for quarter in self.quarters)
        for number, locality, *counts in queries.cells_until(ends, quarters[0].first_day, level, part, part.areas):
            quarter, figures = self.quarters[number], Figures(**dict(zip(queries.CELLS, counts, strict=True)))
            self.found[locality, quarter] = figures
            self.sums[quarter].add(figures)

    def of(self, locality_id: int, quarter: Quarter) -> Figures:
        """Return the figures of cells at or below a locality in a quarter."""
        return self.found.get((locality_id, quarter), Figures())

    def whole(self, quarter: Quarter) -> Figures:
        """Return those of the whole part of the tree."""
        return self.sums[quarter]

    def add_to(self, summary: Summary, quarter: Quarter) -> None:
        """Let the rows of a summary count the cells, too."""
        for row in summary.rows:
            row.add(self.of(row.locality_id, quarter))
        summary.whole.add(self.whole(quarter))
