"""The addresses that are measured, the same as the project's own."""

from django.urls import path

from bench.bare import views

urlpatterns = [
    path("", views.home),
    path("reports/quarterly/", views.quarterly),
    path("meetings/", views.meetings),
    path("assignments/board/", views.board),
    path("localities/<int:locality>/", views.locality),
]
