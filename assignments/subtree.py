"""Which part of the tree a query is of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.db.models import Q

from assignments.models import Locality, Place, Tier, User
from assignments.models.place import below, facts_below
from assignments.queries import Rules, areas_of, read_rules, with_areas_before
from assignments.scope import Root, reach_of


def subtree(user: User | None = None, within: Locality | None = None, places: Iterable[Place] = ()) -> Subtree:
    """Return the part of the tree that is in a user's reach and at or below a locality.

    ``user`` None is a command at the server's own console, which sees everything; pages always pass the user, on whom
    it is kept for the request. ``places`` are all that the locality ever stood in, where they have been read already:
    then nobody asks in which areas it lies.
    """
    root = None if within is None else (within.tier, within.pk)
    kept = {} if user is None else user.__dict__.setdefault("_subtrees", {})
    if root not in kept:
        reach = None if user is None else reach_of(user)
        # Nothing to narrow for who sees everything, or all of that locality.
        roots = None if reach is None or reach.everything or root in reach.sees else tuple(sorted(reach.sees))
        kept[root] = Subtree(roots, () if root is None else (root,))
    part = kept[root]
    if places:
        # What lies below a locality lies in the same areas. Kept where the property below keeps them.
        vars(part)["areas"] = tuple(sorted({place.area_id for place in places}))
    return part


@dataclass(frozen=True)
class Subtree:
    """A part of the tree: what is or lies below each of ``within``, and below any of ``roots``.

    ``roots`` None narrows nothing, and no roots leave nothing. ``part("place__")`` is the condition on rows whose
    place lies in it; the prefix leads to the place. A page asks all its figures of one part, so what these share is
    read once and kept here: the rules, and the areas that it has lain in.
    """

    roots: tuple[Root, ...] | None
    within: tuple[Root, ...] = ()

    def __call__(self, prefix: str = "") -> Q:
        return self._each(below, prefix)

    def of_facts(self, place_field: str = "place") -> Q:
        """Return the same of facts, which need no place to be looked up to lie in a district."""
        return self._each(facts_below, place_field)

    def narrowed(self, locality: Locality | None) -> Subtree:
        """Return what of this part is or lies below one more locality, as a row of a page's table counts it."""
        root = None if locality is None else (locality.tier, locality.pk)
        return self if root is None or root in self.within else replace(self, within=(*self.within, root))

    def _each(self, below: Callable[..., Q], *where: str) -> Q:
        q = Q() if self.roots is None else below(self.roots, *where)
        for root in self.within:
            q &= below([root], *where)
        return q

    @cached_property
    def rules(self) -> Rules:
        """The rules by which this part is looked at."""
        return read_rules()

    @cached_property
    def areas(self) -> tuple[int, ...]:
        """The areas that it has ever lain in, by which indexes find facts; they narrow nothing by themselves."""
        for tier, locality in self.within:
            if tier == Tier.DISTRICT:
                # Its own area; where others lie has to be asked.
                return (locality,)
        return tuple(area for (area,) in areas_of(date.min, date.max, self))

    @cached_property
    def areas_before(self) -> tuple[int, ...]:
        """The areas that what lies in it has ever lain in, where its open issues may have been raised."""
        return with_areas_before(self.areas)
