"""Addresses of everything about reports; included at the root, so each says its prefix."""

from django.urls import path

from reports.candidates.views import CandidatesView
from reports.handovers.views import HandoverListView, HandoverView
from reports.issues.views import IssueCreateView, IssueEditView, IssueListView, IssueStatusView, IssueView
from reports.localities.views import LocalityView
from reports.people.views import AgencyView, CadreView
from reports.quarterly.views import QuarterlyView
from reports.quarterly_reports.views import ReportListView, ReportView
from reports.ratings.views import OrganisationView, RatingListView, RatingsView
from reports.resources.views import ResourceCreateView, ResourceEditView, ResourceListView, ResourceView
from reports.today.catching_up_views import CatchingUpView
from reports.today.views import AttendedView, AttendView

app_name = "reports"

urlpatterns = [
    path("today/catching-up/", CatchingUpView.as_view(), name="catching_up"),
    path("today/<int:pk>/attend/", AttendView.as_view(), name="meeting_attend"),
    path("today/<int:pk>/", AttendedView.as_view(), name="meeting_attended"),
    path("reports/quarterly/", QuarterlyView.as_view(), name="quarterly"),
    path("reports/quarterly-reports/", ReportListView.as_view(), name="quarterly_reports"),
    path(
        "reports/quarterly-reports/<int:assignment>/<quarter:quarter>/", ReportView.as_view(), name="quarterly_report"
    ),
    path("reports/ratings/", RatingsView.as_view(), name="ratings"),
    path("reports/ratings/organisations/", RatingListView.as_view(), name="rated_organisations"),
    path("organisations/<int:pk>/", OrganisationView.as_view(), name="organisation"),
    path("issues/", IssueListView.as_view(), name="issues"),
    path("issues/new/", IssueCreateView.as_view(), name="issue_create"),
    path("issues/<int:pk>/", IssueView.as_view(), name="issue"),
    path("issues/<int:pk>/edit/", IssueEditView.as_view(), name="issue_edit"),
    path("issues/<int:pk>/status/", IssueStatusView.as_view(), name="issue_status"),
    path("resources/", ResourceListView.as_view(), name="resources"),
    path("resources/new/", ResourceCreateView.as_view(), name="resource_create"),
    path("resources/<int:pk>/", ResourceView.as_view(), name="resource"),
    path("resources/<int:pk>/edit/", ResourceEditView.as_view(), name="resource_edit"),
    path("handovers/", HandoverListView.as_view(), name="handovers"),
    path("handovers/<int:pk>/", HandoverView.as_view(), name="handover"),
    path("localities/<int:pk>/", LocalityView.as_view(), name="locality"),
    path("localities/<int:pk>/candidates/", CandidatesView.as_view(), name="candidates"),
    path("cadres/<int:pk>/", CadreView.as_view(), name="cadre"),
    path("agencies/<int:pk>/", AgencyView.as_view(), name="agency"),
]
