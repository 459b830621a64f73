"""What people type about the programme of a meeting."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.scope import reach_of
from cadrenet.texts import FreeTextInput
from meetings.models import Feedback, Kind
from meetings.programmes.actions import changed_meanwhile, give_feedback

LONGEST = 300


class FeedbackForm(forms.Form):
    """One sentence about the programme, by whoever is on the roster; a sentence is a yes, and none is asked for."""

    fields_template = "meetings/feedback_fields.html"

    feedback = FreeTextInput(
        label=_("Feedback on the programme, one sentence"),
        required=False,
        max_length=LONGEST,
        help_text=_("Before the meeting or at it. Whoever records here says whether it was taken up."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, meeting, cadre):
        super().__init__(data, prefix="programme")
        self.meeting, self.cadre = meeting, cadre
        self.stored = Feedback.objects.filter(meeting=meeting, cadre=cadre).first()
        self.initial = {"feedback": self.stored.text if self.stored else "", "was": self.initial_text}

    @property
    def initial_text(self):
        """What is stored, by the time the page is made."""
        return self.stored.text if self.stored else ""

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("feedback") not in ("", None, self.initial_text) and cleaned.get("was") != self.initial_text:
            self.add_error("feedback", changed_meanwhile())
        return cleaned

    def save(self, by, on):
        """Store it, if anything was written. What was said stays until other words take its place."""
        text = self.cleaned_data.get("feedback")
        if text and text != self.initial_text:
            give_feedback(self.meeting, self.cadre, text, by=by)


def feedback_form(meeting, user, data=None):
    """Return the form for whoever is on the roster of a cell's meeting; None for anybody else."""
    cadre = reach_of(user).cadre
    if meeting.kind != Kind.CELL or not cadre or meeting.took_no_place:
        return None
    if not meeting.attendances.filter(cadre=cadre).exists():
        return None
    return FeedbackForm(data, meeting=meeting, cadre=cadre)
