"""What the page of a locality asks of the database: each question once, and put together once.

``reach`` is the reader's, ``root`` is (tier, id) of the locality, ``condition`` is ``assignments.subtree.subtree``.
"""

from django.db.models import Count, DateField, F, Min, Q, Subquery, Sum, Value, Window
from django.db.models.functions import ExtractYear

from assignments.coverage.queries import is_covered_by_tier
from assignments.models import Assignment, Lineage, Place
from assignments.models.posting import agency_on
from cadrenet.prepared import Constant, prepared
from meetings.models import Attendance, Meeting, Pattern
from reports.figures.counts import open_issues
from reports.models import Issue, PartyOrganisation, Rating, Resource


@prepared
def places_of(locality):
    """Where a locality stood, in order of days."""
    return Place.objects.filter(locality=locality).select_related("type", "locality").order_by("first_day")


@prepared
def below(day, condition, locality, asked):
    """Tier, localities of it below on a day, those of them that somebody answers for, and households in them."""
    places = Place.objects.on(day).filter(condition()).exclude(locality=locality).order_by()
    covered = Count("pk", filter=is_covered_by_tier(asked, day))
    return places.values_list("tier").annotate(number=Count("pk"), covered=covered, homes=Sum("households"))


@prepared
def people_below(day, condition, locality):
    """Tier, and how many people answer for its localities below on a day."""
    stood = "locality__places__"
    on_the_day = {f"{stood}first_day__lte": day, f"{stood}last_day__gte": day}
    rows = Assignment.objects.on(day).answering().filter(condition(stood), **on_the_day).exclude(locality=locality)
    return rows.order_by().values_list("locality__tier").annotate(n=Count("cadre", distinct=True))


@prepared
def assignments_of(reach, locality):
    """The assignments to a locality that a reach lets see, in order of first days; without a reach, all."""
    rows = Assignment.objects.filter(locality=locality)
    rows = rows.in_reach(reach) if reach else rows
    return rows.select_related("cadre").order_by("first_day", "last_day", "pk")


@prepared
def holding(day, localities):
    """Those who answer for some localities on a day, with ``agency_name`` and ``position`` of that day."""
    rows = Assignment.objects.on(day).filter(locality__in=localities).select_related("cadre")
    worked = {"agency_name": agency_on(day, "agency__name"), "position": agency_on(day, "position")}
    return rows.annotate(**worked).order_by("role", "first_day", "pk")


@prepared
def meetings_from(reach, root, kind, first_day):
    """A locality's meetings from a day on, and its own of the first day that had any, from which on they are due."""
    found = Meeting.objects.in_reach_under(reach, root).filter(locality=root[1])
    began = Subquery(found.filter(kind=kind).order_by("day").values("day")[:1])
    return found.filter(Q(day__gte=first_day) | Q(day=began, kind=kind)).order_by("starts_at", "pk")


def last_meetings(reach, root, kind, day, number):
    """Return the last meetings of a kind in a locality up to a day, newest first; of that day those that are over."""
    return _last_meetings(reach, root, kind, day, Constant(number))


@prepared
def _last_meetings(reach, root, kind, day, number):
    found = Meeting.objects.in_reach_under(reach, root).filter(kind=kind, day__lte=day)
    found = found.exclude(day=day, status=Meeting.Status.PLANNED)
    return found.select_related("place").order_by("-starts_at", "pk")[: number.value]


def next_meetings(reach, root, kind, day, number):
    """Return the next meetings of a kind in a locality; of that day those that are still to come."""
    return _next_meetings(reach, root, kind, day, Constant(number))


@prepared
def _next_meetings(reach, root, kind, day, number):
    found = Meeting.objects.in_reach_under(reach, root).due().filter(kind=kind, day__gte=day)
    found = found.exclude(Q(day=day) & ~Q(status=Meeting.Status.PLANNED))
    return found.select_related("place").order_by("starts_at", "pk")[: number.value]


@prepared
def patterns_on(reach, locality, day):
    """The patterns of regular meetings that a locality has on a day."""
    return Pattern.objects.in_reach(reach).filter(locality=locality).on(day).order_by("kind")


@prepared
def attendance_at(reach, meetings):
    """Meeting, cadre and status of those expected at some meetings."""
    rows = Attendance.objects.in_reach_at(reach, meetings).filter(expected=True)
    return rows.order_by().values_list("meeting", "cadre", "status")


def first_open_issues(day, condition, raised_in, number):
    """Return issues open on a day, pressing and oldest first; each says how many there are, and since when."""
    return _first_open_issues(day, condition, raised_in, Constant(number))


@prepared
def _first_open_issues(day, condition, raised_in, number):
    rows = open_issues(day, condition, raised_in).annotate(
        open=Window(Count("pk")), pressing=Window(Count("pk", filter=Q(urgent=True))), oldest=Window(Min("raised_on"))
    )
    rows = rows.select_related("responsible_agency", "place").order_by("-urgent", "raised_on", "pk")
    return rows[: number.value]


@prepared
def closed_issues(day, condition):
    """How many issues were closed in a part of the tree up to a day."""
    rows = Issue.objects.filter(condition.of_facts("closed_place"), closed_on__lte=day).order_by()
    return rows.values_list(Value(1)).annotate(n=Count("pk"))


@prepared
def mobilised(reach, root, day, first_day, last_day):
    """Number, value and delivered value of the resources in a locality up to a day, and the value of some days."""
    rows = Resource.objects.in_reach_under(reach, root).filter(mobilised_on__lte=day).order_by()
    delivered = Sum("value_vnd", filter=Q(status=Resource.Status.DELIVERED))
    of_days = Sum("value_vnd", filter=Q(mobilised_on__range=(first_day, last_day)))
    counts = {"number": Count("pk"), "value": Sum("value_vnd"), "delivered": delivered, "of_days": of_days}
    return rows.values_list(Value(1)).annotate(**counts)


def organisations_of(locality, day):
    """Party organisations that a locality had by a day: whoever sees it sees them. One to come is not there yet."""
    begun = Q(first_day=None) | Q(first_day__lte=day)
    return PartyOrganisation.objects.filter(begun, locality=locality)


@prepared
def ratings_of(locality, day):
    """Ratings of a locality's party organisations that were decided by a day, latest year first; as they are seen."""
    year = ExtractYear(Value(day, DateField()))
    decided = Q(decision_on__lte=day) | Q(decision_on=None, year__lt=year)
    rows = Rating.objects.filter(decided, organisation__locality=locality)
    return rows.select_related("level").order_by("-year", "pk")


@prepared
def ever_below(locality):
    """Every place of the localities that ever lay directly in another one, in order of days."""
    ever = Place.objects.filter(parent=locality).values("locality")
    rows = Place.objects.filter(locality__in=ever).order_by("locality", "first_day")
    return rows.values_list("locality", "first_day", "parent", "path", named=True)


@prepared
def lineage_of(reach, locality):
    """Mergers and splits of a locality, as far as the reader sees both sides."""
    rows = Lineage.objects.in_reach(reach).filter(Q(predecessor=locality) | Q(successor=locality))
    return rows.as_of(F("effective_on")).order_by("effective_on", F("pk"))
