"""Figures over assignments: which places somebody answers for, which have nobody, and who serves where."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.apps import apps
from django.db.models import Case, Count, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from assignments.models import Assignment, Cadre, Place, Tier
from assignments.models.place import below, facts_below
from assignments.models.rules import all_rules
from assignments.scope import reach_of
from cadrenet.figures import percent
from cadrenet.prepared import Fixed, prepared
from cadrenet.remembered import remembered

ONE_DAY = timedelta(days=1)
# A condition names at most so many rows: a database takes only so many parameters in one query.
NAMED = 500


def where(user=None, within=None):
    """Return ``condition(prefix)``: that a place lies in a user's reach and at or below a locality.

    ``user`` None is a command at the server's own console, which sees everything; pages always pass the user.
    ``prefix`` leads to the place, as in ``"place__"``.
    """
    root = None if within is None else (within.tier, within.pk)
    reach = None if user is None else reach_of(user)
    # Nothing to narrow for who sees everything, or all of that locality.
    free = reach is None or reach.everything or root in reach.sees
    return Part(None if free else tuple(sorted(reach.sees)), root)


@dataclass(frozen=True)
class Part:
    """A part of the tree, as ``where`` names it: what is or lies below ``within`` and below any of ``roots``.

    These are (tier, locality id); None narrows nothing, and no roots leave nothing.
    """

    roots: tuple | None
    within: tuple | None

    def __call__(self, prefix=""):
        return self._each(below, prefix)

    def of_facts(self, place_field="place"):
        """Return the same of facts, which need no place to be looked up to lie in a district."""
        return self._each(facts_below, place_field)

    def _each(self, below, *where):
        q = Q() if self.roots is None else below(self.roots, *where)
        return q if self.within is None else q & below([self.within], *where)

    @remembered
    def areas(self, first_day, last_day):
        """Return the areas that it lies in from the first to the last of some days, by which facts are read."""
        if self.within is not None and self.within[0] == Tier.DISTRICT:
            # Its own area; where others lie has to be asked.
            return self.within[1:]
        return tuple(area for (area,) in areas_of(first_day, last_day, self))

    @remembered
    def areas_before(self, day):
        """Return the areas that what lies in it on a day has ever lain in, where its open issues were raised."""
        return with_areas_before(self.areas(day, day))


def with_areas_before(areas):
    """Return some areas, and those in which the localities stood before that have moved into them."""
    return tuple(sorted({*areas, *(area for (area,) in areas_before(areas))}))


@prepared
def areas_of(first_day, last_day, condition):
    """The areas in which places of a part of the tree stood on some days, or had last stood by then."""
    places = Place.objects.filter(condition(), first_day__lte=last_day, counts_until__gte=first_day)
    return places.order_by("area").values_list("area").distinct()


@prepared
def areas_before(areas):
    """The areas in which those localities of some areas stood that have moved: an index knows these few."""
    moved = Place.objects.filter(area__in=areas, moved=True).values("locality")
    return Place.objects.filter(locality__in=moved).order_by("area").values_list("area").distinct()


def answered(tier, day):
    """Return the condition on places that enough people answer for the locality on a day, as the rule then says."""
    return held_as(asked_of(tier, day), day)


@dataclass(frozen=True)
class Asked:
    """What has to be so for a locality to be covered: at least so many people hold a role there."""

    role: str = Assignment.Role.IN_CHARGE
    minimum: int = 1


def asked_of(tier, day):
    """Return what is asked of localities of a tier on a day; without a rule, one person in charge."""
    return in_force_on(rules_by_tier()[tier], day)


def in_force_on(rules, day):
    """Return what the first of a tier's rules that holds on a day asks for; without one, one person in charge."""
    return next((Asked(rule.role, rule.minimum) for rule in rules if rule.holds_on(day)), Asked())


def rules_by_tier():
    """Return {tier: its rules of coverage, the latest entered first}; none for a tier without a rule."""
    found = defaultdict(list)
    for rule in all_rules()[0]:
        found[rule.tier].append(rule)
    return found


