"""Tenure: how long people serve where, and how often places change hands."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import ListView

from assignments.models import Assignment, Limit, Place, Tier
from assignments.models.posting import staff_on
from assignments.subtree import subtree
from assignments.tenure.figures import (
    CLASSES,
    Span,
    Tenure,
    agency_names,
    changed_places,
    left,
    serving,
    standing_within,
    stood_where,
    tenure_of,
    with_moment,
)
from assignments.tenure.forms import TenureForm
from assignments.tenure.queries import all_lineage
from assignments.views import tabs
from cadrenet.figures import each
from cadrenet.listing import PER_PAGE, Column, FileMixin
from cadrenet.templatetags import figures


@dataclass
class Row:
    """The tenure of one tier, of one agency, or of all together; ``query`` narrows the list of assignments to it."""

    kind: str
    name: str
    tenure: Tenure
    query: dict


class TenureView(FileMixin, ListView):
    """Time served by everybody who answers on a day, by tier and by agency; and the places that changed hands most.

    People are counted and never put in an order; places may be.
    """

    template_name = "assignments/tenure/tenure.html"
    paginate_by = PER_PAGE
    explained = ("tenure",)

    @property
    def of_places(self):
        """Whether the file is to hold the places that changed hands, instead of the figures."""
        return self.request.GET.get("file") == "places"

    @property
    def columns(self):
        """Of the places that changed hands, or of the figures."""
        if self.of_places:
            return [
                Column(_("Locality code"), "place.locality.code"),
                Column(_("Locality"), "place.name"),
                Column(_("Lies in"), "place.path"),
                Column(_("Changes of hands in 24 months"), "number"),
            ]
        return [
            Column(_("Figures of"), "kind"),
            Column(_("Name"), "name"),
            Column(_("Assignments"), "tenure.total"),
            Column(_("Since before records began"), lambda row: row.tenure.number[Span.UNKNOWN]),
            Column(_("Median, months"), "tenure.median"),
            *(Column(span.label, lambda row, span=span: row.tenure.number[span]) for span in CLASSES),
            Column(_("Under the minimum"), "tenure.short"),
            Column(_("Under the minimum, %"), "tenure.short_percent"),
        ]

    def get_file_stem(self):
        return "changes_of_hands" if self.of_places else "tenure"

    def get_file_rows(self):
        if not self.form.is_valid():
            return []
        return self.described(self.object_list) if self.of_places else [self.whole(), *self.tiers(), *self.agencies()]

    def get_queryset(self):
        user = self.request.user
        self.form = TenureForm(self.request.GET, user=user)
        if not self.form.is_valid():
            return []
        self.day, asked = self.form.as_of, self.form.cleaned_data
        self.minimum = Limit.on(self.day, Limit.Name.MINIMUM_TENURE_MONTHS)
        rows = with_moment(Assignment.objects.visible_to(user), self.day)
        if asked["tier"]:
            rows = rows.filter(locality__tier=asked["tier"])
        if asked["agency"]:
            rows = rows.filter(staff_on(self.day, [asked["agency"]]))
        rows = standing_within(rows, self.form.part)
        lineage = all_lineage()
        self.serving, self.left = serving(rows, self.day, lineage), left(rows, self.day, lineage)
        return changed_places(self.left)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            title=_("Tenure"),
            line=_("How long people serve where, and how often places change hands"),
            form=self.form,
            **kwargs,
        )
        if not self.form.is_valid():
            return context
        whole = self.whole()
        return context | {
            "day": self.day,
            "minimum": self.minimum,
            "classes": [span.label for span in CLASSES],
            "whole": whole,
            "tiles": self.tiles(whole),
            "shares": self.shares(whole),
            "unknown": self.cell(whole, Span.UNKNOWN),
            "groups": [
                (_("By tier"), _("Tier"), [self.cells(row) for row in self.tiers()]),
                (_("By agency"), _("Agency"), [self.cells(row) for row in self.agencies()]),
            ],
            "changes": self.changes(),
            "rows": [self.shown(row) for row in self.described(context["object_list"])],
            "tabs": tabs("tenure", self.request),
        }

    # --- The figures of everybody, of a tier, of an agency ---

    def whole(self):
        """Everybody together."""
        found = tenure_of(self.serving, self.minimum)
        return Row(_("All"), "", found.get(None, Tenure()), {})

    def tiers(self):
        """Each tier at which somebody answers, from the highest down."""
        found = tenure_of(self.serving, self.minimum, lambda row: row.tier)
        return [Row(_("Tier"), tier.label, found[tier], {"tier": tier.value}) for tier in Tier if tier in found]

    def agencies(self):
        """Each agency whose staff answer, by name; at the end those who belong to none."""
        found = tenure_of(self.serving, self.minimum, lambda row: row.agency)
        names = agency_names(key for key in found if key)
        rows = [Row(_("Agency"), name, found[key], {"staff_of": key}) for key, name in names]
        return rows + ([Row(_("Agency"), _("No agency"), found[None], {"staff_of": 0})] if None in found else [])

    def list_url(self, **more):
        """The list of assignments, narrowed to what was asked for here and to what stands behind a figure."""
        query = {name: self.request.GET[name] for name in ("within", "tier", "agency") if self.request.GET.get(name)}
        return f"{reverse('assignments:assignments')}?{urlencode(query | {'day': self.day.isoformat()} | more)}"

    def cell(self, row, span):
        """One number of a row, with the assignments behind it."""
        number = row.tenure.number[span]
        return {"number": number, "url": self.list_url(**row.query, tenure=span.value) if number else ""}

    def cells(self, row):
        """A row of a table of figures."""
        return {
            "row": row,
            "total": self.cell(row, Span.ANY),
            "known": self.cell(row, Span.KNOWN),
            "unknown": self.cell(row, Span.UNKNOWN),
            "classes": [self.cell(row, span) for span in CLASSES],
            "short": self.cell(row, Span.SHORT),
        }

    def tiles(self, whole):
        """Four figures of everybody."""
        tenure, changed = whole.tenure, len(self.left)
        known = ngettext(
            "%(number)s assignment with a known beginning",
            "%(number)s assignments with a known beginning",
            tenure.known,
        )
        return [
            {
                "label": _("Median time served"),
                "value": figures.count(tenure.median),
                "unit": "" if tenure.median is None else ngettext("month", "months", 1 if tenure.median == 1 else 2),
                "count": known % {"number": figures.count(tenure.known)},
                "url": self.cell(whole, Span.KNOWN)["url"],
            },
            {
                "label": ngettext("Under %(number)s month", "Under %(number)s months", self.minimum)
                % {"number": figures.count(self.minimum)},
                "value": figures.pct(tenure.short_percent),
                "count": _("%(part)s of %(whole)s assignments")
                % {"part": figures.count(tenure.short), "whole": figures.count(tenure.known)},
                "url": self.cell(whole, Span.SHORT)["url"],
            },
            {
                "label": _("Since before records began"),
                "value": figures.count(tenure.number[Span.UNKNOWN]),
                "count": _("of %(whole)s assignments") % {"whole": figures.count(tenure.total)},
                "url": self.cell(whole, Span.UNKNOWN)["url"],
            },
            {
                "label": _("Changes of hands in 24 months"),
                "value": figures.count(changed),
                "count": ngettext("at %(number)s locality", "at %(number)s localities", len(self.object_list))
                % {"number": figures.count(len(self.object_list))},
                "url": self.left_url() if changed else "",
            },
        ]

    def shares(self, whole):
        """The distribution of the known months: the number in each class, and its share."""
        return [{"label": span.label, "known": whole.tenure.known, **self.cell(whole, span)} for span in CLASSES]

    # --- Changes of hands ---

    def left_url(self, **more):
        return self.list_url(**more, state="ended", tenure=Span.LEFT.value)

    def changes(self):
        """How often places changed hands, by tier; per place only where the people are not those of one agency."""
        numbers = Counter(row.tier for row in self.left)
        changed = Counter(place.tier for place in self.object_list)
        there = Place.objects.visible_to(self.request.user).on(self.day).filter(subtree(within=self.form.part)())
        existing = dict(there.order_by().values_list("tier").annotate(Count("pk")))
        rows = []
        for tier in Tier:
            if tier not in numbers:
                continue
            places = None if self.form.cleaned_data["agency"] else existing.get(tier)
            rows.append(
                {
                    "tier": tier,
                    "number": numbers[tier],
                    "url": self.left_url(tier=tier.value),
                    "changed": changed[tier],
                    "changed_url": self.own_url(tier=tier.value),
                    "places": places,
                    "places_url": self.localities_url(tier) if places else "",
                    "each": each(numbers[tier], places),
                }
            )
        return rows

    def localities_url(self, tier):
        """The localities of a tier on the day; a part of the tree is not listed among what lies in it."""
        if self.form.part and self.form.part.tier == tier:
            return self.form.part.get_absolute_url()
        query = {"tier": tier.value, "day": self.day.isoformat()}
        if self.form.part:
            query["within"] = self.form.part.code
        return f"{reverse('assignments:localities')}?{urlencode(query)}"

    def own_url(self, **more):
        """This page with other questions: the places that changed hands are listed on it."""
        names = ("within", "tier", "agency", "day")
        query = {name: self.request.GET[name] for name in names if self.request.GET.get(name)}
        return f"{reverse('assignments:tenure')}?{urlencode(query | more)}#changes"

    def described(self, changed):
        """Places that changed hands, each with where it stood, and with the list of its assignments."""
        return stood_where(changed, self.request.user)

    def shown(self, row):
        """A place that changed hands, its number with the assignments behind it, and its history."""
        history = {"locality": row.code, "state": "all", "day": self.day.isoformat()}
        return {
            "changed": row,
            "url": self.left_url(locality=row.code),
            "history_url": f"{reverse('assignments:assignments')}?{urlencode(history)}",
        }
