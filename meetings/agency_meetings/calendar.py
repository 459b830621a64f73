"""When the staff of an agency are expected at localities, and when the agency meets itself, for some days.

Two meetings of which one has no known end may or may not share time. It is then taken to last as long as a limit says
(``assumed``), and whoever is told so is told that this is assumed. That two do not share time is certain only where
the one that begins first has an end.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import OuterRef, QuerySet

from assignments.models import Agency
from assignments.models.posting import agency_on, staff_of_own_day
from cadrenet.periods import ONE_DAY
from meetings.models import Attendance, Meeting, RestrictedDay
from meetings.planning.days_off import SATURDAY, DaysOff
from meetings.queries import assumed_length, day_of


class Relation(StrEnum):
    """How a locality meeting lies to an agency's meeting of the same day."""

    SAME_TIME = "same_time"
    UNCLEAR = "unclear"
    SAME_DAY = "same_day"


@dataclass(frozen=True)
class Session:
    """One stretch of time in which an agency meets: a meeting, or a day of a training of several days."""

    starts_at: datetime
    ends_at: datetime | None = None

    @property
    def day(self) -> date:
        return day_of(self.starts_at)

    @property
    def days(self) -> list[date]:
        """All days on which it takes place."""
        last = day_of(self.ends_at or self.starts_at)
        return [self.day + ONE_DAY * step for step in range((last - self.day).days + 1)]

    def until(self, assumed: timedelta) -> datetime:
        """When it ends, or is taken to end."""
        return self.ends_at or self.starts_at + assumed

    def shifted(self, by: timedelta) -> "Session":
        """The same stretch earlier or later."""
        return Session(self.starts_at + by, self.ends_at and self.ends_at + by)

    def relation(self, other: Meeting, assumed: timedelta) -> Relation:
        """How another meeting lies to it."""
        theirs = other.known_end
        if self.starts_at < (theirs or other.starts_at + assumed) and other.starts_at < self.until(assumed):
            return Relation.SAME_TIME
        first_end = self.ends_at if self.starts_at <= other.starts_at else theirs
        return Relation.SAME_DAY if first_end else Relation.UNCLEAR


@dataclass(frozen=True)
class Line:
    """One of the staff who is expected at a locality meeting, as it lies to a session of the agency."""

    row: Attendance
    relation: Relation
    session: Session
    # Until when the locality meeting is taken to last where it has no end.
    assumed_until: datetime | None = None

    @property
    def meeting(self) -> Meeting:
        return self.row.meeting

    @property
    def ends_known(self) -> bool:
        """Whether both ends are known, so that it is certain whether they share time."""
        return bool(self.session.ends_at and self.meeting.known_end)

    @property
    def gap(self) -> timedelta | None:
        """The time between the two where they share none, and it is known."""
        if self.relation != Relation.SAME_DAY:
            return None
        if self.session.starts_at <= self.meeting.starts_at:
            return self.meeting.starts_at - self.session.ends_at if self.session.ends_at else None
        return self.session.starts_at - self.meeting.known_end if self.meeting.known_end else None

    @property
    def key(self) -> str:
        """What tells it from any other that somebody may have seen."""
        return f"{self.relation}:{self.row.pk}:{self.session.day}"


@dataclass
class AgencyCalendar:
    """An agency for some days: where its staff are expected, when it meets, which days are kept free."""

    agency: Agency
    assumed: timedelta
    days_off: DaysOff
    restrictions: list[RestrictedDay]
    rows: dict[date, list[Attendance]]
    own: dict[date, list[Meeting]]

    def lines(self, session: Session) -> Iterator[Line]:
        """Yield whom of the staff a session meets elsewhere: at the same time, or on the same day."""
        days = session.days
        for day in [session.day - ONE_DAY, *days]:
            for row in self.rows.get(day, ()):
                relation = session.relation(row.meeting, self.assumed)
                # Of the day before, only what lasts into this one.
                if day in days or relation == Relation.SAME_TIME:
                    until = None if row.meeting.known_end else row.meeting.starts_at + self.assumed
                    yield Line(row, relation, session, until)

    def own_meetings(self, session: Session, *, but: int | None = None) -> list[Meeting]:
        """The agency's own meetings that a session shares time with, except one."""
        return [
            other
            for day in [session.day - ONE_DAY, *session.days]
            for other in self.own.get(day, ())
            if other.pk != but and session.relation(other, self.assumed) == Relation.SAME_TIME
        ]

    def restricted(self, day: date) -> bool:
        """Whether agencies should not meet on a day (R48)."""
        return any(rule.covers(day) for rule in self.restrictions)

    def is_off(self, day: date) -> bool:
        """Whether nobody works on a day: a weekend that is not worked instead, a day off."""
        weekend = day.weekday() >= SATURDAY and day not in self.days_off.worked
        return weekend or self.days_off.covers(day)


def read_calendars(
    agencies: Iterable[Agency],
    first_day: date,
    last_day: date,
    *,
    rows: QuerySet[Any],
    meetings: QuerySet[Any],
    on: date,
) -> dict[int, AgencyCalendar]:
    """Return {agency id: ``AgencyCalendar``} from a day to another; five queries for one agency or twenty.

    ``rows`` and ``meetings`` are the attendances and meetings that the reader may see.
    """
    agencies = {agency.pk: agency for agency in agencies}
    expected = Attendance.objects.filter(
        staff_of_own_day(list(agencies)),
        expected=True,
        day__range=(first_day - ONE_DAY, last_day),
        meeting__status__in=[Meeting.Status.PLANNED, Meeting.Status.HELD],
    )
    found = rows.filter(pk__in=expected.order_by().values("pk")).annotate(at_agency=agency_on(OuterRef("day")))
    found = found.select_related("cadre", "meeting", "meeting__place")
    by_day: dict[int, dict[date, list[Attendance]]] = defaultdict(lambda: defaultdict(list))
    for row in found.order_by("meeting__starts_at", "cadre__sort_key", "pk"):
        by_day[row.at_agency][row.day].append(row)
    own: dict[int, dict[date, list[Meeting]]] = defaultdict(lambda: defaultdict(list))
    held = meetings.due().filter(agency__in=list(agencies), day__range=(first_day - ONE_DAY, last_day))
    for meeting in held.order_by("starts_at", "pk"):
        own[meeting.agency_id][meeting.day].append(meeting)
    shared = (
        assumed_length(on),
        DaysOff.between(first_day, last_day),
        list(RestrictedDay.objects.during(first_day, last_day)),
    )
    return {key: AgencyCalendar(agency, *shared, by_day[key], own[key]) for key, agency in agencies.items()}
