"""Personal links: whoever has one says of one cadre, at one meeting, whether he was there."""

from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Cadre
from assignments.scope import ScopedQuerySet
from meetings.models.attendance import Attendance
from meetings.models.meeting import Meeting

# A link is good for so many days after its meeting.
GOOD_FOR = timedelta(days=3)


class AttendanceLinkQuerySet(ScopedQuerySet):
    """Links of those for whom the user may record."""

    def reached(self, reach, roots):
        return self.reached_to_edit(reach, roots)

    def reached_to_edit(self, reach, roots):
        rows = Attendance.objects.order_by().reached_to_edit(reach, roots)
        return self.filter(Exists(rows.filter(meeting=OuterRef("meeting"), cadre=OuterRef("cadre"))))

    def standing(self):
        """Links that nobody has revoked, and that no newer one has replaced."""
        return self.filter(revoked_at=None)

    def with_token(self, token):
        """The link of a token, if there is one: only what is made of the token is stored."""
        return self.filter(token_hash=hashed(token))


def hashed(token: str) -> str:
    """Return what is stored of a token. It is long and random, so a plain digest cannot be turned back."""
    return sha256(token.encode()).hexdigest()


class AttendanceLink(models.Model):
    """A link by which one cadre says, without signing in, whether he was at one meeting.

    ``day`` is the meeting's when the link was made: once the meeting lies on another, the link is dead. A newer link
    of the same cadre and meeting revokes it.
    """

    class Purpose(models.TextChoices):
        ATTENDANCE = "attendance", _("Own attendance")

    meeting = models.ForeignKey(Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="links")
    cadre = models.ForeignKey(Cadre, verbose_name=_("cadre"), on_delete=models.PROTECT, related_name="links")
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose, default=Purpose.ATTENDANCE)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    day = models.DateField(_("day"), editable=False)
    last_day = models.DateField(_("last day"), editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        db_index=False,
        related_name="+",
    )
    made_at = models.DateTimeField(_("made at"), editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    # When a button was pressed last; to look at the page leaves no trace.
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    objects = AttendanceLinkQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["token_hash", "last_used_at"])

    class Meta:
        ordering = ["-made_at", "pk"]
        verbose_name = _("personal link")
        verbose_name_plural = _("personal links")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "cadre", "purpose"], condition=Q(revoked_at=None), name="link_once_per_cadre"
            ),
        ]

    def __str__(self):
        return f"{self.cadre}, {self.meeting}"

    def save(self, *args, **kwargs):
        if self._state.adding:
            self.day, self.last_day = self.meeting.day, self.meeting.day + GOOD_FOR
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("meetings:meeting_links", args=[self.meeting_id])
