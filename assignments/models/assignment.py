"""Assignments: who answers for which locality, from when to when, by which decision."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models.as_of import AsOfQuerySet
from assignments.models.cadre import Cadre
from assignments.models.locality import Locality, Tier, covers
from assignments.models.place import Place
from assignments.models.posting import Posting
from assignments.scope import ScopedQuerySet
from cadrenet.dates import BoundedDateField
from cadrenet.effective_dated import EffectiveDated, EffectiveDatedQuerySet
from cadrenet.races import lock
from cadrenet.texts import NameField


class AssignmentQuerySet(EffectiveDatedQuerySet, AsOfQuerySet, ScopedQuerySet):
    """Assignments to places in the user's part of the tree while they lay there, one's own, and of own staff."""

    edited_by = "decides"

    def reached(self, reach, roots):
        own = Q(cadre=reach.cadre) if reach.cadre else Q(pk__in=[])
        return self.filter(
            Q(pk__in=self.model.objects.all().reached_by_place(roots, reach.day).values("pk"))
            | self.of_staff(reach.agencies)
            | own
        )

    @staticmethod
    def of_staff(agencies):
        """Return the condition that the cadre worked at one of some agencies on a day of the assignment."""
        worked = Posting.objects.filter(cadre=OuterRef("cadre"), agency__in=sorted(agencies)).order_by()
        worked = worked.during(
            Coalesce(OuterRef("first_day"), Value(date.min)), Coalesce(OuterRef("last_day"), Value(date.max))
        )
        return Exists(worked) if agencies else Q(pk__in=[])

    def reached_by_place(self, roots, day):
        """Assignments whose locality lay at or below one of the roots on a day of the assignment up to a given one.

        One that is still to begin is reached where its locality lies on the given day.
        """
        stood = Place.objects.within(roots).filter(
            locality=OuterRef("locality"),
            counts_from__lte=Least(Coalesce(OuterRef("last_day"), Value(date.max)), Value(day)),
            counts_until__gte=Least(Coalesce(OuterRef("first_day"), Value(date.min)), Value(day)),
        )
        return self.filter(Exists(stood)) if roots else self.none()

    def answering(self):
        """Those that answer for a place: in charge, or head of a regional group."""
        return self.filter(
            Q(role=Assignment.Role.IN_CHARGE) | Q(role=Assignment.Role.HEAD, locality__tier=Tier.REGIONAL_GROUP)
        )


class Assignment(EffectiveDated):
    """A cadre answers for a locality, from one day to another."""

    class Role(models.TextChoices):
        IN_CHARGE = "in_charge", _("In charge")
        HEAD = "head", _("Group head")
        SUPPORT = "support", _("Group support")

    class EndReason(models.TextChoices):
        TERM_ENDED = "term_ended", _("End of term")
        RETIRED = "retired", _("Retired")
        TRANSFERRED = "transferred", _("Transferred elsewhere")
        WORKLOAD = "workload", _("Workload")
        LOCALITY_MERGED = "locality_merged", _("Locality merged")
        LOCALITY_DISSOLVED = "locality_dissolved", _("Locality dissolved")
        OWN_REQUEST = "own_request", _("At own request")
        OTHER = "other", _("Other reason")

    cadre = models.ForeignKey(Cadre, verbose_name=_("cadre"), on_delete=models.PROTECT, related_name="assignments")
    locality = models.ForeignKey(
        Locality, verbose_name=_("locality"), on_delete=models.PROTECT, related_name="assignments"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.IN_CHARGE)
    decision_number = NameField(_("decision number"), max_length=60, blank=True)
    decision_on = BoundedDateField(_("day of the decision"), null=True, blank=True)
    decision = models.ForeignKey(
        "Decision",
        verbose_name=_("decision"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="assignments",
    )
    end_reason = models.CharField(_("reason of ending"), max_length=30, choices=EndReason, blank=True)

    objects = AssignmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["locality", "-first_day", "pk"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            *EffectiveDated.Meta.constraints,
            models.UniqueConstraint(
                fields=["cadre", "locality", "role"],
                condition=Q(last_day=None),
                name="assignment_one_open_per_cadre_locality_role",
                violation_error_message=_("This cadre already holds this role at this locality."),
            ),
            models.UniqueConstraint(
                fields=["cadre", "locality", "role", "first_day"],
                name="assignment_once_per_first_day",
                violation_error_message=_("This cadre already has this assignment from that day."),
            ),
            models.UniqueConstraint(
                fields=["locality"],
                condition=Q(role="head", last_day=None),
                name="assignment_one_open_head_per_group",
                violation_error_message=_("This regional group already has a head."),
            ),
        ]
        indexes = [models.Index(fields=["locality", "role", "first_day", "last_day"], name="assignment_by_locality")]

    def __str__(self):
        return f"{self.cadre} – {self.locality}"

    def get_absolute_url(self):
        return reverse("assignments:assignment", args=[self.pk])

    def clean(self):
        if self.end_reason and self.last_day is None:
            raise ValidationError({"end_reason": _("A reason of ending needs a last day.")})
        if self.locality_id:
            # Against whoever ends the locality, or gives it to the same cadre, at this moment.
            lock(self.locality)
            self._check_locality()
        if self.locality_id and self.cadre_id:
            self._check_others()

    def _check_locality(self):
        if self.role in (self.Role.HEAD, self.Role.SUPPORT) and self.locality.tier != Tier.REGIONAL_GROUP:
            raise ValidationError({"role": _("Only a regional group has a head and support.")})
        if not covers(self.locality.versions.all(), self.first_day, self.last_day):
            raise ValidationError({"first_day": _("The locality does not exist on every day of this assignment.")})

    def _check_others(self):
        same_place = Assignment.objects.filter(locality=self.locality_id, role=self.role)
        self.refuse_overlap(
            same_place.filter(cadre=self.cadre_id),
            _("This cadre already holds this role at this locality on some of these days."),
            within=self.locality,
        )
        if self.role == self.Role.HEAD:
            message = _("This regional group already has a head on some of these days.")
            self.refuse_overlap(same_place, message, within=self.locality)
