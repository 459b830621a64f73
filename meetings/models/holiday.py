"""Days off and days worked instead, year by year: proposed by a library, confirmed by the office."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cadrenet.dates import BoundedDateField
from cadrenet.texts import FreeTextField


class HolidayQuerySet(models.QuerySet):
    def of_years(self, first, last):
        """Rows of some years, both of which count."""
        return self.filter(day__year__range=(first, last))


class Holiday(models.Model):
    """A day on which offices are closed, or a Saturday or Sunday on which they work instead.

    What the government swaps is known a week ahead at times, so no library is complete: whoever administers confirms
    each year, and adds what is missing. Days of commemoration on which people work are none.
    """

    class Kind(models.TextChoices):
        OFF = "off", _("Day off")
        WORKING = "working", _("Worked instead")

    day = BoundedDateField(
        _("day"), unique=True, error_messages={"unique": _("This day is in the calendar already.")}
    )
    name = FreeTextField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OFF)
    source = FreeTextField(
        _("source"),
        max_length=200,
        blank=True,
        help_text=_("The announcement that says so, with its number and day."),
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)

    objects = HolidayQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["day"]
        verbose_name = _("day off")
        verbose_name_plural = _("days off")

    def __str__(self):
        return f"{self.day:%d/%m/%Y} {self.name}"
