"""The figures as they are asked of the database: each family of them in one query, put together once.

``areas`` and ``raised_in`` are those of the part of the tree (``Subtree.areas`` and ``areas_before``).
"""

from datetime import date
from typing import Any

from django.db.models import Case, Count, Expression, F, IntegerField, Q, QuerySet, Subquery, Value, When

from assignments.coverage.queries import Requirement
from assignments.models import Locality, Place
from assignments.models.place import facts_below
from assignments.scope import Reach, Root
from assignments.subtree import Subtree
from cadrenet.periods import FIRST_DAY
from cadrenet.prepared import Constant, prepared
from meetings.counts import CELLS as COUNTED_OF_CELLS
from meetings.models import Meeting
from reports.figures import counts
from reports.figures.counts import Areas, Counted, Period

# The names of what each query below counts, in the order of its columns after the locality.
MEETINGS = (
    "meetings_due",
    "meetings_held",
    "meetings_not_held",
    "meetings_awaited",
    "households_total",
    "households_represented",
)
CELLS = tuple(f"cells_{name}" for name in COUNTED_OF_CELLS)
ATTENDANCE = tuple(counts.attendance_counts())
ATTENDANCE_AND_GUESTS = (*ATTENDANCE, "guests")
OTHERS = (
    "issues_raised",
    "issues_closed",
    "issues_open",
    "resources_value_vnd",
    "groups",
    "groups_covered",
    "reports_expected",
    "reports_on_time",
    "reports_late",
)


@prepared
def existing_in_period(first_day: date, last_day: date, level: str, part: Subtree) -> QuerySet[Any]:
    """Localities of a tier that stood in a part of the tree on some days, with each name they bore."""
    during = Place.objects.during(first_day, last_day).filter(tier=level)
    reached = during.filter(locality__in=during.filter(part()).values("locality"))
    rows = reached.order_by("locality__code", "first_day")
    return rows.values_list("locality_id", "locality__code", "name", "path")


@prepared
def meetings(first_day: date, last_day: date, today: date, level: str, part: Subtree, areas: Areas) -> QuerySet[Any]:
    """Locality of the level, and what ``MEETINGS`` names."""
    return by_locality(counts.meetings((first_day, last_day), part, areas, today), level, MEETINGS)


@prepared
def attendance(first_day: date, last_day: date, level: str, part: Subtree, areas: Areas) -> QuerySet[Any]:
    """Locality of the level, and what ``ATTENDANCE_AND_GUESTS`` names."""
    return by_locality(counts.attendance((first_day, last_day), part, areas), level, ATTENDANCE_AND_GUESTS)


def others(
    period: Period, level: str, part: Subtree, areas: Areas, raised_in: Areas, asked: Requirement
) -> list[Any]:
    """Locality of the level, and what ``OTHERS`` names: a row for each family of figures, zeros for the rest."""
    return _others(period, level, part, areas, raised_in, Constant(asked))


@prepared
def _others(
    period: Period, level: str, part: Subtree, areas: Areas, raised_in: Areas, asked: Constant
) -> QuerySet[Any]:
    requirement: Any = asked.value
    first, *more = (
        by_locality(counted, level, OTHERS)
        for counted in (
            counts.issues_raised(period.days, part, areas),
            counts.issues_closed(period.days, part, areas),
            counts.issues_open(period.as_of, part, raised_in),
            counts.resources(period.days, part, areas),
            counts.groups(period.as_of, part, areas, requirement),
            counts.reports(period, part, areas),
        )
    )
    return first.union(*more, all=True).order_by()


def by_locality(counted: Counted, level: str, names: tuple[str, ...]) -> QuerySet[Any]:
    """Return rows of a locality of a tier and the numbers that ``names`` lists, 0 for what is not counted here.

    A column has another name than the figure, as a model may have a field of that name.
    """
    columns = {f"counted_{name}": counted.counts.get(name, Value(0, IntegerField())) for name in names}
    # In no order: the parts of a union have none, and a group is no row of the model.
    rows = counted.rows.order_by().annotate(counted_at=F(f"{counted.place}{level}")).values("counted_at")
    return rows.annotate(**columns).values_list("counted_at", *columns)


