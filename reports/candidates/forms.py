"""What narrows the people proposed for an empty place."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.filters import AgencyField
from assignments.models.posting import staff_on
from cadrenet.texts import SearchInput


class CandidatesForm(forms.Form):
    """Candidates by name and agency."""

    q = SearchInput(label=_("Name"), required=False)
    agency = AgencyField(label=_("Agency"), required=False)

    def __init__(self, data, *, user, **kwargs):
        super().__init__(data, **kwargs)
        self.user = user
        self.fields["agency"].user = user

    def clean(self):
        asked = super().clean()
        self.fields["agency"].offer(self.user, asked.get("agency"))
        return asked

    def narrowed(self, cadres, day):
        """Those of some cadres who were asked for, as they work on a day."""
        if text := self.cleaned_data["q"].strip():
            cadres = cadres.named(text)
        if agency := self.cleaned_data["agency"]:
            cadres = cadres.filter(staff_on(day, [agency], "pk"))
        return cadres
