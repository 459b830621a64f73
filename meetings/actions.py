"""Changes of meetings and of their rules that reach further than the row that was saved: who saves, calls these."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.models import Limit, User
from assignments.scope import reach_of
from cadrenet.history import save_changed, sign_change
from cadrenet.periods import ONE_DAY
from meetings.entries import BY_ONESELF, Author, Entry, Judged, Mark, Roster, broken_rules, judge, said_of, say_why
from meetings.models import Attendance, Correction, ExpectationRule, Meeting
from meetings.models.meeting import lies_ahead
from meetings.queries import hold_agencies_concerned, kept_by_own_agency
from meetings.rosters import keep_rosters

# First and last day.
Days = tuple[date, date]


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

# What a meeting is, and when: all that its form changes.
SCHEDULE = (
    "kind",
    "locality_id",
    "agency_id",
    "subject",
    "starts_at",
    "ends_at",
    "venue",
    "programme",
    "convened_by",
    "extraordinary",
    "override_reason",
)
# Kept with a row's history as the reason of the change, so that the rule of that day decides for ever.
LATE = "late"
# Kept likewise of what somebody said by a personal link.
BY_LINK = "link"
# Kept with the history of a meeting that its pattern made or changed.
BY_PATTERN = "pattern"


def hold_rosters(meetings: Iterable[int], among: Any = None) -> dict[int, Roster]:
    """Read some meetings, given by their keys, with all their rows, and hold them until the transaction ends.

    Whoever records the same meeting at the same moment waits here. ``among`` are the meetings that may be meant, if
    not all. Two queries, however many there are; the keys in order, so that two who hold several wait for each other.
    """
    limit = Limit.objects.on(OuterRef("day")).filter(name=Limit.Name.LATE_ENTRY_DAYS).order_by("pk").values("value")
    among = Meeting.objects.all() if among is None else among
    found = among.filter(pk__in=sorted(meetings)).order_by("pk").select_related("place", "agency")
    found = found.annotate(late_days=Subquery(limit[:1])).select_for_update(of=("self",))
    rosters = {}
    for meeting in found:
        days = meeting.late_days
        rosters[meeting.pk] = Roster(
            meeting, {}, Limit.DEFAULTS[Limit.Name.LATE_ENTRY_DAYS] if days is None else days
        )
    rows = Attendance.objects.filter(meeting__in=list(rosters)).select_related("cadre").order_by("meeting", "pk")
    for row in rows.select_for_update(of=("self",)) if rosters else ():
        rosters[row.meeting_id].rows[row.cadre_id] = row
        row.meeting = rosters[row.meeting_id].meeting
    return rosters


def record_attendance(
    meeting: Meeting,
    *,
    by: User | None,
    on: date,
    marks: Iterable[Mark] = (),
    guests: Iterable[int] = (),
    facts: Mapping[str, Any] | None = None,
    were: Mapping[str, Any] | None = None,
    reason_later: bool = False,
    why: str = "",
    why_late: str = "",
    via: str = "",
    roster: Roster | None = None,
) -> list[Attendance]:
    """Record who came to a meeting, and what is said about the meeting itself (an ``Entry``); all of it or nothing.

    What was not changed against what the page showed is not written, so two people at once overwrite each other only
    where both changed the same row; then the second is refused and told both values. ``on`` is today. ``roster`` is
    given by whoever holds it already. Returns the rows of attendance that changed. Raises ``Refused``.
    """
    entry = Entry(tuple(marks), tuple(guests), facts or {}, were or {}, reason_later, why, why_late, via)
    rosters = {meeting.pk: roster} if roster else None
    judged = record_entries({meeting.pk: entry}, by=by, on=on, rosters=rosters)[meeting.pk]
    if judged.refused:
        raise judged.refused
    return judged.rows


# Nothing is written of what is refused, so there is nothing that a savepoint would take back.
@transaction.atomic(savepoint=False)
def record_entries(
    entries: Mapping[int, Entry], *, by: User | None, on: date, rosters: Mapping[int, Roster] | None = None
) -> dict[int, Judged]:
    """Record what somebody says about several meetings, given by their keys: of each all of it or nothing.

    What is refused of one keeps nothing of the others from being written. Returns what became of each that is still
    there. As many queries for one meeting as for sixteen, but for guests and for what is cancelled.
    """
    rosters = hold_rosters(entries) if rosters is None else rosters
    entries = _with_agency_meetings(rosters, entries)
    author = Author(by, reach_of(by).cadres if by else frozenset())
    said = said_by(row for key, roster in rosters.items() for row in rows_to_overwrite(roster, entries[key]))
    judged = {key: judge(roster, entries[key], on, author, said) for key, roster in rosters.items()}
    stands = [one for one in judged.values() if not one.refused]
    for one in stands:
        late, entry = LATE if one.roster.is_late(on) else "", entries[one.meeting.pk]
        sign_change(one.meeting, by=by, why=entry.why or late)
        for row in one.rows:
            row.meeting, row.held = one.meeting, one.meeting.is_held
            sign_change(row, by=by, why=" ".join(filter(None, [late, entry.via])))
    _write_meetings([one for one in stands if one.facts])
    _write_rows([row for one in stands for row in one.rows])
    _write_corrections([correction for one in stands for correction in one.corrections], by)
    for one in stands:
        one.rows += [_add_guest(one, cadre, by, on) for cadre in one.guests]
    if others := [one.meeting for one in stands if one.expects_others]:
        meetings_changed(others)
    return judged


def _with_agency_meetings(rosters: Mapping[int, Roster], entries: Mapping[int, Entry]) -> Mapping[int, Entry]:
    """Fill in “agency meeting” for whoever was absent without a reason while the own agency met.

    It excuses nobody, and can be changed afterwards like any other reason.
    """
    absent = Attendance.Status.ABSENT
    asked = {
        (key, mark.cadre)
        for key in rosters
        for mark in entries[key].marks
        if mark.status == absent and not mark.reason and mark.values != mark.was
    }
    kept = kept_by_own_agency(asked) if asked else set()
    reason = Attendance.Reason.AGENCY_MEETING.value

    def filled_in(key: int, mark: Mark) -> Mark:
        return replace(mark, reason=reason) if (key, mark.cadre) in kept else mark

    return {
        key: replace(entry, marks=tuple(filled_in(key, mark) for mark in entry.marks))
        for key, entry in entries.items()
    }


def _write_meetings(judged: list[Judged]) -> None:
    """Save what was said about some meetings, and let the rows of those that were held, or were not, repeat it."""
    if not judged:
        return
    for one in judged:
        # As ``save`` does it: its pattern changes it no more.
        one.meeting.by_hand = one.meeting.by_hand or one.meeting.pattern_id is not None
    names = sorted({name for one in judged for name in one.facts})
    save_changed(Meeting, [one.meeting for one in judged], [*names, "by_hand"])
    for held in (True, False):
        keys = [
            one.meeting.pk
            for one in judged
            if one.meeting.is_held == held != one.was.is_held and len(one.rows) < len(one.roster.rows)
        ]
        if keys:
            Attendance.objects.filter(meeting__in=keys).update(held=held)


def _write_rows(rows: list[Attendance]) -> None:
    """Save rows of attendance that were changed. Of a meeting their place and day are those that they had."""
    # Somebody who was not expected and did not come either has no place on the roster.
    gone = [row for row in rows if row.is_guest and row.status == Attendance.Status.UNRECORDED]
    for row in gone:
        row.delete()
    if kept := [row for row in rows if row not in gone]:
        save_changed(Attendance, kept, ["status", "reason", "note", "excuse_answered_by", "held"])


def _write_corrections(corrections: list[Correction], by: User | None) -> None:
    """Keep what stands beside rows; what the same person said of them before, and nobody has concluded, goes."""
    if corrections:
        rows = [correction.attendance_id for correction in corrections]
        Correction.objects.open().filter(attendance__in=rows, made_by=by).delete()
        Correction.objects.bulk_create(corrections)


def rows_to_overwrite(roster: Roster, entry: Entry) -> Iterator[Attendance]:
    """Yield the rows that hold an answer, and of which something else is said."""
    for mark in entry.marks:
        row = roster.rows.get(mark.cadre)
        if row and row.status != Attendance.Status.UNRECORDED and mark.values not in (mark.was, said_of(row)):
            yield row


def said_by(rows: Iterable[Attendance]) -> dict[int, int | None]:
    """Return by whose login some rows came to hold what they hold: key -> key of the user, None where none is known.

    One query, and none for rows that hold nothing yet.
    """
    found: dict[int, int | None] = {row.pk: None for row in rows}
    held: dict[int, tuple[str, ...]] = {}
    if found:
        records = Attendance.history.filter(id__in=found).order_by("history_date", "history_id")
        columns = ("id", "history_user", "history_change_reason", "status", "reason", "note")
        for key, user, why, *said in records.values_list(*columns):
            if held.get(key) != tuple(said):
                held[key], found[key] = tuple(said), BY_ONESELF if BY_LINK in (why or "").split() else user
    return found


@transaction.atomic
def conclude_correction(correction: Correction, *, accepted: bool, by: User, on: date) -> Correction:
    """Let a correction take the place of what is recorded, or leave that as it is; return the correction.

    Whether it is ``by``'s to conclude is asked before (``concluded_by``). Raises ``ValidationError`` where it is
    concluded already, or says what cannot be recorded any more.
    """
    roster = hold_rosters([correction.attendance.meeting_id])[correction.attendance.meeting_id]
    correction = Correction.objects.select_for_update(of=("self",)).get(pk=correction.pk)
    if correction.outcome:
        raise ValidationError(_("Nothing was changed: meanwhile this is concluded."))
    if accepted:
        row = next(row for row in roster.rows.values() if row.pk == correction.attendance_id)
        row.status, row.reason, row.note = correction.said
        row.excuse_answered_by = None
        if sentences := broken_rules(row, roster.meeting, on, reason_later=True):
            raise ValidationError(sentences)
        sign_change(row, by=by, why=LATE if correction.cause == Correction.Cause.LATE else "")
        _write_rows([row])
    correction.outcome = (Correction.Outcome.ACCEPTED if accepted else Correction.Outcome.DECLINED).value
    correction.concluded_by, correction.concluded_at = by, timezone.now()
    correction.save()
    return correction


def _add_guest(judged: Judged, cadre: int, by: User | None, on: date) -> Attendance:
    """Put somebody on the roster who came without being expected."""
    row = Attendance(meeting=judged.meeting, cadre_id=cadre, expected=False, status=Attendance.Status.PRESENT.value)
    sign_change(row, by=by, why=LATE if judged.roster.is_late(on) else "")
    row.save()
    return row


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
