"""Which part of the tree, day and agency the page of tenure shows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.filters import AgencyField
from assignments.forms import PartForm
from assignments.models import Tier


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
