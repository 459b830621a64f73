"""Coverage: for how many localities somebody answers on a day, now and to come, and which have nobody."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import ListView, View

from assignments.actions import review_coverage
from assignments.coverage.forms import CoverageForm
from assignments.coverage.queries import (
    COVERED_TIERS,
    area_to_compare,
    coverage_by_tier,
    ending,
    gaps_by_area,
    vacancies,
    vacant,
)
from assignments.coverage.timeline import CoverageTimeline
from assignments.models import Assignment, CoverageReview, Locality, Place, Tier
from assignments.queries import in_order_of_tier
from assignments.scope import reach_of
from assignments.views import PLACE_COLUMNS, VACANCY_COLUMNS, tabs
from assignments.visibility import can_assign_at
from cadrenet.listing import PER_PAGE, Column, FileMixin
from cadrenet.periods import Month, today
from cadrenet.templatetags import figures

# So many communes are compared with each other; above that, what contains them.
COMMUNES_AT_MOST = 400
AREAS_SHOWN = 40
MONTHS = 12
REVIEWS_SHOWN = 5
# Whose committees look through who answers for their self-governing groups (R58).
REVIEWED_TIERS = (Tier.COMMUNE, Tier.HAMLET)
State = CoverageForm.State


def months_up_to(day):
    """The month of a day and the eleven before it, in order of time."""
    months = [Month.of(day)]
    while len(months) < MONTHS:
        months.insert(0, months[0].previous)
    return months


class CoverageView(FileMixin, ListView):
    """Places that nobody answers for on a day, of one tier or of all; whose coverage ends soon; or that had gaps."""

    template_name = "assignments/coverage/coverage.html"
    paginate_by = PER_PAGE
    file_stem = "coverage"
    explained = ("coverage",)

    @property
    def columns(self):
        """Public names: other programs read them (docs/data-format.md). The first two are those of the command."""
        if self.state == State.GAPS:
            return [
                *PLACE_COLUMNS,
                Column("days_with_nobody", "days", _("Days with nobody")),
                Column("gaps", "words", _("Between")),
            ]
        return [*PLACE_COLUMNS, *VACANCY_COLUMNS]

    def get_queryset(self):
        user = self.request.user
        self.today, self.state = today(), State.VACANT
        self.form = CoverageForm(self.request.GET, user=user)
        if not self.form.is_valid():
            return Place.objects.visible_to(user).none()
        self.day, self.condition = self.form.as_of, self.form.subtree
        self.state, self.ahead = self.form.cleaned_data["state"], self.form.cleaned_data["days"]
        # Days to come are told from today on; of a day in the past, from that day on.
        self.base = min(self.day, self.today)
        self.months = months_up_to(self.base)
        return self.places().select_related("locality", "type")

    def places(self):
        tiers, day = self.form.tiers, self.day
        if self.state == State.ENDING:
            return ending(tiers, day, self.condition, timedelta(days=self.ahead))
        if self.state == State.GAPS:
            self.timeline = self.read_timeline()
            self.gaps = self.timeline.gaps(self.months[0].first_day, self.base, tiers)
            # Where each last_places in its last gap: what came after may lie where the reader does not look.
            last_places = [spells[-1].place for spells in self.gaps.values()]
            return in_order_of_tier(Place.objects.visible_to(self.request.user).filter(pk__in=last_places))
        return vacant(tiers, day, self.condition)

    def read_timeline(self):
        """Who answered over the months shown, and who is known to answer over the days to come."""
        last_day = max(self.day, self.base) + timedelta(days=max(CoverageForm.AHEAD))
        return CoverageTimeline(self.months[0].first_day, last_day, self.condition)

    def with_details(self, places):
        """The places with who answered for them last, as far as the reader may see; or with their days of nobody."""
        if self.state == State.GAPS:
            return [GapRow(place, self.gaps[place.locality_id]) for place in places]
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
        if self.state != State.GAPS:
            self.timeline = self.read_timeline()
        chosen_tiers = set(self.form.tiers)
        numbers = {
            "vacant": sum(row.uncovered for row in covered if row.tier in chosen_tiers),
            "ending": self.ending_in(CoverageForm.AHEAD[0]),
        }
        rows = [
            {
                "vacancy": row,
                "assign_url": self.assign_url(row.place),
                "candidates_url": self.candidates_url(row.place),
                "to_come": self.lies_ahead(row),
            }
            for row in self.with_details(context["object_list"])
        ]
        return context | {
            "day": self.day,
            "to_come": self.day > self.today,
            "part": self.form.part,
            "state": self.state,
            "ending": self.state == State.ENDING,
            "days": self.ahead,
            "ahead": [self.ahead_tab(days) for days in CoverageForm.AHEAD],
            "tiles": [self.tile(row) for row in covered],
            # Four cells fill the sheet on a desk; on a phone two do, and there only one blank may be needed.
            "blanks": [number % 2 for number in range(len(covered), len(COVERED_TIERS))],
            "tabs": tabs(self.state or "vacant", self.request, numbers),
            "rows": rows,
            "may_assign": any(row["assign_url"] for row in rows),
            "forecast": self.forecast(),
            "history": self.history(),
            "review": self.review(),
            **self.areas(),
        }

    def lies_ahead(self, row):
        """The day from which nobody will answer, while that is still to come."""
        return row.since if self.state == State.VACANT and row.since and row.since > self.today else None

    def ending_in(self, days):
        return self.timeline.ending(self.day, self.day + timedelta(days=days), set(self.form.tiers))

    def ahead_tab(self, days):
        """What ends within some days, as a choice beside the others."""
        return {
            "label": ngettext("%(number)s day", "%(number)s days", days) % {"number": figures.count(days)},
            "url": self.address(state=State.ENDING, days=days, **self.tier_query()),
            "current": days == self.ahead,
            "count": self.ending_in(days),
        }

    def tile(self, covered):
        """One tier as a figure that opens the list of what it lacks."""
        return {
            "label": covered.tier.label,
            "value": figures.count(covered.covered),
            "unit": f"/ {figures.count(covered.total)}",
            "count": figures.pct(covered.percent),
            "note": missing(covered),
            "url": self.address(tier=covered.tier.value),
        }

    def forecast(self):
        """Each tier now and on days to come, as far as the ends are known; every number opens its names."""
        days = [self.base, *(self.base + timedelta(days=days) for days in CoverageForm.AHEAD)]
        found = {day: self.timeline.on(day) for day in days}
        tiers = [tier for tier in COVERED_TIERS if any(tier in by_tier for by_tier in found.values())]
        return {
            "days": [
                {"day": day, "ahead": (day - self.base).days, "asked": day == self.day, "today": day == self.today}
                for day in days
            ],
            "rows": [
                {"tier": tier, "cells": [self.cell(day, found[day].get(tier)) for day in days]} for tier in tiers
            ],
        }

    def cell(self, day, covered):
        """A tier on a day, with the address of the names it lacks; None where it has no localities then."""
        if covered is None:
            return None
        return {
            "covered": covered,
            "missing": missing(covered),
            "url": self.address(day=day.isoformat(), tier=covered.tier.value) if covered.uncovered else "",
        }

    def history(self):
        """One tier at the end of each of twelve months, the running one up to the day; and its days with nobody."""
        days = [*(month.last_day for month in self.months[:-1]), self.base]
        found = [self.timeline.on(day) for day in days]
        tiers = [tier for tier in COVERED_TIERS if any(tier in by_tier for by_tier in found)]
        if not tiers:
            return None
        asked = self.form.cleaned_data["tier"]
        # What the office looks at first are the self-governing groups, the lowest (R59).
        tier = Tier(asked) if asked in tiers else tiers[-1]
        rates = [by_tier[tier].percent if tier in by_tier else None for by_tier in found]
        known = [rate for rate in rates if rate is not None]
        low = max(int(min(known)) // 5 * 5 - 5, 0)
        high = min(int(max(known)) // 5 * 5 + 5, 100)
        gaps = self.timeline.gaps(self.months[0].first_day, self.base, {tier})
        return {
            "tier": tier,
            "tiers": [
                {
                    "label": other.label,
                    "url": self.address(tier=other.value, **self.state_query()) + "#history",
                    "current": other == tier,
                }
                for other in tiers
            ],
            "rates": rates,
            "labels": [_("M%(month)s") % {"month": month.number} for month in self.months],
            "low": low,
            "high": high,
            "step": 5 if high - low <= 25 else 20,
            "rows": [
                {"month": month, "day": day, "cell": self.cell(day, by_tier.get(tier))}
                for month, day, by_tier in reversed(list(zip(self.months, days, found, strict=True)))
            ],
            "first_day": self.months[0].first_day,
            "last_day": self.base,
            "gaps": len(gaps),
            "gap_days": sum(spell.days for spells in gaps.values() for spell in spells),
            "gaps_url": self.address(tier=tier.value, state=State.GAPS),
        }

    def tier_query(self):
        return {"tier": self.form.cleaned_data["tier"]} if self.form.cleaned_data["tier"] else {}

    def state_query(self):
        return {"state": self.state} if self.state else {}

    def address(self, **more):
        """The address of this page with other questions; the day and the part of the tree stay."""
        query = {name: self.request.GET[name] for name in ("within", "counted", "day") if self.request.GET.get(name)}
        return f"{reverse('assignments:coverage')}?{urlencode(query | more)}"

    def assign_url(self, place):
        """The address of a new assignment to a place, empty where the reader does not decide."""
        if self.state == State.GAPS or not can_assign_at(place, self.request.user):
            return ""
        query = {"locality": place.locality.code, "next": self.request.get_full_path()}
        return f"{reverse('assignments:assignment_create')}?{urlencode(query)}"

    def candidates_url(self, place):
        """The address of people for a place, empty where the reader does not decide."""
        if not can_assign_at(place, self.request.user):
            return ""
        query = urlencode({"next": self.request.get_full_path()})
        return f"{reverse('reports:candidates', args=[place.locality_id])}?{query}"

    def review(self):
        """When the commune or hamlet asked for was last looked through, and whether the reader may stamp it."""
        part = self.form.part or self.only_part()
        if part is None or part.tier not in REVIEWED_TIERS:
            return None
        found = CoverageReview.objects.visible_to(self.request.user).filter(locality=part, day__lte=self.day)
        place = self.day == self.today and place_to_review(part.pk, self.request.user, self.today)
        return {
            "name": part.name,
            "stamps": list(found.select_related("by").order_by("-day")[:REVIEWS_SHOWN]),
            "url": reverse("assignments:coverage_review", args=[part.pk]) if place else "",
        }

    def only_part(self):
        """The one commune or hamlet that the reader sees, which need not be asked for; None for anybody else."""
        tops = list(reach_of(self.request.user).sees)
        if len(tops) != 1 or tops[0][0] not in REVIEWED_TIERS:
            return None
        return Locality.objects.visible_to(self.request.user).as_of(today()).filter(pk=tops[0][1]).first()

    def areas(self):
        """The communes (or what else lies inside) beside each other, those that lack most first."""
        area = area_to_compare(self.form.part, self.day, self.condition, COMMUNES_AT_MOST)
        if area is None:
            return {"areas": []}
        rows = gaps_by_area(area, self.day, self.condition)
        shown = rows[:AREAS_SHOWN]
        reviews = self.last_reviews([row.place.locality_id for row in shown]) if area in REVIEWED_TIERS else {}
        return {
            "area": area,
            "areas": [
                {
                    "gaps": row,
                    "url": self.address(within=row.place.locality.code),
                    "review": reviews.get(row.place.locality_id),
                }
                for row in shown
            ],
            "areas_left_out": max(len(rows) - AREAS_SHOWN, 0),
            "areas_reviewed": area in REVIEWED_TIERS,
            "with_hamlets": area != Tier.HAMLET,
        }

    def last_reviews(self, localities):
        """Return {locality id: its last stamp up to the day} of some localities."""
        found = CoverageReview.objects.visible_to(self.request.user).filter(
            locality__in=localities, day__lte=self.day
        )
        return {review.locality_id: review for review in found.select_related("by").order_by("day")}


def missing(covered):
    """What a tier lacks, in words."""
    if not covered.uncovered:
        return _("All have somebody")
    words = ngettext("%(number)s has nobody", "%(number)s have nobody", covered.uncovered)
    return words % {"number": figures.count(covered.uncovered)}


class GapRow:
    """A place and the spells of days in which nobody answered for it."""

    since, people = None, ()

    def __init__(self, place, spells):
        self.place, self.spells = place, spells

    @property
    def days(self):
        """Days with nobody, all spells together."""
        return sum(spell.days for spell in self.spells)

    @property
    def words(self):
        """The spells, for a cell of a file."""
        return "; ".join(f"{spell.first_day} – {spell.last_day}" for spell in self.spells)


def place_to_review(locality, user, day):
    """The commune or hamlet as it stands on a day, when the user decides there; else None."""
    places = Place.objects.visible_to(user).on(day).filter(locality=locality, tier__in=REVIEWED_TIERS)
    place = places.select_related("locality").first()
    return place if place and can_assign_at(place, user) else None


class CoverageReviewView(View):
    """Stamp a commune or hamlet as looked through today."""

    http_method_names = ["post"]

    def post(self, request, pk):
        day = today()
        place = place_to_review(pk, request.user, day)
        if place is None:
            raise Http404
        review = review_coverage(place.locality, day=day, by=request.user)
        if review.by_id == request.user.pk:
            messages.success(request, _("%(place)s is reviewed as of today.") % {"place": place.name})
        else:
            text = _("%(place)s was reviewed today already, by %(name)s.")
            messages.info(request, text % {"place": place.name, "name": review.by or figures.DASH})
        query = urlencode({"within": place.locality.code})
        return redirect(f"{reverse('assignments:coverage')}?{query}")
