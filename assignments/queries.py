"""Figures over assignments: which places somebody answers for, which have nobody, and who serves where."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from assignments.models import Assignment, Cadre, CoverageRule, Locality, Place, Tier
from assignments.models.place import ancestor, below
from assignments.scope import reach_of
from cadrenet.figures import percent
from cadrenet.periods import months_between
from cadrenet.remembered import remembered

ONE_DAY = timedelta(days=1)


def where(user=None, within=None):
    """Return ``condition(prefix)``: that a place lies in a user's reach and at or below a locality.

    ``user`` None is a command at the server's own console, which sees everything; pages always pass the user.
    ``prefix`` leads to the place, as in ``"place__"``.
    """

    return Part(user, within)


@dataclass(frozen=True)
class Part:
    """A part of the tree, as ``where`` names it."""

    user: object
    within: Locality | None

    def __call__(self, prefix=""):
        roots = self.roots
        q = Q() if roots is None else below(roots, prefix)
        if self.within is not None:
            q &= Q(**{f"{prefix}{ancestor(self.within.tier)}": self.within})
        return q

    @property
    def roots(self):
        """The tops of what the user sees; None where that narrows nothing: for who sees everything, or ``within``."""
        reach = None if self.user is None else reach_of(self.user)
        if reach is None or reach.everything:
            return None
        if self.within is not None and (self.within.tier, self.within.pk) in reach.sees:
            return None
        return reach.sees

    @remembered
    def areas(self, first_day, last_day):
        """Return the areas that it lies in from the first to the last of some days, by which facts are read."""
        if self.within is not None and self.within.tier == Tier.DISTRICT:
            # Its own area; where others lie has to be asked.
            return {self.within.pk}
        places = Place.objects.during(first_day, last_day).filter(self())
        return set(places.order_by().values_list("area", flat=True).distinct())


def answered(tier, day):
    """Return the condition on places that enough people answer for the locality on a day, as the rule then says."""
    return held_as(rules_on(day).get(tier), tier, day)


def rules_on(day):
    """Return {tier: rule of coverage} of a day."""
    return {rule.tier: rule for rule in all_rules() if rule.holds_on(day)}


@remembered
def all_rules():
    """Return all rules of coverage, which are few, the latest entered first."""
    return list(CoverageRule.objects.order_by("-pk"))


def held_as(rule, tier, day):
    """Return the condition on places that as many answer for the locality as a rule asks for; without one, one."""
    rule = rule or CoverageRule(tier=tier, role=Assignment.Role.IN_CHARGE, minimum=1)
    holding = Assignment.objects.on(day).filter(locality=OuterRef("locality"), role=rule.role)
    if rule.minimum <= 1:
        # One is looked up for each place; to answer Exists, PostgreSQL would read the assignments of all districts.
        one = Subquery(holding.order_by().values("pk")[:1])
        return IsNull(one, False) if rule.minimum else Q(pk__isnull=False)
    people = holding.order_by().values("locality").annotate(n=Count("cadre", distinct=True)).values("n")
    return Q(pk__in=Place.objects.annotate(people=Coalesce(people, Value(0))).filter(people__gte=rule.minimum))


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
    rules, condition = rules_on(day), Q(pk__in=[])
    for tier in tiers:
        condition |= Q(held_as(rules.get(tier), tier, day), tier=tier)
    return condition


def coverage_by_tier(day, condition, tiers=COVERED_TIERS):
    """Return a ``Covered`` for each of these tiers that has localities on a day; one query beside the rules."""
    found = (
        Place.objects.on(day)
        .filter(condition(), tier__in=tiers)
        .order_by()
        .values("tier")
        .annotate(total=Count("pk"), covered=Count("pk", filter=answered_by_tier(day, tiers)))
    )
    by_tier = {row["tier"]: Covered(Tier(row["tier"]), row["total"], row["covered"]) for row in found}
    return [by_tier[tier] for tier in tiers if tier in by_tier]


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
    places = Place.objects.on(day).filter(condition(), tier__in=tiers, last_day__gte=later)
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
        for locality, tier, number in queries[0].union(*queries[1:], all=True):
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
    rows = model.objects.visible_to(user).filter(pk__in=set(keys))
    return set(rows.order_by().values_list("pk", flat=True))


# --- Assignments as rows of a page ----------------------------------------------------------------------------


def with_moment(assignments, day):
    """Annotate ``moment``: a day, or the day of each assignment that is nearest to it."""
    return assignments.annotate(
        moment=Case(
            When(last_day__lt=day, then=F("last_day")),
            When(first_day__gt=day, then=F("first_day")),
            default=Value(day),
        )
    )


def stood_at_moment():
    """Places in which the localities of assignments with a ``moment`` then stood, for a subquery."""
    return Place.objects.counting_on(OuterRef("moment")).filter(locality=OuterRef("locality"))


def with_place(assignments):
    """Annotate ``stood``: the id of the place at each assignment's ``moment``."""
    return assignments.annotate(stood=Subquery(stood_at_moment().values("pk")[:1]))


