"""Coverage: for how many localities somebody answers on a day, and which have nobody."""

from itertools import islice

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import ListView

from assignments.forms import CoverageForm
from assignments.models import Assignment, Place, Tier
from assignments.queries import (
    COVERED_TIERS,
    area_to_compare,
    coverage_by_tier,
    ending,
    gaps_by_area,
    vacancies,
    vacant,
    where,
)
from assignments.sight import lies_in_hand
from assignments.views.assignments import tabs
from cadrenet.listing import PER_PAGE, Column, FileMixin
from cadrenet.templatetags import figures

ROWS_AT_ONCE = 500
# So many communes are compared with each other; above that, what contains them.
COMMUNES_AT_MOST = 400
AREAS_SHOWN = 40


class CoverageView(FileMixin, ListView):
    """Places that nobody answers for on a day, of one tier or of all; or whose coverage ends soon."""

    template_name = "assignments/coverage.html"
    paginate_by = PER_PAGE
    file_stem = "coverage"
    # Public names: other programs read them (docs/data-format.md). The first two are those of the command.
    columns = [
        Column("locality_code", "place.locality.code"),
        Column("locality_name", "place.name"),
        Column("tier", "place.tier"),
        Column("lies_in", "place.path"),
        Column("nobody_since", "since"),
        Column("previous_cadre_code", "previous.cadre.code"),
        Column("previous_cadre_name", "previous.cadre.full_name"),
    ]

    def get_queryset(self):
        user = self.request.user
        self.form = CoverageForm(self.request.GET, user=user)
        if not self.form.is_valid():
            return Place.objects.visible_to(user).none()
        self.day, self.condition = self.form.as_of, where(user, self.form.part)
        self.ending = self.form.cleaned_data["state"] == CoverageForm.State.ENDING
        find = ending if self.ending else vacant
        return find(self.form.tiers, self.day, self.condition).select_related("locality", "type")

    def get_file_rows(self):
        places = self.object_list.iterator(ROWS_AT_ONCE)
        while some := list(islice(places, ROWS_AT_ONCE)):
            yield from self.described(some)

    def described(self, places):
        """The places with who answered for them last, as far as the reader may see."""
        return vacancies(places, self.day, Assignment.objects.visible_to(self.request.user))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            title=_("Who answers where"),
            line=_("For how many localities somebody answers, and which have nobody"),
            form=self.form,
            **kwargs,
        )
        if not self.form.is_valid():
            return context
        covered = coverage_by_tier(self.day, self.condition)
        asked = set(self.form.tiers)
        numbers = {"vacant": sum(row.uncovered for row in covered if row.tier in asked)}
        numbers["ending"] = (
            context["paginator"].count if self.ending else ending(self.form.tiers, self.day, self.condition).count()
        )
        rows = [
            {
                "vacancy": row,
                "assign_url": self.assign_url(row.place),
                "candidates_url": self.candidates_url(row.place),
            }
            for row in self.described(context["object_list"])
        ]
        return context | {
            "day": self.day,
            "part": self.form.part,
            "ending": self.ending,
            "tiles": [self.tile(row) for row in covered],
            # Four cells fill the sheet on a desk; on a phone two do, and there only one blank may be needed.
            "blanks": [number % 2 for number in range(len(covered), len(COVERED_TIERS))],
            "tabs": tabs("ending" if self.ending else "vacant", self.request.GET, numbers),
            "rows": rows,
            "may_assign": any(row["assign_url"] for row in rows),
            **self.areas(),
        }

    def tile(self, covered):
        """One tier as a figure that opens the list of what it lacks."""
        missing = ngettext("%(number)s has nobody", "%(number)s have nobody", covered.uncovered)
        return {
            "label": covered.tier.label,
            "value": figures.count(covered.covered),
            "unit": f"/ {figures.count(covered.total)}",
            "count": figures.pct(covered.percent),
            "note": missing % {"number": figures.count(covered.uncovered)}
            if covered.uncovered
            else _("All have somebody"),
            "url": self.address(tier=covered.tier.value),
        }

    def address(self, **more):
        """The address of this page with other questions; the day and the part of the tree stay."""
        query = {name: self.request.GET[name] for name in ("within", "day") if self.request.GET.get(name)}
        return f"{reverse('assignments:coverage')}?{urlencode(query | more)}"

    def assign_url(self, place):
        """The address of a new assignment to a place, empty where the reader does not decide."""
        if not lies_in_hand(place, self.request.user):
            return ""
        query = {"locality": place.locality.code, "next": self.request.get_full_path()}
        return f"{reverse('assignments:create')}?{urlencode(query)}"

    def candidates_url(self, place):
        """The address of people for a place, empty where the reader does not decide."""
        if not lies_in_hand(place, self.request.user):
            return ""
        query = urlencode({"next": self.request.get_full_path()})
        return f"{reverse('reports:candidates', args=[place.locality_id])}?{query}"

    def areas(self):
        """The communes (or what else lies inside) beside each other, those that lack most first."""
        area = area_to_compare(self.form.part, self.day, self.condition, COMMUNES_AT_MOST)
        if area is None:
            return {"areas": []}
        rows = gaps_by_area(area, self.day, self.condition)
        return {
            "area": area,
            "areas": [
                {"gaps": row, "url": self.address(within=row.place.locality.code)} for row in rows[:AREAS_SHOWN]
            ],
            "areas_left_out": max(len(rows) - AREAS_SHOWN, 0),
            "with_hamlets": area != Tier.HAMLET,
        }
