"""What people type about who came to a meeting, and how it was."""

import json

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cadrenet.texts import FreeTextInput, SearchInput
from meetings.actions import record_entries
from meetings.entries import FACTS, Entry, Mark, Refused
from meetings.models import Attendance, Kind, Meeting
from meetings.older_pages import answers_lost, stated
from meetings.schedule_forms import WhyField

# Meetings that have topics; a committee and an agency have an agenda.
TOPICS_ASKED_OF = (Kind.CELL, Kind.SELF_GOVERNING_GROUP, Kind.RESIDENCE)
FEEDBACK = [("1", _("Given")), ("0", _("Not given"))]
FOUND_AT_ONCE = 10
WORDS_UNREAD = _(
    "There are words that only the cadre and the heads of the agency and of the group read. New ones replace them."
)


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
    too. Every field travels with what the page showed (``was``), so that only what was changed here is written.
    ``words`` are the keys of the rows whose words the user may read. What an older page asked, and this one no longer
    does, is refused and never dropped. ``guests`` are the cadres whom the user sees, of whom anyone may have come.
    ``own`` are the cadres whose own attendance the user tells, where the time for that is over: then he says why, and
    it is kept as a correction.
    """

    ALL_STATES = [
        (Attendance.Status.PRESENT, _("Present")),
        (Attendance.Status.ABSENT, _("Absent")),
        (Attendance.Status.EXCUSED, _("Absent, excused")),
        (Attendance.Status.UNRECORDED, _("Not recorded yet")),
    ]
    GUEST_STATES = [(Attendance.Status.PRESENT, _("Came")), (Attendance.Status.UNRECORDED, _("Did not come: remove"))]

    def __init__(self, *args, meeting, rows, whole, on, now, guests=None, own=(), words=(), **kwargs):
        super().__init__(*args, **kwargs)
        # The words of the others are not shown, and stay unless new ones are typed.
        self.unread = {row.cadre_id: row.note for row in rows if row.note and row.pk not in words}
        self.meeting, self.rows, self.whole, self.on = meeting, list(rows), whole, on
        # A meeting that was over before this page was opened was held, in nine cases of ten.
        self.over = meeting.starts_at <= now
        self.facts = self._add_facts() if whole else []
        for row in self.rows:
            self._add_person(row)
        # Nobody is expected at an agency's own meetings, and nobody is counted there.
        self.cadres = guests
        # The rows that changed, once it is recorded, and what stands beside others.
        self.recorded, self.corrections = [], []
        self.may_add_guests = guests is not None and whole and meeting.locality_id is not None and meeting.day <= on
        if self.may_add_guests:
            self.fields["guest_name"] = SearchInput(label=_("Add somebody who came"), required=False)
            self.fields["guest"] = forms.ModelMultipleChoiceField(guests, required=False)
        if any(row.cadre_id in own for row in self.rows):
            self.fields["why_late"] = WhyLateField()
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
        if meeting.kind == Kind.RESIDENCE:
            # People are counted there, and nobody is named.
            self.fields["invited"] = number(_("Invited"), meeting.invited)
            self.fields["came"] = number(_("Came"), meeting.came)
            facts += ["invited", "came"]
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
        if meeting.kind in TOPICS_ASKED_OF:
            self.fields["topics"] = Meeting._meta.get_field("topics").formfield(
                label=_("Topics"), initial=meeting.topics
            )
            facts.append("topics")
        self.fields["were"] = hidden({name: getattr(meeting, name) for name in facts})
        return facts

    def _add_person(self, row):
        key, name = row.cadre_id, row.cadre.full_name
        states, status = list(self.ALL_STATES), row.status
        if row.status != Attendance.Status.EXCUSED:
            # Nobody excuses himself, nor whoever records: the head decides (R11).
            asked = (Attendance.Status.EXCUSED, _("Absent, asks to be excused"))
            states = [asked if state == asked[0] else (state, label) for state, label in states]
        if row.asks_excuse:
            status = Attendance.Status.EXCUSED.value
        if not row.expected:
            states = list(self.GUEST_STATES)
            if row.status not in dict(states):
                states.insert(1, (row.status, row.get_status_display()))
        self.fields[f"status-{key}"] = radios(name, states, status)
        reasons = [("", _("Reason of the absence")), *Attendance.Reason.choices]
        self.fields[f"reason-{key}"] = forms.ChoiceField(
            label=_("Reason of the absence"), choices=reasons, required=False, initial=row.reason
        )
        self.fields[f"note-{key}"] = FreeTextInput(
            label=_("Note"), required=False, initial=self.shown(row), max_length=300
        )
        if key in self.unread:
            self.fields[f"note-{key}"].help_text = WORDS_UNREAD
        self.fields[f"was-{key}"] = hidden([row.status, row.reason, self.shown(row)])

    def shown(self, row):
        """The words of a row, as far as the page shows them."""
        return "" if row.cadre_id in self.unread else row.note

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
                note = self.cleaned_data.get(f"note-{key}", "")
                if unread := self.unread.get(key):
                    note, was = note or unread, [*was[:2], unread] if was else was
                yield Mark(
                    cadre=key,
                    status=status,
                    reason=self.cleaned_data.get(f"reason-{key}", ""),
                    note=note,
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
        if "topics" not in (self.cleaned_data.get("were") or {}):
            # Of ticks nothing is sent where none is made: a page that did not ask has not taken any away.
            facts.pop("topics", None)
        if "households_total" in facts and facts["households_represented"] is None:
            # The number of households stands there by itself; with nobody counted it says nothing.
            facts["households_total"] = self.meeting.households_total
        return facts

    def save(self, by, on, roster=None):
        """Record it; return whether that was possible. If not, the form says why, and keeps what was typed.

        ``roster`` is given by whoever holds it already.
        """
        entry = Entry(
            marks=tuple(self.marks),
            guests=tuple(cadre.pk for cadre in self.cleaned_data.get("guest", ())),
            facts=self.facts_recorded,
            were=self.cleaned_data.get("were") or {},
            why=self.cleaned_data.get("why", ""),
            why_late=self.cleaned_data.get("why_late", ""),
        )
        key = self.meeting.pk
        judged = record_entries({key: entry}, by=by, on=on, rosters={key: roster} if roster else None)[key]
        self.recorded, self.corrections = judged.rows, judged.corrections
        if judged.refused:
            self._show_refusals(judged.refused)
        return not judged.refused

    def _show_refusals(self, refused):
        """Put the sentences where they belong, and let the next try start from what is recorded by now."""
        self.data = self.data.copy()
        for name, sentences in refused.facts.items():
            self.add_error(name if name in self.fields else None, sentences)
        for cadre, sentences in refused.marks.items():
            name = f"status-{cadre}"
            if unread := self.unread.get(cadre):
                sentences = [sentence.replace(unread, "…") for sentence in sentences]
            self.add_error(name if name in self.fields else None, sentences)
            if cadre in refused.now:
                status, reason, note = refused.now[cadre]
                self.data[f"was-{cadre}"] = json.dumps([status, reason, "" if cadre in self.unread else note])
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


class WhyLateField(FreeTextInput):
    """Why somebody records his own attendance after the time."""

    def __init__(self):
        super().__init__(
            label=_("Why it comes late"),
            max_length=200,
            help_text=_("Your own entry is kept as a correction. Whoever concludes it reads this."),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    def validate(self, value):
        """It is asked for only where something is said of oneself: whoever judges that says so."""


class OwnAbsenceForm(forms.Form):
    """Why the user was absent from a meeting. Extreme urgency is the one reason that excuses, if the head says so."""

    reason = forms.ChoiceField(label=_("Reason"), choices=Attendance.Reason.choices, widget=forms.RadioSelect)
    note = FreeTextInput(
        label=_("In a few words"),
        required=False,
        max_length=300,
        help_text=_(
            "Needed for extreme urgency. Only you and the heads of your agency and of your group read it. "
            "Nothing about health or family."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, row, late=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.row, self.corrections = row, []
        self.fields["note"].asked_by = "reason"
        if late:
            self.fields["why_late"] = WhyLateField()
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
        try:
            was = json.loads(self.cleaned_data["was"] or "null")
        except ValueError:
            was = None
        mark = Mark(
            cadre=self.row.cadre_id,
            status=Attendance.Status.ABSENT.value,
            reason=reason,
            note=self.cleaned_data["note"],
            was=tuple(was) if isinstance(was, list) else None,
        )
        key = self.row.meeting_id
        entry = Entry(marks=(mark,), why_late=self.cleaned_data.get("why_late", ""))
        judged = record_entries({key: entry}, by=by, on=on).get(key)
        if judged is None or judged.refused:
            self._show_refusals(mark, judged.refused if judged else Refused())
            return False
        self.corrections = judged.corrections
        return True

    def _show_refusals(self, mark, refused):
        """Put the sentences where they belong, and let the next try start from what is recorded by now."""
        for name, sentences in refused.facts.items():
            self.add_error(name if name in self.fields else "reason", sentences)
        urgent = mark.reason == Attendance.Reason.EXTREME_URGENCY
        for sentence in refused.marks.get(mark.cadre, []):
            self.add_error("note" if urgent and not mark.note else "reason", sentence)
        self.data = self.data.copy()
        self.data["was"] = json.dumps(refused.now.get(mark.cadre))


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
