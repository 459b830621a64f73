"""A draft of a decision: written, changed, given reasons, deleted, and taking effect."""

from django.contrib import messages
from django.db import transaction
from django.db.models import F
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import DetailView, View
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import CreateView as ModelCreateView
from django.views.generic.edit import UpdateView

from assignments.actions import Refused
from assignments.decisions.actions import ask_reasons_again, enact_draft, lock_draft, update_replacements
from assignments.decisions.drafts import draft_as_shown, draft_of, lines_as_shown
from assignments.decisions.forms import DecisionForm, ReasonsForm
from assignments.decisions.views.decisions import heading_of
from assignments.models import Decision
from assignments.views import DecidingMixin
from cadrenet import editing
from cadrenet.codes import key_in
from cadrenet.editing import OPENED, LockedMixin, changed_meanwhile, changed_since, seal
from cadrenet.listing import AnswersRacesMixin
from cadrenet.periods import today
from cadrenet.receipts import nothing_stored
from cadrenet.templatetags import figures


class DraftMixin(DecidingMixin, SingleObjectMixin):
    """Pages that change a draft. A decision that took effect leads to its own page, with a word why."""

    context_object_name = "decision"

    def prepare(self):
        self.object = self.get_object()
        if self.object.is_draft:
            return None
        messages.info(self.request, _("This decision has taken effect already."))
        return redirect(self.object)

    def get_queryset(self):
        return Decision.objects.editable_by(self.request.user).as_of(F("first_day"))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **{"cancel_url": self.object.get_absolute_url(), "day": self.object.first_day, **kwargs}
        )

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"decision": self.object, "user": self.request.user}


class HeldDraftMixin(LockedMixin, DraftMixin):
    """Steps of a draft that were read off a page: it is held while what the page showed is compared."""

    held_model = Decision


def show_refusals(request, decision, refused):
    """Tell what a decision as a whole was refused for, and show it."""
    nothing_stored(request)
    for sentence in refused.faults.get("", []):
        messages.error(request, sentence)
    return redirect(decision)


class CreateView(DecidingMixin, AnswersRacesMixin, ModelCreateView):
    """A new draft."""

    model = Decision
    form_class = DecisionForm
    template_name = "assignments/decisions/form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("New decision"),
            line=_("Nothing changes until the decision takes effect."),
            cancel_url=reverse("assignments:decisions"),
            submit_label=_("Prepare it"),
            **kwargs,
        )


def asked_again(request, decision):
    """Ask once more for the reasons on the lines of a decision whose first day has changed, and say so."""
    if number := ask_reasons_again(decision):
        text = ngettext(
            "%(number)s reason was given for another first day, and is asked again.",
            "%(number)s reasons were given for another first day, and are asked again.",
            number,
        )
        messages.warning(request, text % {"number": figures.count(number)})


class EditView(editing.EditView, DecidingMixin, UpdateView):
    """The paper itself, while it is a draft."""

    held_model = Decision

    form_class = DecisionForm
    template_name = "assignments/decisions/form.html"

    def get_queryset(self):
        return Decision.objects.editable_by(self.request.user).drafts().as_of(F("first_day"))

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form):
        try:
            with transaction.atomic():
                before = lock_draft(self.object)
                response = super().form_valid(form)
                if before.first_day != self.object.first_day:
                    update_replacements(self.object, before)
                    asked_again(self.request, self.object)
        except Refused as refused:
            return show_refusals(self.request, self.object, refused)
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Change the decision"),
            line=heading_of(self.object),
            cancel_url=self.object.get_absolute_url(),
            deletes=seal(draft_as_shown(self.object)),
            **kwargs,
        )


class DeleteView(HeldDraftMixin, View):
    """A draft is thrown away with its lines; the history keeps them."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        if changed_since(request.POST.get(OPENED, ""), draft_as_shown(self.object)):
            messages.error(request, changed_meanwhile(None))
            return redirect(self.object)
        try:
            with transaction.atomic():
                lock_draft(self.object).delete()
        except Refused as refused:
            return show_refusals(request, self.object, refused)
        messages.success(request, _("The draft was deleted. Nothing else has changed."))
        return redirect("assignments:decisions")


class ReasonsView(HeldDraftMixin, View):
    """All reasons of a page are saved together, and one reason for all that still need one."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        rows = draft_of(self.object, request.user).with_objections
        form = ReasonsForm(request.POST, rows=rows)
        if not form.is_valid():
            messages.error(
                request,
                _("Nothing was saved: a reason has at most %(number)s characters.") % {"number": ReasonsForm.LENGTH},
            )
            return redirect(self.object)
        changed, missed = [], missed_reasons(self.object, rows, request.POST)
        for row in rows:
            why = form.reason_of(row.line)
            why = row.line.why if why is None or row.line.pk in missed else why
            why = why or form.cleaned_data["why_all"]
            if why != row.line.why:
                row.line.why = why
                changed.append(row.line)
        try:
            with transaction.atomic():
                lock_draft(self.object)
                for line in changed:
                    line.save()
        except Refused as refused:
            return show_refusals(request, self.object, refused)
        if missed:
            messages.error(
                request,
                _("Not kept: the reasons for %(names)s. Meanwhile somebody else has changed these lines.")
                % {"names": ", ".join(missed.values())},
            )
        number = len(changed)
        message = ngettext("%(number)s reason was saved.", "%(number)s reasons were saved.", number)
        messages.success(request, message % {"number": figures.count(number)})
        return redirect(self.object)


def missed_reasons(decision, rows, sent):
    """Return {key of a line: name of its place} of reasons that were typed about something that is no more so.

    A line is another by now, has another reason, has gone, or nothing speaks against it any more.
    """
    shown = {str(row.line.pk): row for row in rows}
    lines = {str(line.pk): line for line in decision.lines.as_of(decision.first_day, "locality")}
    changed = changed_since(sent.get(OPENED, ""), lines_as_shown(lines.values()))
    found = {}
    for name in sent:
        key = name.removeprefix("why-")
        if key == name or key_in(key) is None:
            continue
        line, typed = lines.get(key), sent[name].strip()
        if line is None and typed:
            found[key_in(key)] = _("a line that was removed")
        elif line and typed != line.why and (key in changed or (typed and key not in shown)):
            found[line.pk] = str(line.locality)
    return found


class EnactView(HeldDraftMixin, DetailView):
    """The summary before a decision takes effect, and the one step by which it does."""

    template_name = "assignments/decisions/enact.html"

    def get_object(self, queryset=None):
        return self.object if getattr(self, "object", None) else super().get_object(queryset)

    def get_context_data(self, **kwargs):
        draft = draft_of(self.object, self.request.user)
        faults = kwargs.pop("faults", {})
        return super().get_context_data(
            title=_("Let it take effect"),
            line=heading_of(self.object),
            draft=draft,
            opened=seal(draft_as_shown(self.object, [row.line for row in draft.rows])),
            faulty=[(row, faults[row.line.pk]) for row in draft.rows if row.line.pk in faults],
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        if changed_since(request.POST.get(OPENED, ""), draft_as_shown(self.object)):
            messages.error(request, changed_meanwhile(None))
            return redirect("assignments:decision_enact", self.object.pk)
        try:
            enact_draft(self.object, request.user, today())
        except Refused as refused:
            if "" in refused.faults:
                return show_refusals(request, self.object, refused)
            return self.render_to_response(self.get_context_data(faults=refused.faults))
        messages.success(
            request,
            _("The decision took effect: from %(day)s the lines below are in force.")
            % {"day": figures.day(self.object.first_day)},
        )
        return redirect(self.object)
