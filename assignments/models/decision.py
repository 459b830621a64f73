"""Terms of office, and decisions: papers by which many places change hands at once."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
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
from cadrenet.effective_dated import EffectiveDated
from cadrenet.texts import FreeTextField, NameField


class Term(EffectiveDated):
    """A term of office (nhiệm kỳ). An assignment belongs to the term in which it began (R79)."""

    name = NameField(_("name"), max_length=100, unique=True)

    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["-first_day", "pk"]
        verbose_name = _("term of office")
        verbose_name_plural = _("terms of office")

    def __str__(self):
        return self.name

    def clean(self):
        self.refuse_overlap(Term.objects.all(), _("Another term of office holds on some of these days."))


class DecisionQuerySet(AsOfQuerySet, ScopedQuerySet):
    edited_by = "decides"

    def reached(self, reach, roots):
        return self.filter(locality__in=Place.objects.within(roots).standing_on(reach.day).values("locality"))

    def drafts(self):
        """Decisions that are still being prepared."""
        return self.filter(enacted_on=None)


class Decision(models.Model):
    """A signed paper that says who answers for which places from one day on (R78).

    Its lines are prepared one by one and take effect together: ``enacted_on`` is the day on which they did, empty
    while the decision is a draft. After that nothing in it is changed.
    """

    number = NameField(_("decision number"), max_length=60)
    signed_on = BoundedDateField(_("day of the decision"))
    signer = NameField(
        _("signed by"), max_length=150, blank=True, help_text=_("Name and position, as under the decision.")
    )
    first_day = BoundedDateField(_("in charge from"), help_text=_("The first day counts."))
    locality = models.ForeignKey(
        Locality,
        verbose_name=_("decides for"),
        on_delete=models.PROTECT,
        related_name="decisions",
        help_text=_("Its lines lie at or below this locality."),
    )
    enacted_on = BoundedDateField(_("took effect on"), null=True, blank=True, editable=False)

    objects = DecisionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-signed_on", "-pk"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["number", "signed_on", "locality"],
                name="decision_once",
                violation_error_message=_("A decision with this number and day is already recorded."),
            )
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("assignments:decision", args=[self.pk])

    @property
    def is_draft(self):
        """Whether its lines may still be changed."""
        return self.enacted_on is None


class DecisionLineQuerySet(AsOfQuerySet, ScopedQuerySet):
    edited_by = "decides"
    locality_paths = ("locality", "decision__locality")

    def reached(self, reach, roots):
        return self.filter(decision__in=Decision.objects.all().reached(reach, roots))


class DecisionLine(models.Model):
    """One line of a decision: a cadre takes a role at a place, somebody is replaced there, or somebody only leaves.

    ``assignment`` is what the line became when the decision took effect; ``withdrew`` and ``withdrew_from`` keep
    whose assignment it took away before that began.
    """

    decision = models.ForeignKey(Decision, verbose_name=_("decision"), on_delete=models.CASCADE, related_name="lines")
    locality = models.ForeignKey(Locality, verbose_name=_("locality"), on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=12, choices=Assignment.Role, default=Assignment.Role.IN_CHARGE)
    cadre = models.ForeignKey(
        Cadre, verbose_name=_("cadre"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    replaces = models.ForeignKey(
        Assignment,
        verbose_name=_("replaces"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_in",
    )
    withdrew = models.ForeignKey(
        Cadre,
        verbose_name=_("withdrew the assignment of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    withdrew_from = BoundedDateField(_("which was to begin on"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("reason of ending"), max_length=30, choices=Assignment.EndReason, blank=True)
    why = FreeTextField(
        _("reason in spite of warnings"), max_length=100, blank=True, help_text=_("Kept with the history.")
    )
    assignment = models.OneToOneField(
        Assignment,
        verbose_name=_("assignment"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="line",
    )

    objects = DecisionLineQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["decision", "pk"]
        verbose_name = _("line of a decision")
        verbose_name_plural = _("lines of a decision")
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "locality", "role", "cadre"],
                name="decisionline_once",
                violation_error_message=_("This decision already has this line."),
            ),
            models.UniqueConstraint(
                fields=["decision", "replaces"],
                name="decisionline_replaces_once",
                violation_error_message=_("This decision already replaces this assignment."),
            ),
            models.CheckConstraint(
                condition=Q(cadre__isnull=False) | Q(replaces__isnull=False) | Q(withdrew__isnull=False),
                name="decisionline_says_something",
                violation_error_message=_("A line says who takes over, or who leaves."),
            ),
        ]

    def __str__(self):
        return f"{self.decision}: {self.cadre or '–'} – {self.locality}"

    def clean(self):
        if self.replaces_id and (self.replaces.locality_id, self.replaces.role) != (self.locality_id, self.role):
            raise ValidationError({"replaces": _("That assignment is to another locality, or in another role.")})
