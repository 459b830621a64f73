"""Changes of hands before they are made: what is meant, and what speaks against it.

A place that is given to somebody, a replacement, a decision with a hundred lines and everything that a leaving cadre
held are all lists of ``Change``. ``objections`` says what speaks against them: warnings, which a reason overrides.
``assignments.actions.carry_out`` makes all of them or none. What apps above know (evenings, clashes) they add by
answering the signal ``changes_proposed``.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.models import Assignment, Cadre, HolderRule, Limit, Locality
from assignments.queries import held_counts
from assignments.signals import changes_proposed
from assignments.tenure.figures import served_since
from cadrenet.periods import ONE_DAY, months_between


@dataclass(frozen=True)
class Change:
    """At one place a cadre takes a role from ``first_day``, and whoever is replaced holds it up to ``last_day``.

    Without ``cadre`` somebody only leaves; without ``replaces`` somebody is added. ``why`` are the words of whoever
    makes the change in spite of warnings; they are kept with the history.
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

    @property
    def gap(self):
        """Days with nobody between the two; None where nobody leaves or nobody follows."""
        if self.replaces is None or self.cadre is None:
            return None
        return max((self.first_day - self.last_day).days - 1, 0)

    @property
    def day(self):
        """The day on which the change is felt: the first of the new, else the first without the old."""
        return self.first_day or self.last_day + ONE_DAY


@dataclass(frozen=True)
class Objection:
    """What speaks against a change: a kind for whoever asks by program, and a sentence for whoever reads."""

    kind: str
    sentence: str

    def __str__(self):
        return self.sentence


def objections(changes, user=None):
    """Return {position in the list: objections} of changes that are meant together. Costs the same for one or many.

    ``user`` is who means them: sentences name nobody whom that user may not see. None sees everything.
    """
    changes = list(changes)
    found = defaultdict(list)
    for check in (two_at_once, nobody_left, early_moves, too_many, unfit_holders, gone):
        for position, objection in check(changes):
            found[position].append(objection)
    for _receiver, told in changes_proposed.send(sender=Change, changes=changes, user=user):
        for position, objection in told:
            found[position].append(objection)
    return dict(found)


def two_at_once(changes):
    """Somebody else holds the role there on the first day and is not replaced, or another change gives it, too."""
    new = [(position, change) for position, change in enumerate(changes) if change.cadre]
    replaced = {change.replaces.pk for change in changes if change.replaces}
    holding = defaultdict(list)
    rows = Assignment.objects.filter(locality__in={change.locality.pk for _position, change in new}).exclude(
        role=Assignment.Role.SUPPORT
    )
    for row in rows.exclude(pk__in=replaced).select_related("cadre").order_by("first_day", "pk"):
        holding[row.locality_id, row.role].append(row)
    given = defaultdict(list)
    for _position, change in new:
        if change.role != Assignment.Role.SUPPORT:
            given[change.locality.pk, change.role].append(change.cadre)
    for position, change in new:
        goes_on = change.replaces is not None and change.replaces.cadre_id == change.cadre.pk
        for cadre in given[change.locality.pk, change.role]:
            if cadre.pk != change.cadre.pk and not goes_on:
                sentence = _("%(name)s gets this role there, too.") % {"name": cadre.full_name}
                yield position, Objection("two_at_once", sentence)
        for row in holding[change.locality.pk, change.role]:
            if row.holds_on(change.first_day) and row.cadre_id != change.cadre.pk:
                sentence = _("%(name)s holds this role there, too, and stays.") % {"name": row.cadre.full_name}
                yield position, Objection("two_at_once", sentence)


def nobody_left(changes):
    """Somebody leaves, nobody follows, and nobody else answers for the place."""
    ends = [(position, change) for position, change in enumerate(changes) if change.replaces and not change.cadre]
    replaced = {change.replaces.pk for change in changes if change.replaces}
    given = {(change.locality.pk, change.role) for change in changes if change.cadre}
    staying = defaultdict(list)
    rows = Assignment.objects.answering().filter(locality__in={change.locality.pk for _position, change in ends})
    for row in rows.exclude(pk__in=replaced).order_by():
        staying[row.locality_id].append(row)
    for position, change in ends:
        kept = any(row.holds_on(change.day) for row in staying[change.locality.pk])
        if change.role != Assignment.Role.SUPPORT and not kept and (change.locality.pk, change.role) not in given:
            yield position, Objection("nobody_left", _("After that nobody answers for this place."))


def early_moves(changes):
    """Whoever is replaced has served less than the office's minimum (R40)."""
    ends = [
        (position, change)
        for position, change in enumerate(changes)
        if change.replaces and not (change.cadre and change.cadre.pk == change.replaces.cadre_id)
    ]
    since = served_since([change.replaces for _position, change in ends]) if ends else {}
    minimum = Limit.on(max(change.last_day for _position, change in ends), MINIMUM) if ends else 0
    for position, change in ends:
        start = since[change.replaces.pk]
        months = months_between(start, change.last_day) if start and start <= change.last_day else None
        if months is not None and months < minimum:
            yield position, Objection("early_move", early_sentence(months, minimum))


MINIMUM = Limit.Name.MINIMUM_TENURE_MONTHS


def early_sentence(months, minimum):
    """What is said of a time served that stays under the minimum."""
    return _("That makes %(months)s at this locality. An assignment should last at least %(minimum)s.") % {
        "months": ngettext("%(number)s month", "%(number)s months", months) % {"number": months},
        "minimum": ngettext("%(number)s month", "%(number)s months", minimum) % {"number": minimum},
    }


def too_many(changes):
    """Whoever takes over would hold more than the office's limit, what is given and taken here included."""
    new = [(position, change) for position, change in enumerate(changes) if change.cadre]
    if not new:
        return
    day = max(change.first_day for _position, change in new)
    most = Limit.on(day, Limit.Name.MOST_ASSIGNMENTS)
    held = Counter(held_counts({change.cadre.pk for _position, change in new}, day))
    held.update(change.cadre.pk for _position, change in new)
    held.subtract(change.replaces.cadre_id for change in changes if change.replaces and change.replaces.holds_on(day))
    for position, change in new:
        if held[change.cadre.pk] > most:
            sentence = _("%(name)s would hold %(number)s assignments; %(most)s are the limit.") % {
                "name": change.cadre.full_name,
                "number": held[change.cadre.pk],
                "most": most,
            }
            yield position, Objection("too_many", sentence)


def unfit_holders(changes):
    """Whoever takes over is not what the rule of the tier asks for (R19)."""
    rules = defaultdict(list)
    for rule in HolderRule.objects.all():
        rules[rule.tier, rule.role].append(rule)
    for position, change in enumerate(changes):
        if change.cadre is None:
            continue
        for rule in rules[change.locality.tier, change.role]:
            if rule.holds_on(change.first_day) and not rule.fits(change.cadre):
                sentence = _("By rule this is held by: %(holder)s.") % {"holder": rule.get_holder_display()}
                yield position, Objection("unfit_holder", sentence)


def gone(changes):
    """Whoever takes over has left by then."""
    for position, change in enumerate(changes):
        left_on = change.cadre.left_on if change.cadre else None
        if left_on and left_on < change.first_day:
            sentence = _("%(name)s no longer serves on that day.") % {"name": change.cadre.full_name}
            yield position, Objection("gone", sentence)
