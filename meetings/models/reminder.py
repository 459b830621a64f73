"""That somebody was reminded: by whom, of what, and on which day (R10)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Cadre
from assignments.scope import ScopedQuerySet


class ReminderQuerySet(ScopedQuerySet):
    def reached(self, reach, roots):
        return self.filter(cadre__in=Cadre.objects.order_by().reached(reach, roots).values("pk"))


class Reminder(models.Model):
    """One reminder, noted by whoever gave it; nothing is sent. It is never changed."""

    class What(models.TextChoices):
        MISSED = "missed", _("Missed two in a row")
        SILENT = "silent", _("Nothing recorded for two months")

    cadre = models.ForeignKey(Cadre, verbose_name=_("cadre"), on_delete=models.PROTECT, related_name="reminders")
    what = models.CharField(_("of what"), max_length=10, choices=What, editable=False)
    day = models.DateField(_("day"), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reminded by"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )

    objects = ReminderQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        default_permissions = ()
        constraints = [
            # Two taps on one day are one reminder.
            models.UniqueConstraint(fields=["cadre", "what", "day", "by"], name="reminder_once_a_day"),
        ]

    def __str__(self):
        return f"{self.cadre}, {self.day:%d/%m/%Y}"
