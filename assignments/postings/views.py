"""Where a cadre works: moves to another agency from a day, apart from what was recorded wrongly."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView

from assignments.forms import refuse_with
from assignments.models import Cadre, Posting
from assignments.postings.actions import move, save_corrected
from assignments.postings.forms import MoveForm, PostingForm
from assignments.replacing.views import may_let_leave
from assignments.views import DecidingMixin
from cadrenet.editing import EditView
from cadrenet.periods import today
from cadrenet.templatetags import figures


class MoveView(EditView, DecidingMixin, FormView):
    """A cadre moves to another agency, or takes another position, from a day on; what was before stays."""

    held_model = Cadre
    form_class = MoveForm
    template_name = "generic/form.html"

    def prepare(self):
        cadres = Cadre.objects.editable_by(self.request.user)
        self.cadre = get_object_or_404(cadres, pk=self.kwargs["pk"])
        if not may_let_leave(self.request.user, self.cadre):
            raise Http404

    def get_initial(self):
        return {"first_day": today(), "position": self.cadre.position}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cadre": self.cadre, "user": self.request.user}

    def form_valid(self, form):
        asked = form.cleaned_data
        refuse_with(form, lambda: move(self.cadre, **asked))
        if form.errors:
            return self.form_invalid(form)
        where = ", ".join(filter(None, [asked["position"], asked["agency"] and asked["agency"].name]))
        messages.success(
            self.request,
            _("%(cadre)s from %(day)s: %(where)s. What was before stays as it was.")
            % {"cadre": self.cadre.full_name, "day": figures.day(asked["first_day"]), "where": where},
        )
        return redirect(self.cadre)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Moves to another agency"),
            line=self.cadre.full_name,
            advice=_(
                "Attendance, clashes and reports of the days before stay with the agency of before. Was the agency "
                "recorded wrongly from the beginning? Then correct it on the cadre's page instead."
            ),
            cancel_url=self.cadre.get_absolute_url(),
            **kwargs,
        )


class PostingEditView(EditView, DecidingMixin, FormView):
    """Correct a posting that was recorded wrongly: of all its days."""

    held_model = Cadre
    form_class = PostingForm
    template_name = "generic/form.html"

    def hold_row(self, key):
        # A move changes several rows of a cadre, and holds the cadre.
        for cadre in Posting.objects.editable_by(self.request.user).filter(pk=key).values_list("cadre"):
            super().hold_row(*cadre)

    def prepare(self):
        postings = Posting.objects.editable_by(self.request.user).select_related("cadre")
        self.object = get_object_or_404(postings, pk=self.kwargs["pk"])
        if not may_let_leave(self.request.user, self.object.cadre):
            raise Http404

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user, "instance": self.object}

    def form_valid(self, form):
        refuse_with(form, lambda: save_corrected(form.instance))
        if form.errors:
            return self.form_invalid(form)
        messages.success(self.request, _("Saved."))
        return redirect(self.object.cadre)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Was recorded wrongly"),
            line=self.object.cadre.full_name,
            advice=_(
                "What is changed here is changed for all days of this row, and the figures of these days follow. "
                "When somebody moves, choose “Moves to another agency” instead."
            ),
            cancel_url=self.object.cadre.get_absolute_url(),
            **kwargs,
        )
