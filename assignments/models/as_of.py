"""Localities as they stood on a day. Nothing else says what one is called or what it lies in."""

from functools import cache

from django.db import models
from django.db.models import FilteredRelation, Q
from django.db.models.query import ModelIterable


class UndatedError(RuntimeError):
    """A locality was asked what it is called, or where it lies, without saying on which day."""

    def __init__(self, locality):
        super().__init__(
            f"Where {locality.code} lies is a matter of the day: read it with as_of(day), or ask stood_on(day)."
        )


class PlaceOfTheDay:
    """What ``Locality.place`` is until a query with ``as_of(day)`` has set it: an error that no template swallows."""

    def __get__(self, locality, owner=None):
        if locality is None:
            return self
        raise UndatedError(locality)


class AsOfQuerySet(models.QuerySet):
    """Rows that hang on a locality without having a day of their own: whoever reads them says as of which.

    ``locality_paths`` lead from a row to its localities; the empty path is the row itself.
    """

    locality_paths = ("locality",)

    def as_of(self, day, *paths):
        """Bring along, as ``place`` of each row's locality, where it stood on a day; in the same query.

        One that has ended stands where it last did, and one that is still to begin where it first will. ``day`` may
        be an expression of the row. Queries can go on from ``standing`` (``standing__sort_key``), where several
        localities are brought along from ``standing_decision_locality`` and the like for all but the first.
        """
        rows, steps = self, getattr(self._iterable_class, "steps", ())
        for path in paths or self.locality_paths:
            names = tuple(filter(None, path.split("__")))
            known = next((alias for alias, others in steps if others == names), None)
            if known is None:
                known = "_".join(["standing", *names]) if steps else "standing"
                places = "__".join([*names, "places"])
                rows = rows.annotate(**{known: FilteredRelation(places, condition=stands_on(day, places))})
                rows = rows.select_related(*([path] if path else []), known)
                steps += ((known, names),)
            elif rows.query._filtered_relations[known].condition != stands_on(day, known):
                raise ValueError("These rows are read as of another day already.")
        rows._iterable_class = along(steps)
        return rows


def stands_on(day, places):
    """Return the condition that a place is the one of its locality on a day; ``places`` leads to it."""
    return Q(**{f"{places}__counts_from__lte": day, f"{places}__counts_until__gte": day})


@cache
def along(steps):
    """Return what makes rows of a query with ``as_of``: each locality of a row gets its ``place``."""

    class Along(ModelIterable):
        def __iter__(self):
            for row in super().__iter__():
                for alias, path in self.steps:
                    locality = row
                    for name in path:
                        locality = locality and getattr(locality, name)
                    if locality is not None:
                        locality.place = getattr(row, alias, None)
                yield row

    Along.steps = steps
    return Along
