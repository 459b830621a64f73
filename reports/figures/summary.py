"""The figures of a quarter and of a year. One definition each, for the page, the files and the commands.

A fact counts where its locality stood on its own day; what is counted at the end of the quarter, where it stands on
the last day. Counts are the truth, percentages are made from them (``cadrenet.figures.percent``).
"""

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import date, timedelta

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Sum, Value, When

from assignments.coverage.queries import is_covered, requirement
from assignments.models import Assignment, Limit, Place, Tier
from assignments.models.place import PATH_SEPARATOR, facts_below
from assignments.scope import reach_of
from cadrenet.figures import percent
from cadrenet.periods import Quarter
from cadrenet.prepared import Constant, prepared
from meetings.models import Attendance, Meeting
from reports.models import (
    REPORTING_TIERS,
    Issue,
    QuarterlyReport,
    Resource,
    due_day,
)


@dataclass
class Figures:
    """The counts of one locality, or of many taken together, in a quarter."""

    meetings_due: int = 0
    meetings_held: int = 0
    meetings_not_held: int = 0
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

    @property
    def present_of_expected_pct(self):
        """Present ÷ expected."""
        return percent(self.attendance_present, self.attendance_expected)

    @property
    def attendance_unexcused(self):
        """Expected and not excused: what the attendance rate is a part of."""
        return self.attendance_expected - self.attendance_excused

    @property
    def present_of_unexcused_pct(self):
        """Present ÷ (expected − excused)."""
        return percent(self.attendance_present, self.attendance_unexcused)

    @property
    def meetings_held_pct(self):
        """Held ÷ due."""
        return percent(self.meetings_held, self.meetings_due)

    @property
    def participation_pct(self):
        """Households represented ÷ households, over held meetings where both are known."""
        return percent(self.households_represented, self.households_total)

    @property
    def coverage_pct(self):
        """Groups somebody answers for ÷ groups, on the last day."""
        return percent(self.groups_covered, self.groups)

    @property
    def groups_uncovered(self):
        """Groups nobody answers for on the last day."""
        return self.groups - self.groups_covered

    @property
    def reports_missing(self):
        """Reports expected and not handed in; a draft or a returned one is missing."""
        return self.reports_expected - self.reports_on_time - self.reports_late

    @property
    def reports_on_time_pct(self):
        """On time ÷ expected."""
        return percent(self.reports_on_time, self.reports_expected)

    def add(self, other):
        """Add another's counts to these."""
        self.count(COUNTS, [getattr(other, name) for name in COUNTS])

    def count(self, names, counts):
        """Add what a database counted, where None is nothing; there may be more counts than names."""
        own = vars(self)
        for name, number in zip(names, counts, strict=False):
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
    tier: str = Tier.COMMUNE
    quarter: str = ""

    @property
    def near(self):
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
class Period:
    """A quarter, as queries are asked of it: its days, the day on which its reports are due, and its own name."""

    first_day: date
    last_day: date
    due: date
    name: str

    @classmethod
    def of(cls, quarter, limits=Limit):
        return cls(*quarter.days, due_day(quarter, limits), str(quarter))

    @property
    def days(self):
        return self.first_day, self.last_day


def quarterly_summary(quarter, level, condition):
    """Return a ``Row`` for each locality of a tier that existed in the quarter, in order of code.

    ``condition`` comes from ``assignments.subtree.subtree``. Four queries beside the rules, whatever the size.
    """
    return summary_and_whole(quarter, level, condition)[0]


def summary_and_whole(quarter, level, condition):
    """Return the rows of ``quarterly_summary``, and the figures of the whole part of the tree, from the same queries.

    The whole is more than the rows taken together: the communes of a district meet, too, beside its hamlets.
    """
    rows, whole = _rows(quarter, level, condition), Figures()
    if rows:
        areas = condition.areas(*quarter.days)
        for locality_id, names, counts in counted(Period.of(quarter, condition.rules), level, condition, areas):
            whole.count(names, counts)
            if locality_id in rows:
                rows[locality_id].count(names, counts)
    return list(rows.values()), whole


def counted(period, level, condition, areas):
    """Yield locality of a tier, names of figures and their counts: all that is counted of a quarter."""
    yield from named(MEETINGS, meetings(*period.days, level, condition, areas))
    yield from named(ATTENDANCE_AND_GUESTS, attendance(*period.days, level, condition, areas))
    asked = Constant(requirement(Tier.SELF_GOVERNING_GROUP, period.last_day, condition.rules))
    for names, locality_id, *counts in smaller_figures(
        period, level, condition, areas, condition.areas_before(period.last_day), asked
    ):
        yield locality_id, names.split(","), counts


