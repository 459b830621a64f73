"""The form that records and changes a resource."""

from django.utils.translation import gettext_lazy as _

from reports.forms import FactForm, LocalityField, not_after
from reports.models import Resource


class ResourceForm(FactForm):
    """A resource as somebody records it."""

    day_field = "mobilised_on"
    checked_fields = ["description", "donor"]

    locality = LocalityField(label=_("Locality"))

    class Meta:
        model = Resource
        fields = ["locality", "mobilised_on", "kind", "description", "value_vnd", "donor", "cadre", "status"]

    def clean_mobilised_on(self):
        """A promise, too, is made before it is written down."""
        return not_after(self.cleaned_data["mobilised_on"], self.day)
