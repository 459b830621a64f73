"""What phones have sent and the server has stored, kept for ever, so that nothing is ever stored twice."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models.meeting import Meeting


class SentEntry(models.Model):
    """One entry of a phone that was stored, known by the key that the phone made; written with what it stored.

    ``digest`` tells what it held. ``noted_at`` is when it was noted by the clock of the phone, which proves nothing;
    ``received_at`` by that of the server.
    """

    class State(models.TextChoices):
        CREATED = "created", _("Recorded")
        UPDATED = "updated", _("Changed")
        DUPLICATE = "duplicate", _("Recorded before")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    digest = models.CharField(max_length=64, editable=False)
    state = models.CharField(max_length=10, choices=State, blank=True)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, null=True, related_name="+")
    noted_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at", "pk"]
        verbose_name = _("entry of a phone")
        verbose_name_plural = _("entries of phones")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="sent_entry_once")]

    def __str__(self):
        return f"{self.user}, {self.key}"
