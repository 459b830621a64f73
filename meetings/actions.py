"""Changes of meetings and of their rules that reach further than the row that was saved: who saves, calls these."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.models import User
from cadrenet.editing import meanwhile
from cadrenet.history import sign_change
from cadrenet.periods import ONE_DAY
from meetings.models import Attendance, ExpectationRule, Meeting
from meetings.models.meeting import lies_ahead
from meetings.queries import hold_agencies_concerned, kept_by_own_agency, late_entry_days
from meetings.rosters import keep_rosters

# First and last day; the status, reason and note recorded of somebody on a roster.
Days = tuple[date, date]
Said = tuple[str, str, str]


def meeting_changed(meeting: Meeting) -> None:
    """Bring the roster of a meeting that was just saved in line with its day, kind, locality and status."""
    meetings_changed([meeting])


def meetings_changed(meetings: Iterable[Meeting]) -> None:
    """As ``meeting_changed`` for many; rosters are kept once."""
    keep_rosters(Meeting.objects.filter(pk__in=[meeting.pk for meeting in meetings]))


def rule_changed(rule: ExpectationRule, was: ExpectationRule | None = None) -> int:
    """Keep the rosters that a saved or deleted rule of expectation decides, or decided while it was as ``was``.

    Only meetings of the rule's kind, on days for which its answer has changed: closing a rule on 31 December asks
    for no roster of the years before. Returns how many rows of attendance changed.
    """
    if was is None:
        periods = [(rule.kind, *days_of(rule))]
    elif content_of(rule) == content_of(was):
        periods = [(rule.kind, *days) for days in days_in_one_only(days_of(rule), days_of(was))]
    else:
        periods = [(rule.kind, *days_of(rule)), (was.kind, *days_of(was))]
    return sum(
        keep_rosters(Meeting.objects.filter(kind=kind, day__range=(first_day, last_day)))
        for kind, first_day, last_day in periods
    )


def content_of(rule: ExpectationRule) -> tuple[str, ...]:
    """What a rule says, without when it holds."""
    return (rule.kind, rule.role, rule.tier, rule.expectation)


def days_of(rule: ExpectationRule) -> Days:
    """First and last day, where an open side is the first or last day that a date can hold."""
    return rule.first_day or date.min, rule.last_day or date.max


def days_in_one_only(one: Days, other: Days) -> list[Days]:
    """Return the stretches of days that belong to one of two periods and not to both."""
    (first, last), (other_first, other_last) = sorted([one, other])
    if last < other_first:
        return [(first, last), (other_first, other_last)]
    found = []
    if first < other_first:
        found.append((first, other_first - ONE_DAY))
    if last != other_last:
        found.append((min(last, other_last) + ONE_DAY, max(last, other_last)))
    return found


# --- What people say of a meeting ---------------------------------------------------------------------------

# What is recorded about the meeting itself, beside its roster.
FACTS = (
    "status",
    "households_total",
    "households_represented",
    "quality_organisation",
    "quality_content",
    "quality_time",
    "programme_feedback",
)
# What a meeting is, and when: all that its form changes.
SCHEDULE = (
    "kind",
    "locality_id",
    "agency_id",
    "subject",
    "starts_at",
    "ends_at",
    "venue",
    "convened_by",
    "extraordinary",
    "override_reason",
)
# Kept with a row's history as the reason of the change, so that the rule of that day decides for ever.
LATE = "late"
# Kept with the history of a meeting that its pattern made or changed.
BY_PATTERN = "pattern"


@dataclass(frozen=True)
class Mark:
    """What somebody says of one cadre at a meeting.

    ``cadre`` is an id; ``was`` the (status, reason, note) that the page had shown, None to write regardless of it.
    """

    cadre: int
    status: str
    reason: str = ""
    note: str = ""
    was: Said | None = None

    @property
    def values(self) -> Said:
        return (self.status, self.reason, self.note)


class Refused(Exception):
    """Nothing was written. Sentences by field of the meeting (``facts``) and by cadre id (``marks``).

    ``now`` and ``meeting`` hold what is recorded meanwhile, for a page that asks again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.facts: dict[str, list[str]] = {}
        self.marks: dict[int, list[str]] = {}
        self.now: dict[int, Said] = {}
        self.meeting: Meeting | None = None

    def __bool__(self) -> bool:
        return bool(self.facts or self.marks)


