"""Issues raised by a locality: themes and a sentence, never names of residents."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Agency, Locality, Place, Placed
from assignments.models.place import PlacedQuerySet, below
from cadrenet.codes import CodeField, OpenListField, new_code
from cadrenet.dates import BoundedDateField, refuse_days_ahead
from cadrenet.texts import FreeTextField


class IssueQuerySet(PlacedQuerySet):
    """Issues raised, closed or still open in the user's part of the tree, and those sent to the user's agency."""

    def reached(self, reach, roots):
        return self.filter(
            below(roots, "place__")
            | below(roots, "closed_place__")
            | Q(closed_on=None, locality__in=Place.objects.within(roots).standing_on(reach.day).values("locality"))
            | Q(responsible_agency__in=reach.agencies)
        )

    def changeable_by(self, user):
        """Issues of places where the user records; an agency answers those sent to it, and changes nothing else."""
        there = Locality.objects.all().editable_by(user).order_by().values("pk")
        return self.editable_by(user).filter(locality__in=there)

    def open_on(self, day):
        """Issues raised by, and not closed by, a day."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day), raised_on__lte=day)


class Issue(Placed):
    """A recommendation, feedback or difficulty of a locality, from the day it was raised to the day it was closed."""

    class Kind(models.TextChoices):
        RECOMMENDATION = "recommendation", _("Recommendation")
        FEEDBACK = "feedback", _("Feedback")
        DIFFICULTY = "difficulty", _("Difficulty")

    class Theme(models.TextChoices):
        LAND = "land", _("Land")
        ROADS = "roads", _("Roads")
        WATER = "water", _("Water")
        ENVIRONMENT = "environment", _("Environment")
        PRICES = "prices", _("Prices and living")
        SOCIAL_POLICY = "social_policy", _("Social policy")
        SECURITY = "security", _("Security and order")
        ADMINISTRATION = "administration", _("Administrative procedures")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ESCALATED = "escalated", _("Passed on")
        CLOSED = "closed", _("Closed")

    placed = {"place": "raised_on", "closed_place": "closed_on"}

    code = CodeField(_("code"), max_length=60, unique=True, default=new_code)
    locality = models.ForeignKey(
        Locality, verbose_name=_("locality"), on_delete=models.PROTECT, related_name="issues"
    )
    raised_on = BoundedDateField(_("raised on"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    urgent = models.BooleanField(_("pressing"), default=False)
    theme = OpenListField(_("theme"), max_length=40, choices=Theme)
    summary = FreeTextField(
        _("summary"),
        max_length=500,
        help_text=_("Facts in one sentence. No names, addresses or phone numbers of residents."),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    closed_on = BoundedDateField(_("closed on"), null=True, blank=True)
    responsible_agency = models.ForeignKey(
        Agency,
        verbose_name=_("responsible agency"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="issues",
    )
    closed_place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    closed_area = models.ForeignKey(Locality, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    objects = IssueQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["place", "area", "closed_place", "closed_area"])

    class Meta:
        ordering = ["-raised_on", "pk"]
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("raised_on")),
                name="issue_closed_after_raised",
                violation_error_message=_("The issue is closed before it was raised."),
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_on__isnull=False) | (~Q(status="closed") & Q(closed_on=None)),
                name="issue_closed_has_day",
                violation_error_message=_("A closed issue has a day of closing, an open one has none."),
            ),
        ]
        indexes = [
            models.Index(fields=["area", "raised_on", "closed_on"], name="issue_figures"),
            models.Index(fields=["locality", "raised_on"], name="issue_by_locality"),
            # An issue may be closed in another area than that in which it was raised.
            models.Index(fields=["closed_area", "closed_on", "closed_place"], name="issue_closed"),
        ]

    def __str__(self):
        return self.summary

    def get_absolute_url(self):
        return reverse("reports:issue", args=[self.pk])

    def clean(self):
        self.refuse_day_without_locality()
        refuse_days_ahead(self, "raised_on", "closed_on")

    def age(self, day):
        """Days from the day it was raised to the day it was closed, or to the given day."""
        return ((self.closed_on or day) - self.raised_on).days
