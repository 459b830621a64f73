"""The one writer of places: derives where every locality stood from its versions, and re-points the facts.

Places are kept where they are and changed in place, and facts are re-pointed before an outdated place is deleted,
so that no fact is ever without one.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

from django.apps import apps
from django.db import transaction
from django.db.models import Model, QuerySet

from assignments.models import Locality, LocalityVersion, Place, Placed, Tier
from assignments.models.place import PATH_SEPARATOR, area_field
from cadrenet.vietnamese import search_key, sort_key

T = TypeVar("T", bound=Model)
# Past so many, rows are read all together and sorted out here: a database takes only so many parameters.
MANY = 5000
DERIVED = [
    "tier",
    "type_id",
    "name",
    "path",
    "sort_key",
    "search_key",
    "households",
    "last_day",
    "counts_from",
    "counts_until",
    "moved",
    "parent_id",
    "area_id",
    *(f"{tier}_id" for tier in Tier.values),
]
RANKS = {tier.value: tier.rank for tier in Tier}
# What of a place decides which facts point at it, and what these repeat of it.
POINTED_BY = {"counts_until", "area_id"}


@dataclass(frozen=True)
class Span:
    """A stretch of days during which a locality's own version and everything above it stayed the same."""

    first_day: date
    last_day: date
    version: LocalityVersion
    tier: str
    above: "Span | None"

    @property
    def key(self) -> tuple[Any, ...]:
        """What must stay the same for two neighbouring stretches to be one place."""
        return (self.version.pk, self.above.key if self.above else None)

    @cached_property
    def chain(self) -> "list[Span]":
        """This stretch and those above it that it lies in, up to the top."""
        return [self, *(self.above.chain if self.above else [])]

    @property
    def area_id(self) -> int:
        """The district that it lies in, or else the province, or else what is highest."""
        by_tier = {step.tier: step.version.locality_id for step in self.chain}
        top = self.chain[-1].version.locality_id
        return by_tier.get(Tier.DISTRICT) or by_tier.get(Tier.PROVINCE) or top


class Tree:
    """The places that follow from all versions, worked out in memory (0.2 s for a district)."""

    def __init__(self) -> None:
        self.tiers = dict(Locality.objects.values_list("pk", "tier"))
        self.versions: dict[int, list[LocalityVersion]] = {}
        for version in LocalityVersion.objects.order_by("locality", "first_day"):
            self.versions.setdefault(version.locality_id, []).append(version)
        self._spans: dict[int, list[Span]] = {}

    def spans(self, locality_id: int) -> list[Span]:
        """Return a locality's stretches of unchanged chain, in order of days."""
        if locality_id not in self._spans:
            found: list[Span] = []
            for version in self.versions.get(locality_id, []):
                found.extend(self._spans_of(version))
            found.sort(key=lambda span: span.first_day)
            self._spans[locality_id] = joined(found)
        return self._spans[locality_id]

    def _spans_of(self, version: LocalityVersion) -> Iterator[Span]:
        first, last = version.first_day or date.min, version.last_day or date.max
        tier = self.tiers[version.locality_id]
        if version.parent_id is None or not self.lies_in_parent(version):
            # What lies in one of no higher tier could lie in itself, and there would be no end to it.
            yield Span(first, last, version, tier, None)
            return
        for above in self.spans(version.parent_id):
            start, stop = max(first, above.first_day), min(last, above.last_day)
            if start <= stop:
                yield Span(start, stop, version, tier, above)

    def unsettled(self) -> set[int]:
        """Return the ids of localities of which nobody can say where they stand, until their versions are mended.

        They would stand in two places on one day, or lie in one of no higher tier; or what they lie in does. No form
        lets that happen: it is asked when the database is verified.
        """
        misplaced = {
            version.locality_id
            for versions in self.versions.values()
            for version in versions
            if version.parent_id is not None and not self.lies_in_parent(version)
        }
        misplaced |= {locality_id for locality_id, tier in self.tiers.items() if tier not in RANKS}
        return {
            locality_id
            for locality_id in self.tiers
            if any(one.last_day >= other.first_day for one, other in pairwise(self.spans(locality_id)))
            or any(step.version.locality_id in misplaced for span in self.spans(locality_id) for step in span.chain)
        }

    def lies_in_parent(self, version: LocalityVersion) -> bool:
        """Whether what a locality lies in is of a higher tier. Where it is not, it may lie in itself."""
        if version.parent_id is None:
            return False
        own, above = (RANKS.get(self.tiers[key]) for key in (version.locality_id, version.parent_id))
        return own is not None and above is not None and above < own

    def places(self) -> dict[tuple[int, date], Place]:
        """Return every place as it should be, unsaved, as a dict by (locality id, first day)."""
        found = {}
        for locality_id in self.tiers:
            spans = self.spans(locality_id)
            moved = len({span.area_id for span in spans}) > 1
            for index, span in enumerate(spans):
                until = spans[index + 1].first_day - timedelta(days=1) if index + 1 < len(spans) else date.max
                found[locality_id, span.first_day] = place = place_of(span, until)
                place.moved = moved
                place.counts_from = span.first_day if index else date.min
        return found


