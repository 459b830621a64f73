"""What somebody says about a meeting, judged against what is recorded: nothing here asks or changes the database.

``meetings.actions`` holds the meetings and their rosters, lets this module judge, and writes what stands.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assignments.models import User
from cadrenet.editing import meanwhile
from cadrenet.words import WordsField
from meetings.models import Attendance, Correction, Meeting
from meetings.models.attendance import ONLY_THE_ABSENT_HAVE_A_REASON, ONLY_URGENCY_EXCUSES
from meetings.models.meeting import MORE_CAME_THAN_INVITED, MORE_THAN_THE_GROUP_HAS

# The status, reason and note recorded of somebody on a roster.
Said = tuple[str, str, str]

# What is recorded about the meeting itself, beside its roster.
FACTS = (
    "status",
    "households_total",
    "households_represented",
    "quality_organisation",
    "quality_content",
    "quality_time",
    "programme_feedback",
    "topics",
    "invited",
    "came",
)


# Stands for the login of a cadre who said it of himself without one.
BY_ONESELF = 0


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


@dataclass(frozen=True)
class Entry:
    """What somebody says about one meeting: who came, and how the meeting was.

    ``facts`` maps fields of the meeting (``FACTS``) to values, ``were`` to what the page had shown. ``guests`` are
    ids of cadres who came without being expected. ``reason_later`` lets somebody say first that he was absent, and
    why in the next step. ``why`` are the words of whoever changes the meeting itself: why it is cancelled.
    ``why_late`` says why somebody records his own attendance after the time: that becomes a correction. ``via`` is
    the way by which it was said of oneself, where that is no page of the site.
    """

    marks: tuple[Mark, ...] = ()
    guests: tuple[int, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    were: Mapping[str, Any] = field(default_factory=dict)
    reason_later: bool = False
    why: str = ""
    why_late: str = ""
    via: str = ""


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

    @property
    def sentences(self) -> list[str]:
        """Everything that was said against it, of people first."""
        return [one for some in (self.marks, self.facts) for said in some.values() for one in said]


@dataclass
class Roster:
    """A meeting and its rows of attendance by cadre, as stored; held by whoever read them until the transaction ends.

    ``limit`` is the number of days after the meeting in which an entry is in time.
    """

    meeting: Meeting
    rows: dict[int, Attendance]
    limit: int

    def is_late(self, on: date) -> bool:
        """Return whether what is recorded on a day comes late, by the limit that held on the meeting's day."""
        return on > last_day_in_time(self.meeting.day, self.limit)


def last_day_in_time(day: date, limit: int) -> date:
    """Return the last day on which an entry about a meeting of a day is not late."""
    return day + timedelta(days=limit)


@dataclass
class Judged:
    """What of an entry stands: the meeting and the rows as they will be, copies of what is stored.

    ``facts`` are the fields of the meeting that change, ``rows`` those that do, ``guests`` ids of whom to add.
    ``corrections`` are what stands beside rows that stay as they are, until somebody concludes.
    """

    roster: Roster
    meeting: Meeting
    facts: list[str] = field(default_factory=list)
    rows: list[Attendance] = field(default_factory=list)
    guests: list[int] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    refused: Refused = field(default_factory=Refused)

    @property
    def was(self) -> Meeting:
        """The meeting as stored."""
        return self.roster.meeting

    @property
    def expects_others(self) -> bool:
        """Whether others are expected than before: a cancelled meeting expects nobody."""
        cancelled = Meeting.Status.CANCELLED
        return (self.meeting.status == cancelled) != (self.was.status == cancelled)


@dataclass(frozen=True)
class Author:
    """Who says it: the login, and the cadres whose attendance is his to tell: his own, and of whom he acts for."""

    user: User | None
    cadres: frozenset[int] = frozenset()


def judge(roster: Roster, entry: Entry, on: date, author: Author, said_by: Mapping[int, int | None]) -> Judged:
    """Return what of an entry stands; when anything in it does not, ``refused`` says what and why.

    ``said_by`` tells by whose login a row came to hold what it holds: key of the row -> key of the user.
    """
    meeting = copy(roster.meeting)
    judged = Judged(roster, meeting)
    refused = judged.refused
    judged.facts = _apply_facts(meeting, entry.facts, entry.were, on, refused)
    was_planned = roster.meeting.status == Meeting.Status.PLANNED
    if meeting.pattern_id and was_planned and meeting.status == Meeting.Status.CANCELLED and not entry.why:
        refused.facts["why"] = [say_why()]
    for mark in entry.marks:
        row = roster.rows.get(mark.cadre)
        changed = _apply_mark(copy(row) if row else None, mark, meeting, on, entry.reason_later, refused)
        if row is None or changed is None:
            continue
        late = roster.is_late(on) and not entry.via
        own = mark.cadre in author.cadres or bool(entry.via)
        if cause := _set_aside(row, changed, own, late, author.user, said_by.get(row.pk)):
            judged.corrections.append(_correction(row, changed, cause, entry, author))
        else:
            judged.rows.append(changed)
    if any(one.cause == Correction.Cause.LATE for one in judged.corrections) and not entry.why_late:
        refused.facts["why_late"] = [say_why_late(roster)]
    judged.guests = [cadre for cadre in entry.guests if cadre not in roster.rows]
    if judged.guests and meeting.day > on:
        refused.facts["guest"] = [_("The meeting lies in the future: nobody can have come yet.")]
    if refused:
        refused.now = {cadre: said_of(row) for cadre, row in roster.rows.items()}
        refused.meeting = roster.meeting
    return judged


