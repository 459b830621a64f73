"""The start page: which of the pages it is follows from what somebody does."""

from django.shortcuts import redirect, render
from django.views.generic import View

from assignments.navigation import ADMIN, AGENCY, COMMITTEE, COMMUNE, FORMER, IN_CHARGE, starts_with
from reports.overview.views import OverviewView, has_held
from reports.today.views import TodayView


class HomeView(View):
    """The start page: for each the one that the day begins with."""

    def dispatch(self, request, *args, **kwargs):
        role = starts_with(request.user)
        if role == COMMITTEE:
            return OverviewView.as_view()(request)
        if role in (COMMUNE, IN_CHARGE) or (role == FORMER and has_held(request.user)):
            return TodayView.as_view()(request)
        if role == AGENCY:
            return redirect("meetings:list")
        if role == ADMIN:
            return redirect("admin:index")
        return render(request, "reports/today/welcome.html")
