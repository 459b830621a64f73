"""Places: localities as they stood. Derived from the versions by one writer, ``assignments.places.derive``."""

from datetime import date
from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from assignments.models.locality import Locality, LocalityType, Tier
from assignments.scope import ScopedQuerySet, reach_of
from cadrenet.texts import called
from cadrenet.vietnamese import cleaned

PATH_SEPARATOR = " › "


def ancestor(tier):
    """Return the column of a place that tells in which locality of a tier it lies.

    A district is the area of all that lies in it, and the area is what indexes begin with. To ask for both would say
    the same twice, and a database takes it for a rare coincidence.
    """
    return "area" if tier == Tier.DISTRICT else tier


def below(roots, prefix=""):
    """Return the condition that a place is one of these localities or lies below one.

    ``roots`` are (tier, locality id) pairs, ``prefix`` leads to the place, as in ``"place__"``. No roots, no rows.
    """
    by_tier = {}
    for tier, locality_id in sorted(roots):
        by_tier.setdefault(tier, []).append(locality_id)
    conditions = (Q(**{f"{prefix}{ancestor(tier)}__in": ids}) for tier, ids in sorted(by_tier.items()))
    return reduce(or_, conditions, Q(pk__in=[]))


def facts_below(roots, place_field="place"):
    """As ``below`` for facts: these carry their area, so that below a district no place has to be looked up."""
    districts = sorted(locality_id for tier, locality_id in roots if tier == Tier.DISTRICT)
    others = below([(tier, id) for tier, id in roots if tier != Tier.DISTRICT], f"{place_field}__")
    return Q(**{f"{area_field(place_field)}__in": districts}) | others if districts else others


def area_field(place_field):
    """Return the field that holds the area of a fact's place: of ``closed_place``, ``closed_area``."""
    return place_field.replace("place", "area")


class PlaceQuerySet(ScopedQuerySet):
    def reached(self, reach, roots):
        return self.within(roots)

    def within(self, roots):
        """Places that are one of these (tier, locality id) or lie below one."""
        return self.filter(below(roots))

    def whole_trees(self, roots):
        """Places of whole trees: those above which nothing stands but one of these (tier, locality id)."""
        tops = [locality for _tier, locality in roots]
        return self.filter(Q(province__in=tops) | Q(province=None, area__in=tops))

    def under(self, locality):
        """Places of a locality and of everything below it."""
        return self.filter(**{ancestor(locality.tier): locality})

    def on(self, day):
        """Places of the localities that exist on a day, as they stand that day."""
        return self.filter(first_day__lte=day, last_day__gte=day)

    def standing_on(self, day):
        """As ``counting_on``, and of localities that are still to begin, as they first will: one place of each."""
        return self.filter(counts_from__lte=day, counts_until__gte=day)

    def up_to(self, day):
        """Places of days up to this one, and of localities that are still to begin, the first.

        What is to come after a day moves nothing into sight before.
        """
        return self.filter(counts_from__lte=day)

    def counting_on(self, day):
        """Places as they stand on a day, and of localities that have ended, as they last stood."""
        return self.filter(first_day__lte=day, counts_until__gte=day)

    def during(self, first_day, last_day):
        """Places that stood on at least one day from the first to the last."""
        return self.filter(first_day__lte=last_day, last_day__gte=first_day)

    def named(self, text):
        """Places whose name holds the text, or whose code begins so; marks may be left out, and not mistyped."""
        return self.filter(called(text, "name") | Q(locality__code__startswith=cleaned(text)))