@transaction.atomic
def record_attendance(
    meeting: Meeting,
    *,
    by: User,
    on: date,
    marks: Iterable[Mark] = (),
    guests: Iterable[int] = (),
    facts: Mapping[str, Any] | None = None,
    were: Mapping[str, Any] | None = None,
    reason_later: bool = False,
    why: str = "",
) -> list[Attendance]:
    """Record who came to a meeting, and what is said about the meeting itself; all of it or nothing.

    ``facts`` maps fields of the meeting (``FACTS``) to values, ``were`` to what the page had shown. What was not
    changed against what the page showed is not written, so two people at once overwrite each other only where both
    changed the same row; then the second is refused and told both values. ``guests`` are ids of cadres who came
    without being expected. ``on`` is today. ``reason_later`` lets somebody say first that he was absent, and why in
    the next step. ``why`` are the words of whoever changes the meeting itself: why it is cancelled. Returns the rows
    of attendance that changed. Raises ``Refused``.
    """
    # Whoever records the same meeting at the same moment waits here.
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("locality", "place").get(pk=meeting.pk)
    found = Attendance.objects.filter(meeting=meeting).select_related("cadre").order_by("pk")
    rows = {row.cadre_id: row for row in found.select_for_update(of=("self",))}
    late = LATE if is_late(meeting, on) else ""
    refused = Refused()

    was_planned = meeting.status == Meeting.Status.PLANNED
    changed_facts = _apply_facts(meeting, facts or {}, were or {}, on, refused)
    if meeting.pattern_id and was_planned and meeting.status == Meeting.Status.CANCELLED and not why:
        refused.facts["why"] = [say_why()]
    marks = _with_agency_meetings(meeting, list(marks))
    changed = [
        row for mark in marks if (row := _apply_mark(rows.get(mark.cadre), mark, meeting, on, reason_later, refused))
    ]
    new = [cadre for cadre in guests if cadre not in rows]
    if new and meeting.day > on:
        refused.facts["guest"] = [_("The meeting lies in the future: nobody can have come yet.")]
    if refused:
        refused.now = {cadre: (row.status, row.reason, row.note) for cadre, row in _as_stored(meeting).items()}
        refused.meeting = Meeting.objects.get(pk=meeting.pk)
        raise refused

    if changed_facts:
        sign_change(meeting, by=by, why=why or late)
        meeting.save()
    for row in changed:
        row.meeting = meeting
        sign_change(row, by=by, why=late)
        if row.is_guest and row.status == Attendance.Status.UNRECORDED:
            # Somebody who was not expected and did not come either has no place on the roster.
            row.delete()
        else:
            row.save()
    for cadre in new:
        row = Attendance(meeting=meeting, cadre_id=cadre, expected=False, status=Attendance.Status.PRESENT)
        sign_change(row, by=by, why=late)
        row.save()
        changed.append(row)
    if changed_facts:
        meeting_changed(meeting)
    return changed


def is_late(meeting: Meeting, on: date) -> bool:
    """Return whether what is recorded on a day comes late, by the limit that held on the meeting's day."""
    return on > last_day_in_time(meeting.day, late_entry_days(meeting.day))


def last_day_in_time(day: date, limit: int) -> date:
    """Return the last day on which an entry about a meeting of a day is not late."""
    return day + timedelta(days=limit)


def _as_stored(meeting: Meeting) -> dict[int, Attendance]:
    return {row.cadre_id: row for row in Attendance.objects.filter(meeting=meeting)}


def _apply_facts(
    meeting: Meeting, facts: Mapping[str, Any], were: Mapping[str, Any], on: date, refused: Refused
) -> bool:
    """Set on the meeting what was changed against what the page showed; return whether anything was."""
    changed_facts = False
    for name, said in facts.items():
        now = getattr(meeting, name)
        if said in (now, were.get(name, now)):
            continue
        if now != were.get(name, now):
            refused.facts[name] = [meanwhile(fact_in_words(name, now), fact_in_words(name, said))]
            continue
        setattr(meeting, name, said)
        changed_facts = True
    if changed_facts:
        for name, sentences in _faults(meeting, on).items():
            # The only rule across fields that can be broken here is the one about households.
            name = "households_represented" if name == NON_FIELD_ERRORS else name if name in FACTS else "status"
            refused.facts.setdefault(name, []).extend(sentences)
    return changed_facts


