"""Which quarter, tier and part of the tree the quarterly summary is of."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.models import Tier
from reports.figures.forms import FiguresForm


class QuarterlyForm(FiguresForm):
    """As ``FiguresForm``, and of which tier the rows are."""

    field_order = ["quarter", "level", "within"]

    level = forms.ChoiceField(label=_("Tier"), required=False, choices=Tier)

    def default(self, name):
        if name == "level":
            # Who answers for a hamlet alone has no communes to compare.
            highest = min((Tier(root.tier) for root in self.roots), key=lambda tier: tier.rank, default=Tier.COMMUNE)
            return highest if Tier.COMMUNE.above(highest) else Tier.COMMUNE
        return super().default(name)
