"""What a phone keeps of its owner's calendar, for an evening without a network: the own meetings and nobody else."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from assignments.models import User
from assignments.scope import reach_of
from cadrenet.templatetags.figures import weekday
from meetings.entries import said_of
from meetings.models import Attendance, Meeting

BEHIND, AHEAD = timedelta(days=14), timedelta(days=60)
AT_MOST = 60


def own_meetings(user: User, on: date) -> list[dict[str, Any]]:
    """Return where a user is expected: in the next weeks, and lately where nothing is recorded yet. One query."""
    cadre = reach_of(user).cadre
    if cadre is None:
        return []
    rows = Attendance.objects.visible_to(user).filter(
        cadre=cadre,
        expected=True,
        day__range=(on - BEHIND, on + AHEAD),
        meeting__status__in=[Meeting.Status.PLANNED, Meeting.Status.HELD],
    )
    rows = rows.select_related("meeting", "meeting__place", "meeting__agency")
    return [
        as_json(row)
        for row in rows.order_by("day", "meeting__starts_at", "pk")[:AT_MOST]
        if row.day >= on or row.status == Attendance.Status.UNRECORDED
    ]


def as_json(row: Attendance) -> dict[str, Any]:
    """One meeting as the phone draws it."""
    meeting, starts = row.meeting, timezone.localtime(row.meeting.starts_at)
    return {
        "meeting": meeting.pk,
        "title": meeting.title,
        "above": meeting.place.above if meeting.place else "",
        "when": f"{weekday(row.day)}, {starts:%H:%M}",
        "day": row.day.isoformat(),
        "venue": meeting.venue,
        "was": list(said_of(row)),
    }
