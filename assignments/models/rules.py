"""Rules that change are rows with dates: an administrator changes them, and the past keeps the rule of its day."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models.assignment import Assignment
from assignments.models.locality import Tier
from cadrenet.dated import Dated
from cadrenet.remembered import remembered


class CoverageRule(Dated):
    """How many people, in which role, a locality of a tier needs so that somebody answers for it (R59)."""

    tier = models.CharField(_("tier"), max_length=20, choices=Tier)
    role = models.CharField(_("role"), max_length=12, choices=Assignment.Role)
    minimum = models.PositiveSmallIntegerField(_("at least"), default=1)

    history = HistoricalRecords()

    class Meta(Dated.Meta):
        ordering = ["pk"]
        verbose_name = _("coverage rule")
        verbose_name_plural = _("coverage rules")

    def __str__(self):
        return f"{self.get_tier_display()}: {self.get_role_display()}"

    def clean(self):
        self.refuse_overlap(
            CoverageRule.objects.filter(tier=self.tier),
            _("Another rule for this tier holds on some of these days."),
        )


class Limit(Dated):
    """A number the office decides, from one day to another: a deadline, a minimum tenure."""

    class Name(models.TextChoices):
        REPORT_DUE_DAYS = "report_due_days", _("Days after the quarter until a report is late")
        MINIMUM_TENURE_MONTHS = "minimum_tenure_months", _("Months that an assignment should last at least")
        LATE_ENTRY_DAYS = "late_entry_days", _("Days after a meeting until an entry is late")
        ISSUE_TARGET_DAYS = "issue_target_days", _("Days until an open issue is old")
        SMALL_NUMBER = "small_number", _("Household counts below this are not shown outside the commune")

    DEFAULTS = {
        Name.REPORT_DUE_DAYS: 5,
        Name.MINIMUM_TENURE_MONTHS: 12,
        Name.LATE_ENTRY_DAYS: 10,
        Name.ISSUE_TARGET_DAYS: 90,
        Name.SMALL_NUMBER: 5,
    }

    name = models.CharField(_("limit"), max_length=30, choices=Name)
    value = models.PositiveSmallIntegerField(_("value"))

    history = HistoricalRecords()

    class Meta(Dated.Meta):
        ordering = ["pk"]
        verbose_name = _("limit")
        verbose_name_plural = _("limits")

    def __str__(self):
        return f"{self.get_name_display()}: {self.value}"

    def clean(self):
        self.refuse_overlap(
            Limit.objects.filter(name=self.name),
            _("Another value of this limit holds on some of these days."),
        )

    @classmethod
    def on(cls, day, name):
        """Return the value of a limit on a day; what the project ships with where no row says otherwise."""
        rows = (row for row in all_limits() if row.name == name and row.holds_on(day))
        return next((row.value for row in rows), cls.DEFAULTS[name])


@remembered
def all_limits():
    """Return all limits: a page asks for several, on several days, and all of them are few."""
    return list(Limit.objects.order_by("pk"))
