"""What planning some patterns would do, worked out and not yet written: pages preview it, actions carry it out.

Of one kind a locality holds one regular meeting a month. So a month is left alone in which there is a meeting of that
kind already, be it typed, moved or cancelled by hand: planned again, nothing comes twice, and nothing comes back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from assignments.models import Place
from assignments.places import PlaceIndex
from cadrenet.periods import Month
from meetings.models import Attendance, Meeting, Pattern
from meetings.planning.days_off import DaysOff, DaysOffTogether

MONTHS_AHEAD = 12
# What a pattern decides about each of its meetings.
DECIDED = ("pattern_id", "planned_for", "starts_at", "ends_at", "venue", "day", "place_id", "area_id")


def planned_until(day: date, months: int = MONTHS_AHEAD) -> date:
    """Return the last day up to which is planned: after the month of a day, so many whole months."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return Month(year, month + 1).last_day


@dataclass
class Occurrence:
    """A pattern in one month: the date by its rule, the day on which it is held, and the meeting.

    ``off`` are the days off that lie in between. ``place`` is None where the locality does not exist on that day, and
    so there is no meeting. ``kept`` is a meeting that stands there by hand, and is left as it is.
    """

    pattern: Pattern
    planned_for: date
    day: date
    off: DaysOffTogether | None = None
    place: Place | None = None
    meeting: Meeting | None = None
    kept: Meeting | None = None

    def settle(self, meeting: Meeting) -> bool:
        """Give a meeting what the pattern decides about it; return whether that changed anything."""
        had = [getattr(meeting, name) for name in DECIDED]
        pattern, starts = self.pattern, timezone.make_aware(datetime.combine(self.day, self.pattern.starts))
        meeting.pattern, meeting.planned_for, meeting.venue = pattern, self.planned_for, pattern.venue
        meeting.starts_at, meeting.day = starts, self.day
        meeting.ends_at = starts + timedelta(minutes=pattern.minutes) if pattern.minutes else None
        meeting.place, meeting.area_id = self.place, self.place.area_id if self.place else None
        self.meeting = meeting
        return had != [getattr(meeting, name) for name in DECIDED]


@dataclass
class Plan:
    """Meetings that are new, that change, and that go, and every occurrence of the time that was planned."""

    occurrences: list[Occurrence] = field(default_factory=list)
    new: list[Meeting] = field(default_factory=list)
    changed: list[Meeting] = field(default_factory=list)
    gone: list[Meeting] = field(default_factory=list)

    @property
    def kept(self) -> list[Occurrence]:
        """Occurrences in whose place somebody has entered, moved, cancelled or recorded a meeting."""
        return [occurrence for occurrence in self.occurrences if occurrence.kept]

    @property
    def missing(self) -> list[Occurrence]:
        """Occurrences that are none, as their locality does not exist by then."""
        return [occurrence for occurrence in self.occurrences if occurrence.place is None]


def untouched(today: date) -> Q:
    """Return the condition that a meeting of a pattern lies ahead, and nobody has said or changed anything of it."""
    said = Attendance.objects.filter(meeting=OuterRef("pk")).exclude(status=Attendance.Status.UNRECORDED)
    condition = Q(pattern__isnull=False, by_hand=False, status=Meeting.Status.PLANNED, day__gt=today)
    condition &= ~Q(Exists(said))
    for relation in Meeting._meta.related_objects:
        model: Any = relation.related_model
        # Whatever else is ever recorded of a meeting, one of which something is recorded is not untouched.
        if model is not Attendance:
            condition &= ~Q(Exists(model._base_manager.filter(**{relation.field.name: OuterRef("pk")})))
    return condition


def group_of(row: Any) -> tuple[int, str]:
    """Whose meetings of which kind: of a group there is one regular meeting a month."""
    return row.locality_id, row.kind


