"""What the list of assignments can be narrowed by."""

import django_filters
from django import forms
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from assignments.filters import AgencyFilter, DayFilter, ListFilter, StaffFilter, WithinSelectFilter
from assignments.models import Assignment, Cadre, Place, Tier
from assignments.models.posting import posting_on
from assignments.tenure.figures import Span, of_span, standing_within, with_moment, with_place
from cadrenet.texts import SearchTextFilter


class AssignmentFilter(ListFilter):
    """Assignments by state on a day, part of the tree, tier, role, agency and a piece of text."""

    class State(TextChoices):
        IN_FORCE = "in_force", _("In force")
        ENDED = "ended", _("Ended")
        LATER = "later", _("Begins later")
        ALL = "all", _("All")

    q = SearchTextFilter(label=_("Locality, cadre or decision"))
    within = WithinSelectFilter(label=_("Within"))
    tier = django_filters.ChoiceFilter(
        field_name="locality__tier", label=_("Tier"), choices=Tier, empty_label=_("All tiers")
    )
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Assignment.Role, empty_label=_("All roles"))
    agency = AgencyFilter(field_name="cadre", label=_("Agency"))
    tenure = django_filters.ChoiceFilter(label=_("Time served"), choices=Span.choices, empty_label=_("Any"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=State.choices, empty_label=None)
    day = DayFilter(label=_("On the day"))
    # Not offered, but links of a locality's page ask for it: this locality alone, with nothing below it.
    locality = SearchTextFilter(field_name="locality__code", widget=forms.HiddenInput)
    # The same of the figures of tenure: staff of one agency by its key, 0 for cadres who belong to none.
    staff_of = StaffFilter(field_name="cadre", min_value=0, max_value=2**31, widget=forms.HiddenInput)

    def filter_queryset(self, queryset):
        queryset = with_moment(queryset, self.day)
        for name in ("tier", "role", "agency", "locality", "staff_of"):
            queryset = self.filters[name].filter(queryset, self.asked[name])
        if self.asked["tenure"] != Span.LEFT:
            queryset = self.in_state(queryset, self.asked["state"] or self.State.IN_FORCE)
        queryset = standing_within(queryset, self.asked["within"])
        if span := self.asked["tenure"]:
            queryset = of_span(queryset, span, self.day)
        if text := self.asked["q"].strip():
            places = Place.objects.all().up_to(self.day).named(text).values("locality")
            cadres = Cadre.objects.all().named(text).values("pk")
            decision = Q(decision_number__icontains=text)
            queryset = queryset.filter(Q(locality__in=places) | Q(cadre__in=cadres) | decision)
        return with_place(queryset).prefetch_related(posting_on(self.day, "cadre"))

    def in_state(self, queryset, state):
        """Assignments that are in force, ended or yet to begin on the day."""
        if state == self.State.IN_FORCE:
            return queryset.on(self.day)
        if state == self.State.ENDED:
            return queryset.filter(last_day__lt=self.day)
        if state == self.State.LATER:
            return queryset.filter(first_day__gt=self.day)
        return queryset
