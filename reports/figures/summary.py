"""The figures of a quarter: one definition each, for the pages, the files and the commands.

A fact counts where its locality stood on its own day; what is counted at the end of the quarter, where it stands on
the last day (``reports.figures.counts``). Counts are the truth, percentages are made from them
(``cadrenet.figures.percent``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from assignments.coverage.queries import requirement
from assignments.models import Locality, Tier, User
from assignments.models.place import PATH_SEPARATOR
from assignments.subtree import Subtree, subtree
from cadrenet.figures import percent
from cadrenet.periods import Quarter, not_after_today
from reports.figures import queries
from reports.figures.counts import Period


@dataclass
class Figures:
    """The counts of one locality, or of many taken together, in a quarter."""

    meetings_due: int = 0
    meetings_held: int = 0
    meetings_not_held: int = 0
    meetings_awaited: int = 0
    attendance_expected: int = 0
    attendance_present: int = 0
    attendance_excused: int = 0
    attendance_absent: int = 0
    attendance_unrecorded: int = 0
    guests: int = 0
    households_total: int = 0
    households_represented: int = 0
    groups: int = 0
    groups_covered: int = 0
    issues_raised: int = 0
    issues_closed: int = 0
    issues_open: int = 0
    resources_value_vnd: int = 0
    reports_expected: int = 0
    reports_on_time: int = 0
    reports_late: int = 0
    # Held meetings of cells; counted where they are shown only (``figures.cells``).
    cells_held: int = 0
    cells_rated: int = 0
    cells_good: int = 0
    cells_organisation_rated: int = 0
    cells_organisation_good: int = 0
    cells_content_rated: int = 0
    cells_content_good: int = 0
    cells_time_rated: int = 0
    cells_time_good: int = 0
    cells_feedback: int = 0

    @property
    def present_of_expected_pct(self) -> Decimal | None:
        """Present ÷ expected."""
        return percent(self.attendance_present, self.attendance_expected)

    @property
    def attendance_unexcused(self) -> int:
        """Expected and not excused: what the attendance rate is a part of."""
        return self.attendance_expected - self.attendance_excused

    @property
    def present_of_unexcused_pct(self) -> Decimal | None:
        """Present ÷ (expected − excused)."""
        return percent(self.attendance_present, self.attendance_unexcused)

    @property
    def meetings_passed(self) -> int:
        """Due, without those still planned for the day the figures are seen on, or later."""
        return self.meetings_due - self.meetings_awaited

    @property
    def meetings_held_pct(self) -> Decimal | None:
        """Held ÷ due and passed: what has yet to come accuses nobody."""
        return percent(self.meetings_held, self.meetings_passed)

    @property
    def participation_pct(self) -> Decimal | None:
        """Households represented ÷ households, over held meetings where both are known."""
        return percent(self.households_represented, self.households_total)

    @property
    def coverage_pct(self) -> Decimal | None:
        """Groups somebody answers for ÷ groups, on the last day."""
        return percent(self.groups_covered, self.groups)

    @property
    def groups_uncovered(self) -> int:
        """Groups nobody answers for on the last day."""
        return self.groups - self.groups_covered

    @property
    def reports_missing(self) -> int:
        """Reports expected and not handed in; a draft or a returned one is missing."""
        return self.reports_expected - self.reports_on_time - self.reports_late

    @property
    def reports_on_time_pct(self) -> Decimal | None:
        """On time ÷ expected."""
        return percent(self.reports_on_time, self.reports_expected)

    @property
    def cells_good_pct(self) -> Decimal | None:
        """Good on all three criteria ÷ judged by all three."""
        return percent(self.cells_good, self.cells_rated)

    @property
    def cells_organisation_pct(self) -> Decimal | None:
        """Good as to organisation ÷ judged by that."""
        return percent(self.cells_organisation_good, self.cells_organisation_rated)

    @property
    def cells_content_pct(self) -> Decimal | None:
        """Good as to content ÷ judged by that."""
        return percent(self.cells_content_good, self.cells_content_rated)

    @property
    def cells_time_pct(self) -> Decimal | None:
        """Good as to time ÷ judged by that."""
        return percent(self.cells_time_good, self.cells_time_rated)

    @property
    def cells_feedback_pct(self) -> Decimal | None:
        """Meetings of cells with feedback on the programme ÷ held."""
        return percent(self.cells_feedback, self.cells_held)

    def add(self, other: Figures) -> None:
        """Add another's counts to these."""
        self.count({name: getattr(other, name) for name in COUNTS})

    def minus(self, other: Figures) -> Figures:
        """Return what these count beyond another's."""
        return Figures(**{name: getattr(self, name) - getattr(other, name) for name in COUNTS})

    def count(self, counts: Mapping[str, int | None]) -> None:
        """Add numbers by the names of figures, as a database counted them: None is nothing."""
        own = vars(self)
        for name, number in counts.items():
            if number:
                own[name] += number


COUNTS = [field.name for field in fields(Figures)]


@dataclass
class Row(Figures):
    """The figures of one locality that existed on at least one day of a quarter."""

    locality_id: int = 0
    locality_code: str = ""
    locality_name: str = ""
    path: str = ""
    tier: Tier = Tier.COMMUNE
    quarter: str = ""

    @property
    def near(self) -> str:
        """What a hamlet or group lies in up to the commune, nearest first: "Hamlet 1" says nothing without it."""
        steps = max(Tier(self.tier).rank - Tier.COMMUNE.rank, 0)
        above = self.path.split(PATH_SEPARATOR) if self.path else []
        return PATH_SEPARATOR.join(reversed(above[len(above) - steps :])) if steps else ""


