"""What people type about a meeting itself: when it is, of which kind, and why it is moved or cancelled."""

from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cadrenet.dates import ClockField, DayField
from cadrenet.editing import EditMixin
from cadrenet.periods import ONE_DAY
from cadrenet.texts import FreeTextInput
from meetings.actions import save_meeting
from meetings.models import AGENCY_KINDS, Meeting
from meetings.models.meeting import kinds_at

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
            last_day = cleaned.get("last_day") or (day + ONE_DAY if ends and passes_midnight(starts, ends) else day)
            self.instance.ends_at = timezone.make_aware(datetime.combine(last_day, ends)) if ends else None
            if self.instance.ends_at and self.instance.ends_at < self.instance.starts_at and last_day >= day:
                self.add_error("ends", _("The meeting ends before it starts."))
        return cleaned

    def _post_clean(self):
        """Leave the rules of the model to the action, which asks for all of them when it saves."""
        if not self.errors:
            self.instance = forms.models.construct_instance(self, self.instance, self._meta.fields)

    def save(self, why=""):
        """Save through the action; return the meeting, or None after adding its sentences to the form."""
        try:
            return save_meeting(self.instance, by=self.user, on=self.on, why=why)
        except ValidationError as error:
            for name, sentences in error.message_dict.items():
                self.add_error(FIELD_OF.get(name, name) if name != NON_FIELD_ERRORS else None, sentences)
            return None


# Where on the form a sentence about a column belongs.
FIELD_OF = {"starts_at": "day", "ends_at": "ends", "locality": "kind"}


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
        fields = ["kind", "venue"]

    field_order = ["kind", "day", "starts", "ends", "venue", "why"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.follows_a_pattern:
            self.fields["why"] = WhyField(_("Why it is moved"))

    def kinds(self):
        return kinds_at(self.instance.locality.tier)


class AgencyMeetingForm(MeetingForm):
    """A meeting or training of an agency. Its last field comes into play once a warning was read."""

    last_day = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Only for a meeting or training of several days."),
    )
    why = WhyField(_("Why on this day all the same"))

    class Meta(MeetingForm.Meta):
        fields = ["agency", "kind", "convened_by", "extraordinary"]

    field_order = ["agency", "kind", "day", "starts", "ends", "last_day", "convened_by", "extraordinary", "why"]

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies
        self.fields["agency"].required = True
        self.fields["agency"].empty_label = _("Choose an agency")
        self.fields["extraordinary"].help_text = _(
            "Called out of turn by the province or above: restricted days do not bind it."
        )
        if self.instance.ends_at:
            last_day = timezone.localtime(self.instance.ends_at).date()
            starts = timezone.localtime(self.instance.starts_at)
            over_midnight = last_day == starts.date() + ONE_DAY and self.initial["ends"] < starts.time()
            if last_day != starts.date() and not over_midnight:
                self.initial["last_day"] = last_day
        if self.instance.agency_id:
            # Whose meeting it is stays; a wrong one is cancelled.
            self.fields["agency"].disabled = self.instance.pk is not None
        elif len(offered := list(agencies[:2])) == 1:
            self.initial["agency"] = offered[0]

    def kinds(self):
        return AGENCY_KINDS

    def clean(self):
        cleaned = super().clean()
        day, last_day = cleaned.get("day"), cleaned.get("last_day")
        if day and last_day and last_day < day:
            self.add_error("last_day", _("The last day lies before the first day."))
        if last_day and not cleaned.get("ends") and "ends" not in self.errors:
            self.add_error("ends", _("A meeting of several days needs a time at which it ends."))
        return cleaned


class CancelForm(forms.Form):
    """Why a meeting that follows from a pattern is cancelled."""

    status = forms.CharField(widget=forms.HiddenInput)
    was = forms.CharField(widget=forms.HiddenInput)
    why = WhyField(_("Why it is cancelled"))
