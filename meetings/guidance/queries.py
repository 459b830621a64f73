"""Where guidance has been passed on and where not yet: read for a page of items, and for one item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min, Q, QuerySet

from assignments.models import Assignment, Place, Tier, User
from assignments.models.place import ancestor
from meetings.models import Guidance, Meeting, PassedOn

# Who answers for a place, or for the regional group in which communes lie.
ANSWERS = (Assignment.Role.IN_CHARGE, Assignment.Role.HEAD)
# How many places have an item passed on, and how many there are.
Progress = tuple[int, int]


def places_of(item: Guidance, user: User, day: date) -> QuerySet[Place]:
    """Return the places at which an item is to be passed on, as they stand on a day, that a user sees."""
    places = Place.objects.visible_to(user).on(item.as_of(day)).under(item.locality)
    return places.filter(tier=item.tier)


def progress_of(items: Iterable[Guidance], user: User, day: date) -> dict[int, Progress]:
    """Return item id -> at how many places it was passed on, and of how many that a user sees. Two queries."""
    items = list(items)
    if not items:
        return {}
    days = [item.as_of(day) for item in items]
    stood = Place.objects.visible_to(user).during(min(days), max(days)).order_by()
    tops = {ancestor(item.locality.tier) for item in items}
    columns = ["tier", "locality", "first_day", "last_day", *sorted(tops)]
    places = list(stood.filter(tier__in={item.tier for item in items}).values_list(*columns))
    passed = defaultdict(set)
    rows = PassedOn.objects.order_by().standing().filter(guidance__in=[item.pk for item in items])
    for guidance, locality in rows.values_list("guidance", "locality"):
        passed[guidance].add(locality)
    found = {}
    for item in items:
        as_of, top = item.as_of(day), columns.index(ancestor(item.locality.tier))
        asked = {
            row[1]
            for row in places
            if row[0] == item.tier and row[top] == item.locality_id and row[2] <= as_of <= row[3]
        }
        found[item.pk] = (len(asked & passed[item.pk]), len(asked))
    return found


def passed_on(item: Guidance) -> dict[int, list[PassedOn]]:
    """Return locality id -> how an item was passed on there, first things first."""
    found = defaultdict(list)
    for row in item.passed_on.order_by("pk").standing().select_related("meeting", "cadre"):
        found[row.locality_id].append(row)
    return {locality: sorted(rows, key=lambda row: row.held_on) for locality, rows in found.items()}


def next_meetings(places: QuerySet[Place], day: date) -> dict[int, date]:
    """Return locality id -> the day of the next meeting that is planned at each of some places, from a day on."""
    ahead = Meeting.objects.order_by().filter(status=Meeting.Status.PLANNED, day__gte=day)
    rows = ahead.filter(locality__in=places.order_by().values("locality"))
    return dict(rows.values_list("locality").annotate(Min("day")))


def who_answers(places: QuerySet[Place], above: Iterable[int], user: User, day: date) -> dict[int, list[str]]:
    """Return locality id -> the names of those who answer for some places, and for what these lie in, on a day."""
    found: dict[int, list[str]] = defaultdict(list)
    asked = Q(locality__in=places.order_by().values("locality")) | Q(locality__in=sorted(above))
    rows = Assignment.objects.visible_to(user).on(day).filter(asked, role__in=ANSWERS).order_by("cadre__sort_key")
    for locality, name in rows.values_list("locality", "cadre__full_name"):
        found[locality].append(name)
    return found


@dataclass(frozen=True)
class Offered:
    """What may be passed on at a meeting, what of it is recorded there, and how many more were before, elsewhere."""

    items: list[Guidance]
    here: set[int]
    done: int


def offered_at(meeting: Meeting) -> Offered:
    """Return what may be passed on at a meeting. What was at its place before is not offered again."""
    items = list(Guidance.objects.for_meeting(meeting).order_by("-issued_on", "pk"))
    if not items:
        return Offered([], set(), 0)
    rows = PassedOn.objects.order_by().filter(guidance__in=[item.pk for item in items], locality=meeting.locality_id)
    here = set(rows.filter(meeting=meeting.pk).values_list("guidance", flat=True))
    done = set(rows.standing().exclude(meeting=meeting.pk).values_list("guidance", flat=True)) - here
    return Offered([item for item in items if item.pk not in done], here, len(done))


def unit_above(place: Place) -> Any:
    """Return (tier, locality id, name) of what a place is listed under: its commune, or what is next above it."""
    chain = place.chain
    commune = next((step for step in chain if step[0] == Tier.COMMUNE), None)
    return commune or (chain[-1] if chain else (Tier(place.tier), place.locality_id, place.name))
