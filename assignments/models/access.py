"""Logins, and what they may see beyond their own assignments."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models.agency import Agency
from assignments.models.as_of import AsOfQuerySet
from assignments.models.locality import Locality
from assignments.models.place import Place
from assignments.scope import ScopedQuerySet
from cadrenet.effective_dated import EffectiveDated, EffectiveDatedQuerySet


class User(AbstractUser):
    """A login. A login is not a person, and a person needs none: ``Cadre.user`` links them where both exist."""

    display_name = models.CharField(
        _("shown as"),
        max_length=150,
        blank=True,
        help_text=_("How the page greets this login, for example “District Party Office”."),
    )

    must_change_password = models.BooleanField(
        _("must change the password"),
        default=False,
        help_text=_("Somebody else set the password: this login chooses one of its own before anything else."),
    )

    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self):
        return self.display_name or self.get_full_name() or self.username


class AccessGrantQuerySet(EffectiveDatedQuerySet, AsOfQuerySet, ScopedQuerySet):
    edited_by = "decides"

    def reached(self, reach, roots):
        here = Place.objects.within(roots).standing_on(reach.day).values("locality")
        return self.filter(Q(locality__in=here) | Q(agency__in=reach.agencies))


class AccessGrant(EffectiveDated):
    """A login may see, or also change, everything at and below a locality, or the staff of an agency."""

    class Level(models.TextChoices):
        VIEWER = "viewer", _("Viewer: reads")
        RECORDER = "recorder", _("Recorder: also records meetings, issues and resources")
        EDITOR = "editor", _("Editor: also assigns, rates and changes localities")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="grants"
    )
    locality = models.ForeignKey(
        Locality,
        verbose_name=_("at and below"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
    )
    agency = models.ForeignKey(
        Agency, verbose_name=_("staff of"), on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )
    level = models.CharField(_("level"), max_length=10, choices=Level, default=Level.VIEWER)

    objects = AccessGrantQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        verbose_name = _("access grant")
        verbose_name_plural = _("access grants")
        constraints = [
            *EffectiveDated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(locality=None, agency__isnull=False) | Q(locality__isnull=False, agency=None),
                name="accessgrant_locality_or_agency",
                violation_error_message=_("Choose either a locality or an agency."),
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.locality or self.agency}"
