"""What the lists of cadres and agencies can be narrowed by."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.filters import AgencyFilter, ListFilter, SearchFilter
from assignments.models import Assignment, Tier
from assignments.models.posting import posting_on


class CadreFilter(ListFilter):
    """Cadres by name, agency, the tier and role of what they hold today, or that they hold nothing.

    What a cadre holds where the reader may not look is not known here, and so neither hides nor shows anybody.
    """

    q = SearchFilter(label=_("Name"))
    agency = AgencyFilter(field_name="pk", label=_("Agency"))
    tier = django_filters.ChoiceFilter(label=_("Serves at the tier"), choices=Tier, empty_label=_("All tiers"))
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Assignment.Role, empty_label=_("All roles"))
    unassigned = django_filters.BooleanFilter(label=_("With no assignment"), widget=forms.CheckboxInput)

    # Whoever has left and was not let go: counted nowhere, so there is a list of them.
    still_holding = django_filters.BooleanFilter(
        label=_("Has left, and still holds something"), widget=forms.CheckboxInput
    )

    def filter_queryset(self, queryset):
        for name in ("q", "agency"):
            queryset = self.filters[name].filter(queryset, self.asked[name])
        # By key and not by Exists: what a reader may see of all assignments is worked out once, not for each cadre.
        held = Assignment.objects.visible_to(self.request.user).on(self.day).order_by()
        if self.asked["unassigned"]:
            queryset = queryset.exclude(pk__in=held.values("cadre"))
        if self.asked["tier"] or self.asked["role"]:
            wanted = {"locality__tier": self.asked["tier"], "role": self.asked["role"]}
            held = held.filter(**{name: value for name, value in wanted.items() if value})
            queryset = queryset.filter(pk__in=held.values("cadre"))
        if self.asked["still_holding"]:
            queryset = queryset.with_something_left()
        return queryset.prefetch_related(posting_on(self.day))


class AgencyListFilter(ListFilter):
    """Agencies by name or code."""

    q = SearchFilter(label=_("Name"))

    def filter_queryset(self, queryset):
        return self.filters["q"].filter(queryset, self.asked["q"])
