"""Assignments: the list, one of them with its history, a new one, and its end."""

from dataclasses import replace
from itertools import pairwise

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View
from django.views.generic.detail import SingleObjectMixin

from assignments.actions import Refused, begin_assignment, carry_out, end_assignment
from assignments.assigning.filters import AssignmentFilter
from assignments.assigning.forms import AssignmentForm, EndForm
from assignments.forms import refuse_with
from assignments.lookups import LOOKUPS
from assignments.models import Assignment, Decision, Handover, Limit, Locality, Tier
from assignments.queries import rank_of_tier
from assignments.scope import decides
from assignments.tenure.figures import served, with_moment, with_place
from assignments.views import DecidingMixin, tabs
from assignments.visibility import chain_of
from cadrenet.dates import DayField
from cadrenet.editing import EditView
from cadrenet.listing import Column, ScopedDetailView, ScopedListView
from cadrenet.periods import today
from cadrenet.templatetags import figures


class AssignmentsView(ScopedListView):
    """Assignments in force on a day, or ended, or yet to begin, each with where its locality stood."""

    model = Assignment
    filterset_class = AssignmentFilter
    template_name = "assignments/assigning/list.html"
    title = gettext_lazy("Assignments")
    file_stem = "assignments"
    explained = ("tenure",)
    columns = [
        Column(gettext_lazy("Locality code"), "assignment.locality.code"),
        Column(gettext_lazy("Locality"), "place.name"),
        Column(gettext_lazy("Lies in"), "place.path"),
        Column(gettext_lazy("Cadre code"), "assignment.cadre.code"),
        Column(gettext_lazy("Cadre"), "assignment.cadre.full_name"),
        Column(gettext_lazy("Agency"), "assignment.cadre.agency.name"),
        Column(gettext_lazy("Role"), "assignment.get_role_display"),
        Column(gettext_lazy("From"), "assignment.first_day"),
        Column(gettext_lazy("Until"), "assignment.last_day"),
        Column(gettext_lazy("In office since"), "since"),
        Column(gettext_lazy("Months"), "months"),
        Column(gettext_lazy("Decision"), "assignment.decision_number"),
        Column(gettext_lazy("Day of the decision"), "assignment.decision_on"),
        Column(gettext_lazy("Reason of ending"), "assignment.get_end_reason_display"),
    ]
    related = ["locality", "cadre"]
    ordering = [rank_of_tier("locality__tier"), "locality__code", "-first_day", "pk"]

    def with_details(self, assignments):
        """The assignments with how long they have lasted on the day of the list."""
        return served(assignments, self.filterset.day, self.request.user)

    def get_context_data(self, **kwargs):
        day, user = self.filterset.day, self.request.user
        context = super().get_context_data(day=day, **kwargs)
        if self.filterset.form.is_valid():
            context |= {
                "minimum": Limit.on(day, Limit.Name.MINIMUM_TENURE_MONTHS),
                "tabs": tabs("list", self.request),
            }
        if decides(user):
            context |= {"create_url": reverse("assignments:assignment_create"), "create_label": _("Assign")}
        return context


class AssignmentView(ScopedDetailView):
    """One assignment: who, where, since when, by which decision, and what was changed in it."""

    model = Assignment
    template_name = "assignments/assigning/assignment.html"
    related = ["locality", "cadre"]

    def get_queryset(self):
        return with_place(with_moment(super().get_queryset(), today()))

    def get_context_data(self, **kwargs):
        day, user = today(), self.request.user
        (row,) = served([self.object], day, user)
        ended = self.object.last_day is not None and self.object.last_day < day
        may_end = not ended and Assignment.objects.editable_by(user).filter(pk=self.object.pk).exists()
        handovers = Handover.objects.visible_to(user).filter(Q(ended=self.object) | Q(successor=self.object))
        handovers = list(handovers.order_by("pk"))
        followed = any(row.ended_id == self.object.pk and row.successor_id for row in handovers)
        return super().get_context_data(
            title=_("Assignment"),
            row=row,
            chain=chain_of(row.place, user) if row.place else [],
            ended=ended,
            may_end=may_end,
            begun=self.object.first_day is None or self.object.first_day <= day,
            may_replace=may_end and decides(user) and not followed,
            handovers=handovers,
            changes=changes_of(self.object),
            others=self.others(),
            decision=self.decision(),
            **kwargs,
        )

    def decision(self):
        """The decision that this assignment came from, where there is one that the user may open."""
        if self.object.decision_id is None:
            return None
        return Decision.objects.visible_to(self.request.user).filter(pk=self.object.decision_id).first()

    def others(self):
        """The same cadre at the same locality at other times, latest first."""
        same = Assignment.objects.visible_to(self.request.user).filter(
            cadre=self.object.cadre_id, locality=self.object.locality_id
        )
        return same.exclude(pk=self.object.pk).order_by("-first_day", "pk")


# The fields whose changes a page shows, in its order.
TRACKED_FIELDS = [
    "cadre",
    "locality",
    "role",
    "first_day",
    "last_day",
    "end_reason",
    "decision_number",
    "decision_on",
]


def changes_of(assignment):
    """Return what was changed in an assignment, when and by whom, latest first: (record, [(label, old, new)])."""
    records = list(assignment.history.select_related("history_user").order_by("-history_date", "-history_id"))
    changes = [(record, differences(before, record)) for record, before in pairwise(records)]
    if records:
        changes.append((records[-1], []))
    return changes


def differences(before, after):
    """Return (label, old value, new value) of the fields in which two records of an assignment differ."""
    found = []
    for name in TRACKED_FIELDS:
        field = Assignment._meta.get_field(name)
        if getattr(before, field.attname) != getattr(after, field.attname):
            found.append((field.verbose_name, written(before, name), written(after, name)))
    return found


