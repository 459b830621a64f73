"""Issues in a list, one by itself with its history, and the forms that raise, change, close and pass them on."""

from copy import copy

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from django.views.generic.detail import SingleObjectMixin

from assignments.models import Locality
from assignments.scope import records
from assignments.visibility import chain_of
from cadrenet.editing import OPENED, LockedMixin, changed_meanwhile, changed_since, seal, state_of
from cadrenet.listing import (
    Column,
    ScopedCreateView,
    ScopedDetailView,
    ScopedFormMixin,
    ScopedListView,
    ScopedUpdateView,
    scope_choices,
)
from cadrenet.periods import today
from reports.figures.counts import old_before
from reports.forms import FactCreateMixin, FactFormMixin
from reports.history import timeline_of
from reports.issues.actions import STATE, reopen
from reports.issues.filters import IssueFilter
from reports.issues.forms import CloseIssueForm, IssueForm, PassOnIssueForm
from reports.models import Issue


class IssueListView(ScopedListView):
    """Issues that the user may see; those sent to the user's agency among them."""

    model = Issue
    filterset_class = IssueFilter
    template_name = "reports/issues/list.html"
    title = gettext_lazy("Issues")
    file_stem = "issues"
    explained = ("issues",)
    columns = [
        Column(gettext_lazy("Code"), "code"),
        Column(gettext_lazy("Locality"), "place.full_path"),
        Column(gettext_lazy("Raised on"), "raised_on"),
        Column(gettext_lazy("Kind"), "get_kind_display"),
        Column(gettext_lazy("Theme"), "get_theme_display"),
        Column(gettext_lazy("Pressing"), "urgent"),
        Column(gettext_lazy("Summary"), "summary"),
        Column(gettext_lazy("Status"), "get_status_display"),
        Column(gettext_lazy("Closed on"), "closed_on"),
        Column(gettext_lazy("Responsible agency"), "responsible_agency.name"),
    ]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        seen_on = self.filterset.seen_on
        before, limit = old_before(seen_on)
        context |= {"seen_on": seen_on, "old_before": before, "age_limit": limit}
        # On a page, age is told in words of its own; the file says both days.
        context["issues"] = [(issue, issue.age(seen_on)) for issue in context["object_list"]]
        if records(self.request.user):
            context |= {"create_url": reverse("reports:issue_create"), "create_label": _("New issue")}
        return context


class IssueView(ScopedDetailView):
    """One issue, what became of it, and what may be done about it now."""

    model = Issue
    template_name = "reports/issues/issue.html"
    related = ["place", "locality", "responsible_agency"]

    def get_context_data(self, **kwargs):
        issue, user = self.object, self.request.user
        day = today()
        may_change = Issue.objects.editable_by(user).filter(pk=issue.pk).exists()
        return super().get_context_data(
            title=_("Issue"),
            line=issue.summary,
            chain=chain_of(issue.place, user),
            age=issue.age(day),
            old=issue.closed_on is None and issue.raised_on < old_before(day)[0],
            events=timeline_of(issue.history.select_related("responsible_agency")),
            may_change=may_change,
            opened=seal(state_of(issue, STATE)),
            edit_url=reverse("reports:issue_edit", args=[issue.pk])
            if may_change and Locality.objects.editable_by(user).filter(pk=issue.locality_id).exists()
            else "",
            **({"forms": step_forms(issue, user)} if may_change and issue.status != Issue.Status.CLOSED else {}),
            **kwargs,
        )


def step_forms(issue, user, step=None, data=None):
    """Return the forms of the two steps an open issue can take; the one taken is bound.

    Each changes a copy, so that a form that is not accepted leaves the issue on the page as it is.
    """
    close = CloseIssueForm(data if step == "close" else None, instance=copy(issue), day=today(), prefix="close")
    pass_on = PassOnIssueForm(data if step == "pass_on" else None, instance=copy(issue), prefix="pass_on")
    scope_choices(pass_on, user, ("responsible_agency",))
    return {"close": close, "pass_on": pass_on}


class IssueStatusView(LockedMixin, ScopedFormMixin, SingleObjectMixin, View):
    """Close an issue, pass it on, or take that back; on POST only, and only from the state that the page showed."""

    model = held_model = Issue
    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        issue = self.get_object()
        step = request.POST.get("step")
        is_closed = issue.status == Issue.Status.CLOSED
        if changed := changed_since(request.POST.get(OPENED, ""), state_of(issue, STATE)):
            messages.error(request, changed_meanwhile(issue, changed))
            return redirect(issue)
        if is_closed and step in ("close", "pass_on"):
            messages.error(request, _("Nothing was changed: the issue is closed. Open it again first."))
            return redirect(issue)
        if step == "reopen":
            reopen(issue)
            messages.success(request, _("The issue is open again."))
            return redirect(issue)
        form = step_forms(issue, request.user, step, request.POST).get(step)
        if form is None:
            return redirect(issue)
        if not form.is_valid():
            title = _("Close the issue") if step == "close" else _("Pass the issue on")
            return render(
                request,
                "reports/issues/step.html",
                {
                    "form": form,
                    "title": title,
                    "line": issue.summary,
                    "step": step,
                    "object": issue,
                    "opened": seal(state_of(issue, STATE)),
                },
            )
        form.save()
        messages.success(request, _("The issue is closed.") if step == "close" else _("The issue is passed on."))
        return redirect(issue)


class IssueFormMixin:
    """What the pages share that enter and change an issue."""

    model = Issue
    form_class = IssueForm
    visible_choices = ("responsible_agency",)
    saved_text = gettext_lazy("The issue is saved.")


class IssueCreateView(IssueFormMixin, FactCreateMixin, ScopedCreateView):
    """Raise an issue; ``?within=CODE`` says where."""

    extra_context = {"title": gettext_lazy("New issue")}


class IssueEditView(IssueFormMixin, FactFormMixin, ScopedUpdateView):
    """Correct an issue where the user may record facts; an agency answers it on its page instead."""

    extra_context = {"title": gettext_lazy("Change the issue")}

    def get_queryset(self):
        return super().get_queryset().changeable_by(self.request.user)
