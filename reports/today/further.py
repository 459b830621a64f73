"""What the page after the tap asks beside what is recorded of the meeting itself: an issue, guidance, feedback.

``FURTHER`` lists what may be asked: functions of a meeting, a user and what was sent, which return a form, or None
where it is not asked of this user at this meeting. Such a form has ``fields_template``, and ``save(by, on)``, which
is called once all forms of the page are valid and the meeting is recorded, in the same transaction.
"""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.scope import reach_of
from cadrenet.history import sign_change
from meetings.guidance.forms import passed_on_form
from meetings.programmes.forms import feedback_form
from reports.models import Issue
from reports.privacy import PersonalDataMixin


class RaisedIssueForm(PersonalDataMixin, forms.ModelForm):
    """An issue or a recommendation that was raised at a meeting; what is left empty raises none."""

    fields_template = "reports/today/issue_fields.html"
    checked_fields = ["summary"]

    class Meta:
        model = Issue
        fields = ["summary", "theme", "urgent"]
        labels = {"summary": _("Issue or recommendation"), "urgent": _("Pressing")}
        # The placeholder is what tells an empty field from a filled one, where the browser knows how to ask.
        widgets = {"summary": forms.Textarea(attrs={"rows": 2, "maxlength": 500, "placeholder": " "})}

    def __init__(self, *args, meeting, **kwargs):
        raised = Issue(locality=meeting.locality, raised_on=meeting.day, kind=Issue.Kind.RECOMMENDATION)
        super().__init__(*args, instance=raised, prefix="issue", **kwargs)
        self.fields["summary"].required = self.fields["theme"].required = False

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("summary") and not cleaned.get("theme") and "theme" not in self.errors:
            self.add_error("theme", _("Choose the theme of the issue."))
        return cleaned

    def _post_clean(self):
        if self.cleaned_data.get("summary"):
            super()._post_clean()

    def save(self, by, on):
        """Raise it, if anything was written."""
        if self.cleaned_data.get("summary"):
            sign_change(self.instance, by=by)
            super().save()


def raised_issue(meeting, user, data=None):
    """The form of an issue, for whoever records facts where the meeting was."""
    if meeting.locality_id is None or not meeting.is_recorded_in(reach_of(user)):
        return None
    return RaisedIssueForm(data, meeting=meeting)


FURTHER = [feedback_form, passed_on_form, raised_issue]


def further_forms(meeting, user, data=None):
    """The forms that are asked of a user beside what is recorded of a meeting."""
    found = (asked(meeting, user, data) for asked in FURTHER)
    return [form for form in found if form is not None]
