"""Party organisations and how they are rated, year by year. Ratings belong to organisations, never to persons."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Locality, Place, Tier
from assignments.models.as_of import AsOfQuerySet
from assignments.scope import ScopedQuerySet
from cadrenet.codes import CodeField, new_code
from cadrenet.dates import BoundedDateField, refuse_days_ahead
from cadrenet.effective_dated import EffectiveDated, EffectiveDatedQuerySet
from cadrenet.periods import check_year, today
from cadrenet.texts import NameField


class PartyOrganisationQuerySet(EffectiveDatedQuerySet, AsOfQuerySet, ScopedQuerySet):
    edited_by = "decides"

    def reached(self, reach, roots):
        return self.filter(locality__in=Place.objects.within(roots).up_to(reach.day).values("locality"))

    def changeable_by(self, user):
        return self.filter(locality__in=Locality.objects.changeable_by(user).order_by().values("pk"))


class PartyOrganisation(EffectiveDated):
    """The party committee of a commune, or the party cell of a hamlet: with a life of its own."""

    class Kind(models.TextChoices):
        COMMUNE_COMMITTEE = "commune_committee", _("Commune party committee")
        CELL = "cell", _("Party cell")

    TIERS = {Kind.COMMUNE_COMMITTEE: Tier.COMMUNE, Kind.CELL: Tier.HAMLET}

    code = CodeField(_("code"), max_length=60, unique=True, default=new_code)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    locality = models.ForeignKey(
        Locality, verbose_name=_("locality"), on_delete=models.PROTECT, related_name="party_organisations"
    )
    own_name = NameField(_("name"), max_length=200, blank=True, help_text=_("Empty: made from the locality's name."))

    objects = PartyOrganisationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["code"]
        verbose_name = _("party organisation")
        verbose_name_plural = _("party organisations")

    def __str__(self):
        # For the administration and histories, as the locality's own.
        return self.own_name or self.named_after(str(self.locality))

    def get_absolute_url(self):
        return reverse("reports:organisation", args=[self.pk])

    @property
    def name(self):
        """Its own name, or one made from the locality's on the day as of which it was read."""
        return self.own_name or self.named_after(self.locality.name)

    def named_after(self, locality):
        """Return the name that it has without one of its own, from that of its locality."""
        if self.kind == self.Kind.CELL:
            return gettext("Party cell of %(locality)s") % {"locality": locality}
        return gettext("Party committee of %(locality)s") % {"locality": locality}

    def clean(self):
        if self.locality_id and self.kind and self.locality.tier != self.TIERS[self.kind]:
            raise ValidationError(
                {"locality": _("A committee belongs to a commune or town, a cell to a hamlet or neighbourhood.")}
            )


class RatingScheme(EffectiveDated):
    """The regulation by which organisations are rated for some years, with its levels."""

    name = NameField(_("name"), max_length=200)
    regulation = NameField(_("regulation"), max_length=100, blank=True)
    excellent_cap_percent = models.PositiveSmallIntegerField(
        _("cap on “excellent”, per cent"),
        default=20,
        validators=[MaxValueValidator(100)],
        help_text=_("A warning for whoever rates, never a bar. 0: no cap."),
    )

    class CapBase(models.TextChoices):
        GOOD_OR_BETTER = "good_or_better", _("of the good or better")
        GOOD_ONLY = "good_only", _("of the good only")

    excellent_cap_base = models.CharField(
        _("base of the cap"), max_length=20, choices=CapBase, default=CapBase.GOOD_OR_BETTER
    )

    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["first_day", "pk"]
        verbose_name = _("rating scheme")
        verbose_name_plural = _("rating schemes")

    def __str__(self):
        return self.name

    @classmethod
    def of_year(cls, year):
        """Return the scheme in force at the end of a year, or None."""
        return cls.objects.on(date(year, 12, 31)).first()


