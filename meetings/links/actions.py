"""Links are made and revoked; and by one of them somebody says whether he was there."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import User
from assignments.scope import reach_of
from cadrenet.history import sign_change
from meetings.actions import BY_LINK, record_attendance
from meetings.entries import Mark, Refused
from meetings.links.opening import Opened
from meetings.models import Attendance, AttendanceLink, Meeting
from meetings.models.link import hashed

# 192 bits: nobody guesses one.
TOKEN_BYTES = 24
SAID = (Attendance.Status.PRESENT, Attendance.Status.ABSENT)


@transaction.atomic
def make_links(rows: Iterable[Attendance], *, by: User, at: datetime) -> dict[int, str]:
    """Make a link for each of some rows of one meeting, which revokes the one before; return token by cadre id.

    The tokens are told here and never again: only what is made of them is stored.
    """
    tokens: dict[int, str] = {}
    for row in rows:
        # Two who make one for the same cadre wait here for each other.
        list(Meeting.objects.filter(pk=row.meeting_id).select_for_update().values_list("pk"))
        for former in AttendanceLink.objects.filter(meeting=row.meeting_id, cadre=row.cadre_id).standing():
            revoke(former, by=by, at=at)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        link = AttendanceLink(meeting=row.meeting, cadre=row.cadre, token_hash=hashed(token), made_by=by, made_at=at)
        sign_change(link, by=by)
        link.save()
        tokens[row.cadre_id] = token
    return tokens


def revoke(link: AttendanceLink, *, by: User | None, at: datetime, why: str = "") -> None:
    """Let a link lead nowhere from now on."""
    link.revoked_at = at
    sign_change(link, by=by, why=why)
    link.save(update_fields=["revoked_at"])


@transaction.atomic
def answer(opened: Opened, status: str, *, shown: str, on: date, at: datetime) -> list[str]:
    """Record what somebody said by his link; return sentences where that was not possible.

    It may be said otherwise as long as the link is good. ``shown`` is the status that the page had shown.
    """
    row = opened.row
    if row is None or status not in SAID:
        return [_("Nothing was recorded. Choose whether you were there.")]
    AttendanceLink.objects.filter(pk=opened.link.pk).update(last_used_at=at)
    absent = (Attendance.Status.ABSENT, Attendance.Status.EXCUSED)
    if status == row.status or (status in absent and row.status in absent):
        # The same once more takes back no reason that was given meanwhile.
        return []
    if shown != row.status:
        return [
            _("Nothing was recorded: meanwhile “%(status)s” was recorded of you. Look again.")
            % {"status": row.get_status_display()}
        ]
    mark = Mark(cadre=row.cadre_id, status=status, was=(row.status, row.reason, row.note))
    try:
        changed = record_attendance(
            opened.meeting,
            marks=[mark],
            facts=facts_known(opened, status),
            by=opened.by,
            on=on,
            reason_later=True,
            via=BY_LINK,
        )
    except Refused as refused:
        return refused.sentences
    if not changed:
        return [_("Your entry differs from another’s. Both are kept; the head of the regional group concludes.")]
    return []


def facts_known(opened: Opened, status: str) -> dict[str, str]:
    """Whoever was there knows that it was held, if it is his to say."""
    meeting, user = opened.meeting, opened.by
    if status != Attendance.Status.PRESENT or meeting.status != Meeting.Status.PLANNED or user is None:
        return {}
    return {"status": Meeting.Status.HELD.value} if meeting.is_recorded_in(reach_of(user)) else {}
