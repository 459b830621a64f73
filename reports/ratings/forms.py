"""Which year and kind of organisation the table of ratings is of."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from cadrenet.dates import YearField
from cadrenet.periods import FIRST_YEAR, last_year
from cadrenet.templatetags.figures import pct
from reports.models import PartyOrganisation


class RatingsForm(forms.Form):
    """Which year and which kind of organisation a table of ratings is of, and how precise it is.

    ``years`` holds the years in which anything was rated, by kind. What is not said is the latest of them, and the
    committees of communes.
    """

    year = YearField(label=_("Year"), required=False, widget=forms.Select)
    kind = forms.ChoiceField(label=_("Kind of organisation"), choices=PartyOrganisation.Kind, required=False)
    places = forms.TypedChoiceField(
        label=_("Decimals"), choices=[(2, "85.71"), (0, "86")], coerce=int, required=False, empty_value=2
    )

    def __init__(self, data, *, years, day):
        kind = data.get("kind") or PartyOrganisation.Kind.COMMUNE_COMMITTEE
        # A mistyped year, from before years were looked at, is not what is meant by the latest.
        bounded = range(FIRST_YEAR, last_year(day) + 1)
        known = sorted({year for rated in years.values() for year in rated if year in bounded}, reverse=True)
        known = known or [day.year]
        of_kind = max((year for year in years.get(kind, ()) if year in bounded), default=known[0])
        year = data.get("year") or str(of_kind)
        super().__init__({"year": year, "kind": kind, "places": data.get("places") or "2"})
        offered = [str(year) for year in known]
        if year not in offered and year.isdecimal():
            offered.insert(0, year)
        self.fields["year"].widget.choices = [(year, year) for year in offered]
        self.fields["places"].choices = [(2, pct(Decimal("85.71"))), (0, pct(Decimal("86")))]
