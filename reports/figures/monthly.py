"""Attendance month by month, and why people were absent: what stands beside the figures of a quarter."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date
from typing import Any

from assignments.models import Locality, Tier, User
from assignments.subtree import subtree
from cadrenet.periods import Month, Quarter
from reports.figures import queries
from reports.figures.summary import Figures

MONTHS_SHOWN = 12


def months_up_to(day: date) -> list[Month]:
    """Return the month of a day and the eleven before it, in order of time."""
    months = [Month.of(day)]
    while len(months) < MONTHS_SHOWN:
        months.insert(0, months[0].previous)
    return months


def attendance_by_month(
    months: Sequence[Month], within: Locality | None, user: User | None, *tiers: Tier
) -> dict[tuple[Any, ...], Figures]:
    """Return {(id of the locality of each of the tiers, month): figures with attendance alone}.

    One query over a year serves the table of months, the bars and the lowest. A key holds None where nothing of a
    tier is at or above the meeting.
    """
    part = subtree(user, within)
    first_day, ends = months[0].first_day, tuple(month.last_day for month in months)
    alone = tuple(dict.fromkeys(tiers))
    figures = {}
    for number, *row in queries.attendance_until(ends, first_day, alone, part, part.areas):
        localities = dict(zip(alone, row, strict=False))
        counts = dict(zip(queries.ATTENDANCE, row[len(alone) :], strict=True))
        figures[*(localities[tier] for tier in tiers), months[number]] = Figures(**counts)
    return figures


def grouped_by(
    figures: Mapping[tuple[Any, ...], Figures], key: Callable[..., Hashable | None]
) -> defaultdict[Any, Figures]:
    """Return figures by what ``key`` makes of their old keys, added up; a key of None is left out."""
    sums: defaultdict[Any, Figures] = defaultdict(Figures)
    for old, counts in figures.items():
        if (new := key(*old)) is not None:
            sums[new].add(counts)
    return sums


def reasons_of_absence(quarter: Quarter, within: Locality | None, user: User | None) -> list[dict[str, Any]]:
    """Return rows of ``reason`` and number ``n`` of the absences of a quarter that were not excused, most first."""
    part = subtree(user, within)
    return queries.absences(*quarter.days, part, part.areas)