def _faults(meeting: Meeting, on: date) -> dict[str, list[str]]:
    """Return what is wrong with a meeting as it would be saved: field -> sentences."""
    faults: dict[str, list[str]] = {}
    if meeting.status in Meeting.OVER and meeting.day > on:
        return {"status": [_("This meeting lies in the future. It can be cancelled or moved to another day.")]}
    try:
        # When it is, is not what is recorded here: one of a mistyped year can be cancelled.
        kept = ["code", "locality", "agency", "starts_at", "ends_at", "place", "area"]
        meeting.full_clean(exclude=kept, validate_unique=False)
    except ValidationError as error:
        faults |= error.message_dict
    return faults


def _with_agency_meetings(meeting: Meeting, marks: list[Mark]) -> list[Mark]:
    """Fill in “agency meeting” for whoever was absent without a reason while the own agency met.

    It excuses nobody, and can be changed afterwards like any other reason.
    """
    absent = Attendance.Status.ABSENT
    asked = [mark.cadre for mark in marks if mark.status == absent and not mark.reason and mark.values != mark.was]
    kept = kept_by_own_agency(meeting, asked) if asked else set()
    reason = Attendance.Reason.AGENCY_MEETING.value
    return [replace(mark, reason=reason) if mark.cadre in kept and not mark.reason else mark for mark in marks]


def _apply_mark(
    row: Attendance | None, mark: Mark, meeting: Meeting, on: date, reason_later: bool, refused: Refused
) -> Attendance | None:
    """Set on a row what was said of a cadre; return the row when that changes it, None otherwise."""
    if mark.values == mark.was:
        return None
    said = _completed(mark)
    if row is None:
        refused.marks[mark.cadre] = [_("This cadre is no longer on the roster; nothing was recorded.")]
        return None
    now = (row.status, row.reason, row.note)
    was = now if mark.was is None else mark.was
    if said in (was, now):
        return None
    if now != was:
        refused.marks[mark.cadre] = [meanwhile(in_words(*now), in_words(*said))]
        return None
    row.status, row.reason, row.note = said
    # What was decided about other words is asked anew.
    row.excuse_answered_by = None
    sentences = broken_rules(row, meeting, on, reason_later)
    if sentences:
        refused.marks[mark.cadre] = sentences
    return row


def _completed(mark: Mark) -> Said:
    """What was said, with what follows from it: who came has no reason, and whoever was kept by extreme urgency asks.

    Only extreme urgency excuses, and not whoever says so: until the head has decided (R11), that is an absence.
    """
    status, reason, note = mark.status, mark.reason, " ".join(mark.note.split())
    if status == Attendance.Status.EXCUSED:
        if reason == (mark.was[1] if mark.was else ""):
            reason = Attendance.Reason.EXTREME_URGENCY.value
        if reason == Attendance.Reason.EXTREME_URGENCY:
            status = Attendance.Status.ABSENT.value
    if status in (Attendance.Status.PRESENT, Attendance.Status.UNRECORDED):
        reason = ""
    return (status, reason, note)


def broken_rules(row: Attendance, meeting: Meeting, on: date, reason_later: bool = False) -> list[str]:
    """Return the sentences about rules that a changed row breaks."""
    status, absent = Attendance.Status, row.status in (Attendance.Status.ABSENT, Attendance.Status.EXCUSED)
    if row.status == status.PRESENT and meeting.day > on:
        return [_("The meeting lies in the future: nobody can have come yet.")]
    if row.status == status.PRESENT and meeting.took_no_place:
        return [_("Nobody can have come to a meeting that did not take place.")]
    if absent and not row.reason and not reason_later:
        return [_("Choose the reason of the absence.")]
    if absent and row.reason == Attendance.Reason.EXTREME_URGENCY and not row.note:
        return [_("Say in a few words what was extremely urgent.")]
    try:
        row.full_clean(exclude=["meeting", "cadre", "place", "area"], validate_unique=False)
    except ValidationError as error:
        return error.messages
    return []


