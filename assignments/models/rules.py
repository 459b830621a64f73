"""Rules that change are rows with dates: an administrator changes them, and the past keeps the rule of its day."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models.assignment import Assignment
from assignments.models.locality import Tier
from cadrenet.effective_dated import EffectiveDated


class CoverageRule(EffectiveDated):
    """How many people, in which role, a locality of a tier needs so that somebody answers for it (R59)."""

    tier = models.CharField(_("tier"), max_length=20, choices=Tier)
    role = models.CharField(_("role"), max_length=12, choices=Assignment.Role)
    minimum = models.PositiveSmallIntegerField(_("at least"), default=1)

    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["pk"]
        verbose_name = _("coverage rule")
        verbose_name_plural = _("coverage rules")

    def __str__(self):
        return f"{self.get_tier_display()}: {self.get_role_display()}"

    def clean(self):
        self.refuse_overlap(
            CoverageRule.objects.filter(tier=self.tier), _("Another rule for this tier holds on some of these days.")
        )


class HolderRule(EffectiveDated):
    """What a cadre must be in order to hold a role at a tier (R19). Somebody else may, with a reason that is kept."""

    class Holder(models.TextChoices):
        STANDING_COMMITTEE = "standing_committee", _("Standing Committee member")
        COMMITTEE = "committee", _("Member of the district committee or its Standing Committee")
        OFFICIAL = "official", _("Official of a district agency")
        STAFF_OR_MEMBER = "staff_or_member", _("Somebody of an agency, or a party member")

    tier = models.CharField(_("tier"), max_length=20, choices=Tier)
    role = models.CharField(_("role"), max_length=12, choices=Assignment.Role)
    holder = models.CharField(_("held by"), max_length=20, choices=Holder)

    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["pk"]
        verbose_name = _("rule about holders")
        verbose_name_plural = _("rules about holders")

    def __str__(self):
        return f"{self.get_tier_display()}: {self.get_holder_display()}"

    def clean(self):
        self.refuse_overlap(
            HolderRule.objects.filter(tier=self.tier, role=self.role),
            _("Another rule for this tier and role holds on some of these days."),
        )

    def fits(self, cadre, day):
        """Return whether a cadre is on a day what the rule asks for; bring ``all_postings`` along."""
        if self.holder == self.Holder.STANDING_COMMITTEE:
            return cadre.committee_role == cadre.CommitteeRole.STANDING_COMMITTEE
        if self.holder == self.Holder.COMMITTEE:
            return bool(cadre.committee_role)
        posting = cadre.posting_on(day)
        agency = posting and posting.agency
        if self.holder == self.Holder.OFFICIAL:
            home = agency and agency.locality
            return bool(home) and Tier(home.tier).above(Tier.COMMUNE)
        return bool(agency or cadre.party_member)


class Limit(EffectiveDated):
    """A number the office decides, from one day to another: a deadline, a minimum tenure."""

    class Name(models.TextChoices):
        REPORT_DUE_DAYS = "report_due_days", _("Days after the quarter until a report is late")
        MINIMUM_TENURE_MONTHS = "minimum_tenure_months", _("Months that an assignment should last at least")
        LATE_ENTRY_DAYS = "late_entry_days", _("Days after a meeting until an entry is late")
        ISSUE_TARGET_DAYS = "issue_target_days", _("Days until an open issue is old")
        SMALL_NUMBER = "small_number", _("Household counts below this are not shown outside the commune")
        MOST_ASSIGNMENTS = "most_assignments", _("Assignments that one person should hold at most")
        SMALL_AGENCY = "small_agency", _("An agency with at most so many staff should not be out all at once")
        ASSUMED_MINUTES = "assumed_minutes", _("Minutes that a meeting without an end is taken to last")

    DEFAULTS = {
        Name.REPORT_DUE_DAYS: 5,
        Name.MINIMUM_TENURE_MONTHS: 12,
        Name.LATE_ENTRY_DAYS: 10,
        Name.ISSUE_TARGET_DAYS: 90,
        Name.SMALL_NUMBER: 5,
        Name.MOST_ASSIGNMENTS: 6,
        Name.SMALL_AGENCY: 5,
        Name.ASSUMED_MINUTES: 120,
    }

    name = models.CharField(_("limit"), max_length=30, choices=Name)
    value = models.PositiveSmallIntegerField(_("value"))

    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["pk"]
        verbose_name = _("limit")
        verbose_name_plural = _("limits")

    def __str__(self):
        return f"{self.get_name_display()}: {self.value}"

    def clean(self):
        self.refuse_overlap(
            Limit.objects.filter(name=self.name), _("Another value of this limit holds on some of these days.")
        )

    @classmethod
    def on(cls, day, name):
        """Return the value of a limit on a day; what the project ships with where no row says otherwise."""
        rows = cls.objects.on(day).filter(name=name).order_by("pk")
        value = rows.values_list("value", flat=True).first()
        return cls.DEFAULTS[name] if value is None else value
