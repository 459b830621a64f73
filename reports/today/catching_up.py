"""Catching up: whoever is behind says of each of his meetings whether he was there, and saves once."""

import json
from collections import Counter
from dataclasses import dataclass, field

from django import forms
from django.utils.translation import gettext_lazy as _

from cadrenet.codes import key_in
from cadrenet.templatetags.figures import daytime
from cadrenet.texts import FreeTextInput
from meetings.actions import record_entries
from meetings.entries import Entry, Mark, last_day_in_time
from meetings.forms import WhyLateField, hidden, radios
from meetings.models import Attendance, Meeting
from meetings.older_pages import stated

NOT_HELD = "not_held"
UNRECORDED = Attendance.Status.UNRECORDED.value


@dataclass
class Outcome:
    """What became of the rows that were sent: saved, kept beside what is recorded, and refused with sentences."""

    saved: int = 0
    corrections: list = field(default_factory=list)
    refused: dict = field(default_factory=dict)
    # Keys of rows about which nothing is left to say.
    done: set = field(default_factory=set)


class QuickRow:
    """The fields of one meeting on the page, for the template."""

    def __init__(self, form, row):
        self.row, self.meeting = row, row.meeting
        self.said, self.reason, self.note, self.was = (
            form[f"{name}-{row.pk}"] for name in ("said", "reason", "note", "was")
        )
        self.late, self.clash = form.is_late(row), form.clashes.get(row.pk)

    @property
    def errors(self):
        """What is wrong with what was said of it."""
        return [*self.said.errors, *self.reason.errors, *self.note.errors]