class Place(models.Model):
    """A locality over a period in which everything above it stayed as it was.

    The column of a tier holds the locality of that tier in whose area it lies, or the locality itself, so that
    "below X on that day" is one comparison. Days are never empty here: an open side is the first or last day
    that a date can hold. A locality stands where it first will before its first day, and where it last did after
    its end: of one locality's places, exactly one has a day between ``counts_from`` and ``counts_until``. One that
    has ``moved`` stood in several areas. Rows are derived and never edited.
    """

    locality = models.ForeignKey(Locality, on_delete=models.PROTECT, related_name="places")
    tier = models.CharField(_("tier"), max_length=20, choices=Tier)
    type = models.ForeignKey(LocalityType, on_delete=models.PROTECT)
    name = models.CharField(_("name"), max_length=200)
    path = models.TextField(_("lies in"), blank=True)
    sort_key = models.CharField(max_length=700)
    search_key = models.CharField(max_length=200)
    households = models.PositiveIntegerField(null=True)
    first_day = models.DateField()
    last_day = models.DateField()
    counts_from = models.DateField()
    counts_until = models.DateField()
    moved = models.BooleanField(default=False)
    parent = models.ForeignKey(Locality, on_delete=models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey(Locality, on_delete=models.PROTECT, related_name="+")
    province = models.ForeignKey(Locality, on_delete=models.PROTECT, null=True, related_name="+")
    district = models.ForeignKey(Locality, on_delete=models.PROTECT, null=True, related_name="+")
    regional_group = models.ForeignKey(Locality, on_delete=models.PROTECT, null=True, related_name="+")
    commune = models.ForeignKey(Locality, on_delete=models.PROTECT, null=True, related_name="+")
    hamlet = models.ForeignKey(Locality, on_delete=models.PROTECT, null=True, related_name="+")
    self_governing_group = models.ForeignKey(Locality, on_delete=models.PROTECT, null=True, related_name="+")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["locality", "first_day"]
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            models.UniqueConstraint(fields=["locality", "first_day"], name="place_one_per_first_day"),
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")) & Q(counts_until__gte=models.F("last_day")),
                name="place_days_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["tier", "area", "first_day", "last_day"], name="place_by_tier"),
            models.Index(fields=["parent", "first_day"], name="place_by_parent"),
            models.Index(fields=["area"], condition=Q(moved=True), name="place_moved"),
        ]

    def __str__(self):
        return self.name

    @property
    def ends(self):
        """The last day, or None while the place goes on."""
        return None if self.last_day == date.max else self.last_day

    @property
    def begins(self):
        """The first day, or None when it was always so."""
        return None if self.first_day == date.min else self.first_day

    @property
    def full_path(self):
        """Everything above and the name itself, from the top: a name never stands without its chain."""
        return f"{self.path}{PATH_SEPARATOR}{self.name}" if self.path else self.name

    @property
    def above(self):
        """The names above, nearest first, as people read an address.

        The district at the top of an office's own tree goes without saying.
        """
        names = self.path.split(PATH_SEPARATOR) if self.path else []
        if len(names) > 1 and self.province_id is None and self.district_id is not None:
            names = names[1:]
        return PATH_SEPARATOR.join(reversed(names))

    @property
    def chain(self):
        """(tier, locality id, name) of everything above, from the top, without this place itself."""
        tiers = [
            (tier, id)
            for tier in Tier.values
            if tier != self.tier and (id := getattr(self, f"{tier}_id")) is not None
        ]
        names = self.path.split(PATH_SEPARATOR) if self.path else []
        return [(Tier(tier), id, name) for (tier, id), name in zip(tiers, names, strict=True)]

    def is_below(self, roots):
        """Whether it is one of some localities, (tier, id) pairs, or lies below one: ``below``, of one place."""
        return any(getattr(self, f"{tier}_id") == locality for tier, locality in roots)

    @property
    def steps(self):
        """As ``chain``, down to this place itself."""
        return [*self.chain, (Tier(self.tier), self.locality_id, self.name)]


def decides_at_the_top(reach):
    """Whether somebody decides about a whole tree. Costs a query, but for whoever sees everything."""
    return reach.everything or not _tops(reach).isdisjoint(reach.decides)


def decides_everywhere(reach):
    """Whether somebody decides about every tree that there is. Costs a query, but for whoever sees everything."""
    return reach.everything or _tops(reach) <= reach.decides


def _tops(reach):
    return set(Place.objects.standing_on(reach.day).filter(parent=None).values_list("tier", "locality"))


