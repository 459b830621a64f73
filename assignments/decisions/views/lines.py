"""Lines of a draft: one by one, pasted from a spreadsheet, or copied from an earlier list."""

from django.contrib import messages
from django.db import transaction
from django.db.models import F
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, View
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import UpdateView

from assignments.actions import Refused
from assignments.decisions.actions import add_lines, lock_draft
from assignments.decisions.copying import copy_lines
from assignments.decisions.drafts import lines_as_shown
from assignments.decisions.forms import CopyForm, LineEditForm, LineForm, PasteForm
from assignments.decisions.pasting import KINDS
from assignments.decisions.views.decisions import heading_of
from assignments.decisions.views.drafts import DraftMixin, show_refusals
from assignments.models import Decision, DecisionLine
from assignments.views import DecidingMixin
from cadrenet.editing import OPENED, EditView, LockedMixin, changed_meanwhile, changed_since
from cadrenet.periods import today
from cadrenet.receipts import stored
from cadrenet.templatetags import figures


class LineAddView(DraftMixin, FormView):
    """One more line, by two lookups; the page comes back for the next one."""

    form_class = LineForm
    template_name = "assignments/decisions/line.html"

    def get_initial(self):
        query = self.request.GET
        initial = {name: query[name] for name in ("locality", "cadre", "role") if query.get(name)}
        return {"first_day": self.object.first_day, **initial}

    def form_valid(self, form):
        try:
            new = add_lines(self.object, [form.line])
        except Refused as refused:
            return show_refusals(self.request, self.object, refused)
        if new:
            messages.success(self.request, _("The line was added."))
        elif form.line.cadre_id:
            messages.info(self.request, _("The decision had this line already."))
        else:
            form.add_error("cadre", _("Say who takes over: it is not one person alone who holds the place."))
            return self.form_invalid(form)
        return redirect(
            "assignments:line_create" if "more" in self.request.POST else "assignments:decision", self.object.pk
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Add a line"), line=heading_of(self.object), submit_label=_("Add"), adds=True, **kwargs
        )


class LineMixin(LockedMixin, DecidingMixin):
    """A line of a draft; one of a decision that took effect is not found.

    Lines change, and take effect, while their decision is held.
    """

    held_model = Decision

    def hold_row(self, key):
        for decision in DecisionLine.objects.editable_by(self.request.user).filter(pk=key).values_list("decision"):
            super().hold_row(*decision)

    def get_queryset(self):
        lines = DecisionLine.objects.editable_by(self.request.user).filter(decision__enacted_on=None)
        lines = lines.select_related("cadre", "replaces__cadre", "replaces__locality")
        return lines.as_of(F("decision__first_day"))


class LineEditView(LineMixin, EditView, UpdateView):
    """Who takes over, who is replaced, and the reason."""

    form_class = LineEditForm
    template_name = "assignments/decisions/line.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form):
        decision = self.object.decision
        try:
            with transaction.atomic():
                lock_draft(decision)
                form.save()
        except Refused as refused:
            return show_refusals(self.request, decision, refused)
        return redirect(decision)

    def get_context_data(self, **kwargs):
        line = self.object
        return super().get_context_data(
            title=_("Change a line"),
            line=f"{heading_of(line.decision)} · {line.locality.place.full_path} · {line.get_role_display()}",
            decision=line.decision,
            day=line.decision.first_day,
            cancel_url=line.decision.get_absolute_url(),
            **kwargs,
        )


class LineDeleteView(LineMixin, SingleObjectMixin, View):
    """A line is taken out of a draft."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        line = self.get_object()
        if changed_since(request.POST.get(OPENED, ""), lines_as_shown([line])):
            messages.error(request, changed_meanwhile(line))
            return redirect(line.decision)
        try:
            with transaction.atomic():
                lock_draft(line.decision)
                line.delete()
        except Refused as refused:
            return show_refusals(request, line.decision, refused)
        messages.success(request, _("The line was removed."))
        return redirect(line.decision)


class PasteView(DraftMixin, FormView):
    """Lines from a spreadsheet: first shown with what each would do, then added together."""

    form_class = PasteForm
    template_name = "assignments/decisions/paste.html"

    def form_valid(self, form):
        if "add" in self.request.POST and form.was_seen:
            return self.add(form)
        pasted = form.pasted
        # The text stays in the field; what was previewed is remembered beside it.
        again = self.form_class(
            initial={"text": form.cleaned_data["text"], "seen": form.digest},
            decision=self.object,
            user=self.request.user,
        )
        return self.render_to_response(
            self.get_context_data(
                form=again,
                pasted=pasted,
                parts=[(label, pasted.of_kind(kind)) for kind, label in KINDS if pasted.of_kind(kind)],
                changed="add" in self.request.POST,
            )
        )

    def add(self, form):
        pasted = form.pasted
        try:
            new = add_lines(self.object, pasted.matched_lines, instead=True)
        except Refused as refused:
            return show_refusals(self.request, self.object, refused)
        message = ngettext("%(number)s line was added.", "%(number)s lines were added.", len(new))
        messages.success(self.request, message % {"number": figures.count(len(new))})
        stored(self.request, self.object.get_absolute_url())
        if not pasted.unmatched:
            return redirect(self.object)
        rest = self.form_class(initial={"text": pasted.rest}, decision=self.object, user=self.request.user)
        return self.render_to_response(self.get_context_data(form=rest, left=pasted.unmatched))

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=_("Paste lines"), line=heading_of(self.object), **kwargs)


class CopyView(DraftMixin, FormView):
    """The list of an earlier term or decision becomes lines that go on."""

    form_class = CopyForm
    template_name = "assignments/decisions/copy.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"day": today()}

    def form_valid(self, form):
        tiers = form.cleaned_data["tiers"]
        found = copy_lines(self.object, form.chosen, tiers, self.request.user, today())
        try:
            new = add_lines(self.object, found.lines)
        except Refused as refused:
            return show_refusals(self.request, self.object, refused)
        message = ngettext("%(number)s line was added.", "%(number)s lines were added.", len(new))
        messages.success(self.request, message % {"number": figures.count(len(new))})
        self.report_left_out(found, len(found.lines) - len(new))
        return redirect(self.object)

    def report_left_out(self, found, known):
        """Say what of the earlier list is not among the new lines, and why."""
        sentences = [
            (known, ngettext("%(number)s was there already.", "%(number)s were there already.", known)),
            (
                found.gone,
                ngettext(
                    "%(number)s was left out: the cadre no longer serves, or is not yours to assign.",
                    "%(number)s were left out: the cadres no longer serve, or are not yours to assign.",
                    found.gone,
                ),
            ),
            (
                found.no_place,
                ngettext(
                    "%(number)s was left out: the place does not exist on the first day.",
                    "%(number)s were left out: the places do not exist on the first day.",
                    found.no_place,
                ),
            ),
        ]
        for number, sentence in sentences:
            if number:
                messages.info(self.request, sentence % {"number": figures.count(number)})

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Copy an earlier list"),
            line=heading_of(self.object),
            submit_label=_("Copy"),
            advice=_(
                "Everybody who held a place in this decision's part of the tree then becomes a line that goes on. "
                "After that you change only the differences."
            ),
            **kwargs,
        )
