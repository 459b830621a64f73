"""Record where guidance was passed on."""

from collections.abc import Collection, Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from assignments.models import Locality, User
from assignments.scope import reach_of
from cadrenet.editing import hold
from cadrenet.history import sign_change
from meetings.models import Guidance, Meeting, PassedOn


@transaction.atomic
def set_passed_on(meeting: Meeting, chosen: Collection[int], offered: Iterable[Guidance], *, by: User) -> int:
    """Let what was passed on at a meeting be what is chosen of what a page offered; return how many rows changed.

    What the page did not offer stays as it is recorded.
    """
    hold(Meeting, meeting.pk)
    stored = {row.guidance_id: row for row in PassedOn.objects.filter(meeting=meeting)}
    changed = 0
    for item in offered:
        row = stored.get(item.pk)
        if item.pk in chosen and row is None:
            row = PassedOn(
                guidance=item, locality_id=meeting.locality_id, meeting=meeting, cadre_id=reach_of(by).cadre
            )
            row.full_clean()
            sign_change(row, by=by)
            row.save()
        elif item.pk not in chosen and row is not None:
            sign_change(row, by=by)
            row.delete()
        else:
            continue
        changed += 1
    return changed


@transaction.atomic
def pass_on_elsewhere(
    item: Guidance, localities: Iterable[Locality], day: date, occasion: str, *, by: User
) -> list[PassedOn]:
    """Record that an item was passed on at some places on an occasion that was none of their own meetings.

    Where that is recorded already, nothing changes. Raises ``ValidationError``.
    """
    hold(Guidance, item.pk)
    known = set(item.passed_on.filter(meeting=None).values_list("locality", flat=True))
    made = []
    for locality in localities:
        if locality.pk in known:
            continue
        row = PassedOn(guidance=item, locality=locality, day=day, occasion=occasion, cadre_id=reach_of(by).cadre)
        try:
            row.full_clean()
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        sign_change(row, by=by)
        row.save()
        made.append(row)
    return made
