"""Which part of the tree is meant, and on which day."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.filters import AgencyField, DayField, WithinSelect
from assignments.models import Tier
from assignments.queries import COVERED_TIERS
from cadrenet.periods import today


class DayForm(forms.Form):
    """The day as of which a page is read: today unless another is asked for."""

    day = DayField(label=_("On the day"), required=False)

    @property
    def as_of(self):
        """The day asked for; today, too, when what was asked for is no day."""
        return (self.is_valid() and self.cleaned_data["day"]) or today()


class PartForm(forms.Form):
    """A part of the tree as of a day; what is left out is all that the user sees, today."""

    within = WithinSelect(label=_("Within"), required=False)
    day = DayField(label=_("On the day"), required=False)

    def __init__(self, data, *, user, **kwargs):
        super().__init__(data, **kwargs)
        self.user = user
        self.fields["within"].user = user

    def clean(self):
        asked = super().clean()
        self.fields["within"].offer(self.user, self.as_of, asked.get("within"))
        return asked

    @property
    def as_of(self):
        """The day asked for, else today."""
        return self.cleaned_data.get("day") or today()

    @property
    def part(self):
        """The locality asked for, or None for all that the user sees."""
        return self.cleaned_data.get("within")


class LocalitiesForm(PartForm):
    """The tree, or what is found in it by name and tier."""

    field_order = ["q", "tier", "within", "day"]

    q = forms.CharField(label=_("Name or code"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=[("", _("All tiers")), *Tier.choices])


class CoverageForm(PartForm):
    """Places with nobody, soon with nobody, or with days without anybody; of one tier or of all."""

    field_order = ["within", "tier", "day", "state", "days"]
    # A coverage that ends is seen to before it has ended (R59): so many days ahead.
    AHEAD = [30, 60, 90]

    class State:
        VACANT, ENDING, GAPS = "", "ending", "gaps"

    tier = forms.ChoiceField(
        label=_("Tier"),
        required=False,
        choices=[("", _("All tiers")), *((tier.value, tier.label) for tier in COVERED_TIERS)],
    )
    state = forms.ChoiceField(
        required=False,
        choices=[(State.VACANT, ""), (State.ENDING, ""), (State.GAPS, "")],
        widget=forms.HiddenInput,
    )
    days = forms.TypedChoiceField(
        required=False,
        choices=[(days, days) for days in AHEAD],
        coerce=int,
        empty_value=AHEAD[0],
        widget=forms.HiddenInput,
    )

    @property
    def tiers(self):
        """The tiers asked for."""
        asked = self.cleaned_data.get("tier")
        return [Tier(asked)] if asked else list(COVERED_TIERS)


class TenureForm(PartForm):
    """Time served in a part of the tree, at one tier or at all, by everybody or by the staff of one agency."""

    field_order = ["within", "tier", "agency", "day"]

    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=[("", _("All tiers")), *Tier.choices])
    agency = AgencyField(label=_("Agency"), required=False)

    def __init__(self, data, *, user, **kwargs):
        super().__init__(data, user=user, **kwargs)
        self.fields["agency"].user = user

    def clean(self):
        asked = super().clean()
        self.fields["agency"].offer(self.user, asked.get("agency"))
        return asked
