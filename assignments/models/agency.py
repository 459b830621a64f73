"""Agencies: where cadres work."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models.as_of import AsOfQuerySet
from assignments.models.locality import Locality
from assignments.models.place import Place
from assignments.scope import ScopedQuerySet
from cadrenet.codes import CodeField, new_code
from cadrenet.texts import NameField, called
from cadrenet.vietnamese import cleaned, search_key, sort_key


class AgencyQuerySet(AsOfQuerySet, ScopedQuerySet):
    edited_by = "decides"

    def reached(self, reach, roots):
        here = Place.objects.within(roots).standing_on(reach.day).values("locality")
        return self.filter(Q(locality__in=here) | Q(pk__in=reach.agencies))

    def named(self, text):
        """Agencies whose name holds the text, or whose code it is; marks may be left out, and not mistyped."""
        return self.filter(called(text, "name") | Q(code__iexact=cleaned(text)))


class Agency(models.Model):
    """An office, department or commune committee whose staff are sent to localities."""

    code = CodeField(_("code"), max_length=60, unique=True, default=new_code)
    name = NameField(_("name"), max_length=200)
    locality = models.ForeignKey(
        Locality,
        verbose_name=_("belongs to"),
        on_delete=models.PROTECT,
        related_name="agencies",
        null=True,
        blank=True,
    )
    sort_key = models.CharField(max_length=700, editable=False)
    search_key = models.CharField(max_length=200, editable=False)

    objects = AgencyQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["sort_key", "search_key"])

    class Meta:
        ordering = ["sort_key", "pk"]
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.set_keys()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("reports:agency", args=[self.pk])

    def set_keys(self):
        """Derive the keys by which the name is sorted and found."""
        self.sort_key = sort_key(self.name)
        self.search_key = search_key(self.name)
