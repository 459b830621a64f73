"""How party organisations were rated: the table of a year, who is behind each number, one organisation by itself."""

from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from assignments.models import Place
from assignments.visibility import chain_of
from cadrenet.figures import percent
from cadrenet.listing import Column, FileMixin, ScopedDetailView, ScopedListView
from cadrenet.periods import not_after_today, today
from cadrenet.templatetags.figures import count, pct, points
from reports.figures.drilldown import rated
from reports.figures.ratings import (
    GOOD_OR_BETTER,
    RATING_COLUMNS,
    annual_ratings,
    caps,
    ratings_by_year,
    with_rated_on,
)
from reports.figures.wording import shown
from reports.models import PartyOrganisation, Rating, RatingLevel, RatingScheme
from reports.ratings.filters import RatingFilter
from reports.ratings.forms import RatingsForm

Kind = PartyOrganisation.Kind
PARTS = (RatingLevel.Code.EXCELLENT, RatingLevel.Code.GOOD)
# What the paper reports, and what adds up to all that were rated.
REPORTED = (GOOD_OR_BETTER, RatingLevel.Code.COMPLETED, RatingLevel.Code.NOT_COMPLETED)


class RatingsView(FileMixin, TemplateView):
    """The table of a year and a kind, with a sentence to take over; the file holds the same rows."""

    template_name = "reports/ratings/ratings.html"
    columns = [Column(name, name) for name in RATING_COLUMNS]
    explained = ("ratings", "rounding")

    def get(self, request, *args, **kwargs):
        ratings = Rating.objects.visible_to(request.user)
        found = ratings_by_year(ratings)
        self.years = {kind: found.get(kind, {}) for kind in Kind}
        self.form = RatingsForm(request.GET, years=self.years, day=today())
        if not self.form.is_valid():
            asks_for_file = request.GET.get("format") in ("csv", "xlsx")
            context = self.get_context_data(form=self.form, title=_("Annual ratings"))
            return TemplateView.render_to_response(self, context, status=400 if asks_for_file else 200)
        asked = self.form.cleaned_data
        self.year, self.kind, self.places = asked["year"], Kind(asked["kind"]), asked["places"]
        self.rows = annual_ratings(ratings, self.kind.value, self.year)
        self.scheme = RatingScheme.of_year(self.year)
        self.caps = caps(ratings, self.kind, self.year, self.scheme)
        return super().get(request, *args, **kwargs)

    def get_file_rows(self):
        return self.rows

    def get_sheet_columns(self):
        """The columns of the page, with the digits that were asked for."""
        return [
            Column("level", "label", _("Level")),
            Column("count", "count", _("Number")),
            Column("total", "total", _("Of all rated")),
            Column("percent", lambda row: row.percent_to(self.places), _("Part %")),
        ]

    def get_sheet_title(self, context):
        return f"{_('Annual ratings')}: {self.kind.label}, {self.year}"

    def get_file_stem(self):
        return f"annual-ratings_{self.year}_{self.kind.value}"

    def render_to_response(self, context, **kwargs):
        if self.request.GET.get("format") in ("csv", "xlsx"):
            return super().render_to_response(context | {"form": self.form}, **kwargs)
        return TemplateView.render_to_response(self, context | self.page(), **kwargs)

    def page(self):
        """What only the page shows."""
        by_level = {row.level: row for row in self.rows}
        total = by_level[GOOD_OR_BETTER].total
        before = self.years[self.kind].get(self.year - 1, [])
        return {
            "title": _("Annual ratings"),
            "form": self.form,
            "year": self.year,
            "kind": self.kind,
            "scheme": self.scheme,
            "tabs": [
                {
                    "label": kind.label,
                    "url": self.url(kind=kind.value),
                    "count": total_of(self.years[kind].get(self.year)),
                    "current": kind == self.kind,
                }
                for kind in Kind
            ],
            "before": self.year - 1 if before else None,
            "total": total,
            "everybody": percent(total, total, self.places),
            "tiles": [self.tile(by_level[level], before) for level in REPORTED] + [self.tile_of_unrated(by_level)],
            "rows": [
                {
                    "label": row.label,
                    "part": row.level in PARTS,
                    "number": row.count,
                    "percent": row.percent_to(self.places),
                    "url": rated(row) if row.count else "",
                    "low": row.level == RatingLevel.Code.NOT_COMPLETED,
                }
                for row in self.rows
                if row.total is not None
            ],
            "unrated": by_level[RatingLevel.Code.NOT_RATED].count,
            "unrated_url": rated(by_level[RatingLevel.Code.NOT_RATED]),
            "rated_url": rated(by_level[GOOD_OR_BETTER], level=RatingFilter.RATED),
            "rounding": self.rounding(by_level),
            "sentence": sentence(self.kind, by_level, self.places) if total else "",
            "caps": self.caps_shown(),
            "several_years": self.several_years(),
        }

    def url(self, **changed):
        """This page with other answers."""
        query = self.request.GET.copy()
        query.pop("format", None)
        for name, value in changed.items():
            query[name] = value
        return f"?{query.urlencode()}"

    def tile(self, row, before):
        """A level as a tile, against the year before."""
        was = next((other for other in before if other.level == row.level), None)
        change = row.change_from(was, self.places)
        better = {GOOD_OR_BETTER: "up", RatingLevel.Code.NOT_COMPLETED: "down"}
        return {
            "label": row.label,
            "value": pct(row.percent_to(self.places)),
            "count": _("%(part)s of %(whole)s organisations") % shown(part=row.count, whole=row.total),
            "url": rated(row) if row.count else "",
            "change": change,
            "change_text": points(change),
            "better": better.get(row.level, ""),
        }

    def tile_of_unrated(self, by_level):
        """How many were not rated; they are in no percentage."""
        row = by_level[RatingLevel.Code.NOT_RATED]
        return {
            "label": row.label,
            "value": count(row.count),
            "count": _("in no percentage"),
            "url": rated(row) if row.count else "",
        }

    def rounding(self, by_level):
        """The reported parts and what they add up to, where that is not 100."""
        parts = [by_level[level].percent_to(self.places) for level in REPORTED]
        if None in parts or sum(parts) == 100:
            return ""
        return f"{' + '.join(count(part) for part in parts)} = {count(sum(parts))}"

    def caps_shown(self):
        """The cap on "excellent": of the one authority, or of those communes that went beyond it."""
        if not self.caps:
            return None
        per_commune = self.kind == Kind.CELL
        over = [cap for cap in self.caps if cap.left < 0]
        names = {}
        if per_commune and over:
            places = Place.objects.visible_to(self.request.user).filter(locality__in=[cap.commune for cap in over])
            there = places.standing_on(not_after_today(date(self.year, 12, 31)))
            names = dict(there.values_list("locality", "name"))
        good_only = self.scheme.excellent_cap_base == RatingScheme.CapBase.GOOD_ONLY
        return {
            "percent": self.scheme.excellent_cap_percent,
            "good_only": good_only,
            "per_commune": per_commune,
            "number": len(self.caps),
            "one": None if per_commune else self.caps[0],
            "over": [{"cap": cap, "name": names.get(cap.commune, "–")} for cap in over],
        }

    def several_years(self):
        """One row per year, latest first, each with its change against the year before."""
        table = []
        years = self.years[self.kind]
        for year, rows in years.items():
            by_level = {row.level: row for row in rows}
            before = {row.level: row for row in years.get(year - 1, [])}
            good = by_level[GOOD_OR_BETTER]
            change = good.change_from(before.get(GOOD_OR_BETTER), self.places)
            table.append(
                {
                    "year": year,
                    "url": self.url(year=year),
                    "current": year == self.year,
                    "total": good.total,
                    "parts": [cell_of(by_level[level], self.places) for level in PARTS],
                    "reported": [cell_of(by_level[level], self.places) for level in REPORTED],
                    "change": change,
                    "change_text": points(change),
                }
            )
        return table


