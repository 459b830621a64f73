"""Addresses of localities, cadres and agencies, and of who answers for where; included at the root."""

from django.urls import path

from assignments.views import acting, agencies, assignments, board, cadres, coverage, localities, replacing

app_name = "assignments"

urlpatterns = [
    path("localities/", localities.LocalitiesView.as_view(), name="localities"),
    path("assignments/", assignments.AssignmentsView.as_view(), name="list"),
    path("assignments/coverage/", coverage.CoverageView.as_view(), name="coverage"),
    path("assignments/board/", board.BoardView.as_view(), name="board"),
    path("assignments/board/<int:pk>/", board.BoardRowView.as_view(), name="board_row"),
    path("assignments/new/", assignments.CreateView.as_view(), name="create"),
    path("assignments/new/localities/", assignments.LocalityChoicesView.as_view(), name="locality_choices"),
    path("assignments/new/cadres/", assignments.CadreChoicesView.as_view(), name="cadre_choices"),
    path("assignments/acting/", acting.ActingsView.as_view(), name="acting"),
    path("assignments/acting/new/", acting.ActingCreateView.as_view(), name="acting_create"),
    path("assignments/acting/<int:pk>/end/", acting.ActingEndView.as_view(), name="acting_end"),
    path("assignments/<int:pk>/", assignments.AssignmentView.as_view(), name="assignment"),
    path("assignments/<int:pk>/end/", assignments.EndView.as_view(), name="end"),
    path("assignments/<int:pk>/replace/", replacing.ReplaceView.as_view(), name="replace"),
    path("assignments/<int:pk>/take-back/", board.TakeBackView.as_view(), name="take_back"),
    path("cadres/", cadres.CadresView.as_view(), name="cadres"),
    path("cadres/<int:pk>/leaving/", replacing.LeavingView.as_view(), name="leaving"),
    path("agencies/", agencies.AgenciesView.as_view(), name="agencies"),
]
