"""Give feedback on the programme of a meeting, and say whether it was taken up."""

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import User
from cadrenet.editing import hold
from cadrenet.history import sign_change
from meetings.models import Feedback, Meeting


def changed_meanwhile() -> str:
    """Return the sentence for a page that was opened before somebody wrote something else."""
    return _("Nothing was saved: meanwhile something else was written here. Look again.")


@transaction.atomic
def give_feedback(meeting: Meeting, cadre: int, text: str, *, by: User) -> Feedback:
    """Store what a cadre says about the programme of a meeting; said once more, it takes the place of what was said.

    With that the meeting has feedback, which figures count. What was answered is answered anew once the words change.
    """
    hold(Meeting, meeting.pk)
    stored = Feedback.objects.filter(meeting=meeting, cadre=cadre).first()
    row = stored or Feedback(meeting=meeting, cadre_id=cadre)
    if stored and stored.text == text:
        return stored
    row.text, row.taken_up, row.answered_by = text, None, None
    row.full_clean()
    sign_change(row, by=by)
    row.save()
    meeting = Meeting.objects.get(pk=meeting.pk)
    if not meeting.programme_feedback:
        meeting.programme_feedback = True
        sign_change(meeting, by=by)
        # Of a regular meeting this is a change by hand: planned again, it stays.
        meeting.save()
    return row


@transaction.atomic
def answer_feedback(row: Feedback, taken_up: bool, *, by: User) -> Feedback:
    """Say whether feedback was taken up into the programme."""
    row = Feedback.objects.select_for_update().get(pk=row.pk)
    if row.taken_up != taken_up:
        row.taken_up, row.answered_by = taken_up, by
        sign_change(row, by=by)
        row.save()
    return row