def figures_of(quarter, root, condition):
    """Return all figures of one locality, (tier, id), in a quarter. Three queries beside the rules."""
    return totals_for(
        root[1], counted(Period.of(quarter, condition.rules), root[0], condition, condition.areas(*quarter.days))
    )


def attendance_of(quarter, root, condition, areas):
    """Return the figures of one locality, (tier, id), with attendance alone; it lay in ``areas``. One query."""
    rows = attendance(*quarter.days, root[0], condition, areas)
    return totals_for(root[1], named(ATTENDANCE_AND_GUESTS, rows))


def meetings_of(quarter, root, condition, areas):
    """Return the figures of one locality, (tier, id), with meetings and households alone. One query."""
    rows = meetings(*quarter.days, root[0], condition, areas)
    return totals_for(root[1], named(MEETINGS, rows))


def named(names, rows):
    """Yield locality, names of figures and their counts, of rows that all count the same."""
    for locality_id, *counts in rows:
        yield locality_id, names, counts


def totals_for(locality, rows):
    """Return what was counted of one locality among rows of locality, names of figures and their counts."""
    figures = Figures()
    for id, names, counts in rows:
        if id == locality:
            figures.count(names, counts)
    return figures


def total_of(rows):
    """Return the figures of all rows taken together."""
    total = Figures()
    for row in rows:
        total.add(row)
    return total


def _rows(quarter, level, condition):
    """Return the rows by locality, in order of code."""
    rows = {}
    for id, code, name, path in existing_in_period(*quarter.days, level, condition):
        row = rows.setdefault(id, Row(locality_id=id, locality_code=code, tier=level, quarter=str(quarter)))
        # The last of the quarter stays: the name it bore last.
        row.locality_name, row.path = name, path
    return rows


@prepared
def existing_in_period(first_day, last_day, level, condition):
    """Localities of a tier that stood in a part of the tree on some days, with each name they bore."""
    during = Place.objects.during(first_day, last_day).filter(tier=level)
    reached = during.filter(locality__in=during.filter(condition()).values("locality"))
    rows = reached.order_by("locality__code", "first_day")
    return rows.values_list("locality_id", "locality__code", "name", "path")


MEETINGS = ["meetings_due", "meetings_held", "meetings_not_held", "households_total", "households_represented"]


@prepared
def meetings(first_day, last_day, level, condition, areas):
    """Locality of the level, and of its meetings the figures that ``MEETINGS`` names."""
    held = Q(status=Meeting.Status.HELD)
    known = held & Q(households_total__isnull=False, households_represented__isnull=False)
    rows = Meeting.objects.filter(day__range=(first_day, last_day)).due().order_by()
    rows = rows.filter(condition("place__"), area__in=areas, place__area__in=areas)
    return rows.values_list(f"place__{level}").annotate(
        meetings_due=Count("status"),
        meetings_held=Count("status", filter=held),
        meetings_not_held=Count("status", filter=Q(status=Meeting.Status.NOT_HELD)),
        total=Sum("households_total", filter=known),
        represented=Sum("households_represented", filter=known),
    )


@prepared
def attendance(first_day, last_day, level, condition, areas):
    """Locality of the level, attendance at held meetings, and guests."""
    guests = Count("status", filter=Q(expected=False, status=Attendance.Status.PRESENT))
    rows = attended((first_day, last_day), condition, areas)
    return rows.values_list(f"place__{level}").annotate(**attendance_counts(), guests=guests)


def attended(days, condition, areas):
    """Attendance at meetings held from the first to the last of some days, guests included, in no order."""
    held = Attendance.objects.filter(condition("place__"), day__range=days, held=True, area__in=areas)
    return held.filter(place__area__in=areas).order_by()


def attendance_counts():
    """How many were expected, and what became of them."""
    expected, status = Q(expected=True), Attendance.Status
    return {
        "attendance_expected": Count("status", filter=expected),
        "attendance_present": Count("status", filter=expected & Q(status=status.PRESENT)),
        "attendance_excused": Count("status", filter=expected & Q(status=status.EXCUSED)),
        "attendance_absent": Count("status", filter=expected & Q(status=status.ABSENT)),
        "attendance_unrecorded": Count("status", filter=expected & Q(status=status.UNRECORDED)),
    }


