"""The form that records and changes a resource."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.forms import LocalityField, not_after, refuse_before_it_existed
from reports.models import Resource
from reports.privacy import PersonalDataMixin


class ResourceForm(PersonalDataMixin, forms.ModelForm):
    """A resource as somebody records it."""

    checked_fields = ["description", "donor"]

    locality = LocalityField(label=_("Locality"))

    class Meta:
        model = Resource
        fields = ["locality", "mobilised_on", "kind", "description", "value_vnd", "donor", "cadre", "status"]
        widgets = {"mobilised_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.day = day
        self.fields["mobilised_on"].initial = day

    def clean_mobilised_on(self):
        """A promise, too, is made before it is written down."""
        return not_after(self.cleaned_data["mobilised_on"], self.day)

    def clean(self):
        cleaned = super().clean()
        refuse_before_it_existed(self, "mobilised_on")
        return cleaned
