"""Localities: identities that never change, with dated versions of what they are called and where they lie."""

from datetime import date, timedelta

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models.as_of import AsOfQuerySet, PlaceOfTheDay
from assignments.scope import ScopedQuerySet, decides, reach_of
from cadrenet.codes import CodeField, new_code
from cadrenet.dates import BoundedDateField
from cadrenet.effective_dated import EffectiveDated, EffectiveDatedQuerySet
from cadrenet.periods import today
from cadrenet.races import lock
from cadrenet.texts import NameField


class Tier(models.TextChoices):
    """The steps of the ladder, highest first; any of them may be absent in an office's tree."""

    PROVINCE = "province", _("Province")
    DISTRICT = "district", _("District")
    REGIONAL_GROUP = "regional_group", _("Regional group")
    COMMUNE = "commune", _("Commune or town")
    HAMLET = "hamlet", _("Hamlet or neighbourhood")
    SELF_GOVERNING_GROUP = "self_governing_group", _("Self-governing group")

    @property
    def rank(self):
        """0 for the highest tier, 5 for the lowest."""
        return list(Tier).index(self)

    def above(self, other):
        """Return whether this tier may contain the other."""
        return self.rank < Tier(other).rank


class LocalityType(models.Model):
    """What a locality is called in the office's own words: xã, thị trấn, ấp, khu phố."""

    code = CodeField(_("code"), max_length=40, unique=True)
    tier = models.CharField(_("tier"), max_length=20, choices=Tier)
    name = NameField(_("name"), max_length=100)

    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("type of locality")
        verbose_name_plural = _("types of locality")

    def __str__(self):
        return self.name


def places():
    """All places. They are built on localities, so this module cannot import their model."""
    return apps.get_model("assignments", "Place").objects.all()


class LocalityQuerySet(AsOfQuerySet, ScopedQuerySet):
    """Localities the user may see are those that lay in the user's part of the tree on some day up to today.

    One that is still to begin is seen where it will lie first, so that whoever prepares it finds it again.
    """

    locality_paths = ("",)

    def reached(self, reach, roots):
        return self.filter(pk__in=places().within(roots).up_to(reach.day).values("locality"))

    def decided_by(self, user):
        """Localities at or below which the user decides: assigns, rates, changes the tree."""
        reach = reach_of(user)
        return self if reach.everything else self.reached_to_edit(reach, reach.decides)

    def may_be_added_by(self, user):
        return decides(user)

    def changeable_by(self, user):
        """Localities that lie today where the user decides: one that has moved away is for who decides there now."""
        reach = reach_of(user)
        here = places().within(reach.decides).standing_on(reach.day).values("locality")
        return self if reach.everything else self.filter(pk__in=here)

    def on(self, day):
        """Localities that exist on a day."""
        return self.filter(pk__in=places().on(day).values("locality"))


class Locality(models.Model):
    """One locality, for ever: what it is called and where it lies is told by its versions."""

    code = CodeField(_("code"), max_length=60, unique=True, default=new_code)
    tier = models.CharField(_("tier"), max_length=20, choices=Tier, db_index=True)

    # Where it stood on the day as of which it was read.
    place = PlaceOfTheDay()

    objects = LocalityQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]
        verbose_name = _("locality")
        verbose_name_plural = _("localities")

    def __str__(self):
        # For the administration and histories, which are read today. May cost a query.
        place = vars(self)["place"] if "place" in vars(self) else self.stood_on(today())
        return place.name if place else self.code

    def get_absolute_url(self):
        return reverse("reports:locality", args=[self.pk])

    @property
    def name(self):
        """The name it bore on the day as of which it was read (``as_of``); its code while it has no version."""
        return self.place.name if self.place else self.code

    def stood_on(self, day):
        """Return its place as ``as_of(day)`` brings it along; None while it has no version. Costs a query."""
        return places().standing_on(day).filter(locality=self.pk).first()


class LocalityVersionQuerySet(EffectiveDatedQuerySet, AsOfQuerySet, ScopedQuerySet):
    edited_by = "decides"
    locality_paths = ("parent",)

    def reached(self, reach, roots):
        return self.filter(locality__in=Locality.objects.all().reached(reach, roots))