def held_as(asked, day):
    """Return the condition on places that as many answer for the locality on a day as is asked."""
    holding = Assignment.objects.on(day).filter(locality=OuterRef("locality"), role=asked.role)
    if asked.minimum <= 1:
        # One is looked up for each place; to answer Exists, PostgreSQL would read the assignments of all districts.
        one = Subquery(holding.order_by().values("pk")[:1])
        return IsNull(one, False) if asked.minimum else Q(pk__isnull=False)
    people = holding.order_by().values("locality").annotate(n=Count("cadre", distinct=True)).values("n")
    return Q(pk__in=Place.objects.annotate(people=Coalesce(people, Value(0))).filter(people__gte=asked.minimum))


def is_held(rows, rule, day):
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
    return existing(tier, day, condition).filter(~answered(tier, day))


def coverage(tier, day, condition):
    """Return how many localities of a tier exist on a day, and for how many of these somebody answers."""
    return (
        existing(tier, day, condition)
        .order_by()
        .aggregate(total=Count("pk"), covered=Count("pk", filter=answered(tier, day)))
    )


# --- Coverage as a page shows it ----------------------------------------------------------------------------

COVERED_TIERS = (Tier.REGIONAL_GROUP, Tier.COMMUNE, Tier.HAMLET, Tier.SELF_GOVERNING_GROUP)
# A coverage that ends within so many days is seen to before it has ended (R59).
SOON = timedelta(days=30)


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


def answered_by_tier(day, tiers=COVERED_TIERS):
    """As ``answered`` for places of any of these tiers; one query for the rules."""
    return held_by_tier(asked_by_tier(day, tiers), day)


def asked_by_tier(day, tiers):
    """Return (tier, ``Asked``) for each of some tiers on a day, as an argument of a prepared query."""
    return Fixed(tuple((tier, asked_of(tier, day)) for tier in tiers))


def held_by_tier(asked, day):
    """Return the condition on places that as many answer for the locality on a day as is asked at its tier."""
    alike, condition = defaultdict(list), Q(pk__in=[])
    for tier, of_tier in asked.value:
        alike[of_tier].append(tier)
    for of_tiers, tiers in alike.items():
        # The tier stands first: who answers is then looked up only for places of these tiers, and once for each.
        condition |= Q(tier__in=tiers) & Q(held_as(of_tiers, day))
    return condition


def coverage_by_tier(day, condition, tiers=COVERED_TIERS):
    """Return a ``Covered`` for each of these tiers that has localities on a day; one query beside the rules."""
    found = covered_counts(day, condition, asked_by_tier(day, tiers))
    by_tier = {tier: Covered(Tier(tier), total, covered) for tier, total, covered in found}
    return [by_tier[tier] for tier in tiers if tier in by_tier]


@prepared
def covered_counts(day, condition, asked):
    """Tier, number of its localities on a day, and of those that somebody answers for."""
    tiers = [tier for tier, _asked in asked.value]
    places = Place.objects.on(day).filter(condition(), tier__in=tiers).order_by()
    covered = Count("pk", filter=held_by_tier(asked, day))
    return places.values_list("tier").annotate(total=Count("pk"), covered=covered)


def rank_of_tier(path="tier"):
    """Return an expression that sorts by tier, the highest first; ``path`` leads to the tier."""
    return Case(*(When(**{path: tier}, then=Value(tier.rank)) for tier in Tier))


def in_order_of_tier(places):
    """Places from the highest tier down, and by code: the order in which an office lists them."""
    return places.order_by(rank_of_tier(), "locality__code", "first_day")


def vacant(tiers, day, condition):
    """As ``uncovered`` for several tiers at once, from the highest down."""
    places = Place.objects.on(day).filter(condition(), tier__in=tiers)
    return in_order_of_tier(places.filter(~answered_by_tier(day, tiers)))


def ending(tiers, day, condition, within=SOON):
    """Places answered for on a day, but no longer some days later, as nobody follows; from the highest tier down."""
    later = day + within
    # The locality is to be there later, too, in whatever place of this part of the tree it then stands.
    going_on = Place.objects.on(later).filter(condition(), tier__in=tiers).values("locality")
    places = Place.objects.on(day).filter(condition(), tier__in=tiers, locality__in=going_on)
    kept = answered_by_tier(later, tiers)
    return in_order_of_tier(places.filter(answered_by_tier(day, tiers)).filter(~kept))


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
    """Return a ``Vacancy`` for each of some places; ``assignments`` are those that the reader may see. One query."""
    by_locality = defaultdict(list)
    rows = assignments.answering().filter(locality__in=[place.locality_id for place in places])
    for assignment in rows.select_related("cadre", "cadre__agency").order_by("last_day", "pk"):
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
        """Self-governing groups."""
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
        .annotate(total=Count("pk"), covered=Count("pk", filter=answered_by_tier(day, tiers)))
    )
    by_area = defaultdict(dict)
    for row in found:
        by_area[row[area]][row["tier"]] = Covered(Tier(row["tier"]), row["total"], row["covered"])
    places = Place.objects.on(day).filter(condition(), tier=area).select_related("locality")
    rows = [Gaps(place, by_area[place.locality_id]) for place in places.order_by("locality__code")]
    return sorted(rows, key=lambda row: -row.uncovered)


