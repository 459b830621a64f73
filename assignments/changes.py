"""Changes of hands before they are made: what is meant, and what speaks against it.

A place that is given to somebody, a replacement, a decision with a hundred lines and everything that a leaving cadre
held are all lists of ``Change``. ``objections`` says what speaks against them: warnings, which a reason overrides.
``assignments.actions.carry_out`` makes all of them or none. What apps above know (evenings, clashes) they add by
answering the signal ``changes_proposed``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.models import Assignment, Cadre, HolderRule, Limit, Locality, User
from assignments.models.posting import all_postings
from assignments.queries import Rules, held_counts, read_rules
from assignments.signals import changes_proposed
from assignments.tenure.figures import served_since
from cadrenet.periods import ONE_DAY, months_between


@dataclass(frozen=True)
class Change:
    """At one place a cadre takes a role from ``first_day``, and whoever is replaced holds it up to ``last_day``.

    Without ``cadre`` somebody only leaves; without ``replaces`` somebody is added. With ``withdraws`` whoever is
    replaced never begins: the assignment is still to come, and is taken away (``leaving``). ``why`` are the words of
    whoever makes the change in spite of warnings; they are kept with the history.
    """

    locality: Locality
    role: str
    cadre: Cadre | None = None
    first_day: date | None = None
    replaces: Assignment | None = None
    last_day: date | None = None
    end_reason: str = ""
    why: str = ""
    decision_number: str = ""
    decision_on: date | None = None
    withdraws: bool = False

    @property
    def gap(self) -> int | None:
        """Days with nobody between the two; None where nobody leaves or nobody follows."""
        if not (self.replaces and self.cadre and self.first_day and self.last_day):
            return None
        return max((self.first_day - self.last_day).days - 1, 0)

    @property
    def day(self) -> date:
        """The day on which the change is felt: the first of the new, else the first without the old."""
        if self.first_day is not None:
            return self.first_day
        if self.last_day is None:
            raise ValueError("A change begins something or ends something.")
        return self.last_day + ONE_DAY


def leaving(assignment: Assignment, last_day: date, today: date) -> dict[str, Any]:
    """Return what a ``Change`` says of an assignment that is to end on a day.

    One that has not begun, and would not by then, is withdrawn: its place is as if it had never been meant.
    """
    begins = assignment.first_day
    if begins is not None and begins > max(last_day, today):
        return {"replaces": assignment, "last_day": begins - ONE_DAY, "withdraws": True}
    return {"replaces": assignment, "last_day": last_day}


def withdrawal(change: Change) -> str:
    """Return the sentence that says what becomes of an assignment that a change withdraws."""
    if change.replaces is None or change.replaces.first_day is None:
        raise ValueError("Only what begins on a day can be withdrawn before.")
    return _("The assignment of %(name)s from %(day)s has not begun: it is withdrawn and never takes effect.") % {
        "name": change.replaces.cadre.full_name,
        "day": date_format(change.replaces.first_day, "DATE_FORMAT"),
    }


@dataclass(frozen=True)
class Objection:
    """What speaks against a change: a kind for whoever asks by program, and a sentence for whoever reads."""

    kind: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


# Pairs of a change's position in its list and what speaks against it.
Found = Iterator[tuple[int, Objection]]


def objections(
    changes: Iterable[Change], user: User | None = None, rules: Rules | None = None
) -> dict[int, list[Objection]]:
    """Return {position in the list: objections} of changes that are meant together. Costs the same for one or many.

    ``user`` is who means them: sentences name nobody whom that user may not see. None sees everything. ``rules`` are
    those that a page has read already.
    """
    changes, rules = list(changes), rules or read_rules()
    found: defaultdict[int, list[Objection]] = defaultdict(list)
    checks = [
        two_at_once(changes),
        nobody_left(changes),
        early_moves(changes, rules),
        too_many(changes, rules),
        unfit_holders(changes),
        gone(changes),
    ]
    for position, objection in chain.from_iterable(checks):
        found[position].append(objection)
    answers: list[tuple[Any, Any]] = changes_proposed.send(sender=Change, changes=changes, user=user, rules=rules)
    for _receiver, told in answers:
        for position, objection in told:
            found[position].append(objection)
    return dict(found)


def begun(changes: list[Change]) -> list[tuple[int, Change, Cadre, date]]:
    """Return the changes by which somebody takes a place: position, change, who, and from which day."""
    return [
        (position, change, change.cadre, change.first_day)
        for position, change in enumerate(changes)
        if change.cadre is not None and change.first_day is not None
    ]


def ended(changes: list[Change]) -> list[tuple[int, Change, Assignment, date]]:
    """Return the changes by which somebody leaves a place: position, change, what ends, and its last day."""
    return [
        (position, change, change.replaces, change.last_day)
        for position, change in enumerate(changes)
        if change.replaces is not None and change.last_day is not None
    ]


def two_at_once(changes: list[Change]) -> Found:
    """Somebody else holds the role there on the first day and is not replaced, or another change gives it, too."""
    new = begun(changes)
    replaced = {assignment.pk for _position, _change, assignment, _day in ended(changes)}
    holding = defaultdict(list)
    rows = Assignment.objects.filter(locality__in={change.locality.pk for _position, change, _cadre, _day in new})
    rows = rows.exclude(role=Assignment.Role.SUPPORT).exclude(pk__in=replaced)
    for row in rows.select_related("cadre").order_by("first_day", "pk"):
        holding[row.locality_id, row.role].append(row)
    given = defaultdict(list)
    for _position, change, cadre, _day in new:
        if change.role != Assignment.Role.SUPPORT:
            given[change.locality.pk, change.role].append(cadre)
    for position, change, taker, first_day in new:
        goes_on = change.replaces is not None and change.replaces.cadre_id == taker.pk
        for cadre in given[change.locality.pk, change.role]:
            if cadre.pk != taker.pk and not goes_on:
                sentence = _("%(name)s gets this role there, too.") % {"name": cadre.full_name}
                yield position, Objection("two_at_once", sentence)
        for row in holding[change.locality.pk, change.role]:
            if row.holds_on(first_day) and row.cadre_id != taker.pk:
                sentence = _("%(name)s holds this role there, too, and stays.") % {"name": row.cadre.full_name}
                yield position, Objection("two_at_once", sentence)


def nobody_left(changes: list[Change]) -> Found:
    """Somebody leaves, nobody follows, and nobody else answers for the place."""
    ends = [(position, change) for position, change, _assignment, _day in ended(changes) if not change.cadre]
    replaced = {assignment.pk for _position, _change, assignment, _day in ended(changes)}
    given = {(change.locality.pk, change.role) for change in changes if change.cadre}
    staying = defaultdict(list)
    rows = Assignment.objects.answering().filter(locality__in={change.locality.pk for _position, change in ends})
    for row in rows.exclude(pk__in=replaced).order_by():
        staying[row.locality_id].append(row)
    for position, change in ends:
        kept = any(row.holds_on(change.day) for row in staying[change.locality.pk])
        if change.role != Assignment.Role.SUPPORT and not kept and (change.locality.pk, change.role) not in given:
            yield position, Objection("nobody_left", _("After that nobody answers for this place."))


def early_moves(changes: list[Change], rules: Rules) -> Found:
    """Whoever is replaced has served less than the office's minimum (R40)."""
    ends = [
        (position, assignment, last_day)
        for position, change, assignment, last_day in ended(changes)
        if not (change.withdraws or (change.cadre and change.cadre.pk == assignment.cadre_id))
    ]
    if not ends:
        return
    since = served_since([assignment for _position, assignment, _day in ends])
    minimum = rules.on(max(last_day for _position, _assignment, last_day in ends), MINIMUM)
    for position, assignment, last_day in ends:
        start = since[assignment.pk]
        months = months_between(start, last_day) if start and start <= last_day else None
        if months is not None and months < minimum:
            yield position, Objection("early_move", early_sentence(months, minimum))