ATTENDANCE = list(attendance_counts())
ATTENDANCE_AND_GUESTS = [*ATTENDANCE, "guests"]


@prepared
def smaller_figures(period, level, condition, areas, raised_in, asked):
    """Names of figures, locality of the level, and three counts: issues, resources, coverage and reports."""
    first, *others = (
        queryset.order_by()
        .annotate(names=Value(",".join(counts)), row=F(f"{prefix}{level}"))
        .values("names", "row")
        .annotate(**dict(zip("abc", padded(counts.values()), strict=True)))
        .values_list("names", "row", "a", "b", "c")
        for queryset, prefix, counts in (
            issues_raised(period, condition, areas),
            issues_closed(period, condition, areas),
            issues_open(period, condition, raised_in),
            resources(period, condition, areas),
            groups(period, condition, areas, asked.value),
            reports(period, condition, areas),
        )
    )
    return first.union(*others, all=True)


def padded(counts):
    """Three columns, whatever there is to count, so that unlike figures fit into one query."""
    nothing = [Value(0, IntegerField())] * 3
    return [*counts, *nothing][:3]


def issues_raised(period, condition, areas):
    """Issues by the day they were raised."""
    rows = Issue.objects.filter(condition.of_facts(), area__in=areas, raised_on__range=period.days)
    return rows, "place__", {"issues_raised": Count("pk")}


def issues_closed(period, condition, areas):
    """Issues by the day they were closed, where the locality stood on that day."""
    rows = Issue.objects.filter(condition.of_facts("closed_place"), closed_area__in=areas)
    rows = rows.filter(closed_on__range=period.days)
    return rows, "closed_place__", {"issues_closed": Count("pk")}


def issues_open(period, condition, raised_in):
    """Issues not closed by the quarter's last day, where the locality stood that day, or last."""
    return open_issues(period.last_day, condition, raised_in), "locality__places__", {"issues_open": Count("pk")}


def resources(period, condition, areas):
    """Resources promised and delivered, by the day they were mobilised."""
    rows = Resource.objects.filter(condition.of_facts(), area__in=areas, mobilised_on__range=period.days)
    return rows, "place__", {"resources_value_vnd": Sum("value_vnd")}


def groups(period, condition, areas, asked):
    """Self-governing groups that exist on the quarter's last day, and those somebody answers for."""
    rows = Place.objects.on(period.last_day).filter(condition(), tier=Tier.SELF_GOVERNING_GROUP, area__in=areas)
    return rows, "", {"groups": Count("pk"), "groups_covered": Count("pk", filter=is_covered(asked, period.last_day))}


def reports(period, condition, areas):
    """Reports that those in charge of communes and hamlets on the quarter's last day owe, and handed in."""
    rows, on_time, late = owed(period, condition, area__in=areas)
    counts = {
        "reports_expected": Count("pk"),
        "reports_on_time": Count("pk", filter=on_time),
        "reports_late": Count("pk", filter=late),
    }
    return rows, "locality__places__", counts


def owed(period, condition, **place):
    """Return assignments that owe a report on a quarter, and the conditions that it came on time, and late.

    ``place`` are further conditions on where the locality stands on the quarter's last day.
    """
    last_day, stood = period.last_day, "locality__places__"
    place |= {"tier__in": REPORTING_TIERS, "first_day__lte": last_day, "last_day__gte": last_day}
    rows = Assignment.objects.on(last_day).filter(
        condition(stood),
        role=Assignment.Role.IN_CHARGE,
        **{f"{stood}{name}": value for name, value in place.items()},
    )
    handed_in = QuarterlyReport.objects.of(period.name).handed_in()
    handed_in = handed_in.filter(cadre=OuterRef("cadre"), locality=OuterRef("locality"))
    on_time = handed_in.filter(submitted_on__lte=period.due)
    return rows, Exists(on_time), Exists(handed_in.filter(submitted_on__gt=period.due))


# --- Around the quarter: what the overview shows beside its figures ---------------------------------------


def quarters_with_meetings(user, day):
    """Return the quarters of the first and of the last meeting up to a day that a user sees; of the day without any.

    Asked of the places, or of the area of a district, which indexes answer at once; only for who sees people and no
    places it is asked in full.
    """
    reach = reach_of(user)
    if reach.sees and not reach.everything:
        days = first_and_last_below(reach.sees, day)
    else:
        days = first_and_last(Meeting.objects.visible_to(user), day)
    first, last = next(iter(days), (day, day))
    return Quarter.of(first), Quarter.of(last)


