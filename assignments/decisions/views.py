"""Decisions: many places change hands by one paper. The list, a draft and its lines, its effect, and its annex."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Case, Count, Q, Value, When
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import DetailView, FormView, ListView, View
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import CreateView as ModelCreateView
from django.views.generic.edit import UpdateView

from assignments.actions import Refused
from assignments.decisions.drafts import (
    add_lines,
    copied,
    coverage_after,
    draft_of,
    enact_draft,
    follow_first_day,
    grouped,
    locked,
    rows_of,
)
from assignments.decisions.forms import CopyForm, DecisionForm, LineEditForm, LineForm, PasteForm, ReasonsForm
from assignments.decisions.pasting import KINDS
from assignments.models import Assignment, Cadre, Decision, DecisionLine, Tier
from assignments.queries import visible_keys
from assignments.scope import decides
from assignments.views import DecidingMixin, tabs
from cadrenet.listing import PER_PAGE, Column, FileMixin
from cadrenet.periods import today
from cadrenet.templatetags import figures

LINES_PER_PAGE = 100
VACANT_SHOWN = 30


def decisions_of(user):
    """Decisions that took effect, as far as a user sees them, and drafts where the user decides."""
    drafts = Decision.objects.editable_by(user).drafts()
    return Decision.objects.visible_to(user).filter(Q(enacted_on__isnull=False) | Q(pk__in=drafts.values("pk")))


class DecisionsView(ListView):
    """Decisions: drafts first, then the latest."""

    template_name = "assignments/decisions/list.html"
    paginate_by = PER_PAGE

    def get_queryset(self):
        rows = decisions_of(self.request.user).select_related("locality__latest")
        drafts_first = Case(When(enacted_on=None, then=Value(0)), default=Value(1))
        return rows.annotate(number_of_lines=Count("lines")).order_by(drafts_first, "-signed_on", "-pk")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            title=_("Decisions"),
            line=_("Papers by which many places get somebody at once"),
            tabs=tabs("decisions", self.request),
            **kwargs,
        )
        if decides(self.request.user):
            context["create_url"] = reverse("assignments:decision_create")
        return context


class DecisionView(DetailView):
    """One decision: a draft with all that speaks against its lines, or what took effect, to read."""

    paginate_by = LINES_PER_PAGE

    def get_queryset(self):
        return decisions_of(self.request.user).select_related("locality__latest")

    def get_template_names(self):
        return ["assignments/decisions/draft.html" if self.object.is_draft else "assignments/decisions/decision.html"]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(title=titled(self.object), day=self.object.first_day, **kwargs)
        return context | (self.draft() if self.object.is_draft else self.enacted())

    def draft(self):
        user = self.request.user
        draft = draft_of(self.object, user)
        covered, vacant = coverage_after(self.object, draft.rows)
        page = self.page(draft.rows)
        form = ReasonsForm(rows=[row for row in page.object_list if row.objections])
        touched = {row.line.locality.tier for row in draft.rows}
        vacant = [place for place in vacant if place.tier in touched]
        return self.links(page.object_list) | {
            "draft": draft,
            "page_obj": page,
            "groups": with_reasons(grouped(page.object_list), form),
            "form": form,
            "tiles": [self.tile(row) for row in covered],
            # Four cells fill the sheet.
            "blanks": [number % 2 for number in range(len(covered), 4)],
            "vacant": vacant[:VACANT_SHOWN],
            "vacant_more": max(len(vacant) - VACANT_SHOWN, 0),
            "vacant_number": len(vacant),
        }

    def enacted(self):
        page = self.page(rows_of(self.object))
        return self.links(page.object_list) | {"page_obj": page, "groups": with_reasons(grouped(page.object_list))}

    def page(self, rows):
        return Paginator(rows, LINES_PER_PAGE).get_page(self.request.GET.get("page"))

    def links(self, rows):
        """Keys of what may be opened: a name may stand on a page whose own page is not the reader's."""
        user = self.request.user
        assignments = {row.line.assignment_id for row in rows} | {row.line.replaces_id for row in rows}
        cadres = {row.line.cadre_id for row in rows}
        return {
            "open_assignments": visible_keys(Assignment, user, assignments - {None}),
            "open_cadres": visible_keys(Cadre, user, cadres - {None}),
        }

    @staticmethod
    def tile(covered):
        """One tier as a figure, as if the decision had taken effect."""
        missing = ngettext("%(number)s has nobody", "%(number)s have nobody", covered.uncovered)
        return {
            "label": covered.tier.label,
            "value": figures.count(covered.covered),
            "unit": f"/ {figures.count(covered.total)}",
            "count": figures.pct(covered.percent),
            "note": missing % {"number": figures.count(covered.uncovered)}
            if covered.uncovered
            else _("All have somebody"),
        }