class LocalityVersion(EffectiveDated):
    """A locality's name, type, parent and households from one day to another."""

    locality = models.ForeignKey(
        Locality, verbose_name=_("locality"), on_delete=models.PROTECT, related_name="versions"
    )
    parent = models.ForeignKey(
        Locality,
        verbose_name=_("lies in"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="child_versions",
        help_text=_("Any locality of a higher tier; empty at the top of the tree."),
    )
    type = models.ForeignKey(LocalityType, verbose_name=_("type"), on_delete=models.PROTECT)
    name = NameField(_("name"), max_length=200)
    households = models.PositiveIntegerField(
        _("households"), null=True, blank=True, help_text=_("A number only; no household is recorded.")
    )

    objects = LocalityVersionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["locality", "first_day"]
        verbose_name = _("version of a locality")
        verbose_name_plural = _("versions of localities")
        constraints = [
            *EffectiveDated.Meta.constraints,
            models.UniqueConstraint(
                fields=["locality", "first_day"],
                name="localityversion_one_per_first_day",
                violation_error_message=_("This locality already has a version from that day."),
            ),
            models.UniqueConstraint(
                fields=["locality"],
                condition=models.Q(last_day=None),
                name="localityversion_one_open",
                violation_error_message=_(
                    "This locality already has a version without a last day. Give that one a last day first."
                ),
            ),
            models.UniqueConstraint(
                fields=["locality"],
                condition=models.Q(first_day=None),
                name="localityversion_one_open_at_the_start",
                violation_error_message=_(
                    "This locality already has a version without a first day. Give that one a first day first."
                ),
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        # Against whoever ends one of the two at this moment.
        lock(*(getattr(self, name) for name in ("locality", "parent") if getattr(self, f"{name}_id")))
        if self.locality_id:
            self.refuse_overlap(
                LocalityVersion.objects.filter(locality=self.locality_id),
                _("Another version of this locality holds on some of these days."),
                within=self.locality,
            )
        if self.locality_id and self.type_id and self.type.tier != self.locality.tier:
            raise ValidationError({"type": _("This type is of another tier than the locality.")})
        if self.parent_id and self.type_id:
            self._check_parent()

    def _check_parent(self):
        if not Tier(self.parent.tier).above(self.type.tier):
            raise ValidationError({"parent": _("A locality lies in one of a higher tier.")})
        if not covers(self.parent.versions.all(), self.first_day, self.last_day):
            raise ValidationError({"parent": _("The locality above does not exist on every day of this period.")})


def covers(periods, first_day, last_day):
    """Return whether dated rows, taken together, hold on every day from the first to the last."""
    need, end = first_day or date.min, last_day or date.max
    for start, stop in sorted((p.first_day or date.min, p.last_day or date.max) for p in periods):
        if start > need:
            return False
        if stop >= end:
            return True
        if stop >= need:
            need = stop + timedelta(days=1)
    return False


class LineageQuerySet(AsOfQuerySet, ScopedQuerySet):
    edited_by = "decides"
    locality_paths = ("predecessor", "successor")

    def reached(self, reach, roots):
        reached = places().within(roots).up_to(reach.day).values("locality")
        return self.filter(predecessor__in=reached, successor__in=reached)


class Lineage(models.Model):
    """One locality came out of another, by merging or by splitting."""

    class Kind(models.TextChoices):
        MERGE = "merge", _("Merged into")
        SPLIT = "split", _("Split off")

    predecessor = models.ForeignKey(
        Locality, verbose_name=_("predecessor"), on_delete=models.PROTECT, related_name="successions"
    )
    successor = models.ForeignKey(
        Locality, verbose_name=_("successor"), on_delete=models.PROTECT, related_name="origins"
    )
    effective_on = BoundedDateField(_("effective on"), help_text=_("The successor's first day."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    decision_number = NameField(_("decision number"), max_length=60, blank=True)

    objects = LineageQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["effective_on", "pk"]
        verbose_name = _("merger or split")
        verbose_name_plural = _("mergers and splits")
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor", "effective_on"],
                name="lineage_once",
                violation_error_message=_("This merger or split is already recorded."),
            ),
            models.CheckConstraint(
                condition=~models.Q(predecessor=models.F("successor")),
                name="lineage_between_two",
                violation_error_message=_("A locality cannot come out of itself."),
            ),
        ]

    def __str__(self):
        return f"{self.predecessor} → {self.successor}"

    def clean(self):
        if not (self.predecessor_id and self.successor_id and self.effective_on):
            return
        before, after = (list(row.versions.all()) for row in (self.predecessor, self.successor))
        if not covers(after, self.effective_on, self.effective_on):
            raise ValidationError({"effective_on": _("The successor does not exist on that day.")})
        # One that takes in another may go on as it was, and so may one that gives a part away.
        ended = {version.last_day + timedelta(days=1) for version in before if version.last_day}
        if self.effective_on not in ended | {version.first_day for version in [*before, *after]}:
            raise ValidationError(
                {"effective_on": _("On that day neither of the two begins anything, nor has the predecessor ended.")}
            )
