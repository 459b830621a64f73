"""The start page by role, and the overview: one page about a quarter, for those who steer."""

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from assignments.models import Assignment
from assignments.navigation import ADMIN, AGENCY, COMMITTEE, COMMUNE, FORMER, IN_CHARGE, starts_with
from assignments.scope import reach_of
from cadrenet.periods import today
from reports.forms import OverviewForm
from reports.overview import Overview
from reports.today import Today
from reports.views.today import TodayView


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
        return render(request, "reports/welcome.html")


def has_held(user):
    """Whether a user has ever answered for anything."""
    return Assignment.objects.visible_to(user).filter(cadre=reach_of(user).cadre).exists()


class OverviewView(TemplateView):
    """The figures of a quarter on one page, each beside the quarter before, with what needs somebody."""

    template_name = "reports/overview.html"

    def get_context_data(self, **kwargs):
        form = OverviewForm(self.request.GET, user=self.request.user, day=today())
        context = super().get_context_data(form=form, title=_("Overview"), **kwargs)
        if form.is_valid() and form.cleaned_data["within"]:
            context |= Overview(form).context()
        return context | Today(self.request.user, today()).passing()