def titled(decision):
    """The heading of a decision's pages."""
    return _("Decision %(number)s") % {"number": decision.number}


def with_reasons(groups, form=None):
    """Put beside each row the field for its reason, None where it needs none."""
    fields = form.fields if form else {}
    return [
        (label, [(row, form[name] if (name := f"why-{row.line.pk}") in fields else None) for row in rows])
        for label, rows in groups
    ]


# --- A draft ------------------------------------------------------------------------------------------------------


class DraftMixin(DecidingMixin, SingleObjectMixin):
    """Pages that change a draft. A decision that took effect leads to its own page, with a word why."""

    context_object_name = "decision"

    def dispatch(self, request, *args, **kwargs):
        if decides(request.user):
            self.object = self.get_object()
            if not self.object.is_draft:
                return self.took_effect()
        return super().dispatch(request, *args, **kwargs)

    def took_effect(self):
        messages.info(self.request, _("This decision has taken effect already."))
        return redirect(self.object)

    def get_queryset(self):
        return Decision.objects.editable_by(self.request.user).select_related("locality__latest")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **{
                "cancel_url": self.object.get_absolute_url(),
                "day": self.object.first_day,
                **kwargs,
            }
        )

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"decision": self.object, "user": self.request.user}


class CreateView(DecidingMixin, ModelCreateView):
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


class EditView(DecidingMixin, UpdateView):
    """The paper itself, while it is a draft."""

    form_class = DecisionForm
    template_name = "assignments/decisions/form.html"

    def get_queryset(self):
        return Decision.objects.editable_by(self.request.user).drafts().select_related("locality__latest")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form):
        try:
            with transaction.atomic():
                was = locked(self.object)
                response = super().form_valid(form)
                if was.first_day != self.object.first_day:
                    follow_first_day(self.object, was)
        except Refused as refused:
            return show_refusals(self.request, self.object, refused)
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Change the decision"),
            line=titled(self.object),
            cancel_url=self.object.get_absolute_url(),
            deletes=True,
            **kwargs,
        )


def show_refusals(request, decision, refused):
    """Tell what a decision as a whole was refused for, and show it."""
    for sentence in refused.faults.get("", []):
        messages.error(request, sentence)
    return redirect(decision)


class DeleteView(DraftMixin, View):
    """A draft is thrown away with its lines; the history keeps them."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        try:
            with transaction.atomic():
                locked(self.object).delete()
        except Refused as refused:
            return show_refusals(request, self.object, refused)
        messages.success(request, _("The draft was deleted. Nothing else has changed."))
        return redirect("assignments:decisions")


class LineAddView(DraftMixin, FormView):
    """One more line, by two lookups; the page comes back for the next one."""

    form_class = LineForm
    template_name = "assignments/decisions/line.html"

    def get_initial(self):
        asked = self.request.GET
        initial = {name: asked[name] for name in ("locality", "cadre", "role") if asked.get(name)}
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
            title=_("Add a line"), line=titled(self.object), submit_label=_("Add"), adds=True, **kwargs
        )


class LineMixin(DecidingMixin):
    """A line of a draft; one of a decision that took effect is not found."""

    def get_queryset(self):
        lines = DecisionLine.objects.editable_by(self.request.user).filter(decision__enacted_on=None)
        return lines.select_related(
            "decision__locality__latest", "locality__latest", "cadre", "replaces__cadre", "replaces__locality"
        )


class LineEditView(LineMixin, UpdateView):
    """Who takes over, who is replaced, and the reason."""

    form_class = LineEditForm
    template_name = "assignments/decisions/line.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form):
        decision = self.object.decision
        try:
            with transaction.atomic():
                locked(decision)
                form.save()
        except Refused as refused:
            return show_refusals(self.request, decision, refused)
        return redirect(decision)

    def get_context_data(self, **kwargs):
        line = self.object
        return super().get_context_data(
            title=_("Change a line"),
            line=f"{titled(line.decision)} · {line.locality.latest.full_path} · {line.get_role_display()}",
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
        try:
            with transaction.atomic():
                locked(line.decision)
                line.delete()
        except Refused as refused:
            return show_refusals(request, line.decision, refused)
        messages.success(request, _("The line was removed."))
        return redirect(line.decision)


class ReasonsView(DraftMixin, View):
    """All reasons of a page are saved together, and one reason for all that still need one."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        told = draft_of(self.object, request.user).told
        form = ReasonsForm(request.POST, rows=told)
        if not form.is_valid():
            messages.error(
                request,
                _("Nothing was saved: a reason has at most %(number)s characters.") % {"number": ReasonsForm.LENGTH},
            )
            return redirect(self.object)
        changed = []
        for row in told:
            why = form.reason_of(row.line)
            why = row.line.why if why is None else why
            why = why or form.cleaned_data["why_all"]
            if why != row.line.why:
                row.line.why = why
                changed.append(row.line)
        try:
            with transaction.atomic():
                locked(self.object)
                for line in changed:
                    line.save()
        except Refused as refused:
            return show_refusals(request, self.object, refused)
        number = len(changed)
        message = ngettext("%(number)s reason was saved.", "%(number)s reasons were saved.", number)
        messages.success(request, message % {"number": figures.count(number)})
        return redirect(self.object)


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
            new = add_lines(self.object, pasted.meant, instead=True)
        except Refused as refused:
            return show_refusals(self.request, self.object, refused)
        message = ngettext("%(number)s line was added.", "%(number)s lines were added.", len(new))
        messages.success(self.request, message % {"number": figures.count(len(new))})
        if not pasted.unmatched:
            return redirect(self.object)
        rest = self.form_class(initial={"text": pasted.rest}, decision=self.object, user=self.request.user)
        return self.render_to_response(self.get_context_data(form=rest, left=pasted.unmatched))

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=_("Paste lines"), line=titled(self.object), **kwargs)


