"""The agency meetings that stand in the way of something and can still be moved, each with a free time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from assignments.models import Agency, User
from cadrenet.periods import ONE_DAY, Quarter
from meetings.agency_meetings.calendar import read_calendars
from meetings.agency_meetings.look import Look, Proposal, look_in, slots_for
from meetings.agency_meetings.slots import LOOK_AHEAD, Slot
from meetings.models import AGENCY_KINDS, Attendance, Meeting
from meetings.queries import day_of


@dataclass
class OpenClash:
    """An agency's meeting ahead, what stands in its way, and the nearest free time if it is the reader's to move."""

    meeting: Meeting
    look: Look
    slot: Slot | None = None


@dataclass
class OpenClashes:
    """The first of them, and how many there are."""

    shown: list[OpenClash]
    number: int

    @property
    def more(self) -> int:
        return self.number - len(self.shown)


def open_clashes(
    user: User,
    quarter: Quarter,
    *,
    now: datetime,
    at_most: int,
    agency: Agency | None = None,
    rows: QuerySet[Any] | None = None,
) -> OpenClashes:
    """Return the meetings ahead of a quarter that need a reason, the soonest first. Seven queries.

    ``rows`` are the attendances that are looked at, if not all that the user sees; then days kept free say nothing.
    """
    day, seen = day_of(now), Meeting.objects.visible_to(user)
    if quarter.last_day < day:
        return OpenClashes([], 0)
    ahead = seen.filter(kind__in=AGENCY_KINDS, status=Meeting.Status.PLANNED, starts_at__gt=now)
    ahead = ahead.filter(day__range=quarter.days)
    if agency is not None:
        ahead = ahead.filter(agency=agency)
    meetings = list(ahead.select_related("agency").order_by("starts_at", "pk"))
    if not meetings:
        return OpenClashes([], 0)
    last = max(day_of(meeting.ends_at or meeting.starts_at) for meeting in meetings)
    calendars = read_calendars(
        {meeting.agency for meeting in meetings},
        meetings[0].day,
        last + ONE_DAY * LOOK_AHEAD,
        rows=Attendance.objects.visible_to(user) if rows is None else rows,
        meetings=seen,
        on=day,
    )
    found = []
    for meeting in meetings:
        look = look_in(Proposal.of(meeting), calendars[meeting.agency_id])
        if look.same_time or (look.restricted and rows is None):
            found.append(OpenClash(meeting, look))
    shown = found[:at_most]
    keys = [one.meeting.pk for one in shown]
    movable = (
        set(Meeting.objects.editable_by(user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    )
    for one in shown:
        if one.meeting.pk in movable:
            slots = slots_for(one.look.proposal, one.look.calendar, now, number=1)
            one.slot = next((slot for slot in slots if slot.is_free), None)
    return OpenClashes(shown, len(found))
