"""Coverage over time: any days, past or to come, told from the assignments and ends known now."""

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

    Says of each day what ``coverage_by_tier`` says: a day to come is told from the assignments and ends known now.
    Three queries, however many days.
    """
    course = CoverageTimeline(min(days), max(days), condition, tiers)
    return {day: course.on(day) for day in days}


@dataclass(frozen=True, slots=True)
class CoverageSpell:
    """Days in which a locality stood at one place and enough people answered for it all along, or never enough."""

    locality: int
    place: int
    tier: Tier
    first_day: date
    last_day: date
    held: bool

    @property
    def days(self):
        """How many days it has."""
        return (self.last_day - self.first_day).days + 1


class CoverageTimeline:
    """Who answered for some places over a time, read once in three queries and then asked for any of its days.

    What ``coverage_by_tier`` and ``ending`` ask the database about one day, this tells of every day; tests compare.
    """

    def __init__(self, first_day, last_day, condition, tiers=COVERED_TIERS):
        self.tiers = tiers
        places = Place.objects.during(first_day, last_day).filter(condition(), tier__in=tiers).order_by()
        stood = list(places.values_list("locality", "pk", "tier", "first_day", "last_day"))
        rows = Assignment.objects.during(first_day, last_day).order_by()
        # Few are named one by one; of many the database works out by itself which they are.
        wanted = {locality for locality, *_rest in stood} if len(stood) <= KEYS_AT_MOST else places.values("locality")
        held_by, rules = defaultdict(list), condition.rules.by_tier()
        named = rows.filter(locality__in=wanted).values_list("locality", "role", "cadre", "first_day", "last_day")
        for locality, *row in named:
            held_by[locality].append(row)
        self.stretches = [
            CoverageSpell(locality, place, Tier(tier), *cut)
            for locality, place, tier, begins, ends in stood
            for cut in cut_up(max(begins, first_day), min(ends, last_day), held_by[locality], rules[tier])
        ]

    def on(self, day):
        """Return {tier: Covered} on a day; a tier without localities is left out."""
        found = {}
        for stretch in self.stretches:
            if stretch.first_day <= day <= stretch.last_day:
                covered = found.setdefault(stretch.tier, Covered(stretch.tier))
                covered.total += 1
                covered.covered += stretch.held
        return {tier: found[tier] for tier in self.tiers if tier in found}

    def ending(self, day, later, tiers):
        """How many localities of some tiers are answered for on a day, and no longer on a later one."""
        held, left = set(), set()
        for stretch in self.stretches:
            if stretch.held and stretch.first_day <= day <= stretch.last_day and stretch.tier in tiers:
                held.add(stretch.locality)
            if not stretch.held and stretch.first_day <= later <= stretch.last_day:
                left.add(stretch.locality)
        return len(held & left)

    def gaps(self, first_day, last_day, tiers):
        """Return {locality id: stretches with nobody from one day to another}, each in order of time."""
        found = defaultdict(list)
        for stretch in sorted(self.stretches, key=lambda stretch: stretch.first_day):
            if stretch.held or stretch.tier not in tiers:
                continue
            begins, ends = max(stretch.first_day, first_day), min(stretch.last_day, last_day)
            if begins <= ends:
                join(found[stretch.locality], replace(stretch, first_day=begins, last_day=ends))
        return dict(found)


def join(stretches, following):
    """Add a stretch to those before it, as one with the last where there is no day between them."""
    if stretches and stretches[-1].last_day + ONE_DAY == following.first_day:
        following = replace(following, first_day=stretches.pop().first_day)
    stretches.append(following)


def cut_up(first_day, last_day, rows, rules):
    """Yield (first day, last day, whether held) of a time, cut where somebody comes or goes or a rule changes."""
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