# --- The tree as of a day -------------------------------------------------------------------------------------


def roots_on(user, day):
    """Places at the top of what a user sees on a day, highest first; none of them lies below another."""
    reach = reach_of(user)
    places = Place.objects.on(day).select_related("locality", "type")
    if reach.everything:
        return list(in_order_of_tier(places.filter(parent=None)))
    own = list(in_order_of_tier(places.filter(locality__in=[id for _tier, id in reach.sees])))
    ids = {place.locality_id for place in own}
    return [place for place in own if not ids & {id for _tier, id, _name in place.chain}]


def counted_below(places, day):
    """Return {locality id: {tier: how many localities of it lie below on a day}} for some places. One query."""
    ids = defaultdict(list)
    for place in places:
        ids[place.tier].append(place.locality_id)
    queries = [
        Place.objects.on(day)
        .filter(**{f"{tier}__in": some})
        .exclude(tier=tier)
        .order_by()
        .values_list(tier, "tier")
        .annotate(n=Count("pk"))
        for tier, some in sorted(ids.items())
    ]
    counts = defaultdict(dict)
    if queries:
        for locality, tier, number in queries[0].union(*queries[1:], all=True).order_by():
            counts[locality][Tier(tier)] = number
    return {id: {tier: found[tier] for tier in Tier if tier in found} for id, found in counts.items()}


def answering_on(day, localities):
    """Return {locality id: assignments in force on a day that answer for it}, heads first. One query."""
    found = defaultdict(list)
    rows = Assignment.objects.on(day).answering().filter(locality__in=localities)
    for assignment in rows.select_related("cadre", "cadre__agency").order_by("role", "first_day", "pk"):
        found[assignment.locality_id].append(assignment)
    return found


def visible_keys(model, user, keys):
    """Return which of these keys a user may see: a name may stand on a page whose own page is not the user's."""
    return set(keys_in_reach(model._meta.label, reach_of(user), frozenset(keys))) if keys else set()


@prepared
def keys_in_reach(model, reach, keys):
    """Those of some keys of a model that a reach lets see."""
    rows = apps.get_model(model).objects.all().in_reach(reach).filter(pk__in=sorted(keys))
    return rows.order_by().values_list("pk", flat=True)


# --- Who serves where --------------------------------------------------------------------------------------------


@dataclass
class Staff:
    """How many work at an agency, how many of these answer for a locality on a day, and for how many localities."""

    total: int = 0
    serving: int = 0
    localities: int = 0


def staff_of(agencies, day, assignments):
    """Return {agency id: ``Staff``}; ``assignments`` are those that the reader may see. Two queries."""
    found = defaultdict(Staff)
    totals = Cadre.objects.filter(agency__in=agencies).order_by().values_list("agency").annotate(n=Count("pk"))
    for agency, number in totals:
        found[agency].total = number
    held = assignments.on(day).filter(cadre__agency__in=agencies).order_by().values_list("cadre__agency")
    counted = held.annotate(Count("cadre", distinct=True), Count("locality", distinct=True))
    for agency, serving, localities in counted:
        found[agency].serving, found[agency].localities = serving, localities
    return found


def held_counts(cadres, day):
    """Return {cadre id: number of assignments in force on a day}; who holds none is left out. One query."""
    rows = Assignment.objects.on(day).filter(cadre__in=cadres).order_by()
    return dict(rows.values_list("cadre").annotate(n=Count("pk")))


def held_outside(user, cadre, first_day, last_day):
    """Assignments of a cadre on some of these days about which a user does not decide, seen or not."""
    held = Assignment.objects.filter(cadre=cadre).during(first_day, last_day)
    return held.exclude(pk__in=Assignment.objects.all().editable_by(user).order_by().values("pk"))
