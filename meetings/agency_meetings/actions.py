"""Register an agency's meeting: looked at once more while nobody else can register beside it."""

from collections.abc import Callable, Iterable
from datetime import date

from django.db import transaction

from assignments.models import User
from meetings.actions import save_meeting
from meetings.agency_meetings.look import Look
from meetings.models import Meeting
from meetings.queries import hold_agencies


@transaction.atomic
def register(
    meetings: Iterable[Meeting],
    *,
    by: User,
    on: date,
    look: Callable[[], Look],
    accepts: Callable[[Look], bool],
    reason: str = "",
) -> tuple[list[Meeting], Look]:
    """Save one meeting of an agency, or one for each day of a training; return what was saved, and the last look.

    ``look`` looks at what stands in its way, and ``accepts`` says whether whoever saves has seen that and may save:
    if not, nothing is saved. Both are asked while the agency is held. Whoever brings in a meeting of the agency or of
    a locality where its staff are expected holds it, too, so of two at the same moment the second sees the first's.
    ``reason`` is kept where there is something to meet in spite of. Raises ``ValidationError`` with sentences.
    """
    meetings = list(meetings)
    hold_agencies({meeting.agency_id for meeting in meetings})
    found = look()
    if not accepts(found):
        return [], found
    saved = []
    for meeting in meetings:
        meeting.override_reason = reason if found.needs_reason else ""
        saved.append(save_meeting(meeting, by=by, on=on))
    return saved, found
