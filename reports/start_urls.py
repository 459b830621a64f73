"""The start page and the search, whose names stand in no app: ``home`` and ``search``."""

from django.urls import path

from reports.home import HomeView
from reports.search import SearchView

urlpatterns = [path("", HomeView.as_view(), name="home"), path("search/", SearchView.as_view(), name="search")]