MINIMUM = Limit.Name.MINIMUM_TENURE_MONTHS


def early_sentence(months: int, minimum: int) -> str:
    """What is said of a time served that stays under the minimum."""
    return _("That makes %(months)s at this locality. An assignment should last at least %(minimum)s.") % {
        "months": ngettext("%(number)s month", "%(number)s months", months) % {"number": months},
        "minimum": ngettext("%(number)s month", "%(number)s months", minimum) % {"number": minimum},
    }


def too_many(changes: list[Change], rules: Rules) -> Found:
    """Whoever takes over would hold more than the office's limit, what is given and taken here included."""
    new = begun(changes)
    if not new:
        return
    day = max(first_day for _position, _change, _cadre, first_day in new)
    most = rules.on(day, Limit.Name.MOST_ASSIGNMENTS)
    held: Counter[int] = Counter(held_counts({cadre.pk for _position, _change, cadre, _day in new}, day))
    held.update(cadre.pk for _position, _change, cadre, _day in new)
    held.subtract(
        assignment.cadre_id for _position, _change, assignment, _day in ended(changes) if assignment.holds_on(day)
    )
    for position, _change, cadre, _day in new:
        if held[cadre.pk] > most:
            sentence = _("%(name)s would hold %(number)s assignments; %(most)s are the limit.") % {
                "name": cadre.full_name,
                "number": held[cadre.pk],
                "most": most,
            }
            yield position, Objection("too_many", sentence)


def unfit_holders(changes: list[Change]) -> Found:
    """Whoever takes over is not what the rule of the tier asks for (R19)."""
    rules = defaultdict(list)
    for rule in HolderRule.objects.all():
        rules[rule.tier, rule.role].append(rule)
    new = begun(changes)
    prefetch_related_objects([cadre for _position, _change, cadre, _day in new], all_postings())
    for position, change, cadre, first_day in new:
        for rule in rules[change.locality.tier, change.role]:
            if rule.holds_on(first_day) and not rule.fits(cadre, first_day):
                sentence = _("By rule this is held by: %(holder)s.") % {"holder": rule.get_holder_display()}
                yield position, Objection("unfit_holder", sentence)


def gone(changes: list[Change]) -> Found:
    """Whoever takes over has left by then."""
    for position, _change, cadre, first_day in begun(changes):
        if cadre.left_on and cadre.left_on < first_day:
            sentence = _("%(name)s no longer serves on that day.") % {"name": cadre.full_name}
            yield position, Objection("gone", sentence)
