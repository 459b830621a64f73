"""What is asked of the tree and of assignments across models: areas, roots, who answers, who serves where."""

from collections import defaultdict
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Case, Count, Q, Value, When

from assignments.models import Assignment, CoverageRule, Held, Limit, Locality, Place, Posting, Tier
from assignments.models.posting import posting_on
from assignments.scope import reach_of
from cadrenet.effective_dated import in_force
from cadrenet.prepared import Constant, Param, prepared

# A condition names at most so many rows: a database takes only so many parameters in one query.
KEYS_AT_MOST = 500


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


@prepared
def held_by(user, day):
    """Level, agency, cadre, tier and locality of all that a login, given by id, holds on a day; see ``Held``."""
    return Held.objects.on(day).filter(user=user).values_list("level", "agency", "cadre", "tier", "locality")


# --- Rules --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rules:
    """All rules of coverage, the latest entered first, and all limits, the first entered first."""

    coverage: list
    limits: list

    def on(self, day, name):
        """Return the value of a limit on a day, as ``Limit.on`` does."""
        rows = (limit for limit in self.limits if limit.name == name and limit.holds_on(day))
        return next((limit.value for limit in rows), Limit.DEFAULTS[name])

    def by_tier(self):
        """Return {tier: its rules of coverage}; none for a tier without a rule."""
        found = defaultdict(list)
        for rule in self.coverage:
            found[rule.tier].append(rule)
        return found


def read_rules():
    """Return the ``Rules``: they are few, and a page that asks for several reads them all at once."""
    rules, limits = [], []
    for role, first_day, last_day, what, number, id in every_rule():
        common = {"pk": id, "first_day": first_day, "last_day": last_day}
        if role:
            rules.append(CoverageRule(tier=what, role=role, minimum=number, **common))
        else:
            limits.append(Limit(name=what, value=number, **common))
    return Rules(sorted(rules, key=lambda rule: -rule.pk), sorted(limits, key=lambda limit: limit.pk))


@prepared
def every_rule():
    """Role (none of a limit), first and last day, tier or name of a limit, and number of all rules."""
    rules, limits = (model.objects.order_by() for model in (CoverageRule, Limit))
    days = "first_day", "last_day"
    limits = limits.values_list(Value(""), *days, "name", "value", "pk")
    return rules.values_list("role", *days, "tier", "minimum", "pk").union(limits, all=True).order_by()


# --- Coverage as a page shows it ----------------------------------------------------------------------------


def rank_of_tier(path="tier"):
    """Return an expression that sorts by tier, the highest first; ``path`` leads to the tier."""
    return Case(*(When(**{path: tier}, then=Value(tier.rank)) for tier in Tier))


def in_order_of_tier(places):
    """Places from the highest tier down, and by code: the order in which an office lists them."""
    return places.order_by(rank_of_tier(), "locality__code", "first_day")


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
    for assignment in (
        rows.select_related("cadre").prefetch_related(posting_on(day, "cadre")).order_by("role", "first_day", "pk")
    ):
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


# --- Choices of lists -----------------------------------------------------------------------------------------------

# Down to communes: what lies below is no part to compare.
UPPER_TIERS = [tier for tier in Tier if not Tier.COMMUNE.above(tier)]


def locality_in_reach(reach, code):
    """Return the locality of a code, with where it stands today; None where there is none in a reach."""
    return next(iter(_localities_in_reach(reach, Param(code))), None)


@prepared
def _localities_in_reach(reach, code):
    return Locality.objects.in_reach(reach).as_of(reach.day).filter(code=code)


def parts_to_choose(reach, day, at_most):
    """Return what stands above hamlets on a day, and the tops of a reach, as ``to_choose`` names them."""
    return _parts_to_choose(reach, day, Constant(at_most))


@prepared
def _parts_to_choose(reach, day, at_most):
    places = in_order_of_tier(Place.objects.in_reach(reach).on(day))
    tops = sorted(id for _tier, id in reach.sees)
    return to_choose(places.filter(Q(tier__in=UPPER_TIERS) | Q(locality__in=tops)))[: at_most.value]


def to_choose(places):
    """Code, name, tier and path of some places, as a list to choose from shows them."""
    return places.values_list("locality__code", "name", "tier", "path")


def rows_in_reach(model, reach):
    return _rows_in_reach(model._meta.label, reach)


@prepared
def _rows_in_reach(model, reach):
    return apps.get_model(model).objects.all().in_reach(reach)


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
    posted = Posting.objects.on(day).filter(agency__in=agencies).order_by()
    totals = posted.values_list("agency").annotate(n=Count("cadre", distinct=True))
    for agency, number in totals:
        found[agency].total = number
    at = in_force(day, "cadre__postings__") & Q(cadre__postings__agency__in=agencies)
    held = assignments.on(day).filter(at).order_by().values_list("cadre__postings__agency")
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
