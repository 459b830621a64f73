"""That something was erased from the history of a row, which keeps everything else for ever."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cadrenet.texts import FreeTextField


class ErasureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; those of everybody for a superuser: a row may lie where the reader sees nothing."""
        return self if user.is_superuser else self.filter(by=user)


class Erasure(models.Model):
    """Earlier values of one field of one row were erased: by whom, when and why. Never what they were."""

    table = models.CharField(_("kind of row"), max_length=100)
    row = models.BigIntegerField(_("number of the row"))
    field = models.CharField(_("field"), max_length=100)
    reason = FreeTextField(
        _("reason"), max_length=300, help_text=_("Why it may not be kept. Do not repeat here what is erased.")
    )
    records = models.PositiveIntegerField(_("entries of history changed"), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("erased by"),
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
    )
    at = models.DateTimeField(_("erased on"), default=timezone.now, editable=False)

    objects = ErasureQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self):
        return f"{self.table} {self.row}: {self.field}"
