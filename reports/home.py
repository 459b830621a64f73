"""The start page: which of the pages it is follows from what somebody does."""

from django.shortcuts import redirect, render
from django.views.generic import View

from assignments.models import Assignment
from assignments.navigation import ADMIN, AGENCY, COMMITTEE, COMMUNE, FORMER, IN_CHARGE, starts_with
from assignments.scope import reach_of
from cadrenet.periods import today
from reports.overview.views import OverviewView
from reports.today.page import Today
from reports.today.views import TodayView


def has_held(user):
    """Whether a user has ever answered for anything."""
    return Assignment.objects.visible_to(user).filter(cadre=reach_of(user).cadre).exists()


class HomeView(View):
    """The start page: for each the one that the day begins with."""

    def dispatch(self, request, *args, **kwargs):
        role = starts_with(request.user)
        if role == COMMITTEE:
            # Whoever steers may answer for a place, too: what is to be done there stands above the figures.
            own = Today(request.user, today()).passing()
            return OverviewView.as_view(extra_context=own)(request)
        if role in (COMMUNE, IN_CHARGE) or (role == FORMER and has_held(request.user)):
            return TodayView.as_view()(request)
        if role == AGENCY:
            return redirect("meetings:meetings")
        if role == ADMIN:
            return redirect("admin:index")
        return render(request, "reports/today/welcome.html")