def total_of(rows):
    """How many organisations were rated in a year; None where there is no year."""
    return rows[0].total if rows else None


def cell_of(row, places):
    """The number and the share of a level in a year."""
    return {"number": row.count, "percent": row.percent_to(places), "url": rated(row) if row.count else ""}


def sentence(kind, by_level, places):
    """The result of a year as a sentence for a report, in the reader's language."""
    if kind == Kind.CELL:
        # Translators: vi "%(good)s/%(total)s chi bộ ấp, khu phố hoàn thành tốt nhiệm vụ trở lên (%(good_percent)s);
        # %(completed)s/%(total)s hoàn thành nhiệm vụ (%(completed_percent)s); %(not_completed)s/%(total)s không
        # hoàn thành nhiệm vụ (%(not_completed_percent)s)."
        pattern = _(
            "%(good)s/%(total)s party cells of hamlets and neighbourhoods completed their tasks well or better"
            " (%(good_percent)s); %(completed)s/%(total)s completed their tasks (%(completed_percent)s);"
            " %(not_completed)s/%(total)s did not complete their tasks (%(not_completed_percent)s)."
        )
    else:
        # Translators: vi "%(good)s/%(total)s đảng ủy xã, thị trấn hoàn thành tốt nhiệm vụ trở lên (%(good_percent)s);
        # %(completed)s/%(total)s hoàn thành nhiệm vụ (%(completed_percent)s); %(not_completed)s/%(total)s không
        # hoàn thành nhiệm vụ (%(not_completed_percent)s)."
        pattern = _(
            "%(good)s/%(total)s party committees of communes and towns completed their tasks well or better"
            " (%(good_percent)s); %(completed)s/%(total)s completed their tasks (%(completed_percent)s);"
            " %(not_completed)s/%(total)s did not complete their tasks (%(not_completed_percent)s)."
        )
    good, completed, not_completed = (by_level[level] for level in REPORTED)
    return pattern % {
        **shown(good=good.count, completed=completed.count, not_completed=not_completed.count, total=good.total),
        "good_percent": pct(good.percent_to(places)),
        "completed_percent": pct(completed.percent_to(places)),
        "not_completed_percent": pct(not_completed.percent_to(places)),
    }