@prepared
def first_and_last_below(roots, day):
    """The day of the first meeting below some roots, and of the last up to a day."""
    return first_and_last(Meeting.objects.filter(facts_below(roots)), day)


def first_and_last(meetings, day):
    """Return the day of the first of some meetings, and of the last up to a day, as a query of one row or none."""
    first = meetings.order_by("day").values("day")[:1]
    up_to = meetings.filter(day__lte=day).order_by("-day").annotate(first=Subquery(first))
    return up_to.values_list("first", "day")[:1]


def attendance_by_month(months, condition, *tiers):
    """Return {(id of the locality of each of the tiers, month): Figures} of the months given, with attendance alone.

    One query over a year serves the table of months, the bars and the lowest. A key holds None where nothing of a
    tier is at or above the meeting.
    """
    first_day, ends = months[0].first_day, tuple(month.last_day for month in months)
    areas, alone = condition.areas(first_day, ends[-1]), tuple(dict.fromkeys(tiers))
    figures = {}
    for row in attendance_until(ends, first_day, alone, condition, areas):
        number, localities, counts = row[0], row[1 : 1 + len(alone)], row[1 + len(alone) :]
        localities = dict(zip(alone, localities, strict=True))
        found = Figures(**dict(zip(ATTENDANCE, counts, strict=True)))
        figures[*(localities[tier] for tier in tiers), months[number]] = found
    return figures


@prepared
def attendance_until(ends, first_day, tiers, condition, areas):
    """Number of a span of days, each given by its last, the localities of some tiers, and attendance there."""
    rows = attended((first_day, ends[-1]), condition, areas).annotate(number=number_of_span(ends))
    return rows.values_list("number", *(f"place__{tier}" for tier in tiers)).annotate(**attendance_counts())


def number_of_span(ends, first=0):
    """Return which of some spans a day lies in, each given by its last day; asked in halves, as a year has twelve."""
    if len(ends) == 1:
        return Value(first, IntegerField())
    half = len(ends) // 2
    earlier, later = number_of_span(ends[:half], first), number_of_span(ends[half:], first + half)
    return Case(When(day__lte=ends[half - 1], then=earlier), default=later)


def reasons_of_absence(quarter, condition):
    """Return rows of reason and number of the absences of a quarter that were not excused, most first."""
    return absences(*quarter.days, condition, condition.areas(*quarter.days))


@prepared
def absences(first_day, last_day, condition, areas):
    rows = attended((first_day, last_day), condition, areas)
    absent = rows.filter(expected=True, status=Attendance.Status.ABSENT)
    return absent.values("reason").annotate(n=Count("pk")).order_by("-n", "reason")


def grouped_by(figures, key):
    """Return figures by what ``key`` makes of their old keys, added up; a key of None is left out."""
    sums = defaultdict(Figures)
    for old, counts in figures.items():
        if (new := key(*old)) is not None:
            sums[new].add(counts)
    return sums


def open_issues(day, condition, raised_in):
    """Issues open on a day, each where its locality stood that day, or last.

    ``raised_in`` are the areas in which they may have been raised (``condition.areas_before(day)``): so an index
    finds them, and the issues of other districts are not looked at.
    """
    stood = "locality__places__"
    place = {f"{stood}first_day__lte": day, f"{stood}counts_until__gte": day}
    return Issue.objects.open_on(day).filter(condition(stood), area__in=raised_in, **place)


def old_before(day, limits=Limit):
    """Return the day before which an issue was raised that is old on a day, and the limit in days."""
    limit = limits.on(day, Limit.Name.ISSUE_TARGET_DAYS)
    return day - timedelta(days=limit), limit


def open_issues_by_theme(day, condition, seen_on):
    """Return rows of theme, how many issues are open on a day, pressing, and older than the limit; most first.

    ``seen_on`` is the day by which age is told: for a quarter that goes on, today and not its last day.
    """
    before, _limit = old_before(seen_on, condition.rules)
    return themes_open(day, before, condition, condition.areas_before(day))


@prepared
def themes_open(day, before, condition, raised_in):
    return (
        open_issues(day, condition, raised_in)
        .order_by()
        .values("theme")
        .annotate(
            open=Count("pk"),
            urgent=Count("pk", filter=Q(urgent=True)),
            old=Count("pk", filter=Q(raised_on__lt=before)),
        )
        .order_by("-open", "theme")
    )


# --- The year ---------------------------------------------------------------------------------------------
