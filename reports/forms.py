"""What people type on the pages of this app: which figures they want, an issue, a resource."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.models import Locality, Place, Tier

# --- Which quarter, which part of the tree ----------------------------------------------------------------


# --- Issues ----------------------------------------------------------------------------------------------


class LocalityField(forms.ModelChoiceField):
    """A locality chosen from a list in which each stands with its chain."""

    # A list of every self-governing group of a district is no list that somebody reads.
    AT_MOST = 300

    def __init__(self, **kwargs):
        super().__init__(Locality.objects.with_latest().exclude(latest=None).order_by("code"), **kwargs)

    def label_from_instance(self, obj):
        return obj.latest.full_path

    def keep_short(self):
        """Leave out self-governing groups where there are too many to choose from."""
        if self.queryset.count() > self.AT_MOST:
            self.queryset = self.queryset.exclude(tier=Tier.SELF_GOVERNING_GROUP)


def not_after(chosen, day):
    """Return a day that somebody chose, unless it is still to come."""
    if chosen > day:
        raise forms.ValidationError(_("This day lies in the future."))
    return chosen


def refuse_before_it_existed(form, day_field):
    """Refuse a fact of a locality on a day before there was one: it would stand nowhere, and in no figure."""
    locality, day = form.cleaned_data.get("locality"), form.cleaned_data.get(day_field)
    if locality and day and not Place.objects.counting_on(day).filter(locality=locality).exists():
        form.add_error(day_field, _("The locality did not exist yet on that day."))


# --- Handovers ------------------------------------------------------------------------------------------


# --- Resources -------------------------------------------------------------------------------------------


# --- Ratings ---------------------------------------------------------------------------------------------


# --- Who could take over a place ---------------------------------------------------------------------------
