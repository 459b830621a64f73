"""What the predecessor writes on a handover sheet."""

from django import forms

from assignments.models import Handover
from cadrenet.editing import EditMixin
from reports.privacy import PersonalDataMixin


class SituationForm(EditMixin, PersonalDataMixin, forms.ModelForm):
    """What a successor should know of a place beside its figures, in about five lines."""

    checked_fields = ["situation"]

    class Meta:
        model = Handover
        fields = ["situation"]
        widgets = {"situation": forms.Textarea(attrs={"rows": 5, "maxlength": 1000})}
