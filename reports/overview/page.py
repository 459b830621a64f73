"""What the overview says about a quarter: eight figures, what needs somebody, and how places compare."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from assignments.coverage.queries import coverage_by_tier
from assignments.models import Place, Tier
from cadrenet.codes import label_of
from cadrenet.periods import Quarter, not_after_today
from cadrenet.templatetags.figures import count
from reports import figures
from reports.figures.drilldown import rated
from reports.figures.ratings import GOOD_OR_BETTER, rated_within, ratings_by_year
from reports.figures.wording import short_name
from reports.models import Issue, PartyOrganisation, Rating, RatingLevel
from reports.overview.asked import Asked
from reports.overview.tiles import tiles
from reports.overview.watch import watch

# What a locality is compared by, highest first; any tier may be absent, and the next one takes its place.
INSIDE = {
    Tier.PROVINCE: (Tier.DISTRICT, Tier.REGIONAL_GROUP, Tier.COMMUNE),
    Tier.DISTRICT: (Tier.REGIONAL_GROUP, Tier.COMMUNE),
    Tier.REGIONAL_GROUP: (Tier.COMMUNE, Tier.HAMLET),
    Tier.COMMUNE: (Tier.HAMLET, Tier.SELF_GOVERNING_GROUP),
    Tier.HAMLET: (Tier.SELF_GOVERNING_GROUP,),
    Tier.SELF_GOVERNING_GROUP: (Tier.SELF_GOVERNING_GROUP,),
}
BARS = {
    Tier.DISTRICT: gettext_lazy("Attendance by district"),
    Tier.REGIONAL_GROUP: gettext_lazy("Attendance by regional group"),
    Tier.COMMUNE: gettext_lazy("Attendance by commune and town"),
    Tier.HAMLET: gettext_lazy("Attendance by hamlet and neighbourhood"),
    Tier.SELF_GOVERNING_GROUP: gettext_lazy("Attendance by self-governing group"),
}
LOWEST = {
    Tier.DISTRICT: gettext_lazy("Five districts with the lowest attendance"),
    Tier.COMMUNE: gettext_lazy("Five communes and towns with the lowest attendance"),
    Tier.HAMLET: gettext_lazy("Five hamlets and neighbourhoods with the lowest attendance"),
    Tier.SELF_GOVERNING_GROUP: gettext_lazy("Five self-governing groups with the lowest attendance"),
}
ALL_OF = {
    Tier.DISTRICT: gettext_lazy("All districts"),
    Tier.COMMUNE: gettext_lazy("All communes and towns"),
    Tier.HAMLET: gettext_lazy("All hamlets and neighbourhoods"),
    Tier.SELF_GOVERNING_GROUP: gettext_lazy("All self-governing groups"),
}
RATINGS_SHOWN = (GOOD_OR_BETTER, RatingLevel.Code.COMPLETED, RatingLevel.Code.NOT_COMPLETED)
# One sheet of paper holds no more.
AT_MOST_ROWS = 30
AT_MOST_BARS = 12


class Overview:
    """What the overview says about a quarter and a part of the tree; reads everything it needs once."""

    def __init__(self, form):
        self.asked = Asked(form.cleaned_data["quarter"], form.cleaned_data["within"], form.user, form.day)
        self.user, self.quarter, self.within = self.asked.user, self.asked.quarter, self.asked.within
        self.part = self.asked.part
        self.tier = Tier(self.within.tier)

    def context(self):
        """Everything the template shows."""
        asked = self.asked
        self.months = figures.months_up_to(self.quarter.last_day)
        # For the table of months, the bars and the lowest.
        by_month = figures.attendance_by_month(self.months, self.within, self.user, *INSIDE[self.tier])
        now = figures.of(self.quarter, self.within, self.user, asked.today)
        before = self.figures_before(by_month)
        covered = coverage_by_tier(asked.seen_on, self.part)
        groups = {row.tier: row for row in covered}.get(Tier.SELF_GOVERNING_GROUP)
        if asked.going_on and groups:
            # Who answers today is known; who will on the last day is a guess.
            now.groups, now.groups_covered = groups.total, groups.covered
        themes = figures.open_issues_by_theme(asked.seen_on, self.within, self.user, asked.seen_on)
        return {
            "quarter": self.quarter,
            "before": asked.before,
            "scope": self.within,
            "going_on": asked.going_on,
            "as_of": timezone.now(),
            "figures": now,
            "tiles": tiles(asked, now, before),
            "watch": watch(asked, now, covered, themes),
            **self.comparisons(by_month),
            "coverage": [
                {"covered": row, "url": asked.coverage_url(row.tier) if row.uncovered else ""} for row in covered
            ],
            **self.ratings(),
            **self.issues(themes),
        }

    def figures_before(self, by_month):
        """What of the quarter before the tiles compare with."""
        quarter = self.asked.before
        before = figures.meetings_of(quarter, self.within, self.user)
        if self.asked.going_on:
            # Months that are over do not tell of the first days of a quarter.
            before.add(figures.attendance_of(quarter, self.within, self.user))
        else:
            before.add(figures.grouped_by(by_month, lambda *key: Quarter.of(key[-1].first_day))[quarter])
        found = figures.open_issues_by_theme(quarter.last_day, self.within, self.user, quarter.last_day)
        before.issues_open = sum(row["open"] for row in found)
        return before

    # --- How places compare ---------------------------------------------------------------------------------

    def comparisons(self, by_month):
        """The table of twelve months, the bars of the quarter, and the lowest five."""
        tiers, months = INSIDE[self.tier], self.months
        met = [tier for number, tier in enumerate(tiers) if any(key[number] for key in by_month)]
        outer = met[0] if met else tiers[-1]
        # Regional groups are few: bars tell more about them than a table of months.
        inner = next((tier for tier in met if tier != Tier.REGIONAL_GROUP), tiers[-1])

        def of(tier, *key):
            return key[tiers.index(tier)] if Quarter.of(key[-1].first_day) == self.quarter else None

        quarterly = figures.grouped_by(by_month, lambda *key: of(inner, *key))
        bars = figures.grouped_by(by_month, lambda *key: of(outer, *key))
        number = tiers.index(inner)
        monthly = figures.grouped_by(by_month, lambda *key: key[number] and (key[number], key[-1]))
        places = self.places(months, {inner, outer})
        pages = [reverse("meetings:month", args=[month]) for month in months]
        rows = [
            Compared(
                place,
                quarterly[place.locality_id],
                [monthly[place.locality_id, month].present_of_unexcused_pct for month in months],
                [f"{page}?{urlencode({'within': place.locality.code})}" for page in pages],
            )
            for place in places
            if place.tier == inner and any((place.locality_id, month) in monthly for month in months)
        ]
        rated = [row for row in rows if row.figures.present_of_unexcused_pct is not None]
        return {
            "months": [{"short": short_name(month), "label": month.label} for month in months],
            "heat": rows[:AT_MOST_ROWS],
            "heat_left_out": max(len(rows) - AT_MOST_ROWS, 0),
            "bars_heading": BARS[outer],
            "bars": [
                Compared(place, bars[place.locality_id])
                for place in places
                if place.tier == outer and place.locality_id in bars
            ][:AT_MOST_BARS],
            "bars_url": self.asked.summary_url(outer),
            "lowest_heading": LOWEST[inner],
            "lowest": sorted(rated, key=lambda row: row.figures.present_of_unexcused_pct)[:5],
            "lowest_all": ALL_OF[inner],
            "lowest_url": self.asked.summary_url(inner, sort="present_of_unexcused_pct"),
        }

    def places(self, months, tiers):
        """The places of some tiers as they stood last in these months, in order of code."""
        found = (
            Place.objects.visible_to(self.user)
            .during(months[0].first_day, not_after_today(months[-1].last_day))
            .filter(self.part(), tier__in=tiers)
            .order_by("locality__code", "first_day")
        )
        return list({place.locality_id: place for place in found.select_related("locality")}.values())

    # --- The year, and what is open --------------------------------------------------------------------------

    def ratings(self):
        """The latest year up to that of the quarter in which anything was rated, for both kinds."""
        ratings = rated_within(Rating.objects.visible_to(self.user).filter(year__lte=self.quarter.year), self.within)
        tables, found = [], ratings_by_year(ratings)
        for kind in PartyOrganisation.Kind:
            years = found.get(kind)
            if years:
                year, rows = next(iter(years.items()))
                tables.append(
                    {
                        "kind": kind,
                        "year": year,
                        "rows": [
                            {
                                "label": row.label,
                                "number": row.count,
                                "total": row.total,
                                "percent": row.percent,
                                "url": rated(row, self.within.code),
                            }
                            for row in rows
                            if row.level in RATINGS_SHOWN
                        ],
                    }
                )
        return {"ratings": tables}

    def issues(self, themes):
        """Themes of open issues with the address of each list, and the limit of age."""
        _before, limit = figures.old_before(self.asked.seen_on, self.part.rules)
        rows = [
            row
            | {
                "label": label_of(Issue.Theme.choices, row["theme"]),
                "url": self.asked.address("issues_open", theme=row["theme"]),
                "old_url": self.asked.address("issues_open", theme=row["theme"], age="over"),
            }
            for row in themes
        ]
        return {
            "themes": rows,
            "themes_most": max((row["open"] for row in rows), default=0),
            "issues_open": sum(row["open"] for row in rows),
            "issues_url": self.asked.address("issues_open"),
            "age_limit": limit,
        }


@dataclass
class Compared:
    """One place beside others: its figures of the quarter, its rate of each month, and the page of that month."""

    place: Place
    figures: figures.Figures
    rates: list = field(default_factory=list)
    pages: list = field(default_factory=list)

    @property
    def count_text(self):
        """Present of those expected and not excused, as it stands beside the rate."""
        return f"{count(self.figures.attendance_present)}/{count(self.figures.attendance_unexcused)}"

    @property
    def cells(self):
        """The months as the table shows them."""
        return zip(self.rates, self.pages, strict=True)