class CopyView(DraftMixin, FormView):
    """The list of an earlier term or decision becomes lines that go on."""

    form_class = CopyForm
    template_name = "assignments/decisions/copy.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"day": today()}

    def form_valid(self, form):
        tiers = form.cleaned_data["tiers"]
        found = copied(self.object, form.chosen, tiers, self.request.user, today())
        try:
            new = add_lines(self.object, found.lines)
        except Refused as refused:
            return show_refusals(self.request, self.object, refused)
        message = ngettext("%(number)s line was added.", "%(number)s lines were added.", len(new))
        messages.success(self.request, message % {"number": figures.count(len(new))})
        self.tell_left_out(found, len(found.lines) - len(new))
        return redirect(self.object)

    def tell_left_out(self, found, known):
        """Say what of the earlier list is not among the new lines, and why."""
        told = [
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
        for number, sentence in told:
            if number:
                messages.info(self.request, sentence % {"number": figures.count(number)})

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Copy an earlier list"),
            line=titled(self.object),
            submit_label=_("Copy"),
            advice=_(
                "Everybody who held a place in this decision's part of the tree then becomes a line that goes on. "
                "After that you change only the differences."
            ),
            **kwargs,
        )


class EnactView(DraftMixin, DetailView):
    """The summary before a decision takes effect, and the one step by which it does."""

    template_name = "assignments/decisions/enact.html"

    def get_object(self, queryset=None):
        return self.object if getattr(self, "object", None) else super().get_object(queryset)

    def get_context_data(self, **kwargs):
        draft = draft_of(self.object, self.request.user)
        faults = kwargs.pop("faults", {})
        return super().get_context_data(
            title=_("Let it take effect"),
            line=titled(self.object),
            draft=draft,
            faulty=[(row, faults[row.line.pk]) for row in draft.rows if row.line.pk in faults],
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
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


# --- The annex ------------------------------------------------------------------------------------------------------


class AnnexView(FileMixin, DetailView):
    """The list that goes with the paper: to print, and as a file from the same rows."""

    template_name = "assignments/decisions/annex.html"
    columns = [
        Column(gettext_lazy("No."), "number"),
        Column(gettext_lazy("Tier"), "line.locality.get_tier_display"),
        Column(gettext_lazy("Locality code"), "line.locality.code"),
        Column(gettext_lazy("Locality"), "name"),
        Column(gettext_lazy("Lies in"), "place.path"),
        Column(gettext_lazy("Cadre code"), "line.cadre.code"),
        Column(gettext_lazy("Cadre"), "line.cadre.full_name"),
        Column(gettext_lazy("Position"), "line.cadre.position"),
        Column(gettext_lazy("Agency"), "line.cadre.agency.name"),
        Column(gettext_lazy("Role"), "line.get_role_display"),
        Column(gettext_lazy("Replaces"), "leaves.cadre.full_name"),
        Column(gettext_lazy("From"), "change.day"),
    ]

    def get_queryset(self):
        return decisions_of(self.request.user).select_related("locality__latest")

    def get_file_rows(self):
        return rows_of(self.object)

    def get_file_stem(self):
        return f"annex {self.object.number}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Annex"), groups=grouped(rows_of(self.object)), tiers=Tier, day=self.object.first_day, **kwargs
        )
