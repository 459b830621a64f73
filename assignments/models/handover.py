"""What goes from hand to hand: handovers, who acts for whom, and when coverage was last looked through."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Least
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models.as_of import AsOfQuerySet
from assignments.models.assignment import Assignment
from assignments.models.cadre import Cadre
from assignments.models.locality import Locality
from assignments.models.place import Place
from assignments.scope import ScopedQuerySet
from cadrenet.dates import BoundedDateField
from cadrenet.effective_dated import EffectiveDated, EffectiveDatedQuerySet
from cadrenet.periods import today
from cadrenet.texts import LinesField, NameField


class HandoverQuerySet(AsOfQuerySet, ScopedQuerySet):
    """Handovers of assignments that the user sees: of the one that ended, or of the one that follows."""

    edited_by = "decides"
    locality_paths = ("ended__locality",)

    def reached(self, reach, roots):
        assignments = Assignment.objects.all().reached(reach, roots).order_by().values("pk")
        return self.filter(Q(ended__in=assignments) | Q(successor__in=assignments))

    def open(self):
        """Handovers that one of the two has not ticked yet."""
        return self.filter(Q(given_on=None) | Q(received_on=None))

    def with_people(self):
        """Bring along from whom to whom, and where: as it stood on the last day of who left, or today before that."""
        known = Least("ended__last_day", Value(today(), models.DateField()))
        return self.select_related("ended__cadre", "successor__cadre").as_of(known)


class Handover(models.Model):
    """An assignment passes to a successor; both tick when the place was handed over (R75)."""

    ended = models.OneToOneField(
        Assignment, verbose_name=_("ended assignment"), on_delete=models.CASCADE, related_name="handover"
    )
    successor = models.ForeignKey(
        Assignment,
        verbose_name=_("assignment that follows"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="taken_over",
    )
    situation = LinesField(
        _("situation in a few lines"),
        max_length=1000,
        blank=True,
        help_text=_("Facts about the place. No names, numbers or addresses of residents."),
    )
    given_on = BoundedDateField(_("handed over on"), null=True, blank=True)
    received_on = BoundedDateField(_("received on"), null=True, blank=True)

    objects = HandoverQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-ended__last_day", "pk"]
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")

    def __str__(self):
        return f"{self.ended} → {self.successor.cadre if self.successor else '–'}"

    def get_absolute_url(self):
        return reverse("reports:handover", args=[self.pk])

    @property
    def is_done(self):
        """Whether both have ticked."""
        return self.given_on is not None and self.received_on is not None


class ActingQuerySet(EffectiveDatedQuerySet, ScopedQuerySet):
    edited_by = "decides"

    def reached(self, reach, roots):
        cadres = Cadre.objects.all().reached(reach, roots).order_by().values("pk")
        return self.filter(Q(cadre__in=cadres) | Q(absent__in=cadres))

    def reached_to_edit(self, reach, roots):
        """Those between two cadres of the user's, where he decides about all that one of them sees for the other."""
        if not roots:
            return self.none()
        cadres = Cadre.objects.all().reached_to_edit(reach, roots).order_by().values("pk")
        decided = Assignment.objects.all().reached_to_edit(reach, roots).order_by().values("pk")
        shown = Assignment.objects.filter(cadre=OuterRef("absent")).exclude(pk__in=decided).order_by()
        # What he answered for before is seen by who acts, too: where he came and where he did not.
        shown = shown.during(None, OuterRef("last_day"))
        return self.filter(~Exists(shown), cadre__in=cadres, absent__in=cadres)


class Acting(EffectiveDated):
    """One cadre acts for another who is away, from one day to another, and sees the other's places and tasks.

    It ends by itself, so it always has a last day. What is recorded meanwhile bears the name of who acts.
    """

    cadre = models.ForeignKey(Cadre, verbose_name=_("who acts"), on_delete=models.PROTECT, related_name="acting")
    absent = models.ForeignKey(Cadre, verbose_name=_("for whom"), on_delete=models.PROTECT, related_name="acted_for")
    decision_number = NameField(_("decision number"), max_length=60, blank=True)

    objects = ActingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["-first_day", "pk"]
        verbose_name = _("acting for another")
        verbose_name_plural = _("acting for others")
        constraints = [
            *EffectiveDated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(first_day__isnull=False, last_day__isnull=False),
                name="acting_has_both_days",
                violation_error_message=_("Acting for another begins on one day and ends on another: give both."),
            ),
            models.CheckConstraint(
                condition=~Q(cadre=F("absent")),
                name="acting_for_another",
                violation_error_message=_("Nobody acts for himself."),
            ),
        ]

    def __str__(self):
        return f"{self.cadre} → {self.absent}"

    def clean(self):
        if self.cadre_id and self.absent_id:
            self.refuse_overlap(
                Acting.objects.filter(absent=self.absent_id),
                _("Somebody already acts for this cadre on some of these days."),
                within=self.absent,
            )
        if None in (self.first_day, self.last_day):
            raise ValidationError(_("Acting for another begins on one day and ends on another: give both."))


class CoverageReviewQuerySet(AsOfQuerySet, ScopedQuerySet):
    edited_by = "decides"

    def reached(self, reach, roots):
        return self.filter(locality__in=Place.objects.within(roots).standing_on(reach.day).values("locality"))


class CoverageReview(models.Model):
    """Somebody has looked through who answers for what at and below a locality on a day (R58)."""

    locality = models.ForeignKey(
        Locality, verbose_name=_("locality"), on_delete=models.PROTECT, related_name="coverage_reviews"
    )
    day = BoundedDateField(_("day"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewed by"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )

    objects = CoverageReviewQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-day", "pk"]
        verbose_name = _("coverage review")
        verbose_name_plural = _("coverage reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["locality", "day"],
                name="coveragereview_once_a_day",
                violation_error_message=_("This locality was reviewed on that day already."),
            )
        ]

    def __str__(self):
        return f"{self.locality}, {self.day}"
