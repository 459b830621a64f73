"""Forms that raise, change, close and pass on an issue."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.forms import FactForm, LocalityField, not_after
from reports.models import Issue


class IssueForm(FactForm):
    """An issue as somebody raises it; what became of it is said on its page."""

    day_field = "raised_on"
    checked_fields = ["summary"]

    locality = LocalityField(label=_("Locality"))

    class Meta:
        model = Issue
        fields = ["locality", "raised_on", "kind", "theme", "urgent", "summary", "responsible_agency"]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        }

    def clean_raised_on(self):
        """An issue is raised before it is written down, and before it is settled."""
        raised_on = not_after(self.cleaned_data["raised_on"], self.day)
        if self.instance.closed_on and raised_on > self.instance.closed_on:
            raise forms.ValidationError(_("The issue is closed before it was raised."))
        return raised_on


class CloseIssueForm(forms.ModelForm):
    """From when on an issue is settled."""

    class Meta:
        model = Issue
        fields = ["closed_on"]

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.day = day
        self.fields["closed_on"].required = True
        self.initial["closed_on"] = day
        self.instance.status = Issue.Status.CLOSED

    def clean_closed_on(self):
        """An issue is settled after it was raised, and before that is written down."""
        closed_on = not_after(self.cleaned_data["closed_on"], self.day)
        if closed_on < self.instance.raised_on:
            raise forms.ValidationError(_("The issue is closed before it was raised."))
        return closed_on


class PassOnIssueForm(forms.ModelForm):
    """Which agency has to answer an issue."""

    class Meta:
        model = Issue
        fields = ["responsible_agency"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["responsible_agency"].required = True
        self.instance.status = Issue.Status.ESCALATED
