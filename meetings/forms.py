"""What people type about meetings: that there is one, and who came."""

import json
from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cadrenet.dates import DayField
from cadrenet.editing import EditMixin
from cadrenet.periods import ONE_DAY
from meetings.actions import FACTS, Mark, Refused, record_attendance, save_meeting
from meetings.filters import DayInput
from meetings.models import AGENCY_KINDS, Attendance, Kind, Meeting
from meetings.models.meeting import kinds_at
from meetings.older_pages import answers_lost, stated

FEEDBACK = [("1", _("Given")), ("0", _("Not given"))]
FOUND_AT_ONCE = 10


# --- A meeting itself ---------------------------------------------------------------------------------------


class ClockInput(forms.TimeInput):
    """A time as people write it, 19:00, with the keyboard of digits on a phone."""

    def __init__(self, attrs=None):
        super().__init__(format="%H:%M", attrs={"inputmode": "numeric", "autocomplete": "off", **(attrs or {})})


# An end before the beginning is one of the next day where the meeting is no longer than this; else a slip.
LONGEST_PAST_MIDNIGHT = timedelta(hours=12)


def passes_midnight(starts, ends):
    """Return whether a meeting from one time to another ends on the next day."""
    length = timedelta(hours=ends.hour - starts.hour, minutes=ends.minute - starts.minute)
    return length < timedelta(0) and length + ONE_DAY <= LONGEST_PAST_MIDNIGHT


