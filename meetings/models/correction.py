"""What somebody says of an attendance beside what is recorded: too late to be written, or unlike another's entry."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from assignments.models import Assignment, Tier
from assignments.models.place import facts_below
from assignments.scope import ScopedQuerySet, reach_of
from cadrenet.texts import FreeTextField
from meetings.models.attendance import Attendance


class CorrectionQuerySet(ScopedQuerySet):
    """Corrections of the attendance that a user sees."""

    def reached(self, reach, roots):
        return self.filter(attendance__in=Attendance.objects.order_by().reached(reach, roots).values("pk"))

    def open(self):
        """Those that nobody has concluded yet."""
        return self.filter(outcome="")

    def concluded_by(self, user):
        """Those that it is a user's to conclude: the head of the regional group's, in which the meeting was.

        Where no group is, or nobody heads it today, whoever decides there; never one's own, nor what one has said.
        """
        reach = reach_of(user)
        heads = Assignment.objects.on(reach.day).filter(role=Assignment.Role.HEAD, locality__tier=Tier.REGIONAL_GROUP)
        group = "attendance__place__regional_group"
        own = Q(**{f"{group}__in": heads.filter(cadre__in=reach.cadres).order_by().values("locality")})
        headed = Exists(heads.filter(locality=OuterRef(group)))
        decides = Q() if reach.everything else facts_below(reach.decides, "attendance__place")
        rows = self.filter(own | (decides & ~headed))
        return rows.exclude(attendance__cadre__in=reach.cadres).exclude(made_by=user)


class Correction(models.Model):
    """One entry that stands beside an attendance until somebody concludes which of the two holds.

    It is a trace itself: written once, concluded once, and never changed. ``why`` says why it comes late.
    """

    class Cause(models.TextChoices):
        LATE = "late", _("Recorded late")
        DIFFERS = "differs", _("Two entries differ")

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Not accepted")

    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="corrections")
    cause = models.CharField(_("cause"), max_length=10, choices=Cause)
    status = models.CharField(_("status"), max_length=10, choices=Attendance.Status)
    reason = models.CharField(_("reason"), max_length=20, choices=Attendance.Reason, blank=True)
    note = FreeTextField(_("note"), max_length=300, blank=True)
    why = FreeTextField(_("why it comes late"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    concluded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    concluded_at = models.DateTimeField(null=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [
            models.UniqueConstraint(
                fields=["attendance", "made_by"], condition=Q(outcome=""), name="correction_open_once_per_person"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", concluded_at=None) | (~Q(outcome="") & Q(concluded_at__isnull=False)),
                name="correction_concluded_has_its_moment",
            ),
        ]
        indexes = [
            # The few about which somebody is asked, among millions.
            models.Index(fields=["made_at"], condition=Q(outcome=""), name="correction_open")
        ]

    def __str__(self):
        return f"{self.attendance}: {self.get_status_display()}"

    @property
    def said(self):
        """Status, reason and note, as ``entries.said_of`` has those that are recorded."""
        return (self.status, self.reason, self.note)
