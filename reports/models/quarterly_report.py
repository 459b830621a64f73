"""Quarterly reports of those in charge of a commune or hamlet, to the head of the regional group (R54)."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, CharField, DateField, Q, Value, When
from django.db.models.functions import Cast, Concat, Least, Substr
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Assignment, Cadre, Limit, Locality, Tier
from assignments.models.as_of import AsOfQuerySet
from assignments.scope import ScopedQuerySet
from cadrenet.dates import BoundedDateField, refuse_days_ahead
from cadrenet.periods import Quarter, check_quarter, today

# The last day of each quarter, without its year.
LAST_DAYS = {1: "03-31", 2: "06-30", 3: "09-30", 4: "12-31"}
# Who is in charge at these tiers writes a report every quarter.
REPORTING_TIERS = (Tier.COMMUNE, Tier.HAMLET)


def due_day(quarter, limits=Limit):
    """Return the last day on which a quarter's report is on time (a limit the office sets; inclusive).

    ``limits`` are the ``Rules`` that a page has read.
    """
    return quarter.last_day + timedelta(days=limits.on(quarter.last_day, Limit.Name.REPORT_DUE_DAYS))


def not_begun(quarter, submitted_on):
    """Return the sentence about a report that was handed in before its quarter began, None about any other."""
    try:
        first_day = Quarter.parse(str(quarter)).first_day
    except ValueError:
        # Said at its own field.
        return None
    if submitted_on is None or submitted_on >= first_day:
        return None
    sentence = gettext("%(quarter)s had not begun on %(day)s, so no report on it was handed in. Correct one of them.")
    return sentence % {"quarter": str(quarter), "day": date_format(submitted_on, "DATE_FORMAT")}


class QuarterlyReportQuerySet(AsOfQuerySet, ScopedQuerySet):
    """Reports on localities in the user's part of the tree, and the user's own."""

    def reached(self, reach, roots):
        own = Q(cadre=reach.cadre) if reach.cadre else Q(pk__in=[])
        serving = Assignment.objects.all().reached_by_place(roots, reach.day)
        return self.filter(own | Q(locality__in=serving.values("locality")))

    def of(self, quarter):
        """Reports on a quarter."""
        return self.filter(quarter=str(quarter))

    def with_seen_on(self):
        """Let queries ask for ``seen_on``: the last day of the quarter, or today while it goes on."""
        # What is no quarter, as a hand may have written it past the forms, is read as of today and breaks no list.
        ends = [
            When(quarter__regex=rf"^[0-9]{{4}}-Q{number}$", then=Concat(Substr("quarter", 1, 4), Value(f"-{day}")))
            for number, day in LAST_DAYS.items()
        ]
        end = Case(*ends, default=Value(today().isoformat()), output_field=CharField())
        return self.alias(seen_on=Least(Cast(end, DateField()), Value(today(), DateField())))

    def handed_in(self):
        """Submitted or accepted; a draft or a returned report is missing."""
        return self.filter(status__in=HANDED_IN)


class QuarterlyReport(models.Model):
    """One cadre's report on one locality and quarter."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned")
        ACCEPTED = "accepted", _("Accepted")

    cadre = models.ForeignKey(
        Cadre, verbose_name=_("cadre"), on_delete=models.PROTECT, related_name="quarterly_reports"
    )
    locality = models.ForeignKey(
        Locality, verbose_name=_("locality"), on_delete=models.PROTECT, related_name="quarterly_reports"
    )
    quarter = models.CharField(
        _("quarter"),
        max_length=7,
        validators=[check_quarter],
    )
    submitted_on = BoundedDateField(_("submitted on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)

    objects = QuarterlyReportQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-quarter", "locality", "cadre"]
        verbose_name = _("quarterly report")
        verbose_name_plural = _("quarterly reports")
        constraints = [
            models.UniqueConstraint(
                fields=["quarter", "locality", "cadre"],
                name="quarterlyreport_once",
                violation_error_message=_("This cadre already has a report on this locality and quarter."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "returned"]) | Q(submitted_on__isnull=False),
                name="quarterlyreport_handed_in_has_day",
                violation_error_message=_("A report that was handed in has a day of submission."),
            ),
        ]

    def __str__(self):
        return f"{self.locality} {self.quarter}"

    def clean(self):
        refuse_days_ahead(self, "submitted_on")
        if sentence := not_begun(self.quarter, self.submitted_on):
            raise ValidationError({"submitted_on": sentence})

    @property
    def is_handed_in(self):
        """Whether it lies with its reader, or was accepted."""
        return self.status in HANDED_IN


HANDED_IN = (QuarterlyReport.Status.SUBMITTED, QuarterlyReport.Status.ACCEPTED)


def reported_since(sender, assignment, made_at, **kwargs):
    """Say that a report was recorded for an assignment that is taken back: nobody would find it any more.

    Answers ``assignments.signals.assignment_taken_back``.
    """
    rows = QuarterlyReport.objects.filter(cadre=assignment.cadre_id, locality=assignment.locality_id)
    said = QuarterlyReport.history.filter(history_date__gte=made_at, id__in=rows.order_by().values("pk"))
    if made_at is None or not said.exists():
        return None
    return gettext(
        "Nothing was taken back: meanwhile a report of %(cadre)s was recorded here. End the new assignment instead."
    ) % {"cadre": assignment.cadre.full_name}
