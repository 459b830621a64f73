"""Addresses of meetings, of who came, and of what stands in each other's way."""

from django.urls import path

from meetings.agency_meetings.views import MeetingMoveView
from meetings.feed.views import FeedPageView, FeedView
from meetings.guidance.views import (
    GuidanceCreateView,
    GuidanceEditView,
    GuidanceElsewhereView,
    GuidanceListView,
    GuidancePlacesView,
    GuidanceView,
)
from meetings.links.views import LinksView, LinkView
from meetings.planning.views import PatternCreateView, PatternEditView, PatternListView
from meetings.programmes.views import FeedbackAnswerView, FeedbackView
from meetings.reminders.views import ReminderView, RemindView
from meetings.views.attendance import AttendanceListView, RecordView
from meetings.views.beyond import BeyondTheEndView
from meetings.views.clashes import ClashListView
from meetings.views.corrections import CorrectionListView, CorrectionView
from meetings.views.editing import MeetingCreateView, MeetingEditView, MeetingStatusView
from meetings.views.excuses import ExcuseListView, ExcuseView
from meetings.views.meetings import MeetingListView, MeetingView, MonthView

app_name = "meetings"

urlpatterns = [
    path("", MeetingListView.as_view(), name="meetings"),
    path("month/<month:month>/", MonthView.as_view(), name="month"),
    path("attendances/", AttendanceListView.as_view(), name="attendances"),
    path("excuses/", ExcuseListView.as_view(), name="excuses"),
    path("attendances/<int:pk>/excuse/", ExcuseView.as_view(), name="attendance_excuse"),
    path("corrections/", CorrectionListView.as_view(), name="corrections"),
    path("corrections/<int:pk>/", CorrectionView.as_view(), name="correction"),
    path("calendar/", FeedPageView.as_view(), name="feed_page"),
    path("calendar/<slug:token>.ics", FeedView.as_view(), name="feed"),
    path("remind/", RemindView.as_view(), name="remind"),
    path("remind/<int:pk>/", ReminderView.as_view(), name="reminder"),
    path("clashes/", ClashListView.as_view(), name="clashes"),
    path("beyond/", BeyondTheEndView.as_view(), name="beyond"),
    path("patterns/", PatternListView.as_view(), name="patterns"),
    path("patterns/new/", PatternCreateView.as_view(), name="pattern_create"),
    path("patterns/<int:pk>/", PatternEditView.as_view(), name="pattern"),
    path("guidance/", GuidanceListView.as_view(), name="guidance"),
    path("guidance/new/", GuidanceCreateView.as_view(), name="guidance_create"),
    path("guidance/<int:pk>/", GuidanceView.as_view(), name="guidance_item"),
    path("guidance/<int:pk>/places/", GuidancePlacesView.as_view(), name="guidance_places"),
    path("guidance/<int:pk>/elsewhere/", GuidanceElsewhereView.as_view(), name="guidance_elsewhere"),
    path("guidance/<int:pk>/edit/", GuidanceEditView.as_view(), name="guidance_edit"),
    path("attend/<str:token>/", LinkView.as_view(), name="link"),
    path("new/", MeetingCreateView.as_view(), name="meeting_create"),
    path("<int:pk>/", MeetingView.as_view(), name="meeting"),
    path("<int:pk>/links/", LinksView.as_view(), name="meeting_links"),
    path("<int:pk>/feedback/", FeedbackView.as_view(), name="feedback"),
    path("feedback/<int:pk>/", FeedbackAnswerView.as_view(), name="feedback_answer"),
    path("<int:pk>/record/", RecordView.as_view(), name="meeting_record"),
    path("<int:pk>/edit/", MeetingEditView.as_view(), name="meeting_edit"),
    path("<int:pk>/move/", MeetingMoveView.as_view(), name="meeting_move"),
    path("<int:pk>/status/", MeetingStatusView.as_view(), name="meeting_status"),
]