def served_since(assignments):
    """Return {assignment id: first day of the unbroken time at that place}, consecutive periods joined. One query.

    None where the time has no known beginning.
    """
    pairs = {(assignment.cadre_id, assignment.locality_id) for assignment in assignments}
    periods = defaultdict(list)
    rows = Assignment.objects.filter(
        cadre__in={cadre for cadre, _locality in pairs}, locality__in={locality for _cadre, locality in pairs}
    )
    for cadre, locality, first_day, last_day in rows.order_by().values_list(
        "cadre", "locality", "first_day", "last_day"
    ):
        periods[cadre, locality].append((first_day or date.min, last_day or date.max))
    return {
        assignment.pk: unbroken(periods[assignment.cadre_id, assignment.locality_id], assignment.first_day)
        for assignment in assignments
    }


def unbroken(periods, first_day):
    """Return the first day of the periods that lead to a day without a gap; None where they have no beginning."""
    start = first_day or date.min
    for first, last in sorted(periods, reverse=True):
        if first < start <= min(last, date.max - ONE_DAY) + ONE_DAY:
            start = first
    return None if start == date.min else start


@dataclass
class Served:
    """An assignment as a row shows it: where its locality stood, since when, and for how many months."""

    assignment: Assignment
    place: Place | None
    since: date | None
    until: date
    locality_visible: bool = True

    @property
    def months(self):
        """Whole months served up to the day, or to the last one; None before the first or without a beginning."""
        if self.since is None or self.until < self.since:
            return None
        return months_between(self.since, self.until)

    @property
    def where(self):
        """The name of the locality with its chain, as it then stood."""
        return self.place.full_path if self.place else self.assignment.locality.code


def served(assignments, day, user):
    """Return a ``Served`` for each of some assignments that ``with_place`` has annotated. Three queries."""
    assignments = list(assignments)
    places = Place.objects.select_related("locality", "type").in_bulk([row.stood for row in assignments if row.stood])
    since = served_since(assignments)
    visible = visible_keys(Locality, user, [row.locality_id for row in assignments])
    return [
        Served(row, places.get(row.stood), since[row.pk], min(row.last_day or day, day), row.locality_id in visible)
        for row in assignments
    ]


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


@dataclass
class Holding:
    """A cadre with the assignments in force that a reader may see (``Served``)."""

    cadre: Cadre
    held: list

    @property
    def words(self):
        """The assignments, for a cell of a file."""
        return "; ".join(f"{row.assignment.get_role_display()}: {row.where}" for row in self.held)

    @property
    def number(self):
        """How many assignments are in force."""
        return len(self.held)


def holding(cadres, day, user):
    """Return a ``Holding`` for each of some cadres, with what they hold on a day. Four queries."""
    cadres = list(cadres)
    rows = Assignment.objects.visible_to(user).on(day).filter(cadre__in=cadres)
    rows = with_place(with_moment(rows, day)).select_related("locality").order_by("locality__code", "pk")
    held = defaultdict(list)
    for row in served(rows, day, user):
        held[row.assignment.cadre_id].append(row)
    return [Holding(cadre, held[cadre.pk]) for cadre in cadres]
