"""The meetings of a locality up to a day: twelve months of its own, the last ones, and the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from assignments.models import Assignment, Locality, Place, Tier, User
from assignments.queries import Rules
from assignments.scope import reach_of
from assignments.subtree import subtree
from assignments.visibility import lies_below
from cadrenet.figures import percent
from cadrenet.periods import Month
from cadrenet.templatetags import figures as written
from meetings.models import Attendance, Kind, Meeting
from meetings.models.kinds import KIND_SHOWN_ABOVE, OWN_KINDS
from meetings.queries import small_number
from reports.figures.monthly import months_up_to
from reports.localities import queries as facts

MEETINGS_SHOWN = 5
NEXT_SHOWN = 3
STATUS = Attendance.Status
# The first that anybody in charge has says what became of a meeting: what is not known is never covered up.
IN_ORDER = [STATUS.UNRECORDED, STATUS.PRESENT, STATUS.ABSENT, STATUS.EXCUSED]


@dataclass
class ShownMeeting:
    """A meeting with what became of whoever is in charge (``status``), and how many of those expected came.

    ``place`` is where it was, on a page of what lies above; ``few`` the number of households below which they are
    not told, 0 where they are.
    """

    meeting: Meeting
    status: str = ""
    present: int = 0
    expected: int = 0
    unrecorded: int = 0
    place: Place | None = None
    few: int = 0


@dataclass(frozen=True)
class NextMeeting:
    """A meeting to come, as ``templates/components/card_list.html`` shows it; ``side`` is the hour."""

    day: date
    text: str
    url: str
    detail: str
    side: str


@dataclass(frozen=True)
class StripMonth:
    """A month of the strip of twelve, as ``templates/components/strip.html`` shows it.

    ``label`` is the short name, ``name`` the long one, ``status`` a code or empty, ``text`` other words than its own.
    """

    label: str
    name: str
    status: str = ""
    url: str = ""
    text: str = ""


@dataclass
class Year:
    """Twelve months of a locality's own meeting: how many of the months due had one that was held.

    ``coming`` are its next meetings, of whatever kind.
    """

    kind: Kind
    rows: list[ShownMeeting] = field(default_factory=list)
    months: list[StripMonth] = field(default_factory=list)
    coming: list[Meeting] = field(default_factory=list)
    due: int = 0
    held: int = 0

    @property
    def percent(self):
        """Months held ÷ months due."""
        return percent(self.held, self.due)

    @property
    def other_statuses(self) -> list[str]:
        """Statuses in the strip that its usual key does not explain."""
        found = {month.status for month in self.months}
        return [status for status in ("held", "planned", "cancelled", "vacant") if status in found]


@dataclass(frozen=True)
class MeetingsThere:
    """The meetings of a locality as its page of a day tells a user of them.

    ``place`` is where it stands on the day, ``places`` all that it ever stood in, ``assignments`` those to it that
    the user may see.
    """

    locality: Locality
    place: Place
    places: Sequence[Place]
    assignments: Iterable[Assignment]
    user: User
    day: date

    @property
    def rules(self) -> Rules:
        """The rules that the page has read for its part of the tree."""
        return subtree(self.user, self.locality).rules

    @property
    def root(self) -> tuple[str, int]:
        return self.locality.tier, self.locality.pk

    @property
    def reach(self):
        return reach_of(self.user)

    def is_past(self, meeting: Meeting) -> bool:
        """Whether a meeting was over on the day of the page; one of that day is, once somebody has said so."""
        return meeting.day < self.day or (meeting.day == self.day and meeting.status != Meeting.Status.PLANNED)

    def is_coming(self, meeting: Meeting) -> bool:
        """Whether a meeting was still to come on the day of the page."""
        return meeting.status != Meeting.Status.CANCELLED and not self.is_past(meeting)

    def year(self) -> Year | None:
        """The twelve months up to the day of the locality's own meeting; None for a tier without one."""
        kind = OWN_KINDS.get(Tier(self.locality.tier))
        if kind is None:
            return None
        months = months_up_to(self.day)
        first_day, last_day = months[0].first_day, months[-1].last_day
        found = facts.meetings_from(self.reach, self.root, kind, first_day)
        own = [meeting for meeting in found if meeting.kind == kind]
        began = min((meeting.day for meeting in own), default=None)
        year = Year(kind, [ShownMeeting(meeting) for meeting in own if first_day <= meeting.day <= last_day])
        year.coming = [meeting for meeting in found if self.is_coming(meeting)]
        statuses = self.count_attendance(year.rows)
        for row in year.rows:
            row.status = self.status_of(row.meeting, statuses[row.meeting.pk])
        for month in months:
            rows = [row for row in year.rows if Month.of(row.meeting.day) == month]
            held = any(row.meeting.is_held and self.is_past(row.meeting) for row in rows)
            year.held += held
            year.due += held or self.is_due(month, rows, began)
            year.months.append(strip_month(month, rows))
        return year

    def is_due(self, month: Month, rows: Iterable[ShownMeeting], began: date | None) -> bool:
        """Whether a meeting was due in a month: from the first one known; in the running month once it is past."""
        if began is None or month < Month.of(began) or not self.stood_in(month):
            return False
        if month < Month.of(self.day):
            return True
        return any(row.meeting.day < self.day and row.meeting.status != Meeting.Status.CANCELLED for row in rows)

    def stood_in(self, month: Month) -> bool:
        """Whether the locality existed during the whole of a month, or up to the day of the page."""
        last_day = min(month.last_day, self.day)
        return any(place.first_day <= last_day and place.last_day >= month.first_day for place in self.places)

    def count_attendance(self, rows: Iterable[ShownMeeting]) -> dict[int, dict[int, str]]:
        """Fill in who came of those expected; return {meeting id: {cadre id: status}}."""
        statuses: dict[int, dict[int, str]] = defaultdict(dict)
        keys = tuple(sorted(row.meeting.pk for row in rows))
        for meeting, cadre, status in facts.attendance_at(self.reach, keys):
            statuses[meeting][cadre] = status
        for row in rows:
            came = list(statuses[row.meeting.pk].values())
            row.expected, row.present = len(came), came.count(STATUS.PRESENT)
            row.unrecorded = came.count(STATUS.UNRECORDED)
        return statuses

    def status_of(self, meeting: Meeting, statuses: dict[int, str]) -> str:
        """What became of whoever was in charge, or of the meeting where nobody could come."""
        if meeting.status in (Meeting.Status.CANCELLED, Meeting.Status.NOT_HELD):
            return meeting.status
        if not self.is_past(meeting):
            return Meeting.Status.PLANNED
        if meeting.status == Meeting.Status.PLANNED:
            return STATUS.UNRECORDED
        holding = [row.cadre_id for row in self.assignments if row.holds_on(meeting.day) and answers(row)]
        if not holding:
            return "vacant"
        found = {statuses[cadre] for cadre in holding if cadre in statuses}
        return next((status for status in IN_ORDER if status in found), Meeting.Status.HELD)

    def last(self, year: Year | None) -> list[ShownMeeting]:
        """The last meetings up to the day, newest first; above the tiers that meet themselves, those below."""
        if year is not None:
            past = [row for row in reversed(year.rows) if self.is_past(row.meeting)][:MEETINGS_SHOWN]
            least = small_number(self.day, self.rules) if self.tells_less() else 0
            for row in past:
                # Few households are told inside the commune only.
                represented = row.meeting.households_represented
                row.few = least if represented is not None and represented < least else 0
            return past
        found = facts.last_meetings(self.reach, self.root, KIND_SHOWN_ABOVE, self.day, MEETINGS_SHOWN)
        # Counted for these few afterwards: within the query it would be counted for all that are sorted.
        rows = [ShownMeeting(meeting, place=meeting.place) for meeting in found]
        self.count_attendance(rows)
        for row in rows:
            planned = row.meeting.status == Meeting.Status.PLANNED
            row.status = STATUS.UNRECORDED if planned else row.meeting.status
        return rows

    def tells_less(self) -> bool:
        """Whether small numbers of households are kept back: from readers above the commune who do not record."""
        inside = [root for root in self.reach.sees if not Tier(root[0]).above(Tier.COMMUNE)]
        records = lies_below(self.place, self.reach.records, self.user)
        return not (records or lies_below(self.place, inside, self.user))

    def next(self, year: Year | None) -> list[NextMeeting]:
        """The next meetings of the locality; above the tiers that meet themselves, those below."""
        if year is None:
            found = facts.next_meetings(self.reach, self.root, KIND_SHOWN_ABOVE, self.day, NEXT_SHOWN)
        else:
            found = year.coming[:NEXT_SHOWN]
        return [
            NextMeeting(
                day=meeting.day,
                text=meeting.get_kind_display(),
                url=meeting.get_absolute_url(),
                detail="" if year is not None else ", ".join([meeting.place.name, meeting.place.above]),
                side=written.daytime(meeting.starts_at).rpartition(" ")[2],
            )
            for meeting in found
        ]


def strip_month(month: Month, rows: Sequence[ShownMeeting]) -> StripMonth:
    """One cell of the strip: of several meetings in a month the one that was held, or the last."""
    # Translators: a month as the head of a narrow column; vi "T%(month)s"
    label = _("M%(month)s") % {"month": month.number}
    shown = next((row for row in rows if row.meeting.is_held), rows[-1] if rows else None)
    if shown is None:
        return StripMonth(label, month.label)
    text = _("held, with nobody in charge") if shown.status == "vacant" else ""
    return StripMonth(label, month.label, str(shown.status), shown.meeting.get_absolute_url(), text)


def answers(assignment: Assignment) -> bool:
    """Whether an assignment makes somebody answer for the locality, and not only support."""
    return assignment.role != Assignment.Role.SUPPORT
