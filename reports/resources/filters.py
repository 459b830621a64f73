"""What the list of resources can be narrowed by. A list behind a figure counts what the figure counts."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assignments.filters import CountedInFilter, WithinSelectFilter
from cadrenet.texts import SearchTextFilter
from reports.filters import ListFilter, OpenListFilter, QuarterSelectFilter
from reports.models import Resource


class ResourceFilter(ListFilter):
    """Resources by the day they were mobilised and by where that was."""

    quarter = QuarterSelectFilter(label=_("Quarter"))
    within = WithinSelectFilter(field_name="place", label=_("Within"))
    counted = CountedInFilter(label=_("As counted in"))
    kind = OpenListFilter(label=_("Kind"), choices=Resource.Kind, empty_label=_("All kinds"))
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Resource.Status, empty_label=_("Any"))
    q = SearchTextFilter(label=_("Text or code"))

    def filter_queryset(self, queryset):
        asked = self.asked
        if part := self.counted_part:
            queryset = Resource.objects.counted_in(part)
        else:
            queryset = self.filters["within"].filter(queryset, asked["within"])
        for name in ("kind", "status"):
            queryset = self.filters[name].filter(queryset, asked[name])
        if asked["quarter"]:
            queryset = queryset.filter(mobilised_on__range=asked["quarter"].days)
        if text := asked["q"].strip():
            found = Q(description__icontains=text) | Q(donor__icontains=text) | Q(code__iexact=text)
            queryset = queryset.filter(found)
        return queryset.select_related("place", "cadre").order_by("-mobilised_on", "pk")
