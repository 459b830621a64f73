"""Rosters: who is expected at a meeting, kept in step with assignments, rules and the tree.

What was recorded is never thrown away: somebody no longer expected stays as recorded, marked as a guest. But an
answer is given for a date: when the meeting has moved to another day, it no longer stands by itself. The row is
unrecorded again, and the history keeps what was said, and of which day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from assignments.models import Assignment, Place, Tier
from assignments.places import RANKS
from assignments.queries import KEYS_AT_MOST
from cadrenet.history import sign_change
from meetings.models import Attendance, ExpectationRule, Meeting

BATCH = 2000
# Kept with the history of an answer that no longer stands, before the day for which it was given.
MOVED = "moved"
# A condition names each locality a dozen times, and a database takes only so many parameters in one query.


def expected_at(meetings: Iterable[Meeting]) -> set[tuple[int, int]]:
    """Return the set of (meeting id, cadre id) that the rules expect at these meetings, each with its ``place``.

    Works through any number of meetings with a fixed number of queries. A cancelled meeting expects nobody.
    """
    return meant_by_rules(m for m in meetings if m.status != Meeting.Status.CANCELLED)


def meant_by_rules(meetings: Iterable[Meeting]) -> set[tuple[int, int]]:
    """As ``expected_at``, also of meetings that are cancelled: whom the rules would expect there."""
    meetings = [m for m in meetings if m.place_id]
    if not meetings:
        return set()
    rules = defaultdict(list)
    for rule in ExpectationRule.objects.filter(expectation=ExpectationRule.Expectation.EXPECTED):
        rules[rule.kind].append(rule)
    holders = Holders(meetings, rules)

    expected = set()
    for meeting in meetings:
        for rule in rules[meeting.kind]:
            if rule.holds_on(meeting.day):
                for cadre in holders.cadres_expected(meeting, rule):
                    expected.add((meeting.pk, cadre))
    return expected


def reaches_down(rule: ExpectationRule, place: Place) -> bool:
    """Return whether a rule means localities below the place of a meeting, and not the place or one above it."""
    below: bool = RANKS[rule.tier] > RANKS[place.tier]
    return below


class Holders:
    """Who holds which role where, for the branches of the tree in which some meetings take place."""

    def __init__(self, meetings: list[Meeting], rules: Mapping[str, list[ExpectationRule]]) -> None:
        days = [meeting.day for meeting in meetings]
        self.first_day, self.last_day = min(days), max(days)
        localities: set[int] = set()
        tops: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for meeting in meetings:
            place, locality = meeting.place, meeting.locality_id
            if place is None or locality is None:
                continue
            for rule in rules[meeting.kind]:
                if reaches_down(rule, place):
                    tops[place.tier, rule.tier].add(locality)
                else:
                    localities.add(getattr(place, f"{rule.tier}_id"))
        self._below = self._places_below(tops)
        localities |= {locality for places in self._below.values() for locality, *_days in places}

        self._assignments = defaultdict(list)
        found = Assignment.objects.during(self.first_day, self.last_day)
        # Past some hundred, the list of localities costs more than reading all assignments of the time.
        if len(localities) < 500:
            found = found.filter(locality__in=localities)
        for assignment in found.only("cadre", "locality", "role", "first_day", "last_day"):
            self._assignments[assignment.locality_id, assignment.role].append(assignment)

    def _places_below(
        self, tops: Mapping[tuple[str, str], set[int]]
    ) -> dict[tuple[str, int], list[tuple[int, date, date]]]:
        """Return (tier, top locality) -> (locality, first day, last day) below it, for rules that reach down."""
        below = defaultdict(list)
        for (top_tier, tier), ids in tops.items():
            places = Place.objects.during(self.first_day, self.last_day).filter(tier=tier, **{f"{top_tier}__in": ids})
            for top, *place in places.values_list(f"{top_tier}_id", "locality_id", "first_day", "last_day"):
                below[tier, top].append(tuple(place))
        return below

    def cadres_expected(self, meeting: Meeting, rule: ExpectationRule) -> Iterator[int]:
        if meeting.place is None or meeting.locality_id is None:
            return
        if reaches_down(rule, meeting.place):
            localities = [
                id
                for id, first_day, last_day in self._below[rule.tier, meeting.locality_id]
                if first_day <= meeting.day <= last_day
            ]
        else:
            localities = [getattr(meeting.place, f"{rule.tier}_id")]
        for locality in localities:
            for assignment in self._assignments.get((locality, rule.role), ()):
                if assignment.holds_on(meeting.day):
                    yield assignment.cadre_id


def keep_rosters(meetings: QuerySet[Meeting]) -> int:
    """Bring the rosters of a queryset of meetings in line with the rules; return how many rows changed."""
    return keep_rosters_of(meetings.order_by().values_list("pk", flat=True))


@transaction.atomic
def keep_rosters_of(keys: Iterable[int]) -> int:
    """As ``keep_rosters`` for meetings named by their keys, however many these are."""
    changed = 0
    keys = sorted(keys)
    for start in range(0, len(keys), BATCH):
        batch = Meeting.objects.filter(pk__in=keys[start : start + BATCH]).select_related("place").order_by("pk")
        # Whoever records one of these meetings holds it, too: nothing is dropped that somebody records meanwhile.
        changed += _keep_rosters(list(batch.select_for_update(of=("self",))))
    return changed


def ask_again(rows: QuerySet[Attendance]) -> None:
    """Set answers that were given for another day of their meeting back to unrecorded; the history keeps them."""
    asked = list(rows)
    for row in asked:
        sign_change(row, why=f"{MOVED} {row.day}")
        row.status, row.reason, row.note = Attendance.Status.UNRECORDED.value, "", ""
        row.excuse_answered_by = None
    bulk_update_with_history(asked, Attendance, ["status", "reason", "note", "excuse_answered_by"])


def _keep_rosters(meetings: list[Meeting]) -> int:
    by_key = {meeting.pk: meeting for meeting in meetings}
    rows = rows_of(meetings)
    unrecorded = Attendance.Status.UNRECORDED
    if moved := [row for row in rows if row.status != unrecorded and row.day != by_key[row.meeting_id].day]:
        ask_again(Attendance.objects.filter(pk__in=[row.pk for row in moved]))
        for row in moved:
            row.status = unrecorded.value
    found = compared(meetings, rows)
    Attendance.objects.filter(pk__in=[row.pk for row in found.dropped]).delete()
    Attendance.objects.filter(pk__in=[row.pk for row in found.outdated]).point()
    for now_expected in (True, False):
        keys = [row.pk for row in found.flipped if row.expected == now_expected]
        Attendance.objects.filter(pk__in=keys).update(expected=now_expected)
    # Somebody else may be keeping the same roster: the constraint answers, not a look beforehand.
    Attendance.objects.bulk_create(found.missing, batch_size=2000, ignore_conflicts=True)
    return sum(map(len, (found.dropped, found.outdated, found.flipped, found.missing)))


def rows_of(meetings: Iterable[Meeting]) -> list[Attendance]:
    """Return the rows of attendance of some meetings, with what of them is derived, and what was recorded."""
    rows = Attendance.objects.filter(meeting__in=[meeting.pk for meeting in meetings])
    return list(rows.only("meeting", "cadre", "status", "expected", "day", "held", "place", "area"))


@dataclass
class Compared:
    """How rows of attendance differ from what the rules and their meetings say.

    ``outdated`` rows repeat by now what their meeting says, ``flipped`` ones say whether they are expected, and
    ``missing`` ones are not saved yet.
    """

    dropped: list[Attendance] = field(default_factory=list)
    outdated: list[Attendance] = field(default_factory=list)
    flipped: list[Attendance] = field(default_factory=list)
    missing: list[Attendance] = field(default_factory=list)


def compared(meetings: list[Meeting], rows: list[Attendance]) -> Compared:
    """Compare all rows of attendance of some meetings, each with its ``place``, with what they should be."""
    by_key = {meeting.pk: meeting for meeting in meetings}
    expected = expected_at(meetings)
    seen: set[tuple[int, int]] = set()
    result = Compared()
    for row in rows:
        key = (row.meeting_id, row.cadre_id)
        seen.add(key)
        if key not in expected and row.status == Attendance.Status.UNRECORDED:
            result.dropped.append(row)
            continue
        if row.expected != (key in expected):
            row.expected = key in expected
            result.flipped.append(row)
        if copy_from_meeting(row, by_key[row.meeting_id]):
            result.outdated.append(row)
    for meeting_id, cadre_id in sorted(expected - seen):
        row = Attendance(meeting_id=meeting_id, cadre_id=cadre_id, expected=True)
        copy_from_meeting(row, by_key[meeting_id])
        result.missing.append(row)
    return result


def copy_from_meeting(row: Attendance, meeting: Meeting) -> bool:
    """Let an attendance repeat what figures need of its meeting; return whether anything changed."""
    had = (row.day, row.held, row.place_id, row.area_id)
    row.day, row.held, row.place_id, row.area_id = meeting.day, meeting.is_held, meeting.place_id, meeting.area_id
    return had != (row.day, row.held, row.place_id, row.area_id)


def follow_assignments(
    sender: type, localities: Iterable[int], first_day: date | None, last_day: date | None, **kwargs: Any
) -> None:
    """Keep the rosters of all meetings in the branches of some localities, from the first to the last day."""
    meetings = Meeting.objects.all()
    if first_day:
        meetings = meetings.filter(day__gte=first_day)
    if last_day:
        meetings = meetings.filter(day__lte=last_day)
    localities = list(localities)
    keys: set[int] = set()
    for start in range(0, len(localities), KEYS_AT_MOST):
        found = meetings.filter(in_branches_of(localities[start : start + KEYS_AT_MOST]))
        keys.update(found.values_list("pk", flat=True))
    keep_rosters_of(keys)


def recorded_since(sender: type, assignment: Assignment, made_at: datetime | None, **kwargs: Any) -> str | None:
    """Say that somebody has recorded whether the cadre of an assignment came, who is not expected without it.

    Answers ``assignments.signals.assignment_taken_back``: by now the roster has followed.
    """
    rows = Attendance.objects.filter(cadre=assignment.cadre_id, expected=False)
    rows = rows.exclude(status=Attendance.Status.UNRECORDED).filter(day__gte=assignment.first_day or date.min)
    near = Meeting.objects.filter(in_branches_of([assignment.locality_id])).order_by().values("pk")
    said = Attendance.history.filter(history_date__gte=made_at, id__in=rows.filter(meeting__in=near).values("pk"))
    if made_at is None or not said.exists():
        return None
    return _(
        "Nothing was taken back: meanwhile somebody has recorded whether %(cadre)s came. "
        "End the new assignment instead."
    ) % {"cadre": assignment.cadre.full_name}


def in_branches_of(localities: list[int]) -> Q:
    """Return the condition that a meeting is of some localities, of one below them or of one above them."""
    condition = Q(locality__in=localities)
    for tier in Tier.values:
        condition |= Q(**{f"place__{tier}__in": localities})
    above = Place.objects.filter(locality__in=localities)
    for tier in Tier.values:
        condition |= Q(locality__in=above.exclude(**{tier: None}).values(tier))
    return condition


def wrong_rosters(meetings: QuerySet[Meeting] | None = None) -> set[tuple[int, int]]:
    """Return (meeting id, cadre id) pairs in which rosters and rules differ. Empty when all is well."""
    meetings = Meeting.objects.all() if meetings is None else meetings
    wrong = set()
    keys = list(meetings.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        batch = list(Meeting.objects.filter(pk__in=keys[start : start + BATCH]).select_related("place"))
        rows = Attendance.objects.filter(meeting__in=[m.pk for m in batch], expected=True)
        wrong |= expected_at(batch) ^ set(rows.values_list("meeting", "cadre"))
    return wrong
