"""Patterns of regular meetings: what a locality holds month by month, so that nobody types it."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import dates
from django.utils.formats import get_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Locality, Place
from assignments.models.as_of import AsOfQuerySet
from assignments.scope import ScopedQuerySet
from cadrenet.dates import ClockTimeField
from cadrenet.effective_dated import EffectiveDated, EffectiveDatedQuerySet
from cadrenet.texts import FreeTextField, called
from meetings.models.kinds import AGENCY_KINDS, KIND_TIERS, Kind, kind_of_another_tier
from meetings.recurrence import LAST, Rule


class Weekday(models.TextChoices):
    """The days of the week, Monday first; in words, as “2” is a Monday to some and a Tuesday to others."""

    MONDAY = "monday", dates.WEEKDAYS[0]
    TUESDAY = "tuesday", dates.WEEKDAYS[1]
    WEDNESDAY = "wednesday", dates.WEEKDAYS[2]
    THURSDAY = "thursday", dates.WEEKDAYS[3]
    FRIDAY = "friday", dates.WEEKDAYS[4]
    SATURDAY = "saturday", dates.WEEKDAYS[5]
    SUNDAY = "sunday", dates.WEEKDAYS[6]


DAYS_OF_THE_WEEK = list(Weekday)
WEEKS = [
    (1, pgettext_lazy("weekday of the month", "first")),
    (2, pgettext_lazy("weekday of the month", "second")),
    (3, pgettext_lazy("weekday of the month", "third")),
    (4, pgettext_lazy("weekday of the month", "fourth")),
    (LAST, pgettext_lazy("weekday of the month", "last")),
]
# A rule in words, by which of the weekdays of a month it means.
ON_WEEKDAY = {
    1: _("first %(weekday)s of the month"),
    2: _("second %(weekday)s of the month"),
    3: _("third %(weekday)s of the month"),
    4: _("fourth %(weekday)s of the month"),
    LAST: _("last %(weekday)s of the month"),
}
# Some month lacks the days after this one.
SHORTEST_MONTH = 28
SHORTEST, LONGEST = 5, 720
# What people type of a pattern, in order, beside whose it is: on its page and in the administration.
TYPED = ("day_of_month", "week", "weekday", "starts", "minutes", "venue", "first_day", "last_day")
LOCALITY_KINDS = [(kind.value, kind.label) for kind in Kind if kind not in AGENCY_KINDS]


class PatternQuerySet(EffectiveDatedQuerySet, AsOfQuerySet, ScopedQuerySet):
    def reached(self, reach, roots):
        return self.filter(locality__in=Place.objects.within(roots).standing_on(reach.day).values("locality"))

    def named(self, text):
        """Patterns, read as of a day, of localities whose name (diacritics or not) or code holds the text."""
        of_place = called(text, "standing__name", "standing__search_key")
        return self.filter(of_place | Q(locality__code__startswith=text.strip()))


class Pattern(EffectiveDated):
    """When a locality regularly holds a kind of meeting: day n of the month, or the k-th weekday, at a time.

    Meetings that follow from it (``meetings``) are planned by ``meetings.planning.actions``. Of one kind there is one
    regular meeting a month at a locality, whatever number of patterns follow each other.
    """

    locality = models.ForeignKey(
        Locality, verbose_name=_("locality"), on_delete=models.PROTECT, related_name="patterns"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=LOCALITY_KINDS)
    day_of_month = models.PositiveSmallIntegerField(
        _("day of the month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("1 to 31. Where a month lacks that day: its last day."),
    )
    week = models.PositiveSmallIntegerField(_("which one"), null=True, blank=True, choices=WEEKS)
    weekday = models.CharField(_("day of the week"), max_length=9, blank=True, choices=Weekday)
    starts = ClockTimeField(_("starts at"))
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)],
        help_text=_("Empty where it is not known when such a meeting ends."),
    )
    venue = FreeTextField(_("venue"), max_length=200, blank=True)

    objects = PatternQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["locality", "kind", "first_day"]
        verbose_name = _("pattern of meetings")
        verbose_name_plural = _("patterns of meetings")
        constraints = [
            *EffectiveDated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(day_of_month__isnull=False, week=None, weekday="")
                | (Q(day_of_month=None, week__isnull=False) & ~Q(weekday="")),
                name="pattern_day_or_weekday",
                violation_error_message=_("Say either the day of the month, or which weekday of the month."),
            ),
            models.CheckConstraint(
                condition=(Q(day_of_month=None) | Q(day_of_month__range=(1, 31)))
                & (Q(week=None) | Q(week__range=(1, LAST))),
                name="pattern_days_that_exist",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.in_words}"

    def get_absolute_url(self):
        return reverse("meetings:pattern", args=[self.pk])

    @property
    def rule(self):
        """What gives its date in a month."""
        return Rule(self.day_of_month, self.week, self.weekday_number)

    @property
    def weekday_number(self):
        """Its day of the week as Python counts, Monday 0; or None."""
        return DAYS_OF_THE_WEEK.index(self.weekday) if self.weekday else None

    @property
    def rule_in_words(self):
        """On which day, as people say it: day 5 of the month."""
        if self.day_of_month is not None:
            return gettext("day %(day)s of the month") % {"day": self.day_of_month}
        if self.week is None or self.weekday_number is None:
            return ""
        return str(ON_WEEKDAY[self.week]) % {"weekday": get_format("WEEKDAYS")[self.weekday_number]}

    @property
    def in_words(self):
        """On which day and at what time: day 5 of the month, 19:00."""
        return f"{self.rule_in_words}, {self.starts:%H:%M}"

    @property
    def lacks_days(self):
        """Whether some months lack its day, so that these have it on their last."""
        return self.day_of_month is not None and self.day_of_month > SHORTEST_MONTH

    @property
    def content(self):
        """What it says, without when it holds."""
        return (self.rule, self.starts, self.minutes, self.venue)

    def clean(self):
        if not (self.locality_id and self.kind):
            return
        stored = Pattern.objects.filter(pk=self.pk).exclude(locality=self.locality_id, kind=self.kind)
        if self.pk and stored.exists():
            # Its meetings would stay where they are.
            raise ValidationError(gettext("Of which place and kind a pattern is stays: end it, and begin another."))
        tier = KIND_TIERS.get(self.kind)
        if tier and self.locality.tier != tier:
            raise ValidationError({"locality": kind_of_another_tier()})
        self.refuse_overlap(
            Pattern.objects.filter(locality=self.locality_id, kind=self.kind),
            gettext("Another pattern for this kind of meeting holds here on some of these days."),
            within=self.locality,
        )
