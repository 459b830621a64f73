"""Which part of the tree, day and state the page of coverage shows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.coverage.queries import COVERED_TIERS
from assignments.filters import CountedInField, counted_part
from assignments.forms import PartForm
from assignments.models import Tier
from assignments.subtree import subtree


class CoverageForm(PartForm):
    """Places with nobody, soon with nobody, or with days without anybody; of one tier or of all."""

    field_order = ["within", "tier", "day", "state", "days"]
    # A coverage that ends is seen to before it has ended (R59): so many days ahead.
    AHEAD = [30, 60, 90]

    class State:
        VACANT, ENDING, GAPS = "", "ending", "gaps"

    # Behind a figure only: the part of the tree of the page whose figure it is.
    counted = CountedInField(label=_("As counted in"), required=False)
    tier = forms.ChoiceField(
        label=_("Tier"),
        required=False,
        choices=[("", _("All tiers")), *((tier.value, tier.label) for tier in COVERED_TIERS)],
    )
    state = forms.ChoiceField(
        required=False, choices=[(State.VACANT, ""), (State.ENDING, ""), (State.GAPS, "")], widget=forms.HiddenInput
    )
    days = forms.TypedChoiceField(
        required=False,
        choices=[(days, days) for days in AHEAD],
        coerce=int,
        empty_value=AHEAD[0],
        widget=forms.HiddenInput,
    )

    def __init__(self, data, *, user, **kwargs):
        super().__init__(data, user=user, **kwargs)
        self.fields["counted"].user = user
        if not self.data.get("counted"):
            self.fields.pop("counted")

    def clean(self):
        asked = super().clean()
        if field := self.fields.get("counted"):
            field.offer(self.data.get("counted"), self.as_of)
        return asked

    @property
    def subtree(self):
        """What the page is of: what the reader reaches at and below a locality, or what a figure counts there."""
        return counted_part(self.user, self.cleaned_data.get("counted"), self.part) or subtree(self.user, self.part)

    @property
    def tiers(self):
        asked = self.cleaned_data.get("tier")
        return [Tier(asked)] if asked else list(COVERED_TIERS)
