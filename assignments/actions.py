"""Changes that reach further than the row that was saved: whoever saves, calls these.

They are plain functions and not handlers of ``post_save``, so that an import can save ten thousand rows and call
them once.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assignments.changes import Change, begun, ended
from assignments.leaving import end_access
from assignments.models import (
    Acting,
    Assignment,
    Cadre,
    CoverageReview,
    Decision,
    DecisionLine,
    Handover,
    Locality,
    LocalityVersion,
    Place,
    Posting,
    Tier,
    User,
)
from assignments.models.locality import covers
from assignments.places import derive
from assignments.signals import answering_changed
from assignments.undo import Before, remember
from assignments.withdrawing import withdraw
from cadrenet.history import sign_change
from cadrenet.periods import ONE_DAY
from cadrenet.races import lock

LAST_ORDINAL = date.max.toordinal()
# What a locality lay in, a key or None for each tier; and the first and last day (as ordinals) of such a chain.
Chain = tuple[int | None, ...]
Stretch = tuple[int, int, Chain]


def assignment_changed(assignment: Assignment, was: Assignment | None = None) -> None:
    """Tell everybody who follows assignments that one was saved or deleted; rosters come right.

    ``was`` is the row as it stood before the change (``Assignment.objects.get(pk=…)`` before saving), None for a new
    one. Call it in the transaction of the save.
    """
    assignments_changed([assignment, was] if was else [assignment])


def assignments_changed(assignments: Iterable[Assignment]) -> None:
    """As ``assignment_changed`` for many rows at once: every row as it is, and every changed row as it was.

    Rosters are kept once, over the whole time that these rows span.
    """
    assignments = list(assignments)
    if not assignments:
        return
    first_day = min(assignment.first_day or date.min for assignment in assignments)
    last_day = max(assignment.last_day or date.max for assignment in assignments)
    answering_changed.send(
        sender=type(assignments[0]),
        localities={assignment.locality_id for assignment in assignments},
        first_day=None if first_day == date.min else first_day,
        last_day=None if last_day == date.max else last_day,
    )


def begin_assignment(assignment: Assignment, why: str = "") -> None:
    """Save a new, cleaned assignment and let rosters follow; ``ValidationError`` when it is there already.

    ``why`` are the words of whoever makes it in spite of warnings; they are kept with the history.

    What no constraint holds (a cadre twice at a place on some days) is looked at under a lock of the locality. When
    two come at once all the same, the constraint answers the second in its own words.
    """
    sign_change(assignment, why=why)
    try:
        with transaction.atomic():
            assignment.clean()
            assignment.save()
            remember(assignment, None)
            assignment_changed(assignment)
    except IntegrityError:
        assignment.validate_constraints()
        raise


@transaction.atomic
def begin_acting(acting: Acting) -> Acting:
    """Save that somebody acts for another; ``ValidationError`` when somebody does already on some of these days.

    It is looked at under a lock of whoever is away: of two at once, the second sees the first.
    """
    acting.full_clean()
    acting.save()
    return acting


@transaction.atomic
def end_assignment(assignment: Assignment, *, last_day: date, reason: str, why: str = "") -> Assignment:
    """Give an assignment its last day and the reason; the rosters of the days that change hands follow.

    ``why`` are the words of whoever ends it in spite of warnings; they are kept with the history.
    ``ValidationError`` when the day makes no sense. Asked twice, the second time changes nothing. Returns the
    assignment as it now stands.
    """
    # The place first and its rows after it, as everywhere.
    lock(assignment.locality)
    assignment = (
        Assignment.objects.select_for_update(of=["self"]).select_related("cadre", "locality").get(pk=assignment.pk)
    )
    until = assignment.last_day
    if (until, assignment.end_reason) == (last_day, reason):
        return assignment
    assignment.last_day, assignment.end_reason = last_day, reason
    sign_change(assignment, why=why)
    assignment.full_clean()
    assignment.save()
    if until != last_day:
        answering_changed.send(
            sender=Assignment,
            localities={assignment.locality_id},
            first_day=min(last_day, until or last_day) + ONE_DAY,
            last_day=None if until is None else max(last_day, until),
        )
    return assignment


class Refused(Exception):
    """Nothing was changed. ``faults`` holds sentences by the position of the change in the list that was given."""

    def __init__(self, faults: dict[Any, list[str]]) -> None:
        super().__init__(faults)
        self.faults = faults


def carry_out(
    changes: Iterable[Change], *, decision: Decision | None = None, is_part: bool = False
) -> dict[int, Assignment]:
    """Make some changes of hands, all or none, and let rosters follow once; return the new assignments by position.

    ``decision`` gives its number and day to the new assignments. A replacement opens a handover. What speaks against
    a change (``assignments.changes.objections``) is asked before; here only what cannot be is refused. One change by
    itself, that ``is_part`` of nothing larger, may be taken back. Raises ``Refused``.
    """
    changes = list(changes)
    faults: dict[int, list[str]] = {}
    made: dict[int, Assignment] = {}
    before: dict[int, Before] = {}
    waiting: dict[int, list[Handover]] = {}
    with transaction.atomic():
        # All at once and in order, so that two lists of changes never wait for each other.
        lock(*(change.locality for change in changes))
        for position, change in enumerate(changes):
            try:
                # A savepoint for each: the next ones are looked at too, so that every fault is told at once.
                with transaction.atomic():
                    was, waiting[position] = end_replaced(change)
                    if was is not None:
                        before[position] = was
            except ValidationError as error:
                faults[position] = error.messages
        for position, change in enumerate(changes):
            if change.cadre is None or position in faults:
                continue
            try:
                with transaction.atomic():
                    made[position] = begin_changed(change, decision, waiting[position])
            except ValidationError as error:
                faults[position] = error.messages
        if faults:
            raise Refused(faults)
        if made and len(changes) == 1 and decision is None and not is_part and not changes[0].withdraws:
            remember(made[0], before.get(0))
        if changes:
            days = [first_day for *_change, first_day in begun(changes)]
            days += [last_day + ONE_DAY for *_change, last_day in ended(changes)]
            answering_changed.send(
                sender=Assignment,
                localities={change.locality.pk for change in changes},
                first_day=min(days),
                last_day=None,
            )
    return made


def end_replaced(change: Change) -> tuple[Before | None, list[Handover]]:
    """End, or withdraw, the assignment that a change replaces, if any.

    Returns what was before, which is nothing that could come back once it is withdrawn, and the handovers to whoever
    follows.
    """
    if change.replaces is None:
        return None, []
    row = Assignment.objects.select_for_update(of=["self"]).select_related("cadre", "locality")
    ended = row.filter(pk=change.replaces.pk).first()
    if ended is None or (ended.last_day and ended.last_day < change.last_day):
        raise ValidationError(_("This assignment has ended meanwhile. Look at the place again."))
    if (ended.last_day, ended.end_reason) != (change.replaces.last_day, change.replaces.end_reason):
        raise ValidationError(_("This assignment was changed meanwhile. Look at the place again."))
    if change.withdraws:
        if ended.first_day != change.replaces.first_day:
            raise ValidationError(_("This assignment was changed meanwhile. Look at the place again."))
        return None, withdraw(ended, reason=change.end_reason, why=change.why)
    before = Before(ended, ended.last_day, ended.end_reason)
    ended.last_day, ended.end_reason = change.last_day, change.end_reason
    sign_change(ended, why=change.why)
    # Only its end is new: what it is about was checked when it began, and a shorter time meets nobody more.
    ended.full_clean(exclude=["cadre", "locality", "decision"])
    ended.save()
    if change.cadre is None or change.cadre.pk != ended.cadre_id:
        before.handover, before.opened = Handover.objects.get_or_create(ended=ended)
    else:
        before.handover = Handover.objects.filter(ended=ended).first()
    if before.handover is None:
        return before, []
    before.successor = before.handover.successor
    return before, [before.handover]


def begin_changed(change: Change, decision: Decision | None, waiting: Iterable[Handover]) -> Assignment:
    """Save the assignment that a change begins, and tell the handovers that wait for it who follows."""
    new = Assignment(
        cadre=change.cadre,
        locality=change.locality,
        role=change.role,
        first_day=change.first_day,
        decision=decision,
        decision_number=decision.number if decision else change.decision_number,
        decision_on=decision.signed_on if decision else change.decision_on,
    )
    sign_change(new, why=change.why)
    new.full_clean()
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError:
        # The same change came twice at once: the constraint answers the second in its own words.
        new.validate_constraints()
        raise
    for handover in waiting:
        handover.successor = new
        handover.save()
    return new


@transaction.atomic
def leave(cadre: Cadre, changes: Iterable[Change], *, last_day: date) -> Cadre:
    """Let a cadre leave the service after a day, with some changes of hands, all or none; return the cadre.

    ``changes`` end what the cadre holds. The posting ends that day; who acts for the cadre, and for whom the cadre
    acts, does so up to that day. Raises ``Refused``; under "" when something that the cadre holds would go on.
    """
    cadre = Cadre.objects.select_for_update(of=["self"], no_key=True).get(pk=cadre.pk)
    carry_out(changes, is_part=True)
    after = last_day + ONE_DAY
    if Assignment.objects.filter(cadre=cadre).during(after, None).exists():
        raise Refused({"": [_("Meanwhile another assignment was added. Look at the page again.")]})
    for posting in Posting.objects.filter(cadre=cadre).during(after, None).select_for_update(of=["self"]):
        if posting.first_day and posting.first_day > last_day:
            posting.delete()
        else:
            posting.last_day = last_day
            posting.full_clean()
            posting.save()
    for acting in Acting.objects.filter(Q(cadre=cadre) | Q(absent=cadre)).during(after, None):
        if acting.first_day > last_day:
            acting.delete()
        else:
            end_acting(acting, last_day=last_day)
    cadre.left_on = last_day
    cadre.full_clean()
    cadre.save()
    end_access(cadre)
    return cadre


@transaction.atomic
def end_acting(acting: Acting, *, last_day: date) -> None:
    """Let somebody act for another up to an earlier day; ``ValidationError`` when that makes no sense."""
    acting = Acting.objects.select_for_update(of=["self"]).get(pk=acting.pk)
    acting.last_day = last_day
    acting.full_clean()
    acting.save()


@transaction.atomic
def tick(handover: Handover, side: str, *, on: date) -> Handover:
    """Keep the day on which a place was handed over (``given_on``) or received (``received_on``).

    The first day stays: a second tick changes nothing.
    """
    handover = Handover.objects.select_for_update(of=["self"]).get(pk=handover.pk)
    if getattr(handover, side) is None:
        setattr(handover, side, on)
        handover.save()
    return handover


def review_coverage(locality: Locality, *, day: date, by: User) -> CoverageReview:
    """Stamp that somebody looked through who answers for what at and below a locality on a day (R58).

    A day has one stamp: asked twice, or by two people, the first stays. Returns the stamp.
    """
    review, _made = CoverageReview.objects.get_or_create(locality=locality, day=day, defaults={"by": by})
    return review


@transaction.atomic
def enact(decision: Decision, changes: Mapping[DecisionLine, Change], *, on: date) -> Decision:
    """Let a decision take effect: ``changes`` maps its lines to what each means; all of them or none.

    ``on`` is today. Raises ``Refused`` with sentences by the key of the line; under "" when the decision is no draft.
    """
    locked: Decision = Decision.objects.select_for_update().get(pk=decision.pk)
    if not locked.is_draft:
        raise Refused({"": [_("This decision has taken effect already.")]})
    lines = list(changes)
    for line in lines:
        if changes[line].withdraws and line.replaces is not None:
            # What it withdraws goes, and the paper still says who was meant.
            line.withdrew_id, line.withdrew_from = line.replaces.cadre_id, line.replaces.first_day
            line.replaces = None
            line.save()
    try:
        made = carry_out(changes.values(), decision=locked)
    except Refused as refused:
        raise Refused({lines[position].pk: faults for position, faults in refused.faults.items()}) from refused
    for position, assignment in made.items():
        lines[position].assignment = assignment
        lines[position].save()
    locked.enacted_on = on
    locked.save()
    return locked


@transaction.atomic
def localities_changed() -> set[int]:
    """Derive all places after localities or their versions were saved or deleted, and let rosters follow.

    Facts are re-pointed to the place of their day. Only where a locality has come to lie elsewhere, to begin or to
    end, rosters are kept again, from the first to the last day on which that makes a difference; a corrected name
    costs nothing further. Costs 0.2 s for a district: call it once, after the last row. Returns the ids of the
    localities whose places changed.
    """
    before = chains()
    touched = derive()
    after = chains()

    localities, first_days, last_days = set(), [], []
    for locality in before.keys() | after.keys():
        days = differing_days(before.get(locality, []), after.get(locality, []))
        if days:
            first_days.append(days[0])
            last_days.append(days[1])
            # Those above that it has left need a new roster too, and can no longer be found from where it lies.
            localities |= {locality} | (above(before.get(locality, [])) - above(after.get(locality, [])))
    if localities:
        first_day, last_day = date.fromordinal(min(first_days)), date.fromordinal(max(last_days))
        answering_changed.send(
            sender=Locality,
            localities=localities,
            first_day=None if first_day == date.min else first_day,
            last_day=None if last_day == date.max else last_day,
        )
    return touched


def delete_locality(locality: Locality) -> None:
    """Delete a locality at which nothing was ever recorded, with its versions; ``ProtectedError`` otherwise."""
    with transaction.atomic():
        locality.versions.all().delete()
        localities_changed()
        locality.delete()


def refuse_orphans(locality: Locality, periods: Iterable[LocalityVersion]) -> None:
    """Raise ``ValidationError`` when something hangs on a locality on a day on which it would not exist.

    ``periods`` are the versions that it would have. A locality that ends is emptied first: what lies in it moves, and
    assignments to it end.
    """
    periods = list(periods)
    lying_in = LocalityVersion.objects.filter(parent=locality)
    for child in lying_in:
        if not covers(periods, child.first_day, child.last_day):
            raise ValidationError(
                _("%(name)s lies in this locality on days on which this would not exist. Move or end it first.")
                % {"name": child.name}
            )
    for assignment in Assignment.objects.filter(locality=locality).select_related("cadre"):
        if not covers(periods, assignment.first_day, assignment.last_day):
            raise ValidationError(
                _("%(name)s is assigned to this locality on days on which it would not exist. End that first.")
                % {"name": assignment.cadre.full_name}
            )


def chains() -> dict[int, list[Stretch]]:
    """Return locality id -> (first day, last day, ids of what it lies in) stretches; days as ordinals."""
    found: dict[int, list[Stretch]] = {}
    tiers = [f"{tier}_id" for tier in Tier.values]
    rows = Place.objects.order_by("locality", "first_day").values_list("locality_id", "first_day", "last_day", *tiers)
    for locality, first_day, last_day, *chain in rows.iterator(2000):
        found.setdefault(locality, []).append((first_day.toordinal(), last_day.toordinal(), tuple(chain)))
    return found


def above(stretches: list[Stretch]) -> set[int]:
    """Return the ids of everything in which a locality lay during some stretches, itself included."""
    return {id for *_, chain in stretches for id in chain if id is not None}


def differing_days(before: list[Stretch], after: list[Stretch]) -> tuple[int, int] | None:
    """Return the first and last day (ordinals) on which two lists of stretches differ, or None."""
    edges = sorted({edge for first, last, _ in before + after for edge in (first, last + 1)})
    differing = [
        (start, stop - 1)
        for start, stop in zip(edges, edges[1:], strict=False)
        if chain_on(before, start) != chain_on(after, start)
    ]
    return (differing[0][0], min(differing[-1][1], LAST_ORDINAL)) if differing else None


def chain_on(stretches: list[Stretch], day: int) -> Chain | None:
    """Return what a locality lay in on a day, None where it did not exist."""
    return next((chain for first, last, chain in stretches if first <= day <= last), None)
