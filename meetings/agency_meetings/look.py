"""What stands in the way of an agency's meeting, looked at while it is typed and once more when it is saved."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from assignments.models import Agency, Cadre
from assignments.models.posting import staff_on
from cadrenet.periods import ONE_DAY
from meetings.agency_meetings.calendar import AgencyCalendar, Line, Relation, Session, read_calendars
from meetings.agency_meetings.slots import LOOK_AHEAD, Slot, best_slots
from meetings.models import Attendance, Meeting
from meetings.queries import day_of

# The agency's last meetings of a kind tell how long one usually takes; fewer than some tell nothing.
LAST_MEETINGS = 20
TELLING = 3
LONGEST_IN_A_DAY = timedelta(hours=12)


@dataclass(frozen=True)
class Proposal:
    """An agency's meeting as it is about to be saved; one of several days has a session for each."""

    agency: Agency
    sessions: tuple[Session, ...]
    exempt: bool = False
    # The key of the stored meeting that is changed.
    meeting: int | None = None

    @classmethod
    def of(cls, meeting: Meeting) -> "Proposal":
        """A stored meeting, as it stands."""
        session = Session(meeting.starts_at, meeting.known_end)
        return cls(meeting.agency, (session,), exempt=meeting.is_exempt, meeting=meeting.pk)

    @property
    def key(self) -> str:
        """What a look at it is about: at another time everything is looked at anew."""
        times = [f"{clock_of(one.starts_at)}-{clock_of(one.ends_at)}" for one in self.sessions]
        return "/".join([str(self.agency.pk), *times])

    @property
    def days(self) -> list[date]:
        return [day for session in self.sessions for day in session.days]


@dataclass(frozen=True)
class DayOfProposal:
    """One day of a training of several days."""

    day: date
    restricted: bool
    same_time: list[Line]
    others: list[Line]


@dataclass
class Look:
    """What stands in the way of a proposed meeting: a warning with ways on, never a refusal."""

    proposal: Proposal
    calendar: AgencyCalendar
    staff: int
    restricted: list[date]
    lines: list[Line]
    own: list[Meeting]
    slots: list[Slot] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.restricted or self.lines or self.own)

    def with_relation(self, relation: Relation) -> list[Line]:
        return [line for line in self.lines if line.relation == relation]

    @property
    def same_time(self) -> list[Line]:
        return self.with_relation(Relation.SAME_TIME)

    @property
    def unclear(self) -> list[Line]:
        return self.with_relation(Relation.UNCLEAR)

    @property
    def same_day(self) -> list[Line]:
        return self.with_relation(Relation.SAME_DAY)

    @property
    def people(self) -> list[Cadre]:
        """Those of the staff who have a locality meeting at the same time, in order."""
        return list({line.row.cadre_id: line.row.cadre for line in self.same_time}.values())

    @property
    def others(self) -> int:
        """How many more of the staff have one on the same day."""
        return len({line.row.cadre_id for line in self.lines} - {line.row.cadre_id for line in self.same_time})

    @property
    def ends_known(self) -> bool:
        """Whether all ends are known: only then it is said that nobody is kept."""
        return all(line.ends_known for line in self.lines)

    @property
    def end_assumed(self) -> bool:
        """Whether the meeting itself has no end."""
        return any(session.ends_at is None for session in self.proposal.sessions)

    @property
    def assumed_until(self) -> datetime:
        """Until when a meeting without an end is taken to last."""
        return self.proposal.sessions[-1].until(self.calendar.assumed)

    @property
    def exempt_days(self) -> list[date]:
        """Days kept free that do not bind what the province calls out of turn."""
        return [day for day in self.proposal.days if self.proposal.exempt and self.calendar.restricted(day)]

    @property
    def needs_reason(self) -> bool:
        """Whether whoever meets all the same says why."""
        return bool(self.restricted or self.same_time)

    @property
    def in_groups(self) -> bool:
        """Whether a head of a group answers for a locality that meets at the same time."""
        return any(line.meeting.place and line.meeting.place.regional_group_id for line in self.same_time)

    @property
    def several_days(self) -> list[DayOfProposal]:
        """Day by day, where the meeting has several."""
        if len(self.proposal.sessions) == 1:
            return []
        return [
            DayOfProposal(
                session.day,
                session.day in self.restricted,
                [line for line in self.same_time if line.session == session],
                [line for line in self.lines if line.session == session and line.relation != Relation.SAME_TIME],
            )
            for session in self.proposal.sessions
        ]

    # --- What somebody has seen of it

    @property
    def weighty(self) -> set[str]:
        """What asks for a reason or for another time, as keys."""
        keys = {f"restricted:{day}" for day in self.restricted} | {line.key for line in self.same_time}
        return keys | {f"own:{meeting.pk}" for meeting in self.own}

    @property
    def keys(self) -> set[str]:
        return self.weighty | {line.key for line in self.lines}

    @property
    def seen(self) -> str:
        """What a page that shows it sends along: what it was about, and what was seen."""
        return " ".join([self.proposal.key, *sorted(self.keys)])

    def unseen(self, seen: str, *, light: bool = True) -> set[str]:
        """Return keys of what a page had not shown; without ``light``, of what asks for a reason only."""
        about, *known = seen.split() or [""]
        asked = self.keys if light else self.weighty
        return asked - set(known) if about == self.proposal.key else asked

    def came_up(self, seen: str) -> list[Meeting]:
        """Return meetings that came into its way after a page had looked at the same time; none if it had not."""
        if seen.split()[:1] != [self.proposal.key]:
            return []
        new = self.unseen(seen)
        meetings = [line.meeting for line in self.lines if line.key in new]
        meetings += [meeting for meeting in self.own if f"own:{meeting.pk}" in new]
        return list({meeting.pk: meeting for meeting in meetings}.values())


