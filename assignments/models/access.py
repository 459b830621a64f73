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
from assignments.scope import ScopedQuerySet, reach_of
from cadrenet.effective_dated import EffectiveDated, EffectiveDatedQuerySet
from cadrenet.texts import EmailField, NameField


class User(AbstractUser):
    """A login. A login is not a person, and a person needs none: ``Cadre.user`` links them where both exist."""

    # Django's own, read as every other text.
    username = NameField.like(AbstractUser, "username")
    first_name = NameField.like(AbstractUser, "first_name")
    last_name = NameField.like(AbstractUser, "last_name")
    email = EmailField.like(AbstractUser, "email")
    display_name = NameField(
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

    def serves_on(self, day):
        """Return whether the cadre whose login this is serves on a day; a login without one serves always."""
        left_on = getattr(getattr(self, "cadre", None), "left_on", None)
        return left_on is None or day <= left_on


class AccessGrantQuerySet(EffectiveDatedQuerySet, AsOfQuerySet, ScopedQuerySet):
    edited_by = "decides"

    def reached(self, reach, roots):
        here = Place.objects.within(roots).standing_on(reach.day).values("locality")
        return self.filter(Q(locality__in=here) | Q(agency__in=reach.agencies))

    def may_be_added_by(self, user):
        return super().may_be_added_by(user) or bool(reach_of(user).decides_for)

    def reached_to_edit(self, reach, roots):
        """Grants in what the user decides about.

        The staff of an agency are seen wherever they go, so a grant for them is given by whoever decides for the
        agency, or about the whole tree in which it lies.
        """
        here = Place.objects.within(roots).standing_on(reach.day).values("locality")
        whole = Place.objects.whole_trees(roots).standing_on(reach.day).values("locality")
        return self.filter(Q(locality__in=here) | Q(agency__in=reach.decides_for) | Q(agency__locality__in=whole))


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
