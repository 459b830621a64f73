"""What the overview says about a quarter: eight figures, what needs somebody, and how places compare."""

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assignments.coverage.queries import coverage_by_tier, uncovered
from assignments.models import Agency, Place, Tier
from assignments.models.place import PATH_SEPARATOR
from cadrenet.periods import Month, Quarter
from cadrenet.templatetags.figures import count, day, money, pct
from meetings.models import Meeting
from meetings.queries import on_restricted_days
from reports.figures.drilldown import drilldown_url, drilldown_urls, rated
from reports.figures.ratings import GOOD_OR_BETTER, rated_within, ratings_by_year
from reports.figures.summary import (
    Figures,
    attendance_by_month,
    figures_of,
    grouped_by,
    meetings_of,
    old_before,
    open_issues_by_theme,
)
from reports.figures.wording import in_counts, in_points, short_name, shown
from reports.models import Issue, PartyOrganisation, Rating, RatingLevel, Resource, due_day

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
NAMES_AT_MOST = 6


class Overview:
    """What the overview says about a quarter and a part of the tree; reads everything it needs once."""

    def __init__(self, form):
        self.user, self.today = form.user, form.day
        self.quarter, self.within = form.cleaned_data["quarter"], form.cleaned_data["within"]
        self.condition = form.condition
        self.tier, self.root = Tier(self.within.tier), (self.within.tier, self.within.pk)
        # A quarter that goes on is looked at as it stands today; only its figures are those of its last day.
        self.seen_on = min(self.today, self.quarter.last_day)
        self.going_on = self.today < self.quarter.last_day

    def context(self):
        """Everything the template shows."""
        by_month = self.attendance_by_month()
        figures, before = self.figures(), self.figures_before(by_month)
        covered = coverage_by_tier(self.seen_on, self.condition)
        groups = {row.tier: row for row in covered}.get(Tier.SELF_GOVERNING_GROUP)
        if self.going_on and groups:
            # Who answers today is known; who will on the last day is a guess.
            figures.groups, figures.groups_covered = groups.total, groups.covered
        themes = open_issues_by_theme(self.quarter.last_day, self.condition, self.seen_on)
        return {
            "quarter": self.quarter,
            "scope": self.within,
            "going_on": self.going_on,
            "as_of": timezone.now(),
            "figures": figures,
            "tiles": self.tiles(figures, before),
            "watch": self.watch(figures, covered, themes),
            **self.comparisons(by_month),
            "coverage": [
                {"covered": row, "url": self.coverage_url(row.tier) if row.uncovered else ""} for row in covered
            ],
            **self.ratings(),
            **self.issues(themes),
        }

    def attendance_by_month(self):
        """The attendance of twelve months, up to the last of the quarter: for the table, the bars and the lowest."""
        self.months = [Month.of(self.quarter.last_day)]
        while len(self.months) < 12:
            self.months.insert(0, self.months[0].previous)
        return attendance_by_month(self.months, self.condition, *INSIDE[self.tier])

    def figures(self):
        """The figures of the whole part of the tree in the quarter."""
        return figures_of(self.quarter, self.root, self.condition)

    def figures_before(self, by_month):
        """What of the quarter before the tiles compare with."""
        quarter = self.quarter.previous
        before = meetings_of(quarter, self.root, self.condition, self.condition.areas(*quarter.days))
        before.add(grouped_by(by_month, lambda *key: Quarter.of(key[-1].first_day))[quarter])
        found = open_issues_by_theme(quarter.last_day, self.condition, quarter.last_day)
        before.issues_open = sum(row["open"] for row in found)
        return before

    # --- Eight figures ------------------------------------------------------------------------------------

    def tiles(self, now, before):
        """The eight figures, each with the counts behind it and the address of its list."""
        url = drilldown_urls(self.quarter, self.within.code)
        tiles = [
            {
                "label": _("Attendance rate"),
                "figure": "attendance_present",
                "value": pct(now.present_of_unexcused_pct),
                "count": _("%(part)s of %(whole)s attendances")
                % shown(part=now.attendance_present, whole=now.attendance_unexcused),
                **in_points(now.present_of_unexcused_pct, before.present_of_unexcused_pct),
            },
            {
                "label": _("Not recorded yet"),
                "figure": "attendance_unrecorded",
                "value": count(now.attendance_unrecorded),
                "count": _("of %(whole)s attendances expected") % shown(whole=now.attendance_expected),
                **in_counts(now.attendance_unrecorded, before.attendance_unrecorded, better="down"),
            },
            {
                "label": _("Meetings held"),
                "figure": "meetings_held",
                "value": pct(now.meetings_held_pct),
                "count": _("%(part)s of %(whole)s meetings") % shown(part=now.meetings_held, whole=now.meetings_due),
                **self.note_on_meetings(now, before),
            },
            {
                "label": _("Household participation"),
                "figure": "households_represented",
                "value": pct(now.participation_pct),
                "count": _("%(part)s of %(whole)s households")
                % shown(part=now.households_represented, whole=now.households_total),
                **in_points(now.participation_pct, before.participation_pct),
            },
            {
                "label": _("Self-governing groups with somebody in charge"),
                "figure": "groups_uncovered",
                "value": pct(now.coverage_pct),
                "count": _("%(part)s of %(whole)s groups") % shown(part=now.groups_covered, whole=now.groups),
                "note": ngettext("%(number)s group has nobody", "%(number)s groups have nobody", now.groups_uncovered)
                % shown(number=now.groups_uncovered),
            },
            {
                "label": _("Reports on time"),
                "figure": "reports_on_time",
                "value": pct(now.reports_on_time_pct),
                "count": _("%(part)s of %(whole)s reports")
                % shown(part=now.reports_on_time, whole=now.reports_expected),
                "note": self.note_on_reports(now),
            },
            {
                "label": _("Issues open"),
                "figure": "issues_open",
                "value": count(now.issues_open),
                "count": _("%(raised)s raised, %(closed)s closed in the quarter")
                % shown(raised=now.issues_raised, closed=now.issues_closed),
                **in_counts(now.issues_open, before.issues_open, better="down"),
            },
            {
                "label": _("Resources mobilised"),
                "figure": "resources_value_vnd",
                "value": money(now.resources_value_vnd),
                **self.note_on_resources(),
            },
        ]
        url["groups_uncovered"] = self.coverage_url(Tier.SELF_GOVERNING_GROUP)
        return [tile | {"url": url[tile["figure"]]} for tile in tiles]

    def note_on_meetings(self, now, before):
        """The change against the quarter before; while the quarter goes on, what is still to come."""
        if not self.going_on:
            return in_points(now.meetings_held_pct, before.meetings_held_pct)
        planned = now.meetings_due - now.meetings_held - now.meetings_not_held
        return {
            "note": ngettext("%(number)s meeting is still planned", "%(number)s meetings are still planned", planned)
            % shown(number=planned)
        }

    def note_on_reports(self, now):
        """Late and missing ones; while the time is not up, until when they are due."""
        due = due_day(self.quarter, self.condition.rules)
        if self.today <= due:
            return _("due by %(day)s") % {"day": day(due)}
        return _("%(late)s late, %(missing)s missing") % shown(late=now.reports_late, missing=now.reports_missing)

    def note_on_resources(self):
        """How many resources these are, and what of them has come."""
        found = Resource.objects.visible_to(self.user, self.within).filter(mobilised_on__range=self.quarter.days)
        delivered = Q(status=Resource.Status.DELIVERED)
        sums = found.aggregate(n=Count("pk"), delivered=Sum("value_vnd", filter=delivered))
        return {
            "count": ngettext("%(number)s contribution", "%(number)s contributions", sums["n"])
            % shown(number=sums["n"]),
            "note": _("delivered: %(amount)s") % {"amount": money(sums["delivered"] or 0)},
        }

    # --- What needs somebody --------------------------------------------------------------------------------

    def watch(self, figures, covered, themes):
        """At most four things that somebody has to do something about; none where all is well."""
        by_tier = {row.tier: row for row in covered}
        found = [
            self.watch_hamlets(by_tier.get(Tier.HAMLET)),
            self.watch_issues(themes),
            self.watch_reports(figures),
            self.watch_breaches(),
        ]
        return [item for item in found if item]

    def watch_hamlets(self, covered):
        """Hamlets nobody answers for, with the communes they lie in."""
        if not (covered and covered.uncovered):
            return None
        above = uncovered(Tier.HAMLET, self.seen_on, self.condition).values_list("path", flat=True)
        communes = Counter(path.rpartition(PATH_SEPARATOR)[2] for path in above)
        names = [f"{name} ({count(number)})" for name, number in communes.most_common(NAMES_AT_MOST)]
        if len(communes) > NAMES_AT_MOST:
            names.append("…")
        return {
            "tone": "bad",
            "figure": "uncovered_hamlets",
            "number": covered.uncovered,
            "text": ngettext(
                "%(number)s hamlet or neighbourhood has nobody in charge",
                "%(number)s hamlets and neighbourhoods have nobody in charge",
                covered.uncovered,
            )
            % shown(number=covered.uncovered),
            "detail": ", ".join(names),
            "url": self.coverage_url(Tier.HAMLET),
        }

    def watch_issues(self, themes):
        """Pressing issues that are open, and how many are older than the limit."""
        urgent, old = sum(row["urgent"] for row in themes), sum(row["old"] for row in themes)
        if not urgent:
            return None
        _before, limit = old_before(self.seen_on, self.condition.rules)
        return {
            "tone": "bad",
            "figure": "urgent_issues",
            "number": urgent,
            "text": ngettext("%(number)s pressing issue is open", "%(number)s pressing issues are open", urgent)
            % shown(number=urgent),
            "detail": ngettext(
                "%(number)s issue is older than %(limit)s days",
                "%(number)s issues are older than %(limit)s days",
                old,
            )
            % shown(number=old, limit=limit),
            "url": self.address("issues_open", urgent="1"),
        }

    def watch_reports(self, figures):
        """Reports that are missing although the time is up."""
        due = due_day(self.quarter, self.condition.rules)
        if not figures.reports_missing or self.today <= due:
            return None
        return {
            "icon": "clock",
            "figure": "reports_missing",
            "number": figures.reports_missing,
            "text": ngettext(
                "%(number)s quarterly report is missing",
                "%(number)s quarterly reports are missing",
                figures.reports_missing,
            )
            % shown(number=figures.reports_missing),
            "detail": _("due by %(day)s; %(late)s came late")
            % {"day": day(due), "late": count(figures.reports_late)},
            "url": self.address("reports_missing"),
        }

    def watch_breaches(self):
        """Meetings of agencies on restricted days, in the last month of the quarter that has begun."""
        month = Month.of(self.seen_on)
        # By agency, as they lie in no part of the tree; to look through all meetings that one sees would take long.
        agencies = Agency.objects.visible_to(self.user)
        found = Meeting.objects.filter(on_restricted_days(), agency__in=agencies, day__range=month.days).due()
        number = found.count()
        if not number:
            return None
        query = {"restricted": 1, "status": "due", "first_day": month.first_day, "last_day": month.last_day}
        return {
            "icon": "ban",
            "figure": "breaches",
            "number": number,
            "text": ngettext(
                "%(number)s agency meeting on restricted days",
                "%(number)s agency meetings on restricted days",
                number,
            )
            % shown(number=number),
            "detail": _("in %(month)s") % {"month": month.label},
            "url": f"{reverse('meetings:meetings')}?{urlencode(query)}",
        }

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

        quarterly = grouped_by(by_month, lambda *key: of(inner, *key))
        bars = grouped_by(by_month, lambda *key: of(outer, *key))
        number = tiers.index(inner)
        monthly = grouped_by(by_month, lambda *key: key[number] and (key[number], key[-1]))
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
            "bars_url": self.summary_url(outer),
            "lowest_heading": LOWEST[inner],
            "lowest": sorted(rated, key=lambda row: row.figures.present_of_unexcused_pct)[:5],
            "lowest_all": ALL_OF[inner],
            "lowest_url": self.summary_url(inner, sort="present_of_unexcused_pct"),
        }

    def places(self, months, tiers):
        """The places of some tiers as they stood last in these months, in order of code."""
        found = (
            Place.objects.visible_to(self.user)
            .during(months[0].first_day, months[-1].last_day)
            .filter(self.condition(), tier__in=tiers)
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
        _before, limit = old_before(self.seen_on, self.condition.rules)
        rows = [
            row
            | {
                "label": Issue.Theme(row["theme"]).label,
                "url": self.address("issues_open", theme=row["theme"]),
                "old_url": self.address("issues_open", theme=row["theme"], age="over"),
            }
            for row in themes
        ]
        return {
            "themes": rows,
            "themes_most": max((row["open"] for row in rows), default=0),
            "issues_open": sum(row["open"] for row in rows),
            "issues_url": self.address("issues_open"),
            "age_limit": limit,
        }

    # --- Addresses --------------------------------------------------------------------------------------------

    def address(self, figure, **more):
        """The list behind a figure of this quarter and this part of the tree, narrowed further."""
        return drilldown_url(figure, self.quarter, self.within.code, **more)

    def coverage_url(self, tier):
        """The list of localities of a tier that nobody answers for on the day the overview looks at."""
        query = {"tier": tier.value, "day": self.seen_on.isoformat(), "within": self.within.code}
        return f"{reverse('assignments:coverage')}?{urlencode(query)}"

    def summary_url(self, level, **more):
        """The quarterly summary of the same quarter and part of the tree."""
        query = {"quarter": str(self.quarter), "level": level.value, "within": self.within.code, **more}
        return f"{reverse('reports:quarterly')}?{urlencode(query)}"


@dataclass
class Compared:
    """One place beside others: its figures of the quarter, its rate of each month, and the page of that month."""

    place: Place
    figures: Figures
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
