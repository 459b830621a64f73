"""The tree of localities, one step at a time, and what is found in it by name."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import ListView

from assignments.coverage.queries import COVERED_TIERS
from assignments.localities.forms import LocalitiesForm
from assignments.models import Assignment, Locality, Place
from assignments.queries import answering_on, counted_below, in_order_of_tier, roots_on
from assignments.wording import count_with_unit
from cadrenet.listing import PER_PAGE, Column, FileMixin

# The children of one locality are read as a whole; what was found is leafed through.
CHILDREN_PER_PAGE = 100


@dataclass
class LocalityRow:
    """A locality as a list shows it on a day: who is in charge, how many lie below, whether it has ended."""

    place: Place
    people: list[Assignment] = field(default_factory=list)
    below: dict = field(default_factory=dict)
    ended_on: date | None = None
    now: Place | None = None
    url: str = ""

    @property
    def is_vacant(self):
        """Whether nobody is in charge where somebody should be."""
        return not self.people and not self.ended_on and self.place.tier in COVERED_TIERS

    @property
    def names(self):
        """Those in charge, for a cell of a file."""
        return "; ".join(person.cadre.full_name for person in self.people)

    @property
    def number_below(self):
        """All localities below, of whatever tier."""
        return sum(self.below.values())

    @property
    def words_below(self):
        """How many lie below, tier by tier."""
        return [count_with_unit(tier, number) for tier, number in self.below.items()]


def described(places, day, user):
    """Return a ``LocalityRow`` for each of some places, as things stand on a day. Three queries."""
    places = list(places)
    standing = [place for place in places if place.last_day >= day]
    gone = {place.locality_id for place in places if place.last_day < day}
    people = answering_on(day, [place.locality_id for place in standing])
    below = counted_below(standing, day)
    now = {}
    if gone:
        found = Place.objects.visible_to(user).on(day).filter(locality__in=gone).select_related("locality", "type")
        now = {place.locality_id: place for place in found}
    return [
        LocalityRow(
            place,
            people.get(place.locality_id, []) if place.last_day >= day else [],
            below.get(place.locality_id, {}) if place.last_day >= day else {},
            place.last_day if place.last_day < day else None,
            now.get(place.locality_id) if place.last_day < day else None,
            reverse("reports:locality", args=[place.locality_id]),
        )
        for place in places
    ]


class LocalitiesView(FileMixin, ListView):
    """What lies in a locality on a day; with a name or a tier, what is found below it, ended localities too."""

    template_name = "assignments/localities/localities.html"
    file_stem = "localities"
    columns = [
        Column(_("Code"), "place.locality.code"),
        Column(_("Name"), "place.name"),
        Column(_("Type"), "place.type.name"),
        Column(_("Tier"), "place.get_tier_display"),
        Column(_("Lies in"), "place.path"),
        Column(_("From"), "place.begins"),
        Column(_("Until"), "ended_on"),
        Column(_("Households"), "place.households"),
        Column(_("In charge"), "names"),
        Column(_("Localities below"), "number_below"),
    ]

    def get_queryset(self):
        self.head, self.form = None, LocalitiesForm(self.request.GET, user=self.request.user)
        if not self.form.is_valid():
            return Place.objects.visible_to(self.request.user).none()
        asked, self.day = self.form.cleaned_data, self.form.as_of
        self.searching = bool(asked["q"].strip() or asked["tier"])
        places = Place.objects.visible_to(self.request.user).select_related("locality", "type")
        if self.form.part:
            self.head = places.on(self.day).filter(locality=self.form.part).first()
        if self.searching:
            return self.found(places, asked["q"].strip(), asked["tier"])
        if self.form.part:
            return places.on(self.day).filter(parent=self.form.part).order_by("locality__code")
        roots = roots_on(self.request.user, self.day)
        if len(roots) != 1:
            return roots
        self.head = roots[0]
        return places.on(self.day).filter(parent=self.head.locality).order_by("locality__code")

    def found(self, places, text, tier):
        """Places by name or code, each locality once, as it was called last; by tier alone, those of the day."""
        if self.form.part:
            places = places.under(self.form.part).exclude(locality=self.form.part)
        if tier:
            places = places.filter(tier=tier)
        if not text:
            return in_order_of_tier(places.on(self.day))
        latest = Window(RowNumber(), partition_by="locality", order_by=F("first_day").desc())
        named = places.filter(first_day__lte=self.day).named(text)
        return named.annotate(number=latest).filter(number=1).order_by("sort_key", "locality__code")

    def get_paginate_by(self, queryset):
        return PER_PAGE if getattr(self, "searching", True) else CHILDREN_PER_PAGE

    def with_details(self, places):
        """The places with who answers for them and what lies below."""
        return described(places, self.day, self.request.user)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            title=_("Localities"), filter={"form": self.form}, head=self.head, **kwargs
        )
        if self.form.is_valid():
            rows = self.with_details(context["object_list"])
            context |= {"rows": rows, "searching": self.searching, "day": self.day, "part": self.form.part}
        if self.head:
            below = counted_below([self.head], self.day).get(self.head.locality_id, {})
            context |= {"chain": self.chain(), "below": [count_with_unit(*item) for item in below.items()]}
        return context

    def chain(self):
        """What the head lies in; what the user may open is a link to the tree below it."""
        above = self.head.chain
        seen = Locality.objects.visible_to(self.request.user).filter(pk__in=[id for _tier, id, _name in above])
        codes = dict(seen.values_list("pk", "code"))
        query = self.request.GET.copy()
        for name in ("q", "tier", "page"):
            query.pop(name, None)
        links = []
        for _tier, id, name in above:
            query["within"] = codes.get(id, "")
            links.append({"label": name, "url": f"?{query.urlencode()}" if id in codes else ""})
        return [*links, {"label": self.head.name, "url": ""}]