def _set_aside(
    row: Attendance, changed: Attendance, own: bool, late: bool, user: User | None, said_by: int | None
) -> Correction.Cause | None:
    """Return why what was said of a cadre stands beside what is recorded, and not in its place; None where it does.

    Of himself nobody writes any more once the time is over. And what somebody said of himself is overwritten by
    nobody else, nor what another recorded by himself: whoever concludes sees both.
    """
    if own and late:
        return Correction.Cause.LATE
    if said_by is None or (user and said_by == user.pk) or not _contradicts(row, changed):
        return None
    by_oneself = said_by in (BY_ONESELF, row.cadre.user_id)
    return Correction.Cause.DIFFERS if own != by_oneself else None


def _contradicts(row: Attendance, changed: Attendance) -> bool:
    """Return whether somebody says something else than is recorded; who adds what was left open does not."""
    if row.status == Attendance.Status.UNRECORDED:
        return False
    return any(was and was != now for was, now in zip(said_of(row), said_of(changed), strict=True))


def _correction(
    row: Attendance, changed: Attendance, cause: Correction.Cause, entry: Entry, author: Author
) -> Correction:
    """What was said of a cadre, beside the row that stays as it is."""
    return Correction(
        attendance=row,
        cause=cause.value,
        status=changed.status,
        reason=changed.reason,
        note=changed.note,
        why=entry.why_late if cause == Correction.Cause.LATE else "",
        made_by=author.user,
        made_at=timezone.now(),
    )


def say_why_late(roster: Roster) -> str:
    """Return the sentence that asks why somebody records his own attendance after the time."""
    day = date_format(last_day_in_time(roster.meeting.day, roster.limit), "DATE_FORMAT")
    return _("This was due by %(day)s. Say in a few words why it comes late: then it is kept as a correction.") % {
        "day": day
    }


def said_of(row: Attendance) -> Said:
    """What is recorded of a cadre."""
    return (row.status, row.reason, row.note)


def _apply_facts(
    meeting: Meeting, facts: Mapping[str, Any], were: Mapping[str, Any], on: date, refused: Refused
) -> list[str]:
    """Set on the meeting what was changed against what the page showed; return the names of these fields."""
    was_held, changed = meeting.is_held, []
    for name, said in facts.items():
        now = getattr(meeting, name)
        if said in (now, were.get(name, now)):
            continue
        if now != were.get(name, now):
            refused.facts[name] = [meanwhile(fact_in_words(name, now), fact_in_words(name, said))]
            continue
        setattr(meeting, name, said)
        changed.append(name)
    if changed:
        for name, sentences in _faults(meeting, changed, was_held, on).items():
            refused.facts.setdefault(name, []).extend(sentences)
    return changed


def _faults(meeting: Meeting, changed: list[str], was_held: bool, on: date) -> dict[str, list[str]]:
    """Return what is wrong with a meeting as it would be saved: field -> sentences.

    As its form would say it, without asking the database: its place tells whether its locality existed on its day.
    """
    faults: dict[str, list[str]] = {}
    if meeting.status in Meeting.OVER and meeting.day > on:
        return {"status": [_("This meeting lies in the future. It can be cancelled or moved to another day.")]}
    try:
        meeting.clean_fields(exclude={field.name for field in meeting._meta.fields} - set(changed))
    except ValidationError as error:
        faults |= error.message_dict
    represented, total = meeting.households_represented, meeting.households_total
    if not faults and represented is not None and total is not None and represented > total:
        faults["households_represented"] = [str(MORE_THAN_THE_GROUP_HAS)]
    if not faults and meeting.came is not None and meeting.invited is not None and meeting.came > meeting.invited:
        faults["came"] = [str(MORE_CAME_THAN_INVITED)]
    if meeting.locality_id and not _may_be_there(meeting, was_held):
        faults.setdefault("status", []).append(_("The locality does not exist on that day."))
    return faults


def _may_be_there(meeting: Meeting, was_held: bool) -> bool:
    """Return whether a locality's meeting may stand on its day, with what is said of it."""
    place = meeting.place
    if place is not None and place.first_day <= meeting.day <= place.last_day:
        return True
    if meeting.took_no_place:
        # What was planned beyond the end of its locality is done with in this way.
        return place is not None
    # What was held before the locality got its end stays, and who came can be recorded.
    return meeting.is_held and was_held


def _apply_mark(
    row: Attendance | None, mark: Mark, meeting: Meeting, on: date, reason_later: bool, refused: Refused
) -> Attendance | None:
    """Set on the row what was said of a cadre; return the row when that changes it, None otherwise."""
    if mark.values == mark.was:
        return None
    said = _completed(mark)
    if row is None:
        refused.marks[mark.cadre] = [_("This cadre is no longer on the roster; nothing was recorded.")]
        return None
    now = said_of(row)
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
    said = {"status", "reason", "note"}
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - said)
    except ValidationError as error:
        return error.messages
    if row.status == status.EXCUSED and row.reason != Attendance.Reason.EXTREME_URGENCY:
        return [str(ONLY_URGENCY_EXCUSES)]
    if row.reason and not absent:
        return [str(ONLY_THE_ABSENT_HAVE_A_REASON)]
    return []


# --- In words -------------------------------------------------------------------------------------------------------


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
    if isinstance(field, WordsField):
        return ", ".join(field.in_words(value))
    return str(dict(field.flatchoices).get(value, value))


def say_why() -> str:
    """Return the sentence that asks why a regular meeting is moved or cancelled."""
    return _("Say in a few words why this regular meeting is moved or cancelled.")