class PlacedQuerySet(ScopedQuerySet):
    """Facts reached through the place where they happened."""

    def located_in(self, localities):
        """Facts of some localities, or with None of any, wherever these stood."""
        return self.exclude(locality=None) if localities is None else self.filter(locality__in=localities)

    def reached(self, reach, roots):
        return self.filter(facts_below(roots))

    def under(self, locality):
        """Facts that happened in a locality or below it."""
        return self.filter(facts_below([(locality.tier, locality.pk)]))

    def visible_to(self, user, within=None):
        """Facts that the user may see; with ``within`` only those in a locality or below it.

        At the top of what somebody sees, or anywhere for who sees everything, that is all there is to ask: what one's
        agencies do and where one is expected lets nobody see less, and takes a long list a second.
        """
        if within is None:
            return super().visible_to(user)
        reach = reach_of(user)
        if (within.tier, within.pk) in reach.sees:
            return self.under(within)
        there = self.under(within)
        return there if reach.everything else there.reached_in_places(reach, reach.sees)

    def counted_in(self, part, areas=None, place_field="place"):
        """Facts that figures count in a part of the tree (``assignments.subtree``): those that happened in it.

        Unlike ``visible_to`` it leaves out what somebody sees wherever it happened (own rows, rows of own staff). The
        list behind a figure asks for the same. With ``areas``, those the part lies in, it is written for thousands
        of facts that are rolled up by place; without, for a list: below a district no place is looked up.
        """
        if areas is None:
            return self.filter(part.of_facts(place_field))
        lies_in = {f"{area_field(place_field)}__in": areas, f"{place_field}__area__in": areas}
        return self.filter(part(f"{place_field}__"), **lies_in)

    def in_reach_under(self, reach, root):
        """As ``visible_to`` within a locality, (tier, id), of which little is asked: as one query, whoever asks."""
        there = self.filter(facts_below([root]))
        if reach.everything or root in reach.sees:
            return there
        return there.filter(facts_below(reach.sees) | self.beside_places(reach))

    def beside_places(self, reach):
        """The condition that a reach lets see a fact wherever it happened."""
        return Q(pk__in=[])

    def reached_in_places(self, reach, roots):
        """As ``reached``, for facts of which each has a place."""
        return self.reached(reach, roots)

    def beyond_the_end(self):
        """Facts of days on which their locality does not exist: it had ended, or had not begun."""
        return self.filter(Q(place__last_day__lt=F(self.model.placed["place"])) | Q(place=None))

    def point(self):
        """Point each of these facts at the place of its day, in the database, however many they are."""
        for place_field, day_field in self.model.placed.items():
            stood = Place.objects.counting_on(OuterRef(day_field)).filter(locality=OuterRef("locality"))
            self.update(**{place_field: Subquery(stood.values("pk")[:1])})
            area = Place.objects.filter(pk=OuterRef(place_field)).values("area")
            self.update(**{area_field(place_field): Subquery(area[:1])})


class Placed(models.Model):
    """A fact with a day of its own, which counts where its locality stood on that day.

    ``placed`` maps each derived place to the field with its day. ``assignments.places`` sets the places when the
    tree changes; ``save()`` sets them when the fact does. Each has its area beside it, the top of the tree
    around the place: its district, or what is highest. An index that begins with it keeps one district's figures as
    fast among fifty as alone. A model has ``locality``, or says ``locality_id`` itself.
    """

    placed = {"place": "day"}
    # The page, by its name, on which what lies beyond the end of its locality is done with; empty without one.
    beyond_page = ""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    area = models.ForeignKey(Locality, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        self.set_places()
        super().save(*args, **kwargs)

    def refuse_day_without_locality(self):
        """Refuse a day on which the locality does not exist: raises ``ValidationError`` at the field of the day.

        What was recorded for such a day before the locality got its end stays, and can be finished.
        """
        name = self.placed["place"]
        day = getattr(self, name)
        if not (self.locality_id and day) or Place.objects.on(day).filter(locality=self.locality_id).exists():
            return
        stored = type(self)._base_manager.filter(pk=self.pk, locality=self.locality_id, **{name: day})
        if not (self.pk and stored.exists()):
            raise ValidationError({name: _("The locality does not exist on that day.")})

    def set_places(self):
        """Look up where the locality stood on the fact's days; one that has ended stands where it last did."""
        for place_field, day_field in self.placed.items():
            day = getattr(self, day_field)
            place = None
            if self.locality_id and day:
                place = Place.objects.counting_on(day).filter(locality=self.locality_id).first()
            setattr(self, place_field, place)
            setattr(self, f"{area_field(place_field)}_id", place.area_id if place else None)
