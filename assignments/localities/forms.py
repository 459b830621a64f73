"""Which part of the tree the list of localities shows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.forms import PartForm
from assignments.models import Tier
from cadrenet.texts import SearchInput


class LocalitiesForm(PartForm):
    """The tree, or what is found in it by name and tier."""

    field_order = ["q", "tier", "within", "day"]

    q = SearchInput(label=_("Name or code"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=[("", _("All tiers")), *Tier.choices])
