"""Coverage over time: of any day, past or to come, by the assignments and ends that are known now."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from assignments.coverage.queries import COVERED_TIERS, Covered, in_force_on, meets
from assignments.models import Assignment, Place, Tier
from assignments.queries import KEYS_AT_MOST
from cadrenet.periods import ONE_DAY


def coverage_over(days, condition, tiers=COVERED_TIERS):
    """Return {day: {tier: Covered}} for some days, past or to come; a tier without localities on a day is left out.

    For each day the result is that of ``coverage_by_tier``; for a day to come it follows from the assignments and
    ends known now. Three queries, however many days.
    """
    timeline = CoverageTimeline(min(days), max(days), condition, tiers)
    return {day: timeline.on(day) for day in days}


@dataclass(frozen=True, slots=True)
class CoverageSpell:
    """Days on which a locality kept one place and was covered throughout, or uncovered throughout."""

    locality: int
    place: int
    tier: Tier
    first_day: date
    last_day: date
    covered: bool

    @property
    def days(self):
        """How many days it has."""
        return (self.last_day - self.first_day).days + 1


class CoverageTimeline:
    """The coverage of some places from a first to a last day. Three queries; then any day is answered from memory.

    On each day it gives what ``coverage_by_tier`` and ``ending`` give; tests compare.
    """

    def __init__(self, first_day, last_day, condition, tiers=COVERED_TIERS):
        self.tiers = tiers
        places = Place.objects.during(first_day, last_day).filter(condition(), tier__in=tiers).order_by()
        places_then = list(places.values_list("locality", "pk", "tier", "first_day", "last_day"))
        rows = Assignment.objects.during(first_day, last_day).order_by()
        # Few are named one by one; of many the database works out by itself which they are.
        wanted = (
            {locality for locality, *_rest in places_then}
            if len(places_then) <= KEYS_AT_MOST
            else places.values("locality")
        )
        held_by, rules = defaultdict(list), condition.rules.by_tier()
        assigned = rows.filter(locality__in=wanted).values_list("locality", "role", "cadre", "first_day", "last_day")
        for locality, *row in assigned:
            held_by[locality].append(row)
        self.spells = [
            CoverageSpell(locality, place, Tier(tier), *cut)
            for locality, place, tier, begins, ends in places_then
            for cut in spells_of(max(begins, first_day), min(ends, last_day), held_by[locality], rules[tier])
        ]

    def on(self, day):
        """Return {tier: Covered} on a day; a tier without localities is left out."""
        found = {}
        for spell in self.spells:
            if spell.first_day <= day <= spell.last_day:
                covered = found.setdefault(spell.tier, Covered(spell.tier))
                covered.total += 1
                covered.covered += spell.covered
        return {tier: found[tier] for tier in self.tiers if tier in found}

    def ending(self, day, later, tiers):
        """Return how many localities of some tiers are covered on a day and uncovered on a later one."""
        covered_now, uncovered_later = set(), set()
        for spell in self.spells:
            if spell.covered and spell.first_day <= day <= spell.last_day and spell.tier in tiers:
                covered_now.add(spell.locality)
            if not spell.covered and spell.first_day <= later <= spell.last_day:
                uncovered_later.add(spell.locality)
        return len(covered_now & uncovered_later)

    def gaps(self, first_day, last_day, tiers):
        """Return {locality id: uncovered spells between two days, in order of time}; spells that touch are one."""
        found = defaultdict(list)
        for spell in sorted(self.spells, key=lambda spell: spell.first_day):
            if spell.covered or spell.tier not in tiers:
                continue
            begins, ends = max(spell.first_day, first_day), min(spell.last_day, last_day)
            if begins <= ends:
                append_spell(found[spell.locality], replace(spell, first_day=begins, last_day=ends))
        return dict(found)


def append_spell(spells, following):
    """Add a spell to a list; where no day lies between, join it with the last one."""
    if spells and spells[-1].last_day + ONE_DAY == following.first_day:
        following = replace(following, first_day=spells.pop().first_day)
    spells.append(following)


def spells_of(first_day, last_day, rows, rules):
    """Yield (first day, last day, whether covered), cut where an assignment or a rule begins or ends."""
    cuts = {first_day}
    for begins, ends in [row[2:] for row in rows] + [(rule.first_day, rule.last_day) for rule in rules]:
        if begins is not None and first_day < begins <= last_day:
            cuts.add(begins)
        if ends is not None and first_day <= ends < last_day:
            cuts.add(ends + ONE_DAY)
    cuts = sorted(cuts)
    for begins, following in zip_longest(cuts, cuts[1:]):
        ends = following - ONE_DAY if following else last_day
        yield begins, ends, meets(rows, in_force_on(rules, begins), begins)
