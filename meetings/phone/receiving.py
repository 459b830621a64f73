"""An entry of a phone is read, recorded once however often it is sent, and answered by itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

from assignments.models import User
from assignments.scope import reach_of
from cadrenet.races import sentences_of
from cadrenet.templatetags.figures import day as written_day
from meetings.actions import hold_rosters, record_entries
from meetings.corrections import kept_beside
from meetings.entries import Entry, Mark, Said, said_of
from meetings.models import Attendance, Meeting, SentEntry

SAID = {Attendance.Status.PRESENT.value, Attendance.Status.ABSENT.value}
REASONS = {"", *Attendance.Reason.values}
LONGEST_NOTE = 300
STALE, REJECTED, DUPLICATE = "stale", "rejected", SentEntry.State.DUPLICATE.value


class NotStored(Exception):
    """Nothing was written: the answer says why, and what is recorded by now."""

    def __init__(self, state: str, why: str, now: Said | None = None) -> None:
        super().__init__(why)
        self.answer = Answer(state, why=why, now=now)


@dataclass(frozen=True)
class Answer:
    """What became of one entry: created, updated, duplicate, stale or rejected."""

    state: str
    why: str = ""
    now: Said | None = None
    received_at: datetime | None = None

    def as_json(self, key: str) -> dict[str, Any]:
        return {
            "key": key,
            "state": self.state,
            "why": self.why,
            "now": self.now,
            "received_at": self.received_at and self.received_at.isoformat(),
        }


@dataclass(frozen=True)
class PhoneEntry:
    """What somebody said on a phone of his own attendance at one meeting.

    ``was`` is what the phone had shown: an entry that knows less than what is recorded by now is stale.
    """

    key: UUID
    meeting: int
    status: str
    reason: str
    note: str
    was: Said
    noted_at: datetime
    digest: str = field(compare=False)


def read(sent: Any) -> PhoneEntry:
    """Read what a phone sent. Raises ``NotStored`` where it makes no sense: that never becomes right by itself."""
    try:
        said = {name: sent[name] for name in ("meeting", "status", "reason", "note", "was", "noted_at")}
        key, noted_at = UUID(str(sent["key"])), parse_datetime(said["noted_at"])
        was = tuple(said["was"])
        makes_sense = (
            type(said["meeting"]) is int
            and 0 < said["meeting"] < 2**63
            and said["status"] in SAID
            and said["reason"] in REASONS
            and isinstance(said["note"], str)
            and len(said["note"]) <= LONGEST_NOTE
            and len(was) == 3
            and all(isinstance(one, str) for one in was)
            and noted_at is not None
            and is_aware(noted_at)
        )
    except (KeyError, TypeError, ValueError):
        makes_sense = False
    if not makes_sense:
        raise NotStored(REJECTED, _("This entry cannot be read. Copy what stands in it, and record it on the page."))
    digest = sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return PhoneEntry(
        key,
        said["meeting"],
        said["status"],
        said["reason"],
        said["note"],
        was,
        noted_at,
        digest,  # type: ignore[arg-type]
    )


def receive(sent: Any, *, by: User, on: date, at: datetime) -> Answer:
    """Record one entry, or find that it was recorded before; return what became of it.

    The receipt is the first thing written, in one transaction with all else: a crash loses both or none, and of two
    at once the constraint lets one through. Nothing is looked up beforehand.
    """
    try:
        entry = read(sent)
        with transaction.atomic():
            receipt = SentEntry.objects.create(
                user=by, key=entry.key, digest=entry.digest, noted_at=entry.noted_at, received_at=at
            )
            state, beside = record(entry, by=by, on=on)
            SentEntry.objects.filter(pk=receipt.pk).update(state=state, meeting=entry.meeting)
    except NotStored as refused:
        return refused.answer
    except IntegrityError as error:
        earlier = SentEntry.objects.filter(user=by, key=entry.key).first()
        return of_earlier(earlier, entry) if earlier else of_race(error)
    return Answer(state, why=beside, received_at=at)


def of_earlier(earlier: SentEntry, entry: PhoneEntry) -> Answer:
    """Answer an entry whose key was received before."""
    if earlier.digest != entry.digest:
        return Answer(REJECTED, why=_("Something else was received under this key before. Record it anew."))
    return Answer(DUPLICATE, received_at=earlier.received_at)


def of_race(error: IntegrityError) -> Answer:
    """Answer an entry that met somebody else's; what nobody foresaw stays an error."""
    sentences = sentences_of(error)
    if not sentences:
        raise error
    return Answer(REJECTED, why=" ".join(sentences))


def record(entry: PhoneEntry, *, by: User, on: date) -> tuple[str, str]:
    """Record what an entry says while its meeting is held; return what became of it, and what stands beside what.

    What comes after the time was noted in time, perhaps, and says so itself. Raises ``NotStored``.
    """
    reach = reach_of(by)
    roster = hold_rosters([entry.meeting]).get(entry.meeting)
    row = roster.rows.get(reach.cadre) if roster and reach.cadre else None
    if roster is None or row is None or not row.expected:
        raise NotStored(REJECTED, _("Nothing was recorded: you are not on the roster of this meeting any more."))
    if says_the_same(entry, row):
        return DUPLICATE, ""
    before = said_of(row)
    mark = Mark(row.cadre_id, entry.status, entry.reason, entry.note, was=entry.was)
    facts = known_by_being_there(entry.status, roster.meeting, reach)
    why_late = _("Noted on a phone on %(day)s") % {"day": written_day(localtime(entry.noted_at).date())}
    judged = record_entries(
        {entry.meeting: Entry((mark,), facts=facts, reason_later=True, why_late=why_late)},
        by=by,
        on=on,
        rosters={entry.meeting: roster},
    )[entry.meeting]
    if judged.refused:
        stale = before not in (entry.was, mark.values)
        raise NotStored(STALE if stale else REJECTED, " ".join(judged.refused.sentences), now=before)
    if not judged.rows and not judged.corrections:
        return DUPLICATE, ""
    created = before[0] == Attendance.Status.UNRECORDED
    state = SentEntry.State.CREATED if created else SentEntry.State.UPDATED
    return state.value, " ".join(kept_beside(judged.corrections))


def says_the_same(entry: PhoneEntry, row: Attendance) -> bool:
    """Whether what an entry says is recorded already; “absent” alone takes back no reason that was given."""
    if entry.status == Attendance.Status.PRESENT:
        return row.status == Attendance.Status.PRESENT
    absent = row.status in (Attendance.Status.ABSENT, Attendance.Status.EXCUSED)
    return absent and not entry.reason and not entry.note


def known_by_being_there(status: str, meeting: Meeting, reach: Any) -> Mapping[str, Any]:
    """Whoever was there knows that it was held, if it is his to say."""
    planned = meeting.status == Meeting.Status.PLANNED
    if status != Attendance.Status.PRESENT or not planned or not meeting.is_recorded_in(reach):
        return {}
    return {"status": Meeting.Status.HELD.value}
