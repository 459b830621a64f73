"""What happened, and who came."""

from meetings.models.attendance import Attendance
from meetings.models.feed import CalendarFeed
from meetings.models.holiday import Holiday
from meetings.models.link import AttendanceLink
from meetings.models.meeting import AGENCY_KINDS, KIND_TIERS, Kind, Meeting
from meetings.models.pattern import Pattern
from meetings.models.reminder import Reminder
from meetings.models.rules import ExpectationRule, RestrictedDay

__all__ = [
    "AGENCY_KINDS",
    "KIND_TIERS",
    "Attendance",
    "AttendanceLink",
    "CalendarFeed",
    "ExpectationRule",
    "Holiday",
    "Kind",
    "Meeting",
    "Pattern",
    "Reminder",
    "RestrictedDay",
]
