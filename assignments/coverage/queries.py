"""Coverage: for which localities enough people answer on a day, and which have nobody."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from assignments.models import Assignment, Place, Tier
from assignments.models.posting import posting_on
from assignments.queries import in_order_of_tier, read_rules
from cadrenet.figures import percent
from cadrenet.periods import ONE_DAY
from cadrenet.prepared import Constant, prepared


def answered(tier, day, rules):
    """Return the condition on places that enough people answer for the locality on a day, as the rule then says."""
    return is_covered(requirement(tier, day, rules), day)


@dataclass(frozen=True)
class Requirement:
    """What has to be so for a locality to be covered: at least so many people hold a role there."""

    role: str = Assignment.Role.IN_CHARGE
    minimum: int = 1


def requirement(tier, day, rules=None):
    """Return what is asked of localities of a tier on a day; ``rules`` are the ``Rules`` that a page has read."""
    return in_force_on((rules or read_rules()).by_tier()[tier], day)


def in_force_on(rules, day):
    """Return what the first of a tier's rules that holds on a day asks for; without one, one person in charge."""
    return next((Requirement(rule.role, rule.minimum) for rule in rules if rule.holds_on(day)), Requirement())


def is_covered(asked, day):
    """Return the condition on places that as many answer for the locality on a day as is asked."""
    holding = Assignment.objects.on(day).filter(locality=OuterRef("locality"), role=asked.role)
    if asked.minimum <= 1:
        # One is looked up for each place; to answer Exists, PostgreSQL would read the assignments of all districts.
        one = Subquery(holding.order_by().values("pk")[:1])
        return IsNull(one, False) if asked.minimum else Q(pk__isnull=False)
    people = holding.order_by().values("locality").annotate(n=Count("cadre", distinct=True)).values("n")
    return Q(pk__in=Place.objects.annotate(people=Coalesce(people, Value(0))).filter(people__gte=asked.minimum))


def meets(rows, rule, day):
    """Return whether as many people as a rule asks for hold its role in some rows (role, cadre, first, last day)."""
    people = {
        cadre
        for role, cadre, first_day, last_day in rows
        if role == rule.role and (first_day is None or first_day <= day) and (last_day is None or day <= last_day)
    }
    return len(people) >= rule.minimum


def existing(tier, day, condition):
    """Places of a tier that exist on a day, in order of code."""
    return Place.objects.on(day).filter(condition(), tier=tier).order_by("locality__code")


def uncovered(tier, day, condition):
    """Places of a tier that exist on a day and for which too few people answer, in order of code."""
    return existing(tier, day, condition).filter(~answered(tier, day, condition.rules))


def coverage(tier, day, condition):
    """Return how many localities of a tier exist on a day, and for how many of these somebody answers."""
    return (
        existing(tier, day, condition)
        .order_by()
        .aggregate(total=Count("pk"), covered=Count("pk", filter=answered(tier, day, condition.rules)))
    )


COVERED_TIERS = (Tier.REGIONAL_GROUP, Tier.COMMUNE, Tier.HAMLET, Tier.SELF_GOVERNING_GROUP)


# A coverage that ends within so many days is seen to before it has ended (R59).
ENDING_SOON = timedelta(days=30)


@dataclass
class Covered:
    """How many localities of a tier exist on a day, and for how many of these somebody answers."""

    tier: Tier
    total: int = 0
    covered: int = 0

    @property
    def uncovered(self):
        """Localities nobody answers for."""
        return self.total - self.covered

    @property
    def percent(self):
        """Covered ÷ existing."""
        return percent(self.covered, self.total)


def answered_by_tier(day, tiers, rules):
    """As ``answered`` for places of any of these tiers."""
    return is_covered_by_tier(requirements_by_tier(day, tiers, rules), day)


def requirements_by_tier(day, tiers, rules=None):
    """Return (tier, ``Requirement``) for each of some tiers on a day, as an argument of a prepared query."""
    by_tier = (rules or read_rules()).by_tier()
    return Constant(tuple((tier, in_force_on(by_tier[tier], day)) for tier in tiers))


def is_covered_by_tier(asked, day):
    """Return the condition on places that as many answer for the locality on a day as is asked at its tier."""
    alike, condition = defaultdict(list), Q(pk__in=[])
    for tier, of_tier in asked.value:
        alike[of_tier].append(tier)
    for of_tiers, tiers in alike.items():
        # The tier stands first: who answers is then looked up only for places of these tiers, and once for each.
        condition |= Q(tier__in=tiers) & Q(is_covered(of_tiers, day))
    return condition


def coverage_by_tier(day, condition, tiers=COVERED_TIERS):
    """Return a ``Covered`` for each of these tiers that has localities on a day; one query beside the rules."""
    found = covered_counts(day, condition, requirements_by_tier(day, tiers, condition.rules))
    by_tier = {tier: Covered(Tier(tier), total, covered) for tier, total, covered in found}
    return [by_tier[tier] for tier in tiers if tier in by_tier]


