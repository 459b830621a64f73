"""A change of hands is taken back as a whole: exactly what it did, or nothing, with a sentence why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assignments.models import Assignment, Handover, Undo, User
from assignments.signals import answering_changed, assignment_taken_back
from cadrenet.history import sign_change
from cadrenet.periods import ONE_DAY
from cadrenet.races import lock

# How long a change of hands may be taken back by whoever made it.
UNDO = timedelta(hours=1)


@dataclass
class Before:
    """What a change of hands is about to write over: of the assignment that it ends, and of the handover from it."""

    ended: Assignment
    last_day: date | None
    end_reason: str
    handover: Handover | None = None
    opened: bool = False
    successor: Assignment | None = None


def remember(made: Assignment, before: Before | None) -> None:
    """Keep what a change of hands did, all of which is saved by now; the assignment that it made is ``made``."""
    undo = Undo(made=made)
    if before is not None:
        undo.ended, undo.ended_record = before.ended, _last_record(before.ended).history_id
        undo.last_day, undo.end_reason = before.last_day, before.end_reason
        if before.handover is not None:
            undo.handover, undo.handover_record = before.handover, _last_record(before.handover).history_id
            undo.opened, undo.successor = before.opened, before.successor
    undo.save()


def _last_record(row: Any) -> Any:
    return row.history.select_related("history_user").order_by("-history_id").first()


@transaction.atomic
def take_back(assignment: Assignment) -> None:
    """Undo a change of hands that was just made: the new assignment goes, and whoever it replaced stays as before.

    The history keeps both. Raises ``ValidationError`` with a sentence when something that the change made or changed
    was touched since: then nothing is taken back. Whose it is to take back is for the caller to say
    (``may_take_back``).
    """
    # The place first and its rows after it, as everywhere.
    lock(assignment.locality)
    undo = Undo.objects.select_related("successor").filter(made=assignment).first()
    if undo is None:
        raise ValidationError(_("This can no longer be taken back. End the assignment instead."))
    ended, handover = held(undo)
    localities, first_day = {assignment.locality_id}, assignment.first_day
    made_at = assignment.history.order_by("history_id").values_list("history_date", flat=True).first()
    assignment.delete()
    if ended is not None and ended.last_day is not None:
        first_day = min(first_day or date.max, ended.last_day + ONE_DAY)
        ended.last_day, ended.end_reason = undo.last_day, undo.end_reason
        sign_change(ended, why="")
        # A decision, a cadre or a locality is not what was changed here.
        ended.full_clean(exclude=["cadre", "locality", "decision"])
        ended.save()
    if handover is not None and undo.opened:
        handover.delete()
    elif handover is not None:
        handover.successor = undo.successor
        handover.save()
    answering_changed.send(sender=Assignment, localities=localities, first_day=first_day, last_day=None)
    refuse_what_builds_on(assignment, made_at)


def refuse_what_builds_on(assignment: Assignment, made_at: datetime | None) -> None:
    """Refuse to take back an assignment on which something was recorded since, by those who know of such things.

    Raises ``ValidationError``.
    """
    answers = assignment_taken_back.send(sender=Assignment, assignment=assignment, made_at=made_at)
    if sentences := [sentence for _receiver, sentence in answers if sentence]:
        raise ValidationError(sentences)


def held(undo: Undo) -> tuple[Assignment | None, Handover | None]:
    """Return the assignment that a change ended, and its handover, both locked and as the change left them.

    Raises ``ValidationError`` with who has touched one of them since, and when.
    """
    rows = Assignment.objects.select_for_update(of=["self"]).select_related("cadre", "locality")
    # The row that was made is held, too, and in the order of keys: whoever changes one of the two waits.
    stored = {row.pk: row for row in rows.filter(pk__in=[undo.made_id, undo.ended_id]).order_by("pk")}
    ended = stored.get(undo.ended_id)
    if ended is not None and (touched := touched_since(ended, undo.ended_record)):
        raise ValidationError(
            _(
                "Nothing was taken back: %(who)s has changed the assignment of %(cadre)s, which was replaced here, "
                "at %(when)s. End the new assignment, and correct that one on its page."
            )
            % {**touched, "cadre": ended.cadre.full_name}
        )
    handover = Handover.objects.select_for_update(of=["self"]).filter(pk=undo.handover_id).first()
    if handover is not None and (touched := touched_since(handover, undo.handover_record)):
        raise ValidationError(
            _(
                "Nothing was taken back: %(who)s has written in the handover or ticked it, at %(when)s, and that "
                "would be lost. End the new assignment instead."
            )
            % touched
        )
    return ended, handover


def touched_since(row: Any, record: int | None) -> dict[str, str] | None:
    """Return who has changed a row last, and when, if that came after a record of its history; else None."""
    last = _last_record(row)
    if last is None or last.history_id == record:
        return None
    return {
        "who": str(last.history_user or _("an import")),
        "when": date_format(timezone.localtime(last.history_date), "SHORT_DATETIME_FORMAT"),
    }


def may_take_back(assignment: Assignment, user: User, now: datetime) -> bool:
    """Return whether a user made this assignment within the last ``UNDO`` and nothing was changed in it since."""
    return assignment.pk in just_made([assignment], user, now)


def just_made(assignments: Iterable[Assignment], user: User, now: datetime) -> set[int]:
    """Return the ids of those of some assignments that a user may still take back. One query.

    What was made together with more, by a decision or where somebody left, is not taken back row by row.
    """
    alone = Undo.objects.filter(made__in=[assignment.pk for assignment in assignments]).order_by().values("made")
    own = Count("history_id", filter=Q(history_user=user.pk, history_date__gte=now - UNDO))
    records = Assignment.history.filter(id__in=alone).order_by().values("id")
    return set(records.annotate(n=Count("history_id"), own=own).filter(n=1, own=1).values_list("id", flat=True))
