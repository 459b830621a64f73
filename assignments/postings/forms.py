"""Where a cadre works: a move from a day on, and the correction of what was recorded wrongly."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assignments.filters import DayField
from assignments.models import Agency, Posting
from cadrenet.editing import EditMixin
from cadrenet.texts import NameInput


class PostingForm(EditMixin, forms.ModelForm):
    """A posting that was recorded wrongly, as it should be."""

    class Meta:
        model = Posting
        fields = ["agency", "position", "first_day", "last_day"]
        field_classes = {"first_day": DayField, "last_day": DayField}

    def __init__(self, data=None, *, user, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["agency"].empty_label = _("No agency")
        # Where somebody works already stays a choice, also where it is not the reader's to see.
        seen = Agency.objects.visible_to(user).order_by().values("pk")
        self.fields["agency"].queryset = Agency.objects.filter(Q(pk__in=seen) | Q(pk=self.instance.agency_id))


class MoveForm(EditMixin, forms.Form):
    """A cadre works at another agency, or in another position, from a day on."""

    first_day = DayField(
        label=_("From"), help_text=_("The first day there. Where the cadre works until then ends the day before.")
    )
    agency = forms.ModelChoiceField(label=_("Agency"), queryset=None, required=False, empty_label=_("No agency"))
    position = NameInput(label=_("Position"), required=False, max_length=200)

    def __init__(self, data=None, *, cadre, user, **kwargs):
        self.cadre = cadre
        super().__init__(data, **kwargs)
        self.fields["agency"].queryset = Agency.objects.visible_to(user)
        # One of the two is needed.
        self.fields["agency"].asked_by, self.fields["position"].asked_by = "position", "agency"

    @property
    def edited_row(self):
        return self.cadre

    def stored_value(self, name):
        # What is typed is of a new row.
        return None

    def about(self):
        """Where the cadre works and worked: one of these rows ends the day before."""
        columns = ("pk", "agency", "position", "first_day", "last_day")
        return {"postings": [str(row) for row in self.cadre.postings.order_by("pk").values_list(*columns)]}

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned["agency"] and not cleaned["position"]:
            self.add_error("agency", _("Say at which agency, or in which position."))
        return cleaned
