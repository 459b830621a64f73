"""Meetings that stand in the way of a change of hands, told before it is made.

``schedule_objections`` answers ``assignments.signals.changes_proposed``. Who would be expected where is worked out
from the rules, as rosters are, for the assignments as they would be: those that a change ends are over by then. It
looks at the quarter of a year after a change, for which calendars are made, and costs the same for one or a hundred.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.changes import Objection
from assignments.models import Assignment, Limit, Place, Posting
from assignments.queries import KEYS_AT_MOST
from assignments.visibility import can_see_place
from cadrenet.periods import today
from cadrenet.templatetags import figures as written
from meetings.models import ExpectationRule, Meeting
from meetings.queries import assumed_length, overlap
from meetings.rosters import reaches_down

AHEAD = timedelta(days=92)
# One person alone is no agency that is out.
FEWEST_STAFF = 2


def schedule_objections(sender, changes, user, rules, **kwargs):
    """Yield (position, ``Objection``) of changes whose meetings get in each other's way.

    The signal says nothing of today, and meetings that are over speak against nothing: so this edge asks for the day.
    """
    new = [(position, change) for position, change in enumerate(changes) if change.cadre]
    if new:
        conflicts = ScheduleConflicts(changes, today(), rules)
        for position, change in new:
            yield from conflicts.at_the_same_time(position, change, user)
            yield from conflicts.agency_out(position, change)


@dataclass(frozen=True)
class HeldRole:
    """Who holds which role where, from when to when: as it is, and up to when it would be (``kept_until``).

    ``position`` is that of the change that gives it, None of what is held already.
    """

    cadre: int
    locality: int
    role: str
    first_day: date
    last_day: date
    kept_until: date
    position: int | None = None


def home_of(change, day):
    """The agency at which whoever takes a place works when the change takes effect, from today on; or None."""
    posting = change.cadre.posting_on(max(change.first_day, day))
    return posting and posting.agency


def serves_on(posting, day):
    """Whether somebody works there on a day and has not left the service by then."""
    left_on = posting.cadre.left_on
    return posting.holds_on(day) and (left_on is None or left_on >= day)


class ScheduleConflicts:
    """The meetings to come of everybody whom some changes concern; asked for once, in six queries."""

    def __init__(self, changes, day, rules):
        new = [(position, change) for position, change in enumerate(changes) if change.cadre]
        self.first_day = max(day, min(change.first_day for _position, change in new))
        self.last_day = max(day, *(change.first_day for _position, change in new)) + AHEAD
        self.small = rules.on(day, Limit.Name.SMALL_AGENCY)
        self.assumed = assumed_length(day, rules)
        # By position: the agency at which somebody works who is to be given a place, on the day of the change.
        self.home = {position: home_of(change, day) for position, change in new}
        self.staff = self._staff({agency.pk: agency for agency in self.home.values() if agency})
        people = {change.cadre.pk for _position, change in new}.union(*self.staff.values())
        held = self._held(people, changes)
        for position, change in new:
            begins, ends = max(change.first_day, day), max(change.first_day, day) + AHEAD
            held.append(HeldRole(change.cadre.pk, change.locality.pk, change.role, begins, ends, ends, position))
        # {cadre: {key: meeting}} of those expected as things are, and as they would be; and what each change brings.
        self.before, self.after, self.brought = defaultdict(dict), defaultdict(dict), defaultdict(dict)
        calendar = Calendar({(row.locality, row.role) for row in held}, self.first_day, self.last_day)
        for row in held:
            found = self.before[row.cadre] if row.position is None else self.brought[row.position]
            for meeting in calendar.meetings_of(row.locality, row.role):
                if row.first_day <= meeting.day <= row.last_day:
                    found[meeting.pk] = meeting
                    if meeting.day <= row.kept_until:
                        self.after[row.cadre][meeting.pk] = meeting

    def _staff(self, agencies):
        """Return {agency id: {cadre id: its ``Posting``s there}} of those who serve some time from now on."""
        rows = Posting.objects.during(self.first_day, self.last_day).filter(agency__in=agencies).order_by()
        found = defaultdict(lambda: defaultdict(list))
        for row in rows.exclude(cadre__left_on__lt=self.first_day).select_related("cadre"):
            found[row.agency_id][row.cadre_id].append(row)
        # A large agency is never out all at once; what its staff hold is not looked at.
        return {agency: staff for agency, staff in found.items() if len(staff) <= self.small}

    def _held(self, people, changes):
        """The assignments of some people as they are, and as they would be after the changes."""
        ends = {change.replaces.pk: change.last_day for change in changes if change.replaces}
        rows = Assignment.objects.during(self.first_day, self.last_day).filter(cadre__in=people).order_by()
        return [
            HeldRole(
                row.cadre_id,
                row.locality_id,
                row.role,
                row.first_day or date.min,
                row.last_day or date.max,
                ends.get(row.pk, date.max),
            )
            for row in rows.only("cadre", "locality", "role", "first_day", "last_day")
        ]

    def at_the_same_time(self, position, change, user):
        """The new holder would be expected at two meetings at once."""
        others = self.after[change.cadre.pk].values()
        pairs = []
        for meeting in self._added_meetings(position, change):
            ends_at = meeting.known_end or meeting.starts_at + self.assumed
            pairs += [
                (meeting, other)
                for other in others
                if other.pk != meeting.pk and overlap(meeting.starts_at, ends_at, other, self.assumed)
            ]
        if not pairs:
            return
        meeting, other = min(pairs, key=lambda pair: (pair[0].starts_at, pair[0].pk, pair[1].starts_at, pair[1].pk))
        words = {"name": change.cadre.full_name, "moment": written.daytime(meeting.starts_at)}
        if user is None or can_see_place(other.place, user):
            sentence = _("%(name)s would have two meetings at the same time, %(moment)s; the other is: %(meeting)s.")
            words["meeting"] = ", ".join(filter(None, [other.title, other.place.above]))
        else:
            sentence = _("%(name)s would have two meetings at the same time, %(moment)s: here and another meeting.")
        days = {pair[0].day for pair in pairs}
        yield position, Objection("same_time", with_more(sentence % words, len(days) - 1))

    def agency_out(self, position, change):
        """Everybody of a small agency would be out on the same evening, and only because of the changes."""
        home = self.home[position]
        staff = self.staff.get(home and home.pk, {})
        if change.cadre.pk not in staff:
            return
        days = set()
        for meeting in self._added_meetings(position, change):
            if not meeting.takes_the_evening:
                continue
            day = meeting.day
            serving = [cadre for cadre, rows in staff.items() if any(serves_on(row, day) for row in rows)]
            if (
                len(serving) >= FEWEST_STAFF
                and not is_out(self.before[change.cadre.pk], day)
                and all(is_out(self.after[cadre], day) for cadre in serving)
            ):
                days.add(day)
        if days:
            sentence = _("In the evening of %(day)s all staff of %(agency)s would be out.")
            words = {"day": written.day(min(days)), "agency": home.name}
            yield position, Objection("agency_out", with_more(sentence % words, len(days) - 1))

    def _added_meetings(self, position, change):
        """Meetings that a change brings to its cadre, who is not expected there already."""
        known = self.before[change.cadre.pk]
        return [meeting for key, meeting in self.brought[position].items() if key not in known]


def is_out(meetings, day):
    """Return whether one of some meetings ({key: meeting}) takes the evening of a day."""
    return any(meeting.day == day and meeting.takes_the_evening for meeting in meetings.values())


def with_more(sentence, more):
    """A sentence about the first day, and on how many more days it is the same."""
    if not more:
        return sentence
    rest = ngettext("The same on %(number)s more day.", "The same on %(number)s more days.", more)
    return f"{sentence} {rest % {'number': written.count(more)}}"


class Calendar:
    """The planned meetings at which holders of some roles at some localities are expected on the days of a time."""

    def __init__(self, held, first_day, last_day):
        """``held`` are (locality id, role) pairs."""
        self.places = self._places({locality for locality, _role in held}, first_day, last_day)
        wanted = {(place.tier, role) for locality, role in held for place in self.places[locality]}
        expected = ExpectationRule.objects.filter(expectation=ExpectationRule.Expectation.EXPECTED)
        rules = defaultdict(list)
        for rule in expected.during(first_day, last_day):
            if (rule.tier, rule.role) in wanted:
                rules[rule.kind].append(rule)
        # (locality of the holder, role), and (locality of the meeting, tier of the holder, role).
        self._at, self._from_above = defaultdict(list), defaultdict(list)
        for meeting in self._meetings(rules, first_day, last_day):
            for rule in rules[meeting.kind]:
                if not rule.holds_on(meeting.day):
                    continue
                if reaches_down(rule, meeting.place):
                    self._from_above[meeting.locality_id, rule.tier, rule.role].append(meeting)
                elif (locality := getattr(meeting.place, f"{rule.tier}_id")) is not None:
                    self._at[locality, rule.role].append(meeting)

    def _places(self, localities, first_day, last_day):
        """Return {locality id: its places during the time}."""
        rows = Place.objects.during(first_day, last_day).filter(locality__in=localities)
        found = defaultdict(list)
        for place in rows.order_by("first_day"):
            found[place.locality_id].append(place)
        return found

    def _meetings(self, rules, first_day, last_day):
        """Planned meetings of these kinds in the branches of the localities; everywhere where these are too many."""
        rows = Meeting.objects.of_localities().filter(
            kind__in=list(rules), status=Meeting.Status.PLANNED, day__range=(first_day, last_day), place__isnull=False
        )
        if 0 < len(self.places) <= KEYS_AT_MOST:
            above, by_tier = set(), defaultdict(set)
            for locality, places in self.places.items():
                for place in places:
                    by_tier[place.tier].add(locality)
                    above |= {id for _tier, id, _name in place.chain}
            near = Q(locality__in=above)
            for tier, ids in sorted(by_tier.items()):
                near |= Q(**{f"place__{tier}__in": ids})
            rows = rows.filter(near)
        return rows.select_related("place").order_by("starts_at", "pk")

    def meetings_of(self, locality, role):
        """Yield the meetings at which whoever holds a role at a locality is expected."""
        yield from self._at.get((locality, role), ())
        for place in self.places.get(locality, ()):
            for _tier, above, _name in place.chain:
                for meeting in self._from_above.get((above, place.tier, role), ()):
                    if place.first_day <= meeting.day <= place.last_day:
                        yield meeting