def joined(spans: Iterable[Span]) -> list[Span]:
    """Join neighbouring stretches between which nothing changed."""
    result: list[Span] = []
    for span in spans:
        last = result[-1] if result else None
        if last and last.key == span.key and last.last_day + timedelta(days=1) == span.first_day:
            result[-1] = Span(last.first_day, span.last_day, last.version, last.tier, last.above)
        else:
            result.append(span)
    return result


def place_of(span: Span, counts_until: date) -> Place:
    """Return the place of one stretch, unsaved."""
    version, chain = span.version, span.chain
    place = Place(
        locality_id=version.locality_id,
        tier=span.tier,
        type_id=version.type_id,
        name=version.name,
        sort_key=sort_key(version.name),
        search_key=search_key(version.name),
        households=version.households,
        first_day=span.first_day,
        last_day=span.last_day,
        counts_from=span.first_day,
        counts_until=counts_until,
        parent_id=version.parent_id,
        area_id=span.area_id,
    )
    for step in chain:
        setattr(place, f"{step.tier}_id", step.version.locality_id)
    place.path = PATH_SEPARATOR.join(step.version.name for step in reversed(chain[1:]))
    return place


@dataclass
class Compared:
    """How the places that are stored differ from those that should be.

    ``changed`` are (the stored place, the place as it should be, the columns that differ).
    """

    outdated: list[Place] = field(default_factory=list)
    changed: list[tuple[Place, Place, list[str]]] = field(default_factory=list)
    new: list[Place] = field(default_factory=list)


def compared(tree: Tree, leave: Collection[int] = ()) -> Compared:
    """Compare the places that are stored with those that follow from all versions, but for some localities."""
    wanted = {key: place for key, place in tree.places().items() if place.locality_id not in leave}
    result = Compared()
    for place in Place.objects.all():
        if place.locality_id in leave:
            continue
        should_be = wanted.pop((place.locality_id, place.first_day), None)
        if should_be is None:
            result.outdated.append(place)
        elif differing := [name for name in DERIVED if getattr(place, name) != getattr(should_be, name)]:
            result.changed.append((place, should_be, differing))
    result.new = list(wanted.values())
    return result


@transaction.atomic
def derive(leave: Collection[int] = ()) -> set[int]:
    """Bring all places in line with the versions, and facts with the places; return the ids of changed localities.

    Facts of other localities are not touched, nor the places of localities that are to be left. Whoever calls this
    and keeps rosters calls ``answering_changed``.
    """
    found = compared(Tree(), leave)
    changed, touched, fields = [], set(), set()
    moved = {place.locality_id for place in [*found.outdated, *found.new]}
    for place, should_be, differing in found.changed:
        for name in differing:
            setattr(place, name, getattr(should_be, name))
        changed.append(place)
        fields.update(differing)
        touched.add(place.locality_id)
        if not POINTED_BY.isdisjoint(differing):
            moved.add(place.locality_id)

    if changed:
        # Only what differs: each further column costs as much again.
        Place.objects.bulk_update(changed, sorted(fields), batch_size=500)
    # What goes stands on days of no fact from here on, so that the new place alone is found.
    for number, place in enumerate(found.outdated):
        place.first_day = place.last_day = place.counts_until = date.max - timedelta(days=number)
    Place.objects.bulk_update(found.outdated, ["first_day", "last_day", "counts_until"], batch_size=500)
    Place.objects.bulk_create(found.new, batch_size=1000)
    # A district that is renamed renames the path of everything below, and moves nothing: its facts stay untouched.
    point_facts(moved)
    Place.objects.filter(pk__in=[place.pk for place in found.outdated]).delete()
    return touched | moved