def plan_of(
    patterns: Iterable[Pattern],
    *,
    today: date,
    months: int = MONTHS_AHEAD,
    days_off: DaysOff | None = None,
) -> Plan:
    """Return the plan of some patterns for the next months.

    ``patterns`` are all of each locality and kind that is concerned, stored or about to be. What is stored and
    untouched follows its pattern beyond these months, too; what is new lies in them.
    """
    groups: defaultdict[tuple[int, str], list[Pattern]] = defaultdict(list)
    for pattern in patterns:
        groups[group_of(pattern)].append(pattern)
    until = planned_until(today, months)
    planner = _Planner(groups, today, until, days_off)
    plan = Plan()
    for group, some in sorted(groups.items()):
        planner.plan_group(group, sorted(some, key=lambda pattern: pattern.first_day or date.min), plan)
    return plan


class _Planner:
    """What planning many localities asks for, read once."""

    def __init__(
        self, groups: Collection[tuple[int, str]], today: date, until: date, days_off: DaysOff | None
    ) -> None:
        self.today, self.until = today, until
        # The last day of a month may be off, and the next one that is not lie in the month after.
        self.first = Month.of(today).previous
        localities = {locality for locality, _kind in groups}
        kinds = {kind for _locality, kind in groups}
        self.places = PlaceIndex(localities)
        # By group and month; ``is_free`` says that a meeting is untouched.
        self.meetings: defaultdict[tuple[int, str], defaultdict[Month, list[Any]]]
        self.meetings = defaultdict(lambda: defaultdict(list))
        found = Meeting.objects.filter(
            Q(day__gte=self.first.first_day) | Q(planned_for__gte=self.first.first_day),
            # One that somebody has made another kind of meeting still stands for its pattern's.
            Q(kind__in=kinds) | Q(pattern__kind__in=kinds),
            locality__in=localities,
        )
        last_day = until
        for meeting in found.annotate(is_free=untouched(today)).select_related("pattern").order_by("day", "pk"):
            self.meetings[group_of(meeting.pattern or meeting)][Month.of(meeting.planned_for or meeting.day)].append(
                meeting
            )
            last_day = max(last_day, meeting.day)
        self.days_off = days_off or DaysOff.between(self.first.first_day, last_day)

    def plan_group(self, group: tuple[int, str], patterns: list[Pattern], plan: Plan) -> None:
        """Plan the months of one locality and kind."""
        stored = self.meetings[group]
        ahead = [month for month, rows in stored.items() if any(row.is_free for row in rows)]
        month, last = self.first, max([Month.of(self.until), *ahead])
        while month <= last:
            self._plan_month(month, patterns, stored.get(month, []), plan)
            month = month.next

    def _plan_month(self, month: Month, patterns: list[Pattern], rows: list[Any], plan: Plan) -> None:
        free = [row for row in rows if row.is_free]
        wanted = next(self._occurrences(month, patterns), None)
        if wanted is not None and (free or wanted.planned_for <= self.until):
            plan.occurrences.append(wanted)
        if wanted is None or wanted.place is None:
            plan.gone += free
            return
        if free:
            own = next((row for row in free if row.pattern_id == wanted.pattern.pk), free[0])
            plan.gone += [row for row in free if row is not own]
            if wanted.settle(own):
                plan.changed.append(own)
        elif rows:
            wanted.kept = rows[0]
        elif wanted.planned_for <= self.until:
            meeting = Meeting(locality_id=wanted.pattern.locality_id, kind=wanted.pattern.kind)
            wanted.settle(meeting)
            plan.new.append(meeting)

    def _occurrences(self, month: Month, patterns: list[Pattern]) -> Iterator[Occurrence]:
        """Yield what the patterns ask for in a month, on days from today on."""
        for pattern in patterns:
            planned_for = pattern.rule.date_in(month)
            if not pattern.holds_on(planned_for):
                continue
            day = self.days_off.next_day(planned_for)
            if day >= self.today:
                off = self.days_off.around(planned_for)
                yield Occurrence(pattern, planned_for, day, off, self.places.on(pattern.locality_id, day))
