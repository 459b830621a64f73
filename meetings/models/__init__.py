"""What happened, and who came."""

from meetings.models.attendance import Attendance
from meetings.models.correction import Correction
from meetings.models.feed import CalendarFeed
from meetings.models.feedback import Feedback
from meetings.models.guidance import Guidance, PassedOn
from meetings.models.holiday import Holiday
from meetings.models.kinds import AGENCY_KINDS, KIND_TIERS, Kind
from meetings.models.link import AttendanceLink
from meetings.models.meeting import Meeting
from meetings.models.pattern import Pattern
from meetings.models.reminder import Reminder
from meetings.models.rules import ExpectationRule, RestrictedDay
from meetings.models.sent_entry import SentEntry

__all__ = [
    "AGENCY_KINDS",
    "KIND_TIERS",
    "Attendance",
    "AttendanceLink",
    "CalendarFeed",
    "Correction",
    "ExpectationRule",
    "Feedback",
    "Guidance",
    "Holiday",
    "Kind",
    "Meeting",
    "PassedOn",
    "Pattern",
    "Reminder",
    "RestrictedDay",
    "SentEntry",
]
