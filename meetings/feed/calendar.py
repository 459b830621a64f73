"""What a telephone's calendar reads: the meetings at which somebody is expected, as an iCalendar file.

Each meeting is an event by itself, at a moment of UTC. Rules of repetition and of time zones are read differently by
every calendar; Vietnam has no summer time, and a meeting that was moved is no exception to anything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assignments.models import Assignment
from assignments.scope import Reach
from meetings.models import Attendance, Meeting
from meetings.rosters import in_branches_of, meant_by_rules

# What is over stays for a while, and so does what was cancelled: a calendar that looks rarely has to hear of it.
KEPT = timedelta(days=60)
# How often a calendar is asked to look again; most look less often.
LOOK_AGAIN = timedelta(hours=1)
STATUS = {Meeting.Status.CANCELLED: "CANCELLED", Meeting.Status.NOT_HELD: "CANCELLED"}


@dataclass(frozen=True)
class Event:
    """One meeting as a calendar shows it. Nobody is named, nor why anything is so: calendars are shown around."""

    uid: str
    sequence: int
    changed: datetime
    starts: datetime
    ends: datetime | None
    status: str
    summary: str
    location: str
    description: str
    url: str


def meetings_in_feed(reach: Reach) -> list[Meeting]:
    """Return the meetings of the next months and the last 60 days that a reach's own cadres are expected at.

    Own are the user's cadre, and those for whom it acts today. Also what was cancelled within 60 days, at which they
    would have been expected.
    """
    rows = Attendance.objects.order_by().filter(cadre__in=sorted(reach.cadres), expected=True)
    keys = set(rows.filter(day__gte=reach.day - KEPT).values_list("meeting", flat=True))
    meetings = Meeting.objects.with_where().filter(pk__in=keys)
    found = {meeting.pk: meeting for meeting in [*meetings, *_cancelled(reach)]}
    return sorted(found.values(), key=lambda meeting: (meeting.starts_at, meeting.pk))


def _cancelled(reach: Reach) -> list[Meeting]:
    """The meetings cancelled of late at which a reach's own cadres would be expected: no row says so any more."""
    localities = list(
        Assignment.objects.order_by()
        .filter(cadre__in=sorted(reach.cadres))
        .during(reach.day - KEPT, None)
        .values_list("locality", flat=True)
        .distinct()
    )
    if not localities:
        return []
    lately = timezone.now() - KEPT
    cancelled = Meeting.objects.with_where().filter(status=Meeting.Status.CANCELLED, rescheduled_at__gte=lately)
    near = list(cancelled.filter(in_branches_of(localities)))
    meant = {meeting for meeting, cadre in meant_by_rules(near) if cadre in reach.cadres}
    return [meeting for meeting in near if meeting.pk in meant]


def events_of(meetings: Iterable[Meeting], site: str) -> Iterator[Event]:
    """Return what a calendar shows of each meeting; ``site`` is the beginning of an address of this server."""
    for meeting in meetings:
        moved = meeting.moved_from
        yield Event(
            uid=f"meeting-{meeting.pk}@cadrenet",
            sequence=meeting.sequence,
            changed=meeting.rescheduled_at.astimezone(UTC).replace(microsecond=0),
            starts=meeting.starts_at.astimezone(UTC),
            ends=meeting.ends_at and meeting.ends_at.astimezone(UTC),
            status=STATUS.get(Meeting.Status(meeting.status), "CONFIRMED"),
            summary=summary_of(meeting),
            location=", ".join(filter(None, [meeting.venue, *where(meeting)])),
            description=_("Moved from %(day)s.") % {"day": date_format(moved, "DATE_FORMAT")} if moved else "",
            url=site + meeting.get_absolute_url(),
        )


def where(meeting: Meeting) -> list[str]:
    """Where a locality's meeting is, in two names: its own and the one above, as people say it."""
    if meeting.place is None:
        return []
    return [meeting.place.name, *(name for _tier, _id, name in meeting.place.chain[-1:])]


def summary_of(meeting: Meeting) -> str:
    """What a meeting is called. That it takes no place stands here too: some calendars show nothing else of it."""
    if meeting.status == Meeting.Status.CANCELLED:
        return _("CANCELLED – %(meeting)s") % {"meeting": meeting.title}
    if meeting.status == Meeting.Status.NOT_HELD:
        return _("NOT HELD – %(meeting)s") % {"meeting": meeting.title}
    return meeting.title


def etag_of(events: Iterable[Event], language: str) -> str:
    """Return what stays the same for as long as a calendar would read the same."""
    told = [[str(getattr(event, field.name)) for field in fields(Event)] for event in events]
    return f'"{sha256(repr((language, told)).encode()).hexdigest()}"'


def as_icalendar(events: Iterable[Event]) -> bytes:
    """Return the events as a file. It is a publication: without a method, an organiser or anybody who is invited."""
    # Here, as every command would load it.
    import icalendar

    calendar = icalendar.Calendar()
    for name, value in (
        ("prodid", "-//cadrenet//cadrenet//VI"),
        ("version", "2.0"),
        ("calscale", "GREGORIAN"),
        ("name", _("Meetings at the grassroots")),
        ("x-wr-calname", _("Meetings at the grassroots")),
        ("x-wr-timezone", settings.TIME_ZONE),
        # The library's own words for a length of time are not the ones that are read here.
        ("x-published-ttl", "PT1H"),
    ):
        calendar.add(name, value)
    calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    for event in events:
        calendar.add_component(_as_component(icalendar.Event(), event))
    return calendar.to_ical()


def _as_component(component, event: Event):
    said = {
        "uid": event.uid,
        "sequence": event.sequence,
        "dtstamp": event.changed,
        "last-modified": event.changed,
        "dtstart": event.starts,
        "dtend": event.ends,
        "status": event.status,
        # What takes no place keeps nobody busy.
        "transp": "TRANSPARENT" if event.status == "CANCELLED" else "OPAQUE",
        "summary": event.summary,
        "location": event.location,
        "description": event.description,
        "url": event.url,
    }
    for name, value in said.items():
        if value not in (None, ""):
            component.add(name, value)
    return component
