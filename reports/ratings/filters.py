"""What the list of rated organisations can be narrowed by. A list behind a figure counts what the figure counts."""

import django_filters
from django.utils.translation import gettext_lazy as _

from assignments.filters import WithinSelectFilter
from cadrenet.dates import YearFilter
from reports.figures.ratings import GOOD_OR_BETTER, rated_within
from reports.filters import ListFilter
from reports.models import PartyOrganisation, RatingLevel


class RatingFilter(ListFilter):
    """Organisations rated in a year, by kind and level; a level may be several of them together."""

    RATED = "rated"

    year = YearFilter(label=_("Year"))
    kind = django_filters.ChoiceFilter(
        field_name="organisation__kind",
        label=_("Kind of organisation"),
        choices=PartyOrganisation.Kind,
        empty_label=_("All kinds"),
    )
    level = django_filters.ChoiceFilter(
        label=_("Level"),
        choices=[
            (GOOD_OR_BETTER, _("Completed tasks well or better")),
            *RatingLevel.Code.choices,
            (RATED, _("Rated")),
        ],
        empty_label=_("All levels"),
    )
    within = WithinSelectFilter(label=_("Within"))

    def filter_queryset(self, queryset):
        asked = self.asked
        for name in ("year", "kind"):
            queryset = self.filters[name].filter(queryset, asked[name])
        if asked["level"] == GOOD_OR_BETTER:
            queryset = queryset.filter(level__good_or_better=True)
        elif asked["level"] == self.RATED:
            queryset = queryset.filter(level__rated=True)
        elif asked["level"]:
            queryset = queryset.filter(level__code=asked["level"])
        return rated_within(queryset, asked["within"]) if asked["within"] else queryset
