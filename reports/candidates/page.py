"""Who could take over a place: proposed and explained, for somebody who decides. No score, and nobody is ranked.

People stand in classes that the page says in words: whom the rule asks for, who served in the commune before, who is
free when the place meets, who holds less; inside a class by name.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from assignments.models import Assignment, Cadre, HolderRule, Limit, Place, Tier
from assignments.models.posting import all_postings
from assignments.queries import KEYS_AT_MOST, held_counts
from assignments.tenure.figures import origins_of
from assignments.visibility import can_see_place
from cadrenet.periods import Month, months_between
from meetings.models import Attendance, Meeting
from meetings.models.kinds import OWN_KINDS
from meetings.queries import USUAL_LENGTH, office_time, overlap

# For so long calendars are made, and so many meetings tell when a place usually meets.
AHEAD = timedelta(days=92)
LAST_HELD = 6
MONTHS_AHEAD = 3
SPELLS_SHOWN = 2


# --- When the place meets ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MeetingTime:
    """A time at which the place meets: a planned meeting, or the usual time where none is planned."""

    starts_at: datetime
    ends_at: datetime
    meeting: Meeting | None = None


@dataclass
class MeetingTimes:
    """The times at which a place meets in the coming months: of planned meetings, else its usual time.

    ``found_from`` is the number of held meetings from which the usual time follows; 0 where meetings are planned.
    """

    kind: str = ""
    times: list = field(default_factory=list)
    found_from: int = 0


def meeting_times_of(place, meetings, day):
    """Return the ``MeetingTimes`` of a place, from the meetings that the reader may see. One query or two."""
    kind = OWN_KINDS.get(Tier(place.tier))
    if kind is None:
        return MeetingTimes()
    own = meetings.filter(locality=place.locality_id, kind=kind)
    planned = own.filter(status=Meeting.Status.PLANNED, day__range=(day, day + AHEAD)).order_by("starts_at", "pk")
    times = [MeetingTime(row.starts_at, row.ends_at or row.starts_at + USUAL_LENGTH, row) for row in planned]
    if times:
        return MeetingTimes(kind, times)
    held = own.filter(status=Meeting.Status.HELD, day__lte=day).order_by("-starts_at", "pk")
    moments = [timezone.localtime(moment) for moment in held.values_list("starts_at", flat=True)[:LAST_HELD]]
    return MeetingTimes(kind, list(usual_times(moments, day)), len(moments))


def usual_times(moments, day):
    """Yield the next times on the most frequent day of the month and hour of some moments, the latest first."""
    if not moments:
        return
    # Of what is equally frequent, the first that was counted comes first: the latest.
    number = Counter(moment.day for moment in moments).most_common(1)[0][0]
    clock = Counter(moment.time() for moment in moments).most_common(1)[0][0]
    month, left = Month.of(day), MONTHS_AHEAD
    while left:
        on = month.first_day.replace(day=min(number, month.last_day.day))
        if on >= day:
            starts_at = office_time(on, clock)
            yield MeetingTime(starts_at, starts_at + USUAL_LENGTH)
            left -= 1
        month = month.next


# --- Who comes into question ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ServiceSpell:
    """A time in which somebody served in the area, at one of its localities."""

    name: str
    first_day: date | None
    last_day: date | None
    months: int | None


@dataclass
class Candidate:
    """Somebody who could take over: what speaks for it and what against, each with its reason."""

    cadre: Cadre
    fits: bool
    load: int
    spells: list
    busy: list
    number_of_times: int

    @property
    def free(self):
        """At how many of the place's times nothing else is in the way."""
        return self.number_of_times - len({time for time, _meeting in self.busy})

    @property
    def spells_shown(self):
        """The latest times of service."""
        return self.spells[:SPELLS_SHOWN]

    @property
    def spells_left_out(self):
        """How many earlier ones there are."""
        return max(len(self.spells) - SPELLS_SHOWN, 0)

    @property
    def in_order(self):
        """The classes in which people stand on the page, and the name inside a class."""
        return not self.spells, self.free < self.number_of_times, self.load, self.cadre.sort_key, self.cadre.code


