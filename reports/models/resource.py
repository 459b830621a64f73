"""Resources that cadres mobilised or connected for a locality."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Cadre, Locality, Placed
from assignments.models.place import PlacedQuerySet
from cadrenet.codes import CodeField, OpenListField, new_code
from cadrenet.dates import BoundedDateField, refuse_days_ahead
from cadrenet.texts import FreeTextField


class Resource(Placed):
    """Money, materials, labour or the like, promised or delivered to a locality, with its value in whole đồng."""

    class Kind(models.TextChoices):
        MONEY = "money", _("Money")
        MATERIALS = "materials", _("Materials")
        LABOUR = "labour", _("Labour")
        LAND = "land", _("Land")
        EXPERTISE = "expertise", _("Expertise")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        PROMISED = "promised", _("Promised")
        DELIVERED = "delivered", _("Delivered")

    placed = {"place": "mobilised_on"}

    code = CodeField(_("code"), max_length=60, unique=True, default=new_code)
    locality = models.ForeignKey(
        Locality, verbose_name=_("locality"), on_delete=models.PROTECT, related_name="resources"
    )
    cadre = models.ForeignKey(
        Cadre,
        verbose_name=_("connected by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="resources",
    )
    mobilised_on = BoundedDateField(_("mobilised on"))
    kind = OpenListField(_("kind"), max_length=40, choices=Kind)
    description = FreeTextField(_("description"), max_length=300, blank=True)
    value_vnd = models.PositiveBigIntegerField(_("value in đồng"))
    donor = FreeTextField(
        _("giving organisation"),
        max_length=200,
        blank=True,
        help_text=_("An organisation; a private giver is “an individual”, without a name."),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PROMISED)

    objects = PlacedQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["place", "area"])

    class Meta:
        ordering = ["-mobilised_on", "pk"]
        verbose_name = _("resource mobilised")
        verbose_name_plural = _("resources mobilised")
        indexes = [
            models.Index(fields=["area", "mobilised_on", "place", "value_vnd"], name="resource_figures"),
            models.Index(fields=["locality", "mobilised_on"], name="resource_by_locality"),
        ]

    def __str__(self):
        return self.description or self.get_kind_display()

    def clean(self):
        self.refuse_day_without_locality()
        refuse_days_ahead(self, "mobilised_on")

    def get_absolute_url(self):
        return reverse("reports:resource", args=[self.pk])