class CatchUpForm(forms.Form):
    """One line for each meeting: there, not there, or where it is the user's to say, not held. None is chosen before.

    ``rows`` are the user's own, the newest first; ``limits`` the days in which an entry is in time, by row;
    ``clashes`` the meetings of the own agency at the same time, by row, which propose a reason.
    """

    def __init__(self, *args, rows, limits, clashes, reach, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.all_rows, self.limits, self.clashes, self.reach, self.on = list(rows), limits, clashes, reach, on
        if any(self.is_late(row) for row in self.all_rows):
            self.fields["why_late"] = WhyLateField()
        for row in self.all_rows:
            self._add(row)
        self.lines = [QuickRow(self, row) for row in self.all_rows]

    def is_late(self, row):
        """Whether the time for an entry of a meeting is over."""
        return self.on > last_day_in_time(row.day, self.limits[row.pk])

    def _add(self, row):
        states = [(Attendance.Status.PRESENT.value, _("Present")), (Attendance.Status.ABSENT.value, _("Absent"))]
        if row.meeting.is_recorded_in(self.reach):
            states.append((NOT_HELD, _("Not held")))
        self.fields[f"said-{row.pk}"] = radios(f"{daytime(row.meeting.starts_at)}, {row.meeting.title}", states, "")
        reasons = [("", _("No reason given yet")), *Attendance.Reason.choices]
        clash = Attendance.Reason.AGENCY_MEETING.value if row.pk in self.clashes else ""
        self.fields[f"reason-{row.pk}"] = forms.ChoiceField(
            label=_("Reason of the absence"), choices=reasons, required=False, initial=row.reason or clash
        )
        self.fields[f"note-{row.pk}"] = FreeTextInput(label=_("Note"), required=False, max_length=300)
        self.fields[f"was-{row.pk}"] = hidden([row.status, row.reason, row.note, row.meeting.status])

    @property
    def in_time(self):
        return [line for line in self.lines if not line.late]

    @property
    def late(self):
        return [line for line in self.lines if line.late]

    @property
    def chosen(self):
        """Of how many meetings something is chosen."""
        return sum(bool(self.data.get(f"said-{row.pk}")) for row in self.all_rows) if self.is_bound else 0

    @property
    def by_place(self):
        """(whose meetings these are, how many), as many first."""
        return Counter(row.meeting.held_by for row in self.all_rows).most_common()

    def fill_present(self):
        """Answer for every row that is left open, without saving: the next tap does."""
        self.data = self.data.copy()
        for row in self.all_rows:
            self.data.setdefault(f"said-{row.pk}", Attendance.Status.PRESENT.value)

    def save(self, by):
        """Record what was said of each meeting, in one step; return what became of it.

        Rows in which something is wrong stay, and keep no other from being saved.
        """
        outcome, sent = Outcome(), {}
        for row in self.all_rows:
            said = self.cleaned_data.get(f"said-{row.pk}")
            if said and not any(f"{name}-{row.pk}" in self.errors for name in ("said", "reason", "note")):
                sent[row.meeting_id] = (row, self._entry(row, said))
        if "why_late" in self.errors:
            sent = {key: one for key, one in sent.items() if not self.asks_why(one[0])}
        judged = record_entries({key: entry for key, (_row, entry) in sent.items()}, by=by, on=self.on)
        for key, (row, _entry) in sent.items():
            one = judged.get(key)
            if one is None or one.refused:
                outcome.refused[row.pk] = one.refused if one else None
                continue
            outcome.saved += 1
            outcome.done.add(row.pk)
            outcome.corrections += one.corrections
        return outcome

    def asks_why(self, row):
        """Whether what was said of a meeting comes after the time, and of oneself."""
        return self.is_late(row) and self.cleaned_data.get(f"said-{row.pk}") in list(Attendance.Status)

    def clean(self):
        cleaned = super().clean()
        silent = "why_late" in self.fields and not cleaned.get("why_late") and "why_late" not in self.errors
        if silent and any(self.asks_why(row) for row in self.all_rows):
            self.add_error("why_late", _("Say in a few words why these come late; one sentence for all of them."))
        return cleaned

    def _entry(self, row, said):
        """What was said of one meeting. Whoever was there knows that it was held, if it is his to say."""
        was = stated(self.cleaned_data.get(f"was-{row.pk}"), list, [])
        shown, meeting_was = (tuple(was[:3]), was[3]) if len(was) == 4 else (None, row.meeting.status)  # noqa: PLR2004
        why_late = self.cleaned_data.get("why_late", "")
        facts, marks = {}, ()
        if said == NOT_HELD:
            facts = {"status": Meeting.Status.NOT_HELD.value}
        else:
            note = self.cleaned_data.get(f"note-{row.pk}", "") if said == Attendance.Status.ABSENT else ""
            reason = self.cleaned_data.get(f"reason-{row.pk}", "") if said == Attendance.Status.ABSENT else ""
            marks = (Mark(row.cadre_id, said, reason, note, was=shown),)
            planned = meeting_was == Meeting.Status.PLANNED
            if said == Attendance.Status.PRESENT and planned and row.meeting.is_recorded_in(self.reach):
                facts = {"status": Meeting.Status.HELD.value}
        return Entry(marks=marks, facts=facts, were={"status": meeting_was}, reason_later=True, why_late=why_late)

    def show_refusals(self, refused):
        """Put the sentences where they belong, and let the next try start from what is recorded by now."""
        self.data = self.data.copy()
        for key, one in refused.items():
            if one is None:
                self.add_error(f"said-{key}", _("This meeting is not there any more; nothing was recorded."))
                continue
            row = next(row for row in self.all_rows if row.pk == key)
            for sentence in one.sentences:
                self.add_error(f"said-{key}", sentence)
            self.data[f"was-{key}"] = json.dumps(
                [*one.now.get(row.cadre_id, [UNRECORDED, "", ""]), one.meeting.status]
            )


def keys_sent(data):
    """Keys of the rows about which something was sent."""
    keys = (key_in(name.removeprefix("said-")) for name, said in data.items() if name.startswith("said-") and said)
    return {key for key in keys if key is not None}
