"""What people type about a meeting itself: when it is, of which kind, and why it is moved or cancelled."""

from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cadrenet.dates import ClockField, DayField
from cadrenet.editing import EditMixin
from cadrenet.periods import ONE_DAY
from cadrenet.texts import FreeTextInput
from meetings.actions import save_meeting
from meetings.models import Meeting
from meetings.models.kinds import kinds_at

# An end before the beginning is one of the next day where the meeting is no longer than this; else a slip.
LONGEST_PAST_MIDNIGHT = timedelta(hours=12)


def passes_midnight(starts, ends):
    """Return whether a meeting from one time to another ends on the next day."""
    length = timedelta(hours=ends.hour - starts.hour, minutes=ends.minute - starts.minute)
    return length < timedelta(0) and length + ONE_DAY <= LONGEST_PAST_MIDNIGHT


class MeetingForm(EditMixin, forms.ModelForm):
    """When a meeting is, and of which kind. Whose it is was chosen before, and stays."""

    columns = {"day": "starts_at", "starts": "starts_at", "ends": "ends_at", "last_day": "ends_at"}

    day = DayField(label=_("Day"))
    starts = ClockField(label=_("From"))
    ends = ClockField(
        label=_("To"),
        required=False,
        help_text=_("A time before the beginning is one of the next day: 23:30 to 00:30."),
    )

    class Meta:
        model = Meeting
        fields = ["kind"]

    field_order = ["kind", "day", "starts", "ends"]

    def __init__(self, *args, user, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.on = user, on
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in self.kinds()]
        if self.instance.starts_at:
            starts, ends = timezone.localtime(self.instance.starts_at), self.instance.ends_at
            self.initial |= {"day": starts.date(), "starts": starts.time()}
            if ends:
                self.initial["ends"] = timezone.localtime(ends).time()

    def kinds(self):
        """The kinds that fit whose meeting it is."""
        raise NotImplementedError

    def clean(self):
        cleaned = super().clean()
        day, starts, ends = cleaned.get("day"), cleaned.get("starts"), cleaned.get("ends")
        if day and starts:
            self.instance.starts_at = timezone.make_aware(datetime.combine(day, starts))
            last_day = self.last_day_of(cleaned) or (day + ONE_DAY if ends and passes_midnight(starts, ends) else day)
            self.instance.ends_at = timezone.make_aware(datetime.combine(last_day, ends)) if ends else None
            if self.instance.ends_at and last_day >= day:
                if self.instance.ends_at < self.instance.starts_at:
                    self.add_error("ends", _("The meeting ends before it starts."))
                elif self.instance.ends_at == self.instance.starts_at:
                    # It would share time with nothing at all.
                    self.add_error("ends", _("The meeting ends as it starts. Type a later time."))
        return cleaned

    def last_day_of(self, cleaned):
        """The last day of a meeting of several days, or None."""
        return cleaned.get("last_day")

    def _post_clean(self):
        """Leave the rules of the model to the action, which asks for all of them when it saves."""
        if not self.errors:
            self.instance = forms.models.construct_instance(self, self.instance, self._meta.fields)

    def save(self, why=""):
        """Save through the action; return the meeting, or None after adding its sentences to the form."""
        try:
            return save_meeting(self.instance, by=self.user, on=self.on, why=why)
        except ValidationError as error:
            self.add_sentences(error)
            return None

    def add_sentences(self, error):
        """Put what the action says about columns where it belongs on the form."""
        for name, sentences in error.message_dict.items():
            field = FIELD_OF.get(name, name)
            self.add_error(field if field in self.fields else None, sentences)


# Where on the form a sentence about a column belongs.
FIELD_OF = {"starts_at": "day", "ends_at": "ends", "locality": "kind", "override_reason": "why"}


class WhyField(FreeTextInput):
    """The words of whoever moves or cancels a meeting, kept with its history."""

    def __init__(self, label):
        super().__init__(
            label=label,
            required=False,
            max_length=100,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("Kept with the meeting; whoever sees the meeting can read it."),
        )


class LocalityMeetingForm(MeetingForm):
    """A meeting of a locality: only the kinds of its tier. Whoever moves one that follows from a pattern says why."""

    class Meta(MeetingForm.Meta):
        fields = ["kind", "venue", "programme"]
        widgets = {"programme": forms.Textarea(attrs={"rows": 4})}

    field_order = ["kind", "day", "starts", "ends", "venue", "programme", "why"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.follows_a_pattern:
            self.fields["why"] = WhyField(_("Why it is moved"))

    def kinds(self):
        return kinds_at(self.instance.locality.tier)


class CancelForm(forms.Form):
    """Why a meeting that follows from a pattern is cancelled."""

    status = forms.CharField(widget=forms.HiddenInput)
    was = forms.CharField(widget=forms.HiddenInput)
    why = WhyField(_("Why it is cancelled"))