class Candidates:
    """People for a place as of a day, as somebody who decides there sees them. The same queries for one or 600."""

    def __init__(self, place, user, day):
        self.place, self.user, self.day = place, user, day
        self.tier = Tier(place.tier)
        self.role = Assignment.Role.HEAD if self.tier == Tier.REGIONAL_GROUP else Assignment.Role.IN_CHARGE
        self.rule = HolderRule.objects.filter(tier=self.tier, role=self.role).on(day).first()
        self.limit = Limit.on(day, Limit.Name.MOST_ASSIGNMENTS)
        self.meeting_times = meeting_times_of(place, Meeting.objects.visible_to(user), day)

    @property
    def area(self):
        """(tier, locality id) of the area in which earlier service counts: the commune, else the place itself."""
        if self.place.commune_id:
            return Tier.COMMUNE, self.place.commune_id
        return self.tier, self.place.locality_id

    @property
    def area_name(self):
        names = {tier: name for tier, _id, name in self.place.chain}
        return names.get(self.area[0], self.place.name)

    def people(self, cadres):
        """Return a ``Candidate`` for each of some cadres who serve and do not hold the place, in order."""
        here = Assignment.objects.on(self.day).filter(locality=self.place.locality_id, role=self.role)
        cadres = cadres.serving_on(self.day).exclude(pk__in=here.order_by().values("cadre"))
        cadres = list(cadres.prefetch_related(all_postings()).order_by())
        keys = [cadre.pk for cadre in cadres]
        loads, spells, busy = held_counts(keys, self.day), self.spells(keys), self.busy(keys)
        found = [
            Candidate(
                cadre=cadre,
                fits=self.rule is None or self.rule.fits(cadre, self.day),
                load=loads.get(cadre.pk, 0),
                spells=spells[cadre.pk],
                busy=busy[cadre.pk],
                number_of_times=len(self.meeting_times.times),
            )
            for cadre in cadres
        ]
        return sorted(found, key=lambda candidate: candidate.in_order)

    def spells(self, cadres):
        """Return {cadre id: times of service in the area up to the day, latest first}, as far as the reader sees.

        What the area came out of counts as the area: who served in one of two merged communes has served here (R39).
        """
        tier, area = self.area
        places = Place.objects.filter(first_day__lte=self.day, **{f"{tier}__in": origins_of({area})[area]})
        names_by_locality = defaultdict(list)
        for locality, name, first_day, last_day in places.values_list("locality", "name", "first_day", "last_day"):
            names_by_locality[locality].append((name, first_day, last_day))
        rows = Assignment.objects.visible_to(self.user).filter(locality__in=places.order_by().values("locality"))
        rows = rows.filter(Q(first_day=None) | Q(first_day__lte=self.day)).order_by()
        found, wanted = defaultdict(list), set(cadres)
        for cadre, locality, first_day, last_day in rows.values_list("cadre", "locality", "first_day", "last_day"):
            if cadre in wanted and (name := name_during(names_by_locality[locality], first_day, last_day)):
                until = min(last_day or self.day, self.day)
                months = months_between(first_day, until) if first_day else None
                found[cadre].append(ServiceSpell(name, first_day, last_day, months))
        for spells in found.values():
            spells.sort(key=lambda spell: (spell.last_day or date.max, spell.first_day or date.min), reverse=True)
        return found

    def busy(self, cadres):
        """Return {cadre id: (time of the place, key of the other meeting)} of what is in the way. One query."""
        found, times = defaultdict(list), self.meeting_times.times
        if not times:
            return found
        days = {timezone.localtime(time.starts_at).date() for time in times}
        rows = Attendance.objects.filter(expected=True, day__in=days, meeting__status=Meeting.Status.PLANNED)
        rows = rows.exclude(meeting__in=[time.meeting.pk for time in times if time.meeting])
        if len(cadres) <= KEYS_AT_MOST:
            rows = rows.filter(cadre__in=cadres)
        wanted = set(cadres)
        found_rows = rows.select_related("meeting").only("cadre", "meeting__starts_at", "meeting__ends_at")
        for row in found_rows.order_by("meeting__starts_at", "meeting"):
            if row.cadre_id in wanted:
                found[row.cadre_id] += [
                    (time, row.meeting_id) for time in times if overlap(time.starts_at, time.ends_at, row.meeting)
                ]
        return found

    def with_reasons(self, candidates):
        """Return for the page {candidate, busy: [{day, meeting}]}; meeting is None where it may not be named."""
        keys = {key for candidate in candidates for _time, key in candidate.busy}
        others = Meeting.objects.filter(pk__in=keys).select_related("place").in_bulk()
        visible = visible_meetings(others.values(), self.user)
        return [
            {
                "candidate": candidate,
                "busy": [
                    {"day": others[key].day, "meeting": others[key] if key in visible else None}
                    for _time, key in candidate.busy
                ],
            }
            for candidate in candidates
        ]


def name_during(periods, first_day, last_day):
    """The last name of a locality while it lay in the area on some of these days; empty where it did not.

    ``periods`` are (name, first day, last day) of the locality in the area.
    """
    names = [
        name for name, begins, ends in periods if begins <= (last_day or date.max) and ends >= (first_day or date.min)
    ]
    return names[-1] if names else ""


def visible_meetings(meetings, user):
    """Return the keys of the meetings whose place the user can see."""
    return {row.pk for row in meetings if row.place and can_see_place(row.place, user)}