def written(record, name):
    """A field of a record as a page writes it."""
    if name in ("role", "end_reason"):
        return figures.dash(getattr(record, f"get_{name}_display")())
    if name in ("first_day", "last_day", "decision_on"):
        return figures.day(getattr(record, name))
    return figures.dash(getattr(record, name))


class CreateView(DecidingMixin, FormView):
    """Assign a cadre to a locality; what an address names (locality, cadre, role, first_day) is filled in."""

    form_class = AssignmentForm
    template_name = "assignments/assigning/create.html"

    def get_initial(self):
        asked = self.request.GET
        initial = {name: asked[name] for name in ("locality", "cadre", "decision_number") if asked.get(name)}
        for name in ("first_day", "decision_on"):
            initial[name] = day_in(asked, name)
        initial["role"] = asked.get("role") or self.usual_role(initial.get("locality"))
        return initial

    def usual_role(self, code):
        """Head at a regional group, else in charge."""
        group = Locality.objects.visible_to(self.request.user).filter(code=code, tier=Tier.REGIONAL_GROUP)
        return Assignment.Role.HEAD if code and group.exists() else Assignment.Role.IN_CHARGE

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form):
        if form.is_unread:
            return self.form_invalid(form)
        refuse_with(form, lambda: begin_assignment(form.assignment, form.reason_of(0)))
        if form.errors:
            return self.form_invalid(form)
        assignment = form.assignment
        messages.success(
            self.request,
            _("%(cadre)s answers for %(locality)s from %(day)s.")
            % {
                "cadre": assignment.cadre.full_name,
                "locality": str(assignment.locality),
                "day": figures.day(assignment.first_day),
            },
        )
        return redirect(self.back() or assignment)

    def back(self):
        """The page of our own that somebody came from and returns to, empty when there is none."""
        url = self.request.POST.get("next") or self.request.GET.get("next") or ""
        allowed = url_has_allowed_host_and_scheme(url, allowed_hosts={self.request.get_host()})
        return url if allowed else ""

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("New assignment"),
            line=_("Who answers for which locality, from which day, by which decision"),
            back=self.back(),
            cancel_url=self.back() or reverse("assignments:assignments"),
            **kwargs,
        )


def day_in(asked, name):
    """A day that an address names, None when it is none."""
    field = DayField(required=False)
    try:
        return field.clean(asked.get(name))
    except ValidationError:
        return None


class ChoicesView(DecidingMixin, View):
    """What matches the letters typed so far: a part of the page of a new assignment, for script."""

    kind = ""

    def get(self, request):
        day = day_in(request.GET, "first_day") or day_in(request.GET, "last_day") or today()
        lookup = LOOKUPS[self.kind](request.user, day)
        # Where several fields of a form find the same kind of row, each says its own name.
        name = request.GET.get("field") or self.kind
        matches = lookup.options(request.GET.get(name, ""))
        return render(request, "assignments/assigning/matches.html", {"name": name, "matches": matches})


class LocalityChoicesView(ChoicesView):
    """Localities to which the user may assign on the first day."""

    kind = "locality"


class CadreChoicesView(ChoicesView):
    """Cadres whom the user may assign."""

    kind = "cadre"


class EndView(EditView, SingleObjectMixin, FormView):
    """End an assignment: on which day, and why."""

    held_model = Assignment
    form_class = EndForm
    template_name = "assignments/assigning/end.html"

    def dispatch(self, request, *args, **kwargs):
        self.object = self.get_object()
        if self.object.last_day and self.object.last_day < today():
            messages.info(request, _("This assignment has ended already."))
            return redirect(self.object)
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self):
        rows = Assignment.objects.editable_by(self.request.user).select_related("locality", "cadre")
        return with_place(with_moment(rows, today()))

    def get_initial(self):
        return {"last_day": self.object.last_day or today(), "end_reason": self.object.end_reason}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"assignment": self.object, "user": self.request.user}

    def form_valid(self, form):
        asked = form.cleaned_data
        if form.is_unread:
            return self.form_invalid(form)
        day, reason, why = asked["last_day"], asked["end_reason"], form.reason_of(0)
        if form.changes[0].withdraws:
            return self.withdraw(form, replace(form.changes[0], why=why))
        refuse_with(form, lambda: end_assignment(self.object, last_day=day, reason=reason, why=why))
        if form.errors:
            return self.form_invalid(form)
        messages.success(
            self.request,
            _("The assignment ends on %(day)s. Meetings after that day no longer expect %(cadre)s.")
            % {"day": figures.day(asked["last_day"]), "cadre": self.object.cadre.full_name},
        )
        return redirect(self.object)

    def withdraw(self, form, change):
        """Take the assignment away before it begins. It has no page any more: what is left stands on the cadre's."""
        try:
            carry_out([change])
        except Refused as refused:
            form.add_error(None, refused.faults[0])
            return self.form_invalid(form)
        messages.success(
            self.request,
            _("Withdrawn: %(cadre)s does not begin at %(locality)s on %(day)s.")
            % {
                "cadre": self.object.cadre.full_name,
                "locality": str(self.object.locality),
                "day": figures.day(self.object.first_day),
            },
        )
        return redirect(self.object.cadre)

    def get_context_data(self, **kwargs):
        (row,) = served([self.object], today(), self.request.user)
        begun = self.object.first_day is None or self.object.first_day <= today()
        return super().get_context_data(
            title=_("End the assignment") if begun else _("Withdraw the assignment"),
            row=row,
            chain=chain_of(row.place, self.request.user) if row.place else [],
            submit_label=_("End it") if begun else _("Withdraw it"),
            cancel_url=self.object.get_absolute_url(),
            **kwargs,
        )
