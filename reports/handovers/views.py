"""Handovers: the list of them, and the sheet of one with its two ticks."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.actions import tick
from assignments.models import Handover
from assignments.views import tabs
from cadrenet.editing import LockedMixin, as_stale
from cadrenet.listing import Column, ScopedDetailView, ScopedListView
from cadrenet.periods import today
from reports.handovers.filters import HandoverFilter
from reports.handovers.forms import SituationForm
from reports.handovers.sheet import HandoverSheet, steps_for


class HandoverListView(ScopedListView):
    """Handovers that the user sees: those that wait for a tick, or all."""

    model = Handover
    filterset_class = HandoverFilter
    template_name = "reports/handovers/list.html"
    title = gettext_lazy("Handovers")
    file_stem = "handovers"
    columns = [
        Column(gettext_lazy("Locality code"), "ended.locality.code"),
        Column(gettext_lazy("Locality"), "ended.locality.place.full_path"),
        Column(gettext_lazy("Predecessor"), "ended.cadre.full_name"),
        Column(gettext_lazy("Last day"), "ended.last_day"),
        Column(gettext_lazy("Successor"), "successor.cadre.full_name"),
        Column(gettext_lazy("First day"), "successor.first_day"),
        Column(gettext_lazy("Handed over on"), "given_on"),
        Column(gettext_lazy("Received on"), "received_on"),
    ]

    def get_queryset(self):
        return super().get_queryset().with_people().order_by("-ended__last_day", "pk")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            tabs=tabs("handovers", self.request),
            empty_text=_("No handover waits for a tick"),
            empty_detail=_("One opens when somebody is replaced. Those that are done stand under “All”."),
            **kwargs,
        )


class HandoverView(LockedMixin, ScopedDetailView):
    """The sheet of one handover, what may be written on it, and the two ticks."""

    model = held_model = Handover
    context_object_name = "handover"
    template_name = "reports/handovers/sheet.html"
    TICKS = {"give": "given_on", "receive": "received_on"}

    def get_queryset(self):
        rows = super().get_queryset().with_people()
        return rows.select_related("ended__locality", "ended__cadre", "successor__cadre")

    def get_context_data(self, form=None, **kwargs):
        context = HandoverSheet(self.object, self.request.user, today()).context()
        if context["steps"]["write"]:
            context["form"] = form or SituationForm(instance=self.object)
        return super().get_context_data(title=_("Handover"), **context, **kwargs)

    def post(self, request, *args, **kwargs):
        """Take one step; whoever may not take it is told so, and nothing is changed. Asked twice, once is kept."""
        handover = self.object = self.get_object()
        step = request.POST.get("step")
        place = HandoverSheet(handover, request.user, today()).place
        steps = steps_for(handover, request.user, place)
        if step in self.TICKS and getattr(handover, self.TICKS[step]) is not None:
            return redirect(handover)
        if not steps.get({"situation": "write"}.get(step, step)):
            raise PermissionDenied
        if step == "situation":
            form = SituationForm(request.POST, instance=handover)
            if not form.is_valid():
                return as_stale(self.render_to_response(self.get_context_data(form=form)), form, request)
            form.save()
            messages.success(request, _("The situation is saved."))
        else:
            tick(handover, self.TICKS[step], on=today())
            messages.success(request, _("Kept: handed over.") if step == "give" else _("Kept: received."))
        return redirect(handover)