class RatingListView(ScopedListView):
    """The organisations behind a number of the ratings, each with its chain."""

    model = Rating
    filterset_class = RatingFilter
    template_name = "reports/ratings/list.html"
    title = gettext_lazy("Organisations rated")
    file_stem = "organisations-rated"
    explained = ("ratings",)
    columns = [
        Column(gettext_lazy("Organisation"), "organisation.name"),
        Column(gettext_lazy("Code"), "organisation.code"),
        Column(gettext_lazy("Lies in"), "organisation.locality.place.path"),
        Column(gettext_lazy("Year"), "year"),
        Column(gettext_lazy("Level"), "level.get_code_display"),
        Column(gettext_lazy("Decision number"), "decision_number"),
        Column(gettext_lazy("Day of the decision"), "decision_on"),
    ]

    def get_queryset(self):
        rows = with_rated_on(super().get_queryset()).as_of(F("rated_on"))
        return rows.select_related("level").order_by("-year", "level__order", "organisation__locality__code", "pk")


class OrganisationView(ScopedDetailView):
    """One party organisation and how it was rated, year by year."""

    model = PartyOrganisation
    template_name = "reports/ratings/organisation.html"

    def get_queryset(self):
        return super().get_queryset().as_of(today())

    def get_context_data(self, **kwargs):
        ratings = Rating.objects.visible_to(self.request.user).filter(organisation=self.object)
        return super().get_context_data(
            title=self.object.name,
            line=self.object.get_kind_display(),
            chain=chain_of(self.object.locality.place, self.request.user),
            ratings=ratings.select_related("level", "scheme").order_by("-year", "-scheme__first_day"),
            **kwargs,
        )