class RatingLevel(models.Model):
    """One level of a scheme, best first."""

    class Code(models.TextChoices):
        EXCELLENT = "excellent", _("Completed tasks excellently")
        GOOD = "good", _("Completed tasks well")
        COMPLETED = "completed", _("Completed tasks")
        NOT_COMPLETED = "not_completed", _("Did not complete tasks")
        NOT_RATED = "not_rated", _("Not rated")

    scheme = models.ForeignKey(
        RatingScheme, verbose_name=_("scheme"), on_delete=models.CASCADE, related_name="levels"
    )
    code = models.CharField(_("level"), max_length=20, choices=Code)
    order = models.PositiveSmallIntegerField(_("order"))
    good_or_better = models.BooleanField(_("counts as good or better"), default=False)
    rated = models.BooleanField(_("counts as rated"), default=True)
    minimum_points = models.PositiveSmallIntegerField(_("from points"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["scheme", "order"]
        verbose_name = _("rating level")
        verbose_name_plural = _("rating levels")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "code"],
                name="ratinglevel_once_per_scheme",
                violation_error_message=_("This scheme already has this level."),
            )
        ]

    def __str__(self):
        return self.get_code_display()


def year_ahead(year):
    """Return the sentence about a rating for a year that has not begun, None where it has."""
    if year <= today().year:
        return None
    return gettext("%(year)s lies ahead: nobody can be rated for it yet. Correct the year.") % {"year": str(year)}


def not_rated_then(code, life, year):
    """Return the sentence about a rating for a year in which an organisation did not exist, None where it did.

    ``life`` has its first and last day: the organisation, or the row of a file about it.
    """
    first, last = life.first_day or date.min, life.last_day or date.max
    if first.year <= year <= last.year:
        return None
    return gettext("%(code)s did not exist in %(year)s, only %(period)s. Correct the year or the code.") % {
        "code": code,
        "year": str(year),
        "period": f"{life.first_day or '…'} – {life.last_day or '…'}",
    }


def no_such_level(level, year):
    """Return the sentence about a level that the scheme in force at the end of a year does not have."""
    return gettext(
        "No rating scheme in force at the end of %(year)s has the level %(level)s. "
        "Add it in the administration, or correct the row."
    ) % {"year": str(year), "level": level}


class RatingQuerySet(AsOfQuerySet, ScopedQuerySet):
    edited_by = "decides"
    locality_paths = ("organisation__locality",)

    def reached(self, reach, roots):
        return self.filter(organisation__locality__in=Place.objects.within(roots).up_to(reach.day).values("locality"))

    def changeable_by(self, user):
        return self.filter(organisation__in=PartyOrganisation.objects.changeable_by(user).order_by().values("pk"))


class Rating(models.Model):
    """How one organisation was rated for one year, once: by decision, and by the scheme of the end of the year."""

    organisation = models.ForeignKey(
        PartyOrganisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="ratings"
    )
    year = models.PositiveSmallIntegerField(_("year"), validators=[check_year])
    level = models.ForeignKey(RatingLevel, verbose_name=_("level"), on_delete=models.PROTECT, related_name="ratings")
    scheme = models.ForeignKey(
        RatingScheme, verbose_name=_("scheme"), on_delete=models.PROTECT, editable=False, related_name="+"
    )
    decision_number = NameField(_("decision number"), max_length=60, blank=True)
    decision_on = BoundedDateField(_("day of the decision"), null=True, blank=True)

    objects = RatingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-year", "organisation"]
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year"],
                name="rating_once_per_organisation_and_year",
                violation_error_message=_("This organisation is already rated for this year."),
            )
        ]
        indexes = [models.Index(fields=["year", "level", "organisation"], name="rating_by_year")]

    def __str__(self):
        return f"{self.organisation} {self.year}: {self.level}"

    def save(self, *args, **kwargs):
        self.set_scheme()
        super().save(*args, **kwargs)

    def set_scheme(self):
        """Derive the scheme, which is that of its level."""
        self.scheme_id = self.level.scheme_id

    def clean(self):
        """The rules of a rating, for pages and files alike."""
        refuse_days_ahead(self, "decision_on")
        if not (self.organisation_id and self.level_id and self.year):
            return
        self.set_scheme()
        organisation, scheme = self.organisation, RatingScheme.of_year(self.year)
        faults = {
            "year": year_ahead(self.year) or not_rated_then(organisation.code, organisation, self.year),
            "level": None if scheme and scheme.pk == self.scheme_id else no_such_level(self.level.code, self.year),
        }
        if found := {name: sentence for name, sentence in faults.items() if sentence}:
            raise ValidationError(found)
        if Rating.objects.filter(organisation=organisation, year=self.year).exclude(pk=self.pk).exists():
            raise ValidationError(_("This organisation is already rated for this year."))
