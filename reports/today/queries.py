"""What the start page asks of the database. ``reach`` is the reader's."""

from collections import defaultdict

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from assignments.coverage.queries import is_covered, requirement
from assignments.models import Assignment, Handover, Place, Tier
from cadrenet.prepared import Constant, prepared
from meetings.models import Attendance, Correction, Kind, Meeting
from reports.models import REPORTING_TIERS, QuarterlyReport

GOING = [Meeting.Status.PLANNED, Meeting.Status.HELD]


@prepared
def expected_rows(cadres, day, since, until):
    """Where some cadres are expected from a day to another, and since an earlier one where nothing is recorded."""
    open_still = Q(status=Attendance.Status.UNRECORDED) & ~waiting()
    near = Q(day__range=(day, until)) | Q(open_still, day__gte=since, day__lt=day)
    rows = Attendance.objects.filter(near, cadre__in=sorted(cadres), expected=True, meeting__status__in=GOING)
    rows = rows.select_related("meeting", "meeting__place").order_by("day", "meeting__starts_at", "pk")
    return rows[: 100 * len(cadres)]


def waiting():
    """The condition that what was said of an attendance waits to be concluded."""
    return Q(Exists(Correction.objects.open().filter(attendance=OuterRef("pk"))))


@prepared
def own_unrecorded(cadre, since, day):
    """The attendance of a cadre of which nothing is said yet, at meetings of some days."""
    unrecorded = Attendance.Status.UNRECORDED
    rows = Attendance.objects.filter(~waiting(), cadre=cadre, expected=True, status=unrecorded)
    rows = rows.filter(day__range=(since, day), meeting__status__in=GOING)
    return rows.select_related("meeting", "meeting__place").order_by("-day", "-meeting__starts_at", "-pk")[:100]


@prepared
def meetings_to_record(localities, first_day, last_day):
    """Meetings of some localities of which nobody has said yet what became of them, without those of groups."""
    rows = Meeting.objects.filter(locality__in=sorted(localities), day__gte=first_day).to_record(last_day)
    rows = rows.exclude(kind=Kind.SELF_GOVERNING_GROUP)
    return rows.with_where().order_by("day", "starts_at", "pk")[:50]


@prepared
def reports_of(reach, first_day, last_day, last, this):
    """Assignments of a user, and of those acted for, that owe reports, with the states of two quarters' reports."""
    held = Assignment.objects.filter(cadre__in=sorted(reach.cadres)).during(first_day, last_day)
    held = held.filter(role=Assignment.Role.IN_CHARGE, locality__tier__in=REPORTING_TIERS)
    if reach.acting_for:
        # The own are one's own; of another's, those that one sees.
        held = held.in_reach(reach)
    written = QuarterlyReport.objects.filter(cadre=OuterRef("cadre"), locality=OuterRef("locality")).order_by()
    of_last, of_this = (Subquery(written.of(quarter).values("status")[:1]) for quarter in (last, this))
    return held.annotate(of_last=of_last, of_this=of_this).as_of(reach.day).order_by("pk")


@prepared
def places_on(reach, localities, day):
    """Where some localities stand on a day."""
    places = Place.objects.in_reach(reach).on(day).filter(locality__in=sorted(localities))
    return places.select_related("type").order_by("path", "sort_key")[:20]


def groups_below(roots, day, rules):
    """Return locality of the roots, how many groups lie below it on a day, and how many of these are covered."""
    return _groups_below(roots, day, Constant(requirement(Tier.SELF_GOVERNING_GROUP, day, rules)))


@prepared
def _groups_below(roots, day, asked):
    group, by_tier = Tier.SELF_GOVERNING_GROUP, defaultdict(list)
    for tier, id in sorted(roots):
        if tier != group:
            by_tier[tier].append(id)
    groups, held = Place.objects.on(day).filter(tier=group).order_by(), is_covered(asked.value, day)
    below_tier = [
        groups.filter(**{f"{tier}__in": ids})
        .values_list(tier)
        .annotate(n=Count("pk"), covered=Count("pk", filter=held))
        for tier, ids in by_tier.items()
    ]
    return below_tier[0].union(*below_tier[1:], all=True).order_by() if below_tier else groups.none()


@prepared
def own_open(cadre):
    """Keys of the handovers that wait for the tick of a cadre: as predecessor, or as successor. Both see them."""
    gives, receives = Q(ended__cadre=cadre, given_on=None), Q(successor__cadre=cadre, received_on=None)
    return Handover.objects.filter(gives | receives).order_by().values_list("pk", flat=True)
