"""Which part of the tree a query is of."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from assignments.models import Tier
from assignments.models.place import below, facts_below
from assignments.queries import areas_of, read_rules, with_areas_before
from assignments.scope import reach_of


def subtree(user=None, within=None):
    """Return ``condition(prefix)``: that a place lies in a user's reach and at or below a locality.

    ``user`` None is a command at the server's own console, which sees everything; pages always pass the user.
    ``prefix`` leads to the place, as in ``"place__"``.
    """
    root = None if within is None else (within.tier, within.pk)
    reach = None if user is None else reach_of(user)
    # Nothing to narrow for who sees everything, or all of that locality.
    free = reach is None or reach.everything or root in reach.sees
    return Subtree(None if free else tuple(sorted(reach.sees)), root)


@dataclass(frozen=True)
class Subtree:
    """A part of the tree, as ``where`` names it: what is or lies below ``within`` and below any of ``roots``.

    These are (tier, locality id); None narrows nothing, and no roots leave nothing. A page asks all its figures of
    one part, so what these share is read once and kept here: the rules, and the areas that it lies in.
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

    @cached_property
    def rules(self):
        """The ``Rules`` by which this part is looked at."""
        return read_rules()

    @cached_property
    def _areas(self):
        return {}

    def areas(self, first_day, last_day):
        """Return the areas that it lies in from the first to the last of some days, by which facts are read."""
        if self.within is not None and self.within[0] == Tier.DISTRICT:
            # Its own area; where others lie has to be asked.
            return self.within[1:]
        days = first_day, last_day
        if days not in self._areas:
            self._areas[days] = tuple(area for (area,) in areas_of(first_day, last_day, self))
        return self._areas[days]

    def areas_before(self, day):
        """Return the areas that what lies in it on a day has ever lain in, where its open issues were raised."""
        if day not in self._areas:
            self._areas[day] = with_areas_before(self.areas(day, day))
        return self._areas[day]
