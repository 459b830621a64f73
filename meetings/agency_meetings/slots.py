"""When else an agency could meet: the times with the fewest clashes, as long as what was asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from cadrenet.periods import ONE_DAY
from meetings.agency_meetings.calendar import AgencyCalendar, Relation, Session
from meetings.queries import day_of, office_time

LOOK_AHEAD = 21
OFFERED = 3
# When offices usually begin to meet, beside the time that was asked for; and by when such a meeting is over.
USUAL_STARTS = (time(8), time(14))
OFFICE_CLOSES = time(17)


@dataclass(frozen=True)
class Slot:
    """A time at which an agency could meet, of one day or several, and how many of the staff it would concern."""

    sessions: tuple[Session, ...]
    same_time: int
    unclear: int
    same_day: int
    own: int
    # Of its days, how many are kept free for localities, and on how many nobody works.
    restricted: int
    off: int

    @property
    def value(self) -> str:
        """When it begins, as a button sends it."""
        return f"{timezone.localtime(self.starts_at):%Y-%m-%dT%H:%M}"

    @property
    def starts_at(self) -> datetime:
        return self.sessions[0].starts_at

    @property
    def ends_at(self) -> datetime | None:
        """When its last day ends."""
        return self.sessions[-1].ends_at

    @property
    def clock_ends_at(self) -> datetime | None:
        """When its first day ends."""
        return self.sessions[0].ends_at

    @property
    def is_free(self) -> bool:
        """Whether it needs no reason and meets nobody at the same time."""
        return not (self.same_time or self.own or self.restricted)

    @property
    def cost(self) -> tuple[int, ...]:
        return (self.restricted, self.off, self.same_time + self.own, self.unclear)


def slot_of(
    sessions: list[Session], calendar: AgencyCalendar, *, exempt: bool = False, but: int | None = None
) -> Slot:
    """Return what some sessions would mean for the staff of an agency."""
    people: dict[Relation, set[int]] = {relation: set() for relation in Relation}
    for session in sessions:
        for line in calendar.lines(session):
            people[line.relation].add(line.row.cadre_id)
    days = [day for session in sessions for day in session.days]
    same_time, unclear = people[Relation.SAME_TIME], people[Relation.UNCLEAR] - people[Relation.SAME_TIME]
    return Slot(
        sessions=tuple(sessions),
        same_time=len(same_time),
        unclear=len(unclear),
        same_day=len(people[Relation.SAME_DAY] - same_time - unclear),
        own=sum(len(calendar.own_meetings(session, but=but)) for session in sessions),
        restricted=0 if exempt else sum(map(calendar.restricted, days)),
        off=sum(map(calendar.is_off, days)),
    )


def best_slots(
    sessions: list[Session],
    calendar: AgencyCalendar,
    *,
    now: datetime,
    exempt: bool = False,
    but: int | None = None,
    number: int = OFFERED,
) -> list[Slot]:
    """Return the times with the fewest clashes from the day on that was asked for, the nearest first.

    ``but`` is the key of the meeting that would be moved. Each is on a day of its own where there are days enough.
    """
    found = [
        slot_of(candidate, calendar, exempt=exempt, but=but)
        for candidate in candidates(sessions, now, calendar.assumed)
    ]
    # The nearest of what costs the same; of a day, the time that was asked for.
    found.sort(key=lambda slot: (slot.cost, day_of(slot.starts_at)))
    chosen: list[Slot] = []
    for slot in found:
        if len(chosen) < number and day_of(slot.starts_at) not in {day_of(one.starts_at) for one in chosen}:
            chosen.append(slot)
    return sorted(chosen, key=lambda slot: slot.starts_at)


def candidates(sessions: list[Session], now: datetime, assumed: timedelta) -> Iterator[list[Session]]:
    """Yield the same sessions at other times; those of several days as whole days, at their own time."""
    first = sessions[0]
    clocks = [timezone.localtime(first.starts_at).time()]
    if len(sessions) == 1 and len(first.days) == 1:
        clocks += [clock for clock in USUAL_STARTS if clock not in clocks]
    begin = max(first.day, day_of(now))
    for step in range(LOOK_AHEAD):
        day = begin + ONE_DAY * step
        for position, clock in enumerate(clocks):
            by = office_time(day, clock) - first.starts_at
            moved = [session.shifted(by) for session in sessions]
            too_late = position and timezone.localtime(moved[0].until(assumed)).time() > OFFICE_CLOSES
            if by and moved[0].starts_at > now and not too_late:
                yield moved
