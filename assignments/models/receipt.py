"""What became of a form that was sent, kept so that the same form sent again finds it."""

from datetime import timedelta

from django.conf import settings
from django.db import models

# Nobody sends a form again that was opened so long ago.
KEPT = timedelta(days=90)


class ReceiptQuerySet(models.QuerySet):
    def outdated(self, now):
        """Receipts that nobody will ask for any more."""
        return self.filter(at__lt=now - KEPT)


class Receipt(models.Model):
    """One form that somebody sent and that was stored, known by its key; it is written together with what it stored.

    ``digest`` tells what was typed, ``outcome`` is the address on which it is seen.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    digest = models.CharField(max_length=64)
    outcome = models.TextField(blank=True)
    at = models.DateTimeField(db_index=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="receipt_once")]

    def __str__(self):
        return f"{self.user}, {self.key}"
