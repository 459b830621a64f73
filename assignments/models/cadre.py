"""Cadres: the people who answer for localities."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models.agency import Agency
from assignments.models.place import below
from assignments.scope import ScopedQuerySet
from cadrenet.codes import CodeField, new_code
from cadrenet.dates import BoundedDateField
from cadrenet.vietnamese import person_sort_key, search_key


class CadreQuerySet(ScopedQuerySet):
    """Cadres of the user's part of the tree: by their agency, or by an assignment while it lay there."""

    edited_by = "decides"

    def reached(self, reach, roots):
        from assignments.models.assignment import Assignment

        serving = Assignment.objects.all().reached_by_place(roots).values("cadre")
        own = Q(pk=reach.cadre) if reach.cadre else Q(pk__in=[])
        return self.filter(
            below(roots, "agency__locality__latest__") | Q(pk__in=serving) | Q(agency__in=reach.agencies) | own
        )

    def serving_on(self, day):
        """Cadres who have not left by a day; the last day counts."""
        return self.filter(Q(left_on=None) | Q(left_on__gte=day))

    def named(self, text):
        """Cadres whose name, with or without diacritics, or whose code holds the text."""
        return self.filter(Q(search_key__contains=search_key(text)) | Q(code__iexact=text.strip()))


class Cadre(models.Model):
    """An official or party member who can be assigned; needs no login.

    Birth dates, addresses, identity numbers and photographs are never held.
    """

    class CommitteeRole(models.TextChoices):
        STANDING_COMMITTEE = "standing_committee", _("Standing Committee member")
        DISTRICT_COMMITTEE = "district_committee", _("District committee member")

    code = CodeField(_("code"), max_length=60, unique=True, default=new_code)
    full_name = models.CharField(_("full name"), max_length=200)
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="cadres", null=True, blank=True
    )
    position = models.CharField(_("position"), max_length=200, blank=True)
    committee_role = models.CharField(_("committee role"), max_length=20, choices=CommitteeRole, blank=True)
    party_member = models.BooleanField(_("party member"), default=True)
    email = models.EmailField(_("work e-mail"), blank=True)
    phone = models.CharField(_("work phone"), max_length=40, blank=True)
    left_on = BoundedDateField(
        _("served until"),
        null=True,
        blank=True,
        help_text=_("The last day in service; empty while the cadre serves. Assignments end by a step of their own."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("login"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cadre",
    )
    sort_key = models.CharField(max_length=700, editable=False, db_index=True)
    search_key = models.CharField(max_length=200, editable=False)

    objects = CadreQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["sort_key", "search_key"])

    class Meta:
        ordering = ["sort_key", "code"]
        verbose_name = _("cadre")
        verbose_name_plural = _("cadres")

    def __str__(self):
        return self.full_name

    def save(self, *args, **kwargs):
        self.set_keys()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("reports:cadre", args=[self.pk])

    def set_keys(self):
        """Derive the keys by which the name is sorted (given name first) and found."""
        self.sort_key = person_sort_key(self.full_name)
        self.search_key = search_key(self.full_name)
