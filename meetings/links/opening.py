"""Whose link a token is, and whether it is still good. The token alone decides: no session is asked."""

from dataclasses import dataclass
from datetime import date

from assignments.models import Assignment, User
from meetings.models import Attendance, AttendanceLink, Meeting
from meetings.models.link import GOOD_FOR


def may_be_linked(meeting: Meeting, on: date) -> bool:
    """Return whether links to a meeting make sense on a day: somebody is expected there, and one would be good."""
    return meeting.locality_id is not None and not meeting.took_no_place and on <= meeting.day + GOOD_FOR


@dataclass(frozen=True)
class Opened:
    """A link that leads somewhere: to its cadre's row at its meeting, or to the page that says that it is over."""

    link: AttendanceLink
    row: Attendance | None
    expired: bool = False

    @property
    def meeting(self) -> Meeting:
        return self.link.meeting

    @property
    def by(self) -> User | None:
        """The login of whose attendance it is, as whoever records; None where the cadre has none."""
        return self.link.cadre.user

    @property
    def is_off(self) -> bool:
        """Whether nobody meets there, so that nothing is asked."""
        return self.meeting.took_no_place or self.row is None


def opened(token: str, on: date) -> Opened | None:
    """Return what a token leads to on a day; None where it leads nowhere, whatever the reason.

    A link dies when it is revoked, when the login is closed or the cadre has left, when the cadre answers for nothing
    any more or is no longer expected there, and when the meeting is moved to another day.
    """
    found = AttendanceLink.objects.with_token(token).standing().filter(purpose=AttendanceLink.Purpose.ATTENDANCE)
    link = found.select_related("meeting", "meeting__place", "meeting__agency", "cadre", "cadre__user").first()
    if link is None or link.meeting.day != link.day or not serves(link, on):
        return None
    if not Assignment.objects.on(on).filter(cadre=link.cadre_id).exists():
        return None
    row = Attendance.objects.filter(meeting=link.meeting_id, cadre=link.cadre_id, expected=True).first()
    if row is None and not link.meeting.took_no_place:
        return None
    return Opened(link, row, expired=on > link.last_day)


def serves(link: AttendanceLink, on: date) -> bool:
    """Return whether the cadre of a link serves on a day, and his login, where he has one, is open."""
    cadre = link.cadre
    return (cadre.left_on is None or on <= cadre.left_on) and (cadre.user is None or cadre.user.is_active)
