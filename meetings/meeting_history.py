"""What was said about a meeting: by whom, and when. Read from the history that every change leaves behind."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cadrenet.templatetags.figures import daytime
from meetings.actions import BY_LINK, BY_PATTERN, LATE
from meetings.entries import FACTS, fact_in_words, in_words
from meetings.models import Attendance, Meeting
from meetings.rosters import MOVED

EVENTS_AT_MOST = 60
# What an import leaves as the reason is no sentence that anybody typed.
IMPORTED = "import"
TRACKED_FIELDS = [*FACTS, "kind", "subject", "starts_at", "ends_at", "venue", "convened_by", "extraordinary"]
TRACKED_FIELDS += ["override_reason"]


@dataclass(frozen=True)
class Event:
    """One thing that was said, as a sentence."""

    at: datetime
    by: str
    text: str
    late: bool = False
    why: str = ""


def meeting_history(meeting, *, cadres, whole, texts):
    """Return what was said about a meeting, newest first.

    ``cadres`` are ids of those whose rows the reader may see, ``whole`` whether the reader may see all of it, also
    what was removed; ``texts`` are ids of those whose words the reader may read.
    """
    events = [*meeting_events(meeting)] if whole else []
    events += attendance_events(meeting, cadres=None if whole else cadres, texts=texts)
    # Of what was said in the same moment the later stands first, too.
    return sorted(events, key=lambda event: event.at)[::-1][:EVENTS_AT_MOST]


def meeting_events(meeting):
    """Yield what was said about the meeting itself."""
    records = list(
        Meeting.history.filter(id=meeting.pk).select_related("history_user").order_by("history_date", "pk")
    )
    before = None
    for record in records:
        words, late = record.history_change_reason or "", False
        if words == IMPORTED:
            words = ""
        if words == LATE:
            words, late = "", True
        if words == BY_PATTERN:
            words = ""
            by = str(record.history_user) if record.history_user else _("Its pattern")
        else:
            by = who(record)
        if before is None:
            text = _("Meeting planned by its pattern") if record.pattern_id else _("Meeting entered")
            yield Event(record.history_date, by, text, late, words)
        else:
            texts = [
                _("%(what)s: %(before)s → %(after)s")
                % {
                    "what": capitalised(Meeting._meta.get_field(change.field).verbose_name),
                    "before": written(change.field, change.old),
                    "after": written(change.field, change.new),
                }
                for change in record.diff_against(before, included_fields=TRACKED_FIELDS).changes
            ]
            if texts or words:
                yield Event(record.history_date, by, "; ".join(texts), late, words)
        before = record


def attendance_events(meeting, *, cadres, texts):
    """Return what was said about who came; of some cadres, or with None of all."""
    records = Attendance.history.filter(meeting=meeting.pk).select_related("history_user", "cadre")
    if cadres is not None:
        records = records.filter(cadre__in=cadres)
    events, before, decided = [], {}, {}
    for record in records.order_by("history_date", "pk"):
        new = (record.status, record.reason, record.note)
        old = before.get(record.cadre_id, (Attendance.Status.UNRECORDED.value, "", ""))
        before[record.cadre_id] = new
        answered, was_answered = record.excuse_answered_by_id, decided.get(record.cadre_id)
        decided[record.cadre_id] = answered
        moved, _space, day = (record.history_change_reason or "").partition(" ")
        if moved == MOVED and new != old:
            text = _("%(name)s: “%(said)s” was said for %(day)s, and the meeting was moved") % {
                "name": record.cadre,
                "said": in_words(*(old if record.cadre_id in texts else (old[0], old[1], ""))),
                "day": date_format(date.fromisoformat(day), "DATE_FORMAT"),
            }
        elif record.history_type == "-":
            del before[record.cadre_id]
            text = _("%(name)s: removed from the roster") % {"name": record.cadre}
        elif new == old and answered and not was_answered:
            text = _("%(name)s: not excused") % {"name": record.cadre}
        elif new == old:
            continue
        else:
            may_read_note = record.cadre_id in texts
            text = _("%(name)s: %(status)s") % {
                "name": record.cadre,
                "status": in_words(*(new if may_read_note else (new[0], new[1], ""))),
            }
        how = (record.history_change_reason or "").split()
        by = who(record)
        if BY_LINK in how:
            by = _("%(name)s, through a personal link") % {"name": record.history_user or record.cadre}
        events.append(Event(record.history_date, by, text, LATE in how))
    return events


def how_recorded(meeting):
    """Return two sets of ids of cadres: those first recorded when it was late, and those by a personal link."""
    said, moved = ~Q(status=Attendance.Status.UNRECORDED), Q(history_change_reason__startswith=MOVED)
    records = Attendance.history.filter(said | moved, meeting=meeting.pk).order_by("history_date", "pk")
    late, by_link = {}, {}
    for cadre, status, reason in records.values_list("cadre_id", "status", "history_change_reason"):
        how = (reason or "").split()
        if status == Attendance.Status.UNRECORDED:
            # What was said for another day is not what stands now.
            late.pop(cadre, None)
            by_link.pop(cadre, None)
        else:
            late.setdefault(cadre, LATE in how)
            by_link[cadre] = BY_LINK in how
    return ({cadre for cadre, is_so in found.items() if is_so} for found in (late, by_link))


def who(record):
    """Whoever said it; an import has no login."""
    return str(record.history_user) if record.history_user else _("Import")


def capitalised(text):
    """A label at the beginning of a sentence."""
    text = str(text)
    return text[:1].upper() + text[1:]


def written(name, value):
    """A value of the meeting as people read it."""
    return daytime(value) if isinstance(value, datetime) else fact_in_words(name, value)
