"""What the list of who acts for whom can be narrowed by."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assignments.filters import ListFilter
from assignments.models import Cadre
from cadrenet.texts import SearchTextFilter


class ActingFilter(ListFilter):
    """Who acts for whom: what goes on or lies ahead unless all is asked for, and by the name of one of the two."""

    q = SearchTextFilter(label=_("Name"))
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("all", _("All"))], empty_label=_("Today and later")
    )

    def filter_queryset(self, queryset):
        if self.asked["state"] != "all":
            queryset = queryset.during(self.day, None)
        if text := self.asked["q"].strip():
            named = Cadre.objects.all().named(text).values("pk")
            queryset = queryset.filter(Q(cadre__in=named) | Q(absent__in=named))
        return queryset