def clock_of(moment: datetime | None) -> str:
    """A moment in few signs."""
    return f"{timezone.localtime(moment):%Y%m%d%H%M}" if moment else ""


def look_at(
    proposal: Proposal,
    *,
    staff: QuerySet[Any],
    rows: QuerySet[Attendance],
    meetings: QuerySet[Meeting],
    now: datetime,
) -> Look:
    """Return what stands in the way of a proposed meeting, and when else it could be. Six queries.

    ``staff`` are the cadres, ``rows`` and ``meetings`` the attendances and meetings that the user may see. A meeting
    that a province or the country convenes out of turn is exempt from the days kept free.
    """
    first_day, last_day = proposal.days[0], proposal.days[-1]
    until = max(last_day, day_of(now)) + ONE_DAY * (LOOK_AHEAD + len(proposal.days))
    calendars = read_calendars([proposal.agency], first_day, until, rows=rows, meetings=meetings, on=first_day)
    found = look_in(proposal, calendars[proposal.agency.pk])
    found.staff = staff.filter(staff_on(first_day, [proposal.agency], "pk")).count()
    if last_day >= day_of(now):
        found.slots = slots_for(proposal, found.calendar, now)
    return found


def look_in(proposal: Proposal, calendar: AgencyCalendar) -> Look:
    """Return what stands in the way of a proposed meeting, from a calendar that was read."""
    lines = [line for session in proposal.sessions for line in calendar.lines(session)]
    own = {
        meeting.pk: meeting
        for session in proposal.sessions
        for meeting in calendar.own_meetings(session, but=proposal.meeting)
    }
    restricted = [] if proposal.exempt else [day for day in proposal.days if calendar.restricted(day)]
    return Look(proposal, calendar, 0, restricted, lines, list(own.values()))


def slots_for(proposal: Proposal, calendar: AgencyCalendar, now: datetime, number: int = 3) -> list[Slot]:
    """Return the best other times for a proposed meeting."""
    sessions = list(proposal.sessions)
    return best_slots(sessions, calendar, now=now, exempt=proposal.exempt, but=proposal.meeting, number=number)


def usual_length(agency: Agency, kind: str, meetings: QuerySet[Meeting]) -> timedelta | None:
    """Return how long an agency's meetings of a kind usually take, by the last ones that have an end; or None."""
    last = meetings.due().filter(agency=agency, kind=kind, ends_at__isnull=False).order_by("-starts_at", "pk")
    times: Iterable[tuple[datetime, datetime]] = last.values_list("starts_at", "ends_at")[:LAST_MEETINGS]
    lengths = [ends - starts for starts, ends in times if timedelta(0) < ends - starts <= LONGEST_IN_A_DAY]
    return median_low(lengths) if len(lengths) >= TELLING else None
