"""What the list of handovers can be narrowed by."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assignments.filters import WithinSelectFilter
from assignments.models import Cadre, Place
from cadrenet.texts import SearchTextFilter
from reports.filters import ListFilter


class HandoverFilter(ListFilter):
    """Handovers that wait for a tick unless all are asked for; by part of the tree and by a name."""

    q = SearchTextFilter(label=_("Locality or cadre"))
    within = WithinSelectFilter(field_name="standing", label=_("Within"))
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("all", _("All"))], empty_label=_("Waits for a tick")
    )

    def filter_queryset(self, queryset):
        queryset = self.filters["within"].filter(queryset, self.asked["within"])
        if self.asked["state"] != "all":
            queryset = queryset.open()
        if text := self.asked["q"].strip():
            cadres = Cadre.objects.all().named(text).values("pk")
            places = Place.objects.all().up_to(self.today).named(text).values("locality")
            queryset = queryset.filter(
                Q(ended__locality__in=places) | Q(ended__cadre__in=cadres) | Q(successor__cadre__in=cadres)
            )
        return queryset
