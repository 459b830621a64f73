"""Which rows a user may see and change: the one place that decides.

A user's *reach* is the union of access grants, of the subtrees of the linked cadre's assignments in force today,
and, for an agency, its staff (people, not places). No role, no rows; a row out of reach does not exist (404).

Facts carry the place they happened at, so reach over a fact is reach over its place: whoever answers for a commune
sees what happened in hamlets while they lay there.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self, TypeVar

from django.db import models

from cadrenet.periods import today

M = TypeVar("M", bound=models.Model)
# The top of a subtree: the tier and the id of its locality.
Root = tuple[str, int]


@dataclass(frozen=True)
class Reach:
    """What one user reaches today.

    ``sees``, ``records`` and ``decides`` are (tier, locality id) pairs, each the top of a subtree: to read, to record
    facts in, and to change assignments, ratings and localities in. ``agencies``, ``records_for`` and ``decides_for``
    are ids of agencies: whose staff the user sees, whose meetings the user enters, and for which the user may let
    others in. ``heads`` are those whose staff the user answers for: he reads or decides, and is no clerk who records
    for them. ``cadre`` is the id of the user's own cadre record, or None, ``acting_for`` the ids of cadres for whom
    that cadre acts today, and ``assigned`` the roots that come from the assignments of all of these. ``day`` is
    today: a tree that is to come lets nobody see anything.
    """

    everything: bool = False
    sees: frozenset[Root] = frozenset()
    records: frozenset[Root] = frozenset()
    decides: frozenset[Root] = frozenset()
    agencies: frozenset[int] = frozenset()
    records_for: frozenset[int] = frozenset()
    decides_for: frozenset[int] = frozenset()
    heads: frozenset[int] = frozenset()
    cadre: int | None = None
    acting_for: frozenset[int] = frozenset()
    assigned: frozenset[Root] = frozenset()
    day: date = field(default_factory=today)

    @property
    def cadres(self) -> frozenset[int]:
        """Ids of the cadres whose tasks are the user's today: the own one, and those acted for."""
        return self.acting_for | ({self.cadre} if self.cadre else set())

    @property
    def tiers(self) -> set[str]:
        """The tiers at which the user sees whole subtrees."""
        return {tier for tier, _ in self.sees}


def reach_of(user: Any) -> Reach:
    """Return the user's reach, asked for once per request and kept on the user. Costs one query."""
    reach: Reach | None = getattr(user, "_reach", None)
    if reach is None:
        if not user.is_authenticated or not user.is_active:
            return Reach()
        reach = user._reach = _reach_of(user, today())
    return reach


def decides(user: Any) -> bool:
    """Return whether there is any part of the tree in which a user decides who answers for what."""
    reach = reach_of(user)
    return reach.everything or bool(reach.decides)


def records(user: Any) -> bool:
    """Return whether there is any part of the tree in which a user records facts."""
    reach = reach_of(user)
    return reach.everything or bool(reach.records)


def _reach_of(user: Any, day: date) -> Reach:
    # Queries and models know the scope, so they come in here.
    from assignments.models import Held
    from assignments.queries import held_by

    sees, records, decides, assigned = (set[Root]() for _ in range(4))
    agencies, records_for, decides_for, heads, acting_for = (set[int]() for _ in range(5))
    cadre = None
    for level, agency_id, cadre_id, tier, locality_id in held_by(user.pk, day):
        if level == Held.ACTING:
            acting_for.add(cadre_id)
        else:
            cadre = cadre or cadre_id
        if agency_id:
            agencies.add(agency_id)
            if level != "viewer":
                records_for.add(agency_id)
            if level == "editor":
                decides_for.add(agency_id)
            if level != "recorder":
                heads.add(agency_id)
        elif locality_id:
            root = (tier, locality_id)
            sees.add(root)
            if level != "viewer":
                records.add(root)
            if level == "editor":
                decides.add(root)
            if cadre_id:
                assigned.add(root)
    return Reach(
        everything=user.is_superuser,
        sees=frozenset(sees),
        records=frozenset(records),
        decides=frozenset(decides),
        agencies=frozenset(agencies),
        records_for=frozenset(records_for),
        decides_for=frozenset(decides_for),
        heads=frozenset(heads),
        cadre=cadre,
        acting_for=frozenset(acting_for),
        assigned=frozenset(assigned),
        day=day,
    )


class ScopedQuerySet(models.QuerySet[M]):
    """Rows a user may see or change. A model says in ``reached`` how its rows hang on the tree."""

    # Which part of the reach may change these rows: "records" for facts, "decides" for what a decision is needed for.
    edited_by = "records"

    def visible_to(self, user: Any) -> Self:
        """Rows the user may see."""
        return self.in_reach(reach_of(user))

    def in_reach(self, reach: Reach) -> Self:
        """Rows that somebody with this reach may see."""
        return self if reach.everything else self.reached(reach, reach.sees)

    def editable_by(self, user: Any) -> Self:
        """Rows the user may change."""
        reach = reach_of(user)
        if reach.everything:
            return self
        return self.reached_to_edit(reach, getattr(reach, self.edited_by))

    def may_be_added_by(self, user: Any) -> bool:
        """Return whether there is any part of the tree for which a user adds such rows."""
        reach = reach_of(user)
        return reach.everything or bool(getattr(reach, self.edited_by))

    def changeable_by(self, user: Any) -> Self:
        """Rows of which the user may change every column, as the administration and its imports do.

        Where a page changes only a part of a row, or asks who decides about all that hangs on it, a model says less.
        """
        return self.editable_by(user)

    def reached(self, reach: Reach, roots: Collection[Root]) -> Self:
        """Rows reached from these roots; every scoped model says how."""
        raise NotImplementedError(f"{type(self).__name__} does not say which rows a user reaches.")

    def reached_to_edit(self, reach: Reach, roots: Collection[Root]) -> Self:
        """As ``reached``, without what the user may only read (own staff, own past, whom one acts for)."""
        agencies = reach.decides_for if self.edited_by == "decides" else reach.records_for
        without = replace(reach, agencies=agencies, cadre=None, acting_for=frozenset())
        return self.reached(without, roots)
