"""What there is to verify of localities, cadres and who answers for what (``cadrenet.verification``)."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assignments.models import (
    Acting,
    Agency,
    Assignment,
    Cadre,
    CoverageRule,
    DecisionLine,
    HolderRule,
    Limit,
    Lineage,
    Locality,
    LocalityVersion,
    Place,
    Posting,
    Term,
    Tier,
)
from assignments.models.locality import covers
from assignments.places import DERIVED, RightPlaceIndex, Tree, compared, derive
from cadrenet.effective_dated import EffectiveDated
from cadrenet.verification import MISSING, SPARE, Apart, ByRow, Check, Cleaned, Difference, Rule, register


class Places(Check):
    """Where localities stood, against what follows from their versions.

    Where versions overlap nobody can say it: those localities, and what lies in them, wait until that is mended.
    """

    is_derived = True

    def __init__(self) -> None:
        super().__init__(Place, "locality", "first_day", *(name.removesuffix("_id") for name in DERIVED))

    def differences(self) -> Iterator[Difference]:
        tree = Tree()
        found = compared(tree, tree.unsettled())
        for place, should_be, names in found.changed:
            for name in names:
                column = name.removesuffix("_id")
                yield Difference(Place, place.pk, column, getattr(place, name), getattr(should_be, name))
        for place in found.outdated:
            yield Difference(Place, place.pk, SPARE, row=place)
        for place in found.new:
            yield Difference(Place, None, MISSING, row=place)

    def repair(self) -> None:
        derive(leave=Tree().unsettled())


class PlacesOfFacts(ByRow):
    """Where facts happened: the place, and its area, of each of their days, as places should be.

    ``derive`` is what has to be set before, as the day itself.
    """

    def __init__(self, model: Any, *columns: str, derive: Callable[[Any], Any] | None = None) -> None:
        areas = [name.replace("place", "area") for name in model.placed]
        super().__init__(model, *columns, *model.placed, *areas, derive=derive or (lambda row: None))

    def deriving(self) -> Callable[[Any], Any]:
        index = RightPlaceIndex()

        def derive(row: Any) -> None:
            self.derive(row)
            index.set_places(row)

        return derive


class WithinLife(Check):
    """Rows with days on all of which the locality in ``column`` exists."""

    def __init__(self, model: type[EffectiveDated], column: str, told_at: str, sentence: Any) -> None:
        super().__init__(model, told_at)
        self.leads_to, self.sentence = column, sentence

    def differences(self) -> Iterator[Difference]:
        lives = defaultdict(list)
        for version in LocalityVersion.objects.order_by().only("locality", "first_day", "last_day"):
            lives[version.locality_id].append(version)
        (column,) = self.columns
        rows: QuerySet[Any] = self.model._base_manager.exclude(**{self.leads_to: None}).order_by("pk")
        for row in rows.iterator(2000):
            above = getattr(row, f"{self.leads_to}_id")
            if not covers(lives[above], row.first_day, row.last_day):
                stored = getattr(row, self.model._meta.get_field(column).attname)  # type: ignore[union-attr]
                yield Difference(self.model, row.pk, column, stored, rule=self.sentence)


def without_locality(facts: QuerySet[Any]) -> QuerySet[Any]:
    """Narrow facts to those of days on which their locality does not exist, by its versions."""
    day = facts.model.placed["place"]
    there = LocalityVersion.objects.on(OuterRef(day)).filter(locality=OuterRef("locality"))
    return facts.exclude(locality=None).filter(~Exists(there.order_by()))


def not_above(upper: str, lower: str) -> Q:
    """Return the condition that a tier is not above another; both lead to a tier."""
    condition = Q(pk__in=[])
    for tier in Tier:
        condition |= Q(**{lower: tier, f"{upper}__in": [other for other in Tier if not other.above(tier)]})
    return condition


versions, assignments, lines = LocalityVersion.objects, Assignment.objects, DecisionLine.objects

# What was typed, first: all that is derived follows from it.
register(
    Rule(
        Locality,
        "code",
        _("It has no version, which says what it is called and where it lies. Add one, or delete the locality."),
        lambda: Locality.objects.filter(versions=None),
    ),
    Apart(LocalityVersion, "locality", sentence=_("Another version of this locality holds on some of these days.")),
    Rule(
        LocalityVersion,
        "type",
        _("This type is of another tier than the locality."),
        lambda: versions.exclude(type__tier=F("locality__tier")),
    ),
    Rule(
        LocalityVersion,
        "parent",
        _("A locality lies in one of a higher tier."),
        lambda: versions.filter(not_above("parent__tier", "locality__tier")),
    ),
    WithinLife(
        LocalityVersion,
        "parent",
        "parent",
        _("The locality above does not exist on every day of this period."),
    ),
    Cleaned(
        Lineage,
        "effective_on",
        brought=["predecessor__versions", "successor__versions"],
    ),
    Apart(
        Assignment,
        "cadre",
        "locality",
        "role",
        sentence=_("This cadre already holds this role at this locality on some of these days."),
    ),
    Apart(
        Assignment,
        "locality",
        sentence=_("This regional group already has a head on some of these days."),
        only=Q(role=Assignment.Role.HEAD),
    ),
    Rule(
        Assignment,
        "role",
        _("Only a regional group has a head and support."),
        lambda: assignments.filter(role__in=[Assignment.Role.HEAD, Assignment.Role.SUPPORT]).exclude(
            locality__tier=Tier.REGIONAL_GROUP
        ),
    ),
    WithinLife(
        Assignment,
        "locality",
        "first_day",
        _("The locality does not exist on every day of this assignment."),
    ),
    Rule(
        Assignment,
        "end_reason",
        _("A reason of ending needs a last day."),
        lambda: assignments.filter(last_day=None).exclude(end_reason=""),
    ),
    Rule(
        Assignment,
        "decision_number",
        _("The decision by which it was made has another number."),
        lambda: assignments.exclude(decision=None).exclude(decision_number=F("decision__number")),
    ),
    Rule(
        Assignment,
        "decision_on",
        _("The decision by which it was made is of another day."),
        lambda: assignments.exclude(decision=None).filter(
            ~Q(decision_on=F("decision__signed_on")) | Q(decision_on=None)
        ),
    ),
    Cleaned(DecisionLine, "replaces", brought=["replaces"]),
    Rule(
        DecisionLine,
        "assignment",
        _("This assignment was not made by the decision of the line."),
        lambda: lines.exclude(assignment=None).filter(
            ~Q(assignment__decision=F("decision")) | Q(assignment__decision=None)
        ),
    ),
    Rule(
        DecisionLine,
        "assignment",
        _("The decision is a draft: nothing can have come of its lines yet."),
        lambda: lines.filter(decision__enacted_on=None).exclude(assignment=None),
    ),
    Apart(
        Posting,
        "cadre",
        sentence=_("This cadre already has a posting on some of these days. End or correct that one first."),
    ),
    Apart(Acting, "absent", sentence=_("Somebody already acts for this cadre on some of these days.")),
    Apart(Term, sentence=_("Another term of office holds on some of these days.")),
    Apart(CoverageRule, "tier", sentence=_("Another rule for this tier holds on some of these days.")),
    Apart(HolderRule, "tier", "role", sentence=_("Another rule for this tier and role holds on some of these days.")),
    Apart(Limit, "name", sentence=_("Another value of this limit holds on some of these days.")),
)
register(
    ByRow(Agency, "sort_key", "search_key", derive=Agency.set_keys),
    ByRow(Cadre, "sort_key", "search_key", derive=Cadre.set_keys),
    Places(),
)