def of_some(queryset: QuerySet[T], localities: Collection[int]) -> QuerySet[T]:
    """Narrow rows to those of some localities, unless there are too many of these to name."""
    return queryset if len(localities) > MANY else queryset.filter(locality__in=localities)


def placed_models() -> list[Any]:
    """Return every model of facts that carry a place (``Placed``), in all apps."""
    return [model for model in apps.get_models() if issubclass(model, Placed)]


def point_facts(localities: Collection[int]) -> None:
    """Point the facts of these localities at the place of their day."""
    for model in placed_models():
        model.objects.located_in(localities if len(localities) <= MANY else None).point()


class PlaceIndex:
    """Places of some localities in memory, for setting many facts at once."""

    def __init__(self, localities: Collection[int] | None = None) -> None:
        self._by_locality: dict[int, list[Place]] = {}
        places = Place.objects.all() if localities is None else of_some(Place.objects.all(), localities)
        for place in self.corrected(places.order_by("locality", "first_day")):
            self._by_locality.setdefault(place.locality_id, []).append(place)

    def corrected(self, places: Iterable[Place]) -> Iterable[Place]:
        """Return stored places as they are taken for true: as they are."""
        return places

    def on(self, locality_id: int, day: date) -> Place | None:
        """Return the place of a locality that exists on a day, else None."""
        place = self.counting_on(locality_id, day)
        return place if place and day <= place.last_day else None

    def counting_on(self, locality_id: int, day: date) -> Place | None:
        """As ``on``; after a locality's end, the place where it last stood."""
        for place in self._by_locality.get(locality_id, []):
            if place.first_day <= day <= place.counts_until:
                return place
        return None

    def set_places(self, fact: Any) -> bool:
        """Set the derived places of one fact; return whether anything changed."""
        changed = False
        for place_field, day_field in fact.placed.items():
            day = getattr(fact, day_field)
            place = self.counting_on(fact.locality_id, day) if day and fact.locality_id else None
            place_id = place.pk if place else None
            if getattr(fact, f"{place_field}_id") != place_id:
                setattr(fact, f"{place_field}_id", place_id)
                changed = True
            area, area_id = f"{area_field(place_field)}_id", place.area_id if place else None
            if getattr(fact, area) != area_id:
                setattr(fact, area, area_id)
                changed = True
        return changed


class RightPlaceIndex(PlaceIndex):
    """Places as they should be and not as they are stored.

    Where one is missing or should not be there, nothing is said of the facts before that is put right.
    """

    def __init__(self) -> None:
        tree = Tree()
        self._compared = compared(tree, tree.unsettled())
        self._open = {place.locality_id for place in [*self._compared.outdated, *self._compared.new]}
        super().__init__()

    def corrected(self, places: Iterable[Place]) -> Iterable[Place]:
        right = {place.pk: (should_be, names) for place, should_be, names in self._compared.changed}
        for place in places:
            should_be, names = right.get(place.pk, (place, []))
            for name in names:
                setattr(place, name, getattr(should_be, name))
            yield place

    def set_places(self, fact: Any) -> bool:
        return fact.locality_id not in self._open and super().set_places(fact)


def misplaced() -> list[str]:
    """Return the label and key of each fact whose place is not that of its day. Empty when all is well."""
    index = PlaceIndex()
    wrong = []
    for model in placed_models():
        for fact in model.objects.located_in(None).iterator(2000):
            if index.set_places(fact):
                wrong.append(f"{model._meta.label} {fact.pk}")
    return wrong
