"""Changes that reach further than the row that was saved: whoever saves, calls these.

They are plain functions and not handlers of ``post_save``, so that an import can save ten thousand rows and call
them once.
"""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assignments.models import Assignment, Locality, LocalityVersion, Place, Tier
from assignments.models.locality import covers
from assignments.places import derive
from assignments.signals import answering_changed

ONE_DAY = timedelta(days=1)
LAST_ORDINAL = date.max.toordinal()


def assignment_changed(assignment, was=None):
    """Tell everybody who follows assignments that one was saved or deleted; rosters come right.

    ``was`` is the row as it stood before the change (``Assignment.objects.get(pk=…)`` before saving), None for a new
    one. Call it in the transaction of the save.
    """
    assignments_changed([assignment, was] if was else [assignment])


def assignments_changed(assignments):
    """As ``assignment_changed`` for many rows at once: every row as it is, and every changed row as it was.

    Rosters are kept once, over the whole time that these rows span.
    """
    assignments = list(assignments)
    if not assignments:
        return
    first_days = [assignment.first_day for assignment in assignments]
    last_days = [assignment.last_day for assignment in assignments]
    answering_changed.send(
        sender=type(assignments[0]),
        localities={assignment.locality_id for assignment in assignments},
        first_day=None if None in first_days else min(first_days),
        last_day=None if None in last_days else max(last_days),
    )


def begin_assignment(assignment):
    """Save a new, cleaned assignment and let rosters follow; ``ValidationError`` when it is there already.

    The row is written without a look beforehand: when the same form comes twice, the constraint answers the second
    in its own words.
    """
    try:
        with transaction.atomic():
            assignment.save()
            assignment_changed(assignment)
    except IntegrityError:
        assignment.validate_constraints()
        raise


@transaction.atomic
def end_assignment(assignment, *, last_day, reason):
    """Give an assignment its last day and the reason; the rosters of the days that change hands follow.

    ``ValidationError`` when the day makes no sense. Asked twice, the second time changes nothing. Returns the
    assignment as it now stands.
    """
    assignment = (
        Assignment.objects.select_for_update(of=["self"]).select_related("cadre", "locality").get(pk=assignment.pk)
    )
    until = assignment.last_day
    if (until, assignment.end_reason) == (last_day, reason):
        return assignment
    assignment.last_day, assignment.end_reason = last_day, reason
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


@transaction.atomic
def localities_changed():
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


def delete_locality(locality):
    """Delete a locality at which nothing was ever recorded, with its versions; ``ProtectedError`` otherwise."""
    with transaction.atomic():
        locality.versions.all().delete()
        localities_changed()
        locality.delete()


def refuse_orphans(locality, periods):
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


def chains():
    """Return locality id -> (first day, last day, ids of what it lies in) stretches; days as ordinals."""
    found = {}
    tiers = [f"{tier}_id" for tier in Tier.values]
    rows = Place.objects.order_by("locality", "first_day").values_list("locality_id", "first_day", "last_day", *tiers)
    for locality, first_day, last_day, *chain in rows.iterator(2000):
        found.setdefault(locality, []).append((first_day.toordinal(), last_day.toordinal(), tuple(chain)))
    return found


def above(stretches):
    """Return the ids of everything in which a locality lay during some stretches, itself included."""
    return {id for *_, chain in stretches for id in chain if id is not None}


def differing_days(before, after):
    """Return the first and last day (ordinals) on which two lists of stretches differ, or None."""
    edges = sorted({edge for first, last, _ in before + after for edge in (first, last + 1)})
    differing = [
        (start, stop - 1)
        for start, stop in zip(edges, edges[1:], strict=False)
        if chain_on(before, start) != chain_on(after, start)
    ]
    return (differing[0][0], min(differing[-1][1], LAST_ORDINAL)) if differing else None


def chain_on(stretches, day):
    """Return what a locality lay in on a day, None where it did not exist."""
    return next((chain for first, last, chain in stretches if first <= day <= last), None)
