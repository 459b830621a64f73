"""Rules of meetings that change: who is expected where, and on which days agencies should not meet."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Assignment, Tier
from cadrenet.effective_dated import EffectiveDated
from meetings.models.kinds import AGENCY_KINDS, Kind


class ExpectationRule(EffectiveDated):
    """Who is expected at a kind of meeting: those with a role at a tier, in the same branch of the tree (R4, R52).

    At a commune's meeting, a rule for hamlets means the hamlets that lie in the commune that day, and a rule for
    regional groups the group that the commune lies in that day.
    """

    class Expectation(models.TextChoices):
        EXPECTED = "expected", _("Expected")
        OPTIONAL = "optional", _("Welcome, in no rate")

    kind = models.CharField(_("kind of meeting"), max_length=20, choices=Kind)
    role = models.CharField(_("role"), max_length=12, choices=Assignment.Role)
    tier = models.CharField(_("of a locality of the tier"), max_length=20, choices=Tier)
    expectation = models.CharField(_("expectation"), max_length=10, choices=Expectation, default=Expectation.EXPECTED)

    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["pk"]
        verbose_name = _("rule of expectation")
        verbose_name_plural = _("rules of expectation")

    def __str__(self):
        return f"{self.get_kind_display()}: {self.get_role_display()}, {self.get_tier_display()}"

    def clean(self):
        if self.kind in AGENCY_KINDS:
            raise ValidationError({"kind": _("Nobody is expected at an agency's meeting by assignment.")})
        self.refuse_overlap(
            ExpectationRule.objects.filter(kind=self.kind, role=self.role, tier=self.tier),
            _("Another rule for this kind, role and tier holds on some of these days."),
        )


class RestrictedDay(EffectiveDated):
    """Days of the month on which agencies should not meet, because localities do (R48)."""

    first_day_of_month = models.PositiveSmallIntegerField(
        _("from day of the month"), validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    last_day_of_month = models.PositiveSmallIntegerField(
        _("to day of the month"), validators=[MinValueValidator(1), MaxValueValidator(31)]
    )

    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["first_day_of_month", "pk"]
        verbose_name = _("restricted day")
        verbose_name_plural = _("restricted days")
        constraints = [
            *EffectiveDated.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(last_day_of_month__gte=models.F("first_day_of_month")),
                name="restrictedday_in_order",
                violation_error_message=_("The last day of the month lies before the first."),
            ),
        ]

    def __str__(self):
        if self.first_day_of_month == self.last_day_of_month:
            return str(self.first_day_of_month)
        return f"{self.first_day_of_month}–{self.last_day_of_month}"

    def covers(self, day):
        """Return whether agencies should not meet on a day."""
        return self.holds_on(day) and self.first_day_of_month <= day.day <= self.last_day_of_month
