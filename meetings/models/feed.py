"""The address under which a telephone reads somebody's meetings."""

from hashlib import sha256

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


def digest_of(token: str) -> str:
    """Return what is stored of a token. It is long and drawn by lot, so that a plain digest tells nothing of it."""
    return sha256(token.encode()).hexdigest()


class CalendarFeedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A link is its own login's, and nobody else's."""
        return self.filter(user=user.pk)

    def known_by(self, token):
        """The feed whose address holds a token, with whose it is."""
        return self.filter(token_digest=digest_of(token)).select_related("user__cadre")


class CalendarFeed(models.Model):
    """The one link by which the calendar of a login's telephone reads the meetings at which its cadre is expected.

    Whoever has the link reads them, so it is known by its digest only. A new link takes the place of the one before;
    one that is revoked is deleted, and its history stays.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        editable=False,
        related_name="calendar_feed",
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(editable=False)
    # Whoever reads the feed is a program: it is told in the language in which the link was made.
    language = models.CharField(max_length=10, editable=False)

    objects = CalendarFeedQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["token_digest"])

    class Meta:
        ordering = ["pk"]
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        default_permissions = ()

    def __str__(self):
        return str(self.user)
