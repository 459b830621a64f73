"""What cadres say about the programme of a meeting, and whether that was taken up."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Cadre
from assignments.models.place import facts_below
from assignments.scope import ScopedQuerySet
from cadrenet.dates import BoundedDateField
from cadrenet.periods import today
from cadrenet.texts import FreeTextField
from meetings.models.kinds import Kind
from meetings.models.meeting import Meeting


def of_no_cell():
    """Return the sentence about feedback on a meeting that is none of a cell."""
    return gettext("Feedback is given on the programme of a cell's meeting.")


class FeedbackQuerySet(ScopedQuerySet):
    """Feedback on meetings in the user's part of the tree, the user's own, and that of whom the user acts for."""

    def reached(self, reach, roots):
        return self.filter(facts_below(roots, "meeting__place") | Q(cadre__in=sorted(reach.cadres)))

    def reached_to_edit(self, reach, roots):
        # Whoever gave it changes it, and whoever records there says whether it was taken up.
        return self.reached(reach, roots)


class Feedback(models.Model):
    """A sentence of one cadre about the programme of a meeting (R56), before it or at it."""

    meeting = models.ForeignKey(Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="feedback")
    cadre = models.ForeignKey(Cadre, verbose_name=_("cadre"), on_delete=models.PROTECT, related_name="feedback")
    text = FreeTextField(_("feedback on the programme"), max_length=300)
    given_on = BoundedDateField(_("given on"), default=today, editable=False)
    # Whether the programme was changed for it; nobody has said so while it is empty.
    taken_up = models.BooleanField(_("taken up"), null=True, blank=True)

    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("said by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
    )

    objects = FeedbackQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["meeting", "pk"]
        verbose_name = _("feedback on a programme")
        verbose_name_plural = _("feedback on programmes")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "cadre"],
                name="feedback_once_for_a_meeting",
                violation_error_message=_("This cadre has given feedback on this meeting already."),
            ),
        ]

    def __str__(self):
        return self.text

    def clean(self):
        if self.meeting_id and self.meeting.kind != Kind.CELL:
            raise ValidationError({"meeting": of_no_cell()})
