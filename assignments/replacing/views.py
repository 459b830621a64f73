"""Somebody follows somebody: at one place, or at everything that a cadre who leaves has held."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import FormView
from django.views.generic.detail import SingleObjectMixin

from assignments.actions import Refused, carry_out, leave
from assignments.models import Assignment, Cadre
from assignments.queries import held_outside
from assignments.replacing.forms import LeavingForm, ReplaceForm
from assignments.tenure.figures import served, with_moment, with_place
from assignments.views import DecidingMixin
from assignments.visibility import chain_of
from cadrenet.editing import EditView
from cadrenet.periods import ONE_DAY, today
from cadrenet.templatetags import figures


class ChangeView(EditView, DecidingMixin, SingleObjectMixin, FormView):
    """A form that shows what a change of hands means before it makes it.

    With script that part of the page is fetched while one types. Without, the first answer shows it and the second
    saves.
    """

    impact_template = ""

    def prepare(self):
        self.object = self.get_object()

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        valid = form.is_valid()
        if request.htmx and "check" in request.POST:
            return render(request, self.impact_template, self.get_context_data(form=form))
        if not valid or form.is_unread:
            return self.form_invalid(form)
        return self.form_valid(form)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}


class ReplaceView(ChangeView):
    """Replace whoever answers for a place: last day, reason, successor, first day and decision in one step."""

    held_model = Assignment
    form_class = ReplaceForm
    template_name = "assignments/replacing/replace.html"
    impact_template = "assignments/replacing/replace_impact.html"

    def prepare(self):
        super().prepare()
        handover = getattr(self.object, "handover", None)
        if handover and handover.successor_id:
            messages.info(self.request, _("Somebody follows here already. This is the handover."))
            return redirect(handover)
        if self.object.last_day and self.object.last_day < today():
            messages.info(self.request, _("This assignment has ended already."))
            return redirect(self.object)
        return None

    def get_queryset(self):
        rows = Assignment.objects.editable_by(self.request.user)
        rows = rows.select_related("cadre", "handover").as_of(today())
        return with_place(with_moment(rows, today()))

    def get_initial(self):
        row = self.object
        return {"last_day": row.last_day or today(), "end_reason": row.end_reason}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"assignment": self.object}

    def form_valid(self, form):
        (change,) = form.changes
        try:
            made = carry_out([replace(change, why=form.reason_of(0))])
        except Refused as refused:
            form.add_error(None, refused.faults[0])
            return self.form_invalid(form)
        # Whoever never began hands nothing over; then the handover is that of somebody before, if of anybody.
        handover = made[0].taken_over.first()
        sentence = _("%(cadre)s answers for %(locality)s from %(day)s.")
        if handover:
            sentence = _("%(cadre)s answers for %(locality)s from %(day)s. This is the handover.")
        messages.success(
            self.request,
            sentence
            % {
                "cadre": change.cadre.full_name,
                "locality": change.locality.name,
                "day": figures.day(change.first_day),
            },
        )
        return redirect(handover or made[0])

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        (row,) = served([self.object], today(), self.request.user)
        return context | {
            "title": _("Replace"),
            "row": row,
            "chain": chain_of(row.place, self.request.user) if row.place else [],
            "submit_label": _("Replace all the same") if context["form"].shown_digest else _("Replace"),
            "check_url": self.request.get_full_path(),
            "cancel_url": self.object.get_absolute_url(),
        }


class LeavingView(ChangeView):
    """A cadre leaves the service, and everything that he holds ends or passes on; all of it or nothing."""

    held_model = Cadre
    form_class = LeavingForm
    template_name = "assignments/replacing/leaving.html"
    impact_template = "assignments/replacing/leaving_impact.html"

    def prepare(self):
        super().prepare()
        user, cadre, day = self.request.user, self.object, today()
        if not may_let_leave(user, cadre):
            raise Http404
        # Of somebody who has left already also what went on after the last day, and has ended since.
        since = min(day, cadre.left_on + ONE_DAY) if cadre.left_on else day
        rows = Assignment.objects.editable_by(user).filter(cadre=cadre).during(since, None)
        self.outside = held_outside(user, cadre, since, None).count()
        rows = with_place(with_moment(rows, day)).select_related("cadre").as_of(day)
        self.held = list(rows.order_by("locality__code", "role", "pk"))
        if cadre.left_on and not cadre.still_holds:
            messages.info(self.request, _("%(cadre)s has left already.") % {"cadre": cadre.full_name})
            return redirect(cadre)
        return None

    def get_queryset(self):
        return Cadre.objects.editable_by(self.request.user)

    def get_initial(self):
        return {"last_day": self.object.left_on or today()}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cadre": self.object, "assignments": self.held}

    def post(self, request, *args, **kwargs):
        # Where somebody else decides, too, the page says so, and nothing is done by halves.
        return self.get(request) if self.outside else super().post(request, *args, **kwargs)

    def form_valid(self, form):
        changes = [replace(change, why=form.reason_of(position)) for position, change in enumerate(form.changes)]
        last_day = form.cleaned_data["last_day"]
        try:
            leave(self.object, changes, last_day=last_day)
        except Refused as refused:
            form.refuse(refused.faults)
            return self.form_invalid(form)
        messages.success(
            self.request,
            _("%(cadre)s serves until %(day)s. What ended or passed on stands below.")
            % {"cadre": self.object.full_name, "day": figures.day(last_day)},
        )
        return redirect(self.object)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        stood = {row.assignment.pk: row for row in served(self.held, today(), self.request.user)}
        rows = [row | {"served": stood[row["assignment"].pk]} for row in context["form"].rows()]
        return context | {
            "title": _("Leaves the service"),
            "rows": rows,
            "outside": self.outside,
            "check_url": self.request.get_full_path(),
            "cancel_url": self.object.get_absolute_url(),
        }


def may_let_leave(user, cadre):
    """Whether a user decides that a cadre leaves, or works elsewhere."""
    return Cadre.objects.all().employed_by(user).filter(pk=cadre.pk).exists()