class MeetingForm(EditMixin, forms.ModelForm):
    """When a meeting is, and of which kind. Whose it is was chosen before, and stays."""

    columns = {"day": "starts_at", "starts": "starts_at", "ends": "ends_at", "last_day": "ends_at"}

    day = DayField(label=_("Day"), widget=DayInput)
    starts = forms.TimeField(label=_("From"), widget=ClockInput)
    ends = forms.TimeField(
        label=_("To"),
        required=False,
        widget=ClockInput,
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


class WhyField(forms.CharField):
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
        widget=DayInput,
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


# --- Who came -------------------------------------------------------------------------------------------------


class Person:
    """The fields of one cadre on a form of attendance, for the template."""

    def __init__(self, form, row):
        self.row = row
        self.status, self.reason, self.note, self.was = (
            form[f"{name}-{row.cadre_id}"] for name in ("status", "reason", "note", "was")
        )

    @property
    def errors(self):
        """What is wrong with what was said of this cadre."""
        return [*self.status.errors, *self.reason.errors, *self.note.errors]


class RecordForm(forms.Form):
    """Who came to a meeting, and what is said about the meeting itself.

    ``rows`` are those that the user may record; ``whole`` says whether the meeting itself is the user's to record,
    too. Every field travels with what the page showed (``was``), so that only what was changed here is written. What
    an older page asked, and this one no longer does, is refused and never dropped. ``guests`` are the cadres whom the
    user sees, of whom anyone may have come.
    """

    ALL_STATES = [
        (Attendance.Status.PRESENT, _("Present")),
        (Attendance.Status.ABSENT, _("Absent")),
        (Attendance.Status.EXCUSED, _("Absent, excused")),
        (Attendance.Status.UNRECORDED, _("Not recorded yet")),
    ]
    GUEST_STATES = [(Attendance.Status.PRESENT, _("Came")), (Attendance.Status.UNRECORDED, _("Did not come: remove"))]

    def __init__(self, *args, meeting, rows, whole, on, now, guests=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.meeting, self.rows, self.whole, self.on = meeting, list(rows), whole, on
        # A meeting that was over before this page was opened was held, in nine cases of ten.
        self.over = meeting.starts_at <= now
        self.facts = self._add_facts() if whole else []
        for row in self.rows:
            self._add_person(row)
        # Nobody is expected at an agency's own meetings, and nobody is counted there.
        self.cadres = guests
        self.may_add_guests = guests is not None and whole and meeting.locality_id is not None and meeting.day <= on
        if self.may_add_guests:
            self.fields["guest_name"] = forms.CharField(label=_("Add somebody who came"), required=False)
            self.fields["guest"] = forms.ModelMultipleChoiceField(guests, required=False)
        self.people = [Person(self, row) for row in self.rows if row.expected]
        self.guests = [Person(self, row) for row in self.rows if not row.expected]

    # --- fields

    def _add_facts(self):
        meeting, facts = self.meeting, ["status"]
        states = [Meeting.Status.HELD, Meeting.Status.NOT_HELD, Meeting.Status.CANCELLED]
        if meeting.day > self.on:
            states = [Meeting.Status.PLANNED, Meeting.Status.CANCELLED]
        initial = meeting.status
        if meeting.status == Meeting.Status.PLANNED and self.over:
            initial = Meeting.Status.HELD
        elif meeting.status not in states:
            states.insert(0, meeting.status)
        self.fields["status"] = radios(
            _("Did it take place?"), [(s, Meeting.Status(s).label) for s in states], initial
        )
        if meeting.follows_a_pattern:
            self.fields["why"] = WhyField(_("Why it is cancelled"))
        if meeting.kind == Kind.SELF_GOVERNING_GROUP:
            total = meeting.households_total
            if total is None and meeting.place:
                total = meeting.place.households
            self.fields["households_total"] = number(_("Households in the group"), total)
            self.fields["households_represented"] = number(
                _("Households represented"), meeting.households_represented
            )
            facts += ["households_total", "households_represented"]
        if meeting.kind == Kind.CELL:
            for name, label in (
                ("quality_organisation", _("Organisation")),
                ("quality_content", _("Content")),
                ("quality_time", _("Time")),
            ):
                self.fields[name] = radios(label, Meeting.Quality.choices, getattr(meeting, name))
                facts.append(name)
            given = {True: "1", False: "0", None: ""}[meeting.programme_feedback]
            self.fields["programme_feedback"] = radios(_("Feedback on the programme"), FEEDBACK, given)
            facts.append("programme_feedback")
        self.fields["were"] = hidden({name: getattr(meeting, name) for name in facts})
        return facts

    def _add_person(self, row):
        key, name = row.cadre_id, row.cadre.full_name
        states = list(self.ALL_STATES)
        if not row.expected:
            states = list(self.GUEST_STATES)
            if row.status not in dict(states):
                states.insert(1, (row.status, row.get_status_display()))
        self.fields[f"status-{key}"] = radios(name, states, row.status)
        reasons = [("", _("Reason of the absence")), *Attendance.Reason.choices]
        self.fields[f"reason-{key}"] = forms.ChoiceField(
            label=_("Reason of the absence"), choices=reasons, required=False, initial=row.reason
        )
        self.fields[f"note-{key}"] = forms.CharField(
            label=_("Note"), required=False, initial=row.note, max_length=300
        )
        self.fields[f"was-{key}"] = hidden([row.status, row.reason, row.note])

    # --- what was said

    def clean(self):
        cleaned = super().clean()
        if self.whole:
            cleaned["were"] = self._read("were", dict, {})
        for row in self.rows:
            cleaned[f"was-{row.cadre_id}"] = self._read(f"was-{row.cadre_id}", list, None)
        if lost := answers_lost(self.data, self.fields, self.cadres):
            raise ValidationError(
                _("Nothing was recorded: meanwhile nobody is asked about this any more: %(what)s. Look again."),
                params={"what": ", ".join(lost)},
            )
        return cleaned

    def _read(self, name, kind, otherwise):
        """What the page had shown; a page that says nonsense about it has shown nothing."""
        return stated(self.cleaned_data.get(name), kind, otherwise)

    @property
    def marks(self):
        """What was said of each cadre; nothing of those whom the page did not ask about."""
        for row in self.rows:
            key = row.cadre_id
            status = self.cleaned_data.get(f"status-{key}")
            if status:
                was = self.cleaned_data[f"was-{key}"]
                yield Mark(
                    cadre=key,
                    status=status,
                    reason=self.cleaned_data.get(f"reason-{key}", ""),
                    note=self.cleaned_data.get(f"note-{key}", ""),
                    was=tuple(was) if was else None,
                )

    @property
    def facts_recorded(self):
        """Field -> value for what was answered about the meeting; an empty status is no answer."""
        facts = {name: self.cleaned_data.get(name) for name in self.facts}
        if "programme_feedback" in facts:
            facts["programme_feedback"] = {"1": True, "0": False}.get(facts["programme_feedback"])
        if not facts.get("status"):
            facts.pop("status", None)
        if "households_total" in facts and facts["households_represented"] is None:
            # The number of households stands there by itself; with nobody counted it says nothing.
            facts["households_total"] = self.meeting.households_total
        return facts

    def save(self, by, on):
        """Record it; return whether that was possible. If not, the form says why, and keeps what was typed."""
        try:
            record_attendance(
                self.meeting,
                by=by,
                on=on,
                marks=list(self.marks),
                guests=[cadre.pk for cadre in self.cleaned_data.get("guest", ())],
                facts=self.facts_recorded,
                were=self.cleaned_data.get("were"),
                why=self.cleaned_data.get("why", ""),
            )
        except Refused as refused:
            self._show_refusals(refused)
            return False
        return True

    def _show_refusals(self, refused):
        """Put the sentences where they belong, and let the next try start from what is recorded by now."""
        self.data = self.data.copy()
        for name, sentences in refused.facts.items():
            self.add_error(name if name in self.fields else None, sentences)
        for cadre, sentences in refused.marks.items():
            name = f"status-{cadre}"
            self.add_error(name if name in self.fields else None, sentences)
            if cadre in refused.now:
                self.data[f"was-{cadre}"] = json.dumps(refused.now[cadre])
        if self.whole:
            were = {**self.cleaned_data["were"]}
            were |= {name: getattr(refused.meeting, name) for name in refused.facts if name in FACTS}
            self.data["were"] = json.dumps(were)

    def mark_the_rest_present(self):
        """Answer for everybody not recorded yet, without saving: the next tap does."""
        self.data = self.data.copy()
        for row in self.rows:
            if row.expected and self.data.get(f"status-{row.cadre_id}") in (None, Attendance.Status.UNRECORDED):
                self.data[f"status-{row.cadre_id}"] = Attendance.Status.PRESENT.value


class CancelForm(forms.Form):
    """Why a meeting that follows from a pattern is cancelled."""

    status = forms.CharField(widget=forms.HiddenInput)
    was = forms.CharField(widget=forms.HiddenInput)
    why = WhyField(_("Why it is cancelled"))


class OwnAbsenceForm(forms.Form):
    """Why the user was absent from a meeting. Extreme urgency is the one reason that excuses."""

    reason = forms.ChoiceField(label=_("Reason"), choices=Attendance.Reason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("In a few words"),
        required=False,
        max_length=300,
        help_text=_("Needed for extreme urgency. Nothing about health or family."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, row, **kwargs):
        super().__init__(*args, **kwargs)
        self.row = row
        self.initial = {"reason": row.reason, "note": row.note, "was": json.dumps([row.status, row.reason, row.note])}

    @property
    def plain_reasons(self):
        """The choices that leave it at “absent”."""
        return [radio for radio in self["reason"] if radio.data["value"] != Attendance.Reason.EXTREME_URGENCY]

    @property
    def excusing_reasons(self):
        return [radio for radio in self["reason"] if radio.data["value"] == Attendance.Reason.EXTREME_URGENCY]

    def save(self, by, on):
        """Record it; return whether that was possible."""
        reason = self.cleaned_data["reason"]
        excused = reason == Attendance.Reason.EXTREME_URGENCY
        try:
            was = json.loads(self.cleaned_data["was"] or "null")
        except ValueError:
            was = None
        mark = Mark(
            cadre=self.row.cadre_id,
            status=(Attendance.Status.EXCUSED if excused else Attendance.Status.ABSENT).value,
            reason=reason,
            note=self.cleaned_data["note"],
            was=tuple(was) if isinstance(was, list) else None,
        )
        try:
            record_attendance(self.row.meeting, marks=[mark], by=by, on=on)
        except Refused as refused:
            for sentence in refused.marks.get(mark.cadre, []):
                self.add_error("note" if excused and not mark.note else "reason", sentence)
            self.data = self.data.copy()
            self.data["was"] = json.dumps(refused.now.get(mark.cadre))
            return False
        return True


def radios(label, choices, initial):
    """A choice side by side, none of which has to be made."""
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=forms.RadioSelect, initial=initial or ""
    )


def number(label, initial):
    """A count of households, typed with digits."""
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=100_000,
        initial=initial,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def hidden(value):
    """What the page shows, sent along."""
    return forms.CharField(required=False, widget=forms.HiddenInput, initial=json.dumps(value))