@transaction.atomic
def answer_excuse(row: Attendance, *, excused: bool, by: User) -> Attendance:
    """Excuse somebody whom something extremely urgent kept, or leave it at an absence (R11); return the row.

    Whether it is ``by``'s to decide is asked before (``excused_by``). Raises ``ValidationError`` where nothing is
    asked any more: it was decided meanwhile, or something else was said.
    """
    # Whoever records at the same moment holds the meeting, too.
    list(Meeting.objects.filter(pk=row.meeting_id).select_for_update().values_list("pk"))
    row = Attendance.objects.select_for_update(of=("self",)).select_related("meeting", "cadre").get(pk=row.pk)
    if not row.asks_excuse:
        raise ValidationError(_("Nothing was changed: meanwhile this is decided, or something else was recorded."))
    row.status = (Attendance.Status.EXCUSED if excused else Attendance.Status.ABSENT).value
    row.excuse_answered_by = by
    sign_change(row, by=by)
    row.save()
    return row


def in_words(status: str, reason: str, note: str) -> str:
    """A mark as people read it: Absent (duty trip, at the provincial office)."""
    details = [str(Attendance.Reason(reason).label)] if reason else []
    details += [note] if note else []
    word = str(Attendance.Status(status).label)
    return f"{word} ({', '.join(details)})" if details else word


def fact_in_words(name: str, value: Any) -> str:
    """What is recorded in a field of a meeting, as people read it."""
    if value in (None, ""):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    field: Any = Meeting._meta.get_field(name)
    return str(dict(field.flatchoices).get(value, value))


@transaction.atomic
def save_meeting(meeting: Meeting, *, by: User, on: date, why: str = "") -> Meeting:
    """Save a new meeting, or when and what one is (``SCHEDULE``), and bring its roster in line; return it as stored.

    What was recorded of it stays as it stands by now, however long ago ``meeting`` was read. ``why`` are the words
    of whoever saves, kept with the history: why an agency meets on a restricted day, say. Raises ``ValidationError``
    with sentences.
    """
    moved = False
    if meeting.pk is not None:
        stored = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        moved = stored.starts_at != meeting.starts_at
        for name in SCHEDULE:
            setattr(stored, name, getattr(meeting, name))
        meeting = stored
    faults = {}
    day = timezone.localtime(meeting.starts_at).date() if meeting.starts_at else on
    if meeting.status in Meeting.OVER and day > on:
        faults["starts_at"] = [lies_ahead(on)]
    if meeting.pattern_id and moved and meeting.status == Meeting.Status.PLANNED and not why:
        faults["why"] = [say_why()]
    try:
        meeting.full_clean(exclude=["place", "area"])
    except ValidationError as error:
        faults |= error.message_dict
    if faults:
        raise ValidationError(faults)
    sign_change(meeting, by=by, why=why)
    meeting.save()
    meeting_changed(meeting)
    if meeting.locality_id:
        # An agency that registers a meeting at this moment sees this one, or this one sees the agency's.
        hold_agencies_concerned(meeting)
    return meeting


@transaction.atomic
def cancel_planned(meetings: Iterable[Meeting], *, by: User, on: date, why: str = "") -> int:
    """Cancel those of some meetings that are planned, as one step; return how many there were."""
    planned = [meeting for meeting in meetings if meeting.status == Meeting.Status.PLANNED]
    for meeting in planned:
        set_status(meeting, Meeting.Status.CANCELLED.value, was=meeting.status, by=by, on=on, why=why)
    return len(planned)


def set_status(meeting: Meeting, status: str, *, was: str, by: User, on: date, why: str = "") -> list[Attendance]:
    """Say whether a meeting was held, was not, or is cancelled, and ``why``; ``was`` is what the page had shown."""
    return record_attendance(meeting, by=by, on=on, facts={"status": status}, were={"status": was}, why=why)


def say_why() -> str:
    """Return the sentence that asks why a regular meeting is moved or cancelled."""
    return _("Say in a few words why this regular meeting is moved or cancelled.")
