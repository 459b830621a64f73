"""Reminders are noted, and nothing is sent."""

from datetime import date

from django.db import transaction

from assignments.models import User
from cadrenet.history import sign_change
from meetings.models import Reminder


@transaction.atomic
def note_reminder(cadre: int, *, what: str, by: User, on: date) -> bool:
    """Note that somebody reminded a cadre; return whether that was new: twice on one day is once."""
    # Of two taps at once the second waits here.
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    if Reminder.objects.filter(cadre=cadre, what=what, day=on, by=by).exists():
        return False
    reminder = Reminder(cadre_id=cadre, what=what, day=on, by=by)
    sign_change(reminder, by=by)
    reminder.save()
    return True
