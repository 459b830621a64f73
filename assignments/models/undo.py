"""What taking back a change of hands restores."""

from django.db import models

from assignments.models.assignment import Assignment
from assignments.models.handover import Handover
from cadrenet.dates import BoundedDateField


class Undo(models.Model):
    """What one change of hands did, kept so that taking it back restores exactly that (``assignments.undo``).

    ``last_day``, ``end_reason`` and ``successor`` are what the change wrote over. The records are the keys of the
    history's rows that it left: whoever touched a row since has left another one.
    """

    made = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="+")
    ended = models.ForeignKey(Assignment, on_delete=models.CASCADE, null=True, related_name="+")
    ended_record = models.BigIntegerField(null=True)
    last_day = BoundedDateField(null=True)
    end_reason = models.CharField(max_length=30, blank=True)
    handover = models.ForeignKey(Handover, on_delete=models.SET_NULL, null=True, related_name="+")
    handover_record = models.BigIntegerField(null=True)
    opened = models.BooleanField(default=False)
    successor = models.ForeignKey(
        Assignment,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return str(self.made)