# --- Within the quarter and around it ---------------------------------------------------------------------


@prepared
def attendance_until(
    ends: tuple[date, ...], first_day: date, tiers: tuple[str, ...], part: Subtree, areas: Areas
) -> QuerySet[Any]:
    """Number of a span of days, each given by its last, the localities of some tiers, and attendance there."""
    rows = counts.attendance((first_day, ends[-1]), part, areas).rows.order_by()
    places = (f"place__{tier}" for tier in tiers)
    return (
        rows.annotate(number=number_of_span(ends))
        .values_list("number", *places)
        .annotate(**counts.attendance_counts())
    )


@prepared
def cells_until(ends: tuple[date, ...], first_day: date, level: str, part: Subtree, areas: Areas) -> QuerySet[Any]:
    """Number of a span of days, each given by its last, a locality of the level, and what ``CELLS`` names."""
    counted = counts.cells((first_day, ends[-1]), part, areas)
    rows = counted.rows.order_by().annotate(number=number_of_span(ends))
    return rows.values_list("number", f"place__{level}").annotate(**counted.counts)


def number_of_span(ends: tuple[date, ...], first: int = 0) -> Expression:
    """Return which of some spans a day lies in, each given by its last day; asked in halves, as a year has twelve."""
    if len(ends) == 1:
        return Value(first, IntegerField())
    half = len(ends) // 2
    earlier, later = number_of_span(ends[:half], first), number_of_span(ends[half:], first + half)
    return Case(When(day__lte=ends[half - 1], then=earlier), default=later)


@prepared
def absences(first_day: date, last_day: date, part: Subtree, areas: Areas) -> QuerySet[Any]:
    """Reasons of the absences of some days that were not excused, with their numbers, most first."""
    rows = counts.absent(counts.attendance((first_day, last_day), part, areas).rows.order_by())
    return rows.values("reason").annotate(n=Count("pk")).order_by("-n", "reason")


@prepared
def themes_open(day: date, before: date, part: Subtree, raised_in: Areas) -> QuerySet[Any]:
    """Themes of the issues open on a day: how many, pressing, and raised before another day; most first."""
    rows = counts.open_issues(day, part, raised_in).order_by().values("theme")
    return rows.annotate(
        open=Count("pk"), urgent=Count("pk", filter=Q(urgent=True)), old=Count("pk", filter=counts.is_old(before))
    ).order_by("-open", "theme")


@prepared
def first_and_last_below(roots: frozenset[Root], day: date) -> QuerySet[Any]:
    """The day of the first meeting below some roots, and of the last up to a day."""
    return first_and_last(Meeting.objects.filter(facts_below(roots)), day)


def first_and_last(meetings: QuerySet[Meeting], day: date) -> QuerySet[Any]:
    """Return the day of the first of some meetings, and of the last up to a day, as a query of one row or none.

    Lists of quarters are made of these days. So a mistyped one, from before days were looked at, is not among them.
    """
    meetings = meetings.filter(day__gte=FIRST_DAY)
    first = meetings.order_by("day").values("day")[:1]
    up_to = meetings.filter(day__lte=day).order_by("-day").annotate(first=Subquery(first))
    return up_to.values_list("first", "day")[:1]


@prepared
def tops_seen(reach: Reach) -> QuerySet[Locality]:
    """The localities by which somebody has this reach, as far as they stand anywhere, with where they do today."""
    found = Locality.objects.in_reach(reach).as_of(reach.day).filter(standing__first_day__lte=reach.day)
    if reach.everything:
        return found.filter(standing__parent=None)
    return found.filter(pk__in=sorted(id for _tier, id in reach.sees))
