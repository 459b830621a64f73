"""What each figure counts: which rows, at which of their places, and what of them. See docs/figures.md.

The figures roll these up by locality (``reports.figures.queries``), and the list behind a figure holds the rows of
the same predicate (``reports.figures.drilldown``). ``part`` is an ``assignments.subtree.Subtree``.
With ``areas``, the ids of those it lies in, a predicate is written for a roll-up, by the indexes that begin with the
area; without, it is the same for a list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Sum, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from assignments.coverage.queries import Requirement, is_covered
from assignments.models import Assignment, Limit, Place, Tier
from assignments.queries import Rules
from assignments.subtree import Subtree
from cadrenet.periods import Quarter, not_after_today
from meetings.counts import ATTENDANCE, CELLS, HOUSEHOLDS_KNOWN, MEETINGS
from meetings.models import Attendance, Meeting
from reports.models import REPORTING_TIERS, Issue, QuarterlyReport, Resource, due_day

Areas = tuple[int, ...]
# What tells a limit of a day: the rules that a page has read, or the model, which looks it up.
Limits = Rules | type[Limit]
# First and last day; both count.
Days = tuple[date, date]


@dataclass(frozen=True)
class Period:
    """A quarter, or its first days, as queries are asked of it: its days, when its reports are due, and its name.

    ``as_of`` is the day on which it is seen: its last, or today while it goes on. What the tree is to become in the
    days that are left changes no figure yet.
    """

    first_day: date
    last_day: date
    due: date
    name: str
    as_of: date

    @classmethod
    def of(cls, quarter: Quarter, limits: Limits = Limit) -> Period:
        return cls(*quarter.days, due_day(quarter, limits), str(quarter), not_after_today(quarter.last_day))

    @property
    def days(self) -> Days:
        """First and last day, for ``__range``."""
        return self.first_day, self.last_day


@dataclass(frozen=True)
class Counted:
    """Rows, the place at which each counts, and what is counted of them: {name of a figure: aggregate}.

    ``place`` leads from a row to its place, as in ``"place__"``; it is empty for places themselves.
    """

    rows: QuerySet[Any]
    place: str
    counts: dict[str, Any]


def meetings(days: Days, part: Subtree, areas: Areas | None = None, today: date = date.max) -> Counted:
    """Meetings of localities on some days that are not cancelled; households where both numbers are known.

    Those still planned for ``today`` or later are awaited; without a day, none is.
    """
    rows = Meeting.objects.counted_in(part, areas).filter(MEETINGS["due"], day__range=days)
    return Counted(
        rows,
        "place__",
        {
            "meetings_due": Count("status"),
            "meetings_held": Count("status", filter=MEETINGS["held"]),
            "meetings_not_held": Count("status", filter=MEETINGS["not_held"]),
            "meetings_awaited": Count("status", filter=MEETINGS["planned"] & Q(day__gte=today)),
            "households_total": Sum("households_total", filter=HOUSEHOLDS_KNOWN),
            "households_represented": Sum("households_represented", filter=HOUSEHOLDS_KNOWN),
        },
    )


def cells(days: Days, part: Subtree, areas: Areas | None = None) -> Counted:
    """The held meetings of cells on some days: how they were, and whether there was feedback on the programme."""
    rows = Meeting.objects.counted_in(part, areas).filter(CELLS["held"], day__range=days)
    return Counted(
        rows, "place__", {f"cells_{name}": Count("day", filter=condition) for name, condition in CELLS.items()}
    )


def attendance(days: Days, part: Subtree, areas: Areas | None = None) -> Counted:
    """Who was expected at the meetings held on some days, what became of them, and who came as a guest."""
    rows = Attendance.objects.counted_in(part, areas).filter(day__range=days, held=True)
    return Counted(rows, "place__", attendance_and_guests())


def attendance_counts() -> dict[str, Count]:
    """How many were expected at held meetings, and what became of them: the last four add up to the first."""
    return {
        f"attendance_{name}": Count("status", filter=ATTENDANCE[name])
        for name in ("expected", "present", "excused", "absent", "unrecorded")
    }


def attendance_and_guests() -> dict[str, Count]:
    """As ``attendance_counts``, and how many came without being expected."""
    return attendance_counts() | {"guests": Count("status", filter=ATTENDANCE["guest"])}


def issues_raised(
    days: Days, part: Subtree, areas: Areas | None = None, of: QuerySet[Issue] | None = None
) -> Counted:
    """Issues by the day they were raised, where the locality stood on that day."""
    rows = _issues(of).counted_in(part, areas).filter(raised_on__range=days)
    return Counted(rows, "place__", {"issues_raised": Count("pk")})


def issues_closed(
    days: Days, part: Subtree, areas: Areas | None = None, of: QuerySet[Issue] | None = None
) -> Counted:
    """Issues by the day they were closed, where the locality stood on that day."""
    rows = _issues(of).counted_in(part, areas, "closed_place").filter(closed_on__range=days)
    return Counted(rows, "closed_place__", {"issues_closed": Count("pk")})


def issues_open(day: date, part: Subtree, raised_in: Areas | None = None) -> Counted:
    """Issues raised by, and not closed by, a day, where the locality stood that day, or last."""
    return Counted(open_issues(day, part, raised_in), "locality__places__", {"issues_open": Count("pk")})


def open_issues(
    day: date, part: Subtree, raised_in: Areas | None = None, of: QuerySet[Issue] | None = None
) -> QuerySet[Issue]:
    """Issues open on a day, each where its locality stood that day, or last.

    ``raised_in`` are the areas in which they may have been raised (``Subtree.areas_before``): so an index finds them,
    and the issues of other districts are not looked at.
    """
    stood = "locality__places__"
    rows = _issues(of).open_on(day)
    if raised_in is not None:
        rows = rows.filter(area__in=raised_in)
    return rows.filter(part(stood), **{f"{stood}first_day__lte": day, f"{stood}counts_until__gte": day})


def _issues(of: QuerySet[Issue] | None) -> Any:
    """Return the issues to begin with: all, or for a list those that its reader sees."""
    return Issue.objects.all() if of is None else of


def old_before(day: date, limits: Limits = Limit) -> tuple[date, int]:
    """Return the day before which an issue was raised that is old on a day, and the limit in days.

    ``limits`` are the ``Rules`` that a page has read; without them the limit is looked up.
    """
    limit = limits.on(day, Limit.Name.ISSUE_TARGET_DAYS)
    return day - timedelta(days=limit), limit


def resources(days: Days, part: Subtree, areas: Areas | None = None) -> Counted:
    """Resources promised and delivered, in đồng, by the day they were mobilised."""
    rows = Resource.objects.counted_in(part, areas).filter(mobilised_on__range=days)
    return Counted(rows, "place__", {"resources_value_vnd": Sum("value_vnd")})


def groups(day: date, part: Subtree, areas: Areas, asked: Requirement) -> Counted:
    """Self-governing groups that exist on a day, and those for which as many answer as is asked."""
    rows = Place.objects.on(day).filter(part(), tier=Tier.SELF_GOVERNING_GROUP, area__in=areas)
    covered = Count("pk", filter=is_covered(asked, day))
    return Counted(rows, "", {"groups": Count("pk"), "groups_covered": covered})


class ReportState(TextChoices):
    """How a report that is owed stands: handed in by the due day, after it, or not (a draft and a returned one)."""

    ON_TIME = "on_time", _("On time")
    LATE = "late", _("Late")
    MISSING = "missing", _("Missing")


def reports(period: Period, part: Subtree, areas: Areas | None = None) -> Counted:
    """Reports that those in charge of communes and hamlets on the last day owe, and those that were handed in."""
    on_time, late = handed_in(period)
    return Counted(
        reports_owed(period, part, areas),
        "locality__places__",
        {
            "reports_expected": Count("pk"),
            "reports_on_time": Count("pk", filter=on_time),
            "reports_late": Count("pk", filter=late),
        },
    )


def reports_owed(period: Period, part: Subtree, areas: Areas | None = None) -> QuerySet[Assignment]:
    """Assignments that owe a report on a quarter: in charge of a commune or hamlet in force on its last day.

    Each where its locality lay on that day, or lies today while the quarter goes on.
    """
    stood = "locality__places__"
    place = {"tier__in": REPORTING_TIERS, "first_day__lte": period.as_of, "last_day__gte": period.as_of}
    if areas is not None:
        place["area__in"] = areas
    return Assignment.objects.on(period.last_day).filter(
        part(stood), role=Assignment.Role.IN_CHARGE, **{f"{stood}{name}": value for name, value in place.items()}
    )


def handed_in(period: Period) -> tuple[Exists, Exists]:
    """Return the conditions on assignments that their report came on time, and late; due days count."""
    found = QuarterlyReport.objects.of(period.name).handed_in()
    found = found.filter(cadre=OuterRef("cadre"), locality=OuterRef("locality"))
    return Exists(found.filter(submitted_on__lte=period.due)), Exists(found.filter(submitted_on__gt=period.due))


def with_state(owed: QuerySet[Assignment], period: Period) -> QuerySet[Assignment]:
    """Annotate assignments that owe a report with its ``state``, a ``ReportState``."""
    on_time, late = handed_in(period)
    state = Case(
        When(on_time, then=Value(ReportState.ON_TIME)),
        When(late, then=Value(ReportState.LATE)),
        default=Value(ReportState.MISSING),
        output_field=CharField(),
    )
    return owed.annotate(state=state)


def absent(attended: QuerySet[Attendance]) -> QuerySet[Attendance]:
    """Of some rows of held meetings, those of people who were expected and were absent without excuse."""
    return attended.filter(ATTENDANCE["absent"])


def is_old(before: date) -> Q:
    """Return the condition on issues that they were raised before a day, as ``old_before`` tells it."""
    return Q(raised_on__lt=before)
