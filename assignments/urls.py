"""Addresses of localities, cadres and agencies, and of who answers for where; included at the root."""

from django.urls import path

from assignments.acting import views as acting
from assignments.assigning import views as assignments
from assignments.board import views as board
from assignments.coverage import views as coverage
from assignments.decisions.views import decisions, drafts, lines
from assignments.localities import views as localities
from assignments.people import views as people
from assignments.postings import views as postings
from assignments.replacing import views as replacing
from assignments.tenure import views as tenure

app_name = "assignments"

urlpatterns = [
    path("localities/", localities.LocalitiesView.as_view(), name="localities"),
    path("assignments/", assignments.AssignmentsView.as_view(), name="assignments"),
    path("assignments/coverage/", coverage.CoverageView.as_view(), name="coverage"),
    path("assignments/coverage/<int:pk>/reviewed/", coverage.CoverageReviewView.as_view(), name="coverage_review"),
    path("assignments/tenure/", tenure.TenureView.as_view(), name="tenure"),
    path("assignments/board/", board.BoardView.as_view(), name="board"),
    path("assignments/board/<int:pk>/", board.BoardRowView.as_view(), name="board_row"),
    path("assignments/new/", assignments.CreateView.as_view(), name="assignment_create"),
    path("assignments/new/localities/", assignments.LocalityChoicesView.as_view(), name="locality_choices"),
    path("assignments/new/cadres/", assignments.CadreChoicesView.as_view(), name="cadre_choices"),
    path("assignments/acting/", acting.ActingsView.as_view(), name="actings"),
    path("assignments/acting/new/", acting.ActingCreateView.as_view(), name="acting_create"),
    path("assignments/acting/<int:pk>/end/", acting.ActingEndView.as_view(), name="acting_end"),
    path("assignments/<int:pk>/", assignments.AssignmentView.as_view(), name="assignment"),
    path("assignments/<int:pk>/end/", assignments.EndView.as_view(), name="assignment_end"),
    path("assignments/<int:pk>/replace/", replacing.ReplaceView.as_view(), name="assignment_replace"),
    path("assignments/decisions/", decisions.DecisionsView.as_view(), name="decisions"),
    path("assignments/decisions/new/", drafts.CreateView.as_view(), name="decision_create"),
    path("assignments/decisions/<int:pk>/", decisions.DecisionView.as_view(), name="decision"),
    path("assignments/decisions/<int:pk>/edit/", drafts.EditView.as_view(), name="decision_edit"),
    path("assignments/decisions/<int:pk>/delete/", drafts.DeleteView.as_view(), name="decision_delete"),
    path("assignments/decisions/<int:pk>/lines/", lines.LineAddView.as_view(), name="line_create"),
    path("assignments/decisions/<int:pk>/paste/", lines.PasteView.as_view(), name="decision_paste"),
    path("assignments/decisions/<int:pk>/copy/", lines.CopyView.as_view(), name="decision_copy"),
    path("assignments/decisions/<int:pk>/reasons/", drafts.ReasonsView.as_view(), name="decision_reasons"),
    path("assignments/decisions/<int:pk>/enact/", drafts.EnactView.as_view(), name="decision_enact"),
    path("assignments/decisions/<int:pk>/annex/", decisions.AnnexView.as_view(), name="decision_annex"),
    path("assignments/decisions/lines/<int:pk>/", lines.LineEditView.as_view(), name="line_edit"),
    path("assignments/decisions/lines/<int:pk>/remove/", lines.LineDeleteView.as_view(), name="line_delete"),
    path("assignments/<int:pk>/take-back/", board.TakeBackView.as_view(), name="assignment_take_back"),
    path("cadres/", people.CadresView.as_view(), name="cadres"),
    path("cadres/<int:pk>/leaving/", replacing.LeavingView.as_view(), name="cadre_leave"),
    path("cadres/<int:pk>/moves/", postings.MoveView.as_view(), name="posting_create"),
    path("cadres/postings/<int:pk>/edit/", postings.PostingEditView.as_view(), name="posting_edit"),
    path("agencies/", people.AgenciesView.as_view(), name="agencies"),
]