@prepared
def covered_counts(day, condition, asked):
    """Tier, number of its localities on a day, and of those that somebody answers for."""
    tiers = [tier for tier, _asked in asked.value]
    places = Place.objects.on(day).filter(condition(), tier__in=tiers).order_by()
    covered = Count("pk", filter=is_covered_by_tier(asked, day))
    return places.values_list("tier").annotate(total=Count("pk"), covered=covered)


def vacant(tiers, day, condition):
    """As ``uncovered`` for several tiers at once, from the highest down."""
    places = Place.objects.on(day).filter(condition(), tier__in=tiers)
    return in_order_of_tier(places.filter(~answered_by_tier(day, tiers, condition.rules)))


def ending(tiers, day, condition, within=ENDING_SOON):
    """Places answered for on a day, but no longer some days later, as nobody follows; from the highest tier down."""
    later = day + within
    # The locality is to be there later, too, in whatever place of this part of the tree it then stands.
    going_on = Place.objects.on(later).filter(condition(), tier__in=tiers).values("locality")
    places = Place.objects.on(day).filter(condition(), tier__in=tiers, locality__in=going_on)
    kept = answered_by_tier(later, tiers, condition.rules)
    return in_order_of_tier(places.filter(answered_by_tier(day, tiers, condition.rules)).filter(~kept))


@dataclass
class Vacancy:
    """A place that too few people answer for: who still does, who did last, and since when nobody does."""

    place: Place
    previous: Assignment | None = None
    people: list = field(default_factory=list)
    day: date | None = None

    @property
    def since(self):
        """The first day with nobody; None where that is not known."""
        if self.people:
            return None
        return self.previous.last_day + ONE_DAY if self.previous else self.place.begins

    @property
    def days(self):
        """Days with nobody, the first and the day asked for among them; None where that is not known."""
        return (self.day - self.since).days + 1 if self.since else None


def vacancies(places, day, assignments):
    """Return a ``Vacancy`` for each of some places; ``assignments`` are those that the reader may see.

    Two queries.
    """
    by_locality = defaultdict(list)
    rows = assignments.answering().filter(locality__in=[place.locality_id for place in places])
    for assignment in (
        rows.select_related("cadre").prefetch_related(posting_on(day, "cadre")).order_by("last_day", "pk")
    ):
        by_locality[assignment.locality_id].append(assignment)
    found = []
    for place in places:
        row = Vacancy(place, day=day)
        for assignment in by_locality[place.locality_id]:
            if assignment.holds_on(day):
                row.people.append(assignment)
            elif assignment.last_day and assignment.last_day < day:
                # In order of last days: the latest stays.
                row.previous = assignment
        found.append(row)
    return found


@dataclass
class Gaps:
    """What one area (a commune, or what stands above communes) lacks on a day, by tier."""

    place: Place
    tiers: dict

    def of(self, tier):
        """The ``Covered`` of a tier; zeros where the area has none."""
        return self.tiers.get(tier) or Covered(tier)

    @property
    def hamlets(self):
        """Hamlets and neighbourhoods."""
        return self.of(Tier.HAMLET)

    @property
    def groups(self):
        return self.of(Tier.SELF_GOVERNING_GROUP)

    @property
    def uncovered(self):
        """Localities of all tiers that nobody answers for."""
        return sum(covered.uncovered for covered in self.tiers.values())


def area_to_compare(part, day, condition, at_most):
    """Return the tier by which a part of the tree is compared inside: communes, or hamlets within a commune.

    Where there are too many communes, the highest tier below the part; None where nothing lies below.
    """
    if part is not None and not Tier(part.tier).above(Tier.COMMUNE):
        return Tier.HAMLET if part.tier == Tier.COMMUNE else None
    numbers = Place.objects.on(day).filter(condition()).order_by().values_list("tier").annotate(n=Count("pk"))
    existing = {tier: number for tier, number in numbers if part is None or Tier(part.tier).above(tier)}
    if existing.get(Tier.COMMUNE, 0) <= at_most:
        return Tier.COMMUNE if Tier.COMMUNE in existing else None
    return next(tier for tier in Tier if tier in existing)


def gaps_by_area(area, day, condition):
    """Return ``Gaps`` for each locality of a tier, those that lack most first; two queries beside the rules."""
    tiers = [Tier.HAMLET, Tier.SELF_GOVERNING_GROUP]
    found = (
        Place.objects.on(day)
        .filter(condition(), tier__in=tiers)
        .exclude(**{area: None})
        .order_by()
        .values(area, "tier")
        .annotate(total=Count("pk"), covered=Count("pk", filter=answered_by_tier(day, tiers, condition.rules)))
    )
    by_area = defaultdict(dict)
    for row in found:
        by_area[row[area]][row["tier"]] = Covered(Tier(row["tier"]), row["total"], row["covered"])
    places = Place.objects.on(day).filter(condition(), tier=area).select_related("locality")
    rows = [Gaps(place, by_area[place.locality_id]) for place in places.order_by("locality__code")]
    return sorted(rows, key=lambda row: -row.uncovered)
