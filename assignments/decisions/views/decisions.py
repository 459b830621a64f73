"""Decisions to read: the list, one with its effect, and its annex."""

from django.core.paginator import Paginator
from django.db.models import Case, Count, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import DetailView, ListView

from assignments.decisions.drafts import coverage_after, decision_rows, draft_of, grouped_by_commune, lines_as_shown
from assignments.decisions.forms import ReasonsForm
from assignments.models import Assignment, Cadre, Decision, Tier
from assignments.queries import visible_keys
from assignments.scope import decides
from assignments.views import tabs
from cadrenet.editing import seal
from cadrenet.listing import PER_PAGE, Column, FileMixin
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
        rows = decisions_of(self.request.user).as_of(F("first_day"))
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
            context |= {"create_url": reverse("assignments:decision_create"), "create_label": _("New decision")}
        return context


class DecisionView(DetailView):
    """One decision: a draft with all that speaks against its lines, or what took effect, to read."""

    paginate_by = LINES_PER_PAGE

    def get_queryset(self):
        return decisions_of(self.request.user).as_of(F("first_day"))

    def get_template_names(self):
        return ["assignments/decisions/draft.html" if self.object.is_draft else "assignments/decisions/decision.html"]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(title=heading_of(self.object), day=self.object.first_day, **kwargs)
        return context | (self.draft() if self.object.is_draft else self.enacted())

    def draft(self):
        user = self.request.user
        draft = draft_of(self.object, user)
        covered, vacant = coverage_after(self.object, draft.rows, draft.rules)
        page = self.page(draft.rows)
        form = ReasonsForm(rows=[row for row in page.object_list if row.objections])
        touched = {row.line.locality.tier for row in draft.rows}
        vacant = [place for place in vacant if place.tier in touched]
        return self.links(page.object_list) | {
            "draft": draft,
            "page_obj": page,
            "groups": with_reasons(grouped_by_commune(page.object_list), form),
            "form": form,
            "opened": seal(lines_as_shown(row.line for row in page.object_list)),
            "tiles": [self.tile(row) for row in covered],
            # Four cells fill the sheet.
            "blanks": [number % 2 for number in range(len(covered), 4)],
            "vacant": vacant[:VACANT_SHOWN],
            "vacant_more": max(len(vacant) - VACANT_SHOWN, 0),
            "vacant_number": len(vacant),
        }

    def enacted(self):
        page = self.page(decision_rows(self.object))
        return self.links(page.object_list) | {
            "page_obj": page,
            "groups": with_reasons(grouped_by_commune(page.object_list)),
        }

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


def heading_of(decision):
    return _("Decision %(number)s") % {"number": decision.number}


def with_reasons(groups, form=None):
    """Put beside each row the field for its reason, None where it needs none."""
    fields = form.fields if form else {}
    return [
        (label, [(row, form[name] if (name := f"why-{row.line.pk}") in fields else None) for row in rows])
        for label, rows in groups
    ]


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
        return decisions_of(self.request.user).as_of(F("first_day"))

    def get_file_rows(self):
        return decision_rows(self.object)

    def get_sheet_title(self, context):
        return _("Annex to decision %(number)s of %(day)s") % {
            "number": self.object.number,
            "day": figures.day(self.object.signed_on),
        }

    def get_file_stem(self):
        return f"annex {self.object.number}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Annex"),
            groups=grouped_by_commune(decision_rows(self.object)),
            tiers=Tier,
            day=self.object.first_day,
            **kwargs,
        )