# The columns of the file, in order (see docs/data-format.md).
QUARTERLY_COLUMNS = [
    "locality_code",
    "locality_name",
    "quarter",
    "meetings_due",
    "meetings_held",
    "meetings_not_held",
    "attendance_expected",
    "attendance_present",
    "attendance_excused",
    "attendance_absent",
    "attendance_unrecorded",
    "guests",
    "present_of_expected_pct",
    "present_of_unexcused_pct",
    "households_total",
    "households_represented",
    "participation_pct",
    "groups",
    "groups_covered",
    "coverage_pct",
    "issues_raised",
    "issues_closed",
    "issues_open",
    "resources_value_vnd",
    "reports_expected",
    "reports_on_time",
    "reports_late",
    "reports_missing",
]


@dataclass(frozen=True)
class Summary:
    """The rows of a quarter, in order of code, and the figures of the whole part of the tree.

    The whole is more than the rows taken together: the communes of a district meet, too, beside its hamlets.
    """

    rows: list[Row]
    whole: Figures


# The id of a locality, and what was counted there: {name of a figure: number, or None where nothing was added up}.
Counts = tuple[int, dict[str, int | None]]


def of(quarter: Quarter, locality: Locality, user: User | None, today: date = date.max) -> Figures:
    """Return all figures of one locality in a quarter, as far as a user reaches. Three queries beside the rules.

    ``user`` None is a command at the server's own console, which sees everything; ``today`` is the day from which a
    planned meeting is awaited, and without it none is. Both mean the same in what follows.
    """
    return _of(locality, _counted(quarter, locality.tier, subtree(user, locality), today))


def rows(quarter: Quarter, level: Tier, within: Locality | None, user: User | None) -> list[Row]:
    """Return a ``Row`` for each locality of a tier that existed in the quarter, in order of code.

    ``within`` keeps what is, or lay below, that locality on a day of the quarter, and the facts of such days. Four
    queries beside the rules, whatever the size.
    """
    return summary_of(quarter, level, within, user).rows


def summary_of(quarter: Quarter, level: Tier, within: Locality | None, user: User | None) -> Summary:
    """Return ``rows`` together with the figures of the whole, from the same queries."""
    part, whole = subtree(user, within), Figures()
    found = _rows(quarter, level, part)
    if found:
        for locality_id, counts in _counted(quarter, level, part):
            whole.count(counts)
            if locality_id in found:
                found[locality_id].count(counts)
    return Summary(list(found.values()), whole)


def meetings_of(quarter: Quarter, locality: Locality, user: User | None, today: date = date.max) -> Figures:
    """Return the figures of one locality with its meetings and households alone. One query."""
    return _of(locality, _meetings(quarter, locality.tier, subtree(user, locality), today))


def attendance_of(quarter: Quarter, locality: Locality, user: User | None) -> Figures:
    """Return the figures of one locality with attendance and guests alone. One query."""
    return _of(locality, _attendance(quarter, locality.tier, subtree(user, locality)))


def total_of(rows: Iterable[Figures]) -> Figures:
    """Return the figures of all rows taken together."""
    total = Figures()
    for row in rows:
        total.add(row)
    return total


def _rows(quarter: Quarter, level: Tier, part: Subtree) -> dict[int, Row]:
    """Return the rows by locality, in order of code, with nothing counted yet."""
    found: dict[int, Row] = {}
    for id, code, name, path in queries.existing_in_period(*seen_days(quarter), level, part):
        row = found.setdefault(id, Row(locality_id=id, locality_code=code, tier=level, quarter=str(quarter)))
        # The last of the quarter stays: the name it bore last.
        row.locality_name, row.path = name, path
    return found


def seen_days(quarter: Quarter) -> tuple[date, date]:
    """Return the first day of a quarter and its last, or today while it goes on; of one to come, its first alone."""
    return quarter.first_day, max(quarter.first_day, not_after_today(quarter.last_day))


def _counted(quarter: Quarter, level: str, part: Subtree, today: date = date.max) -> Iterator[Counts]:
    """Yield all that is counted of a quarter, by locality of a tier."""
    yield from _meetings(quarter, level, part, today)
    yield from _attendance(quarter, level, part)
    period = Period.of(quarter, part.rules)
    asked = requirement(Tier.SELF_GOVERNING_GROUP, period.as_of, part.rules)
    found = queries.others(period, level, part, part.areas, part.areas_before, asked)
    yield from _named(queries.OTHERS, found)


def _meetings(quarter: Quarter, level: str, part: Subtree, today: date) -> Iterator[Counts]:
    return _named(queries.MEETINGS, queries.meetings(*quarter.days, today, level, part, part.areas))


def _attendance(quarter: Quarter, level: str, part: Subtree) -> Iterator[Counts]:
    return _named(queries.ATTENDANCE_AND_GUESTS, queries.attendance(*quarter.days, level, part, part.areas))


def _named(names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Iterator[Counts]:
    """Yield the rows of a query with their counts by name."""
    for locality_id, *counts in rows:
        yield locality_id, dict(zip(names, counts, strict=True))


def _of(locality: Locality, rows: Iterable[Counts]) -> Figures:
    """Return what was counted of one locality."""
    figures = Figures()
    for id, counts in rows:
        if id == locality.pk:
            figures.count(counts)
    return figures
