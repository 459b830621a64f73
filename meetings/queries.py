"""Figures over meetings: where agencies and localities get in each other's way, and what happens on which day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Q
from django.utils import timezone

from assignments.models import Agency, Limit, Locality, Posting, Tier
from assignments.models.posting import staff_of_own_day
from cadrenet.effective_dated import in_force
from cadrenet.periods import ONE_DAY
from cadrenet.prepared import Constant, prepared
from meetings.models import AGENCY_KINDS, Attendance, Kind, Meeting, RestrictedDay

# From an attendance to the meetings of an agency of the cadre's: of the one where the cadre worked on that day, as
# ``WORKED_THERE`` says. Both go into one ``filter``, so that they speak of the same posting.
POSTING = "cadre__postings__"
AGENCY = f"{POSTING}agency__meetings"
WORKED_THERE = in_force(F("day"), POSTING)


@dataclass
class MeetingCounts:
    """A meeting with how many were expected, how many of these came, and of how many nothing is recorded."""

    meeting: Meeting
    expected: int = 0
    present: int = 0
    unrecorded: int = 0


def with_attendance_counts(meetings, reach):
    """Return ``MeetingCounts`` for each meeting, of the attendance that a reach lets see. One query.

    So the numbers agree with the roster that the reader finds. The meetings of one page are counted by their keys:
    with a subquery for each meeting, a database that knows too little of its tables reads the whole district every
    time (46 s measured).
    """
    found = {meeting.pk: MeetingCounts(meeting) for meeting in meetings}
    for meeting, *counts in numbers_of(reach, tuple(sorted(found))):
        found[meeting] = MeetingCounts(found[meeting].meeting, *counts)
    return list(found.values())


@prepared
def numbers_of(reach, meetings):
    """Meeting, how many were expected, how many of these came, and of how many nothing is recorded."""
    status, rows = Attendance.Status, Attendance.objects.in_reach_at(reach, meetings).filter(expected=True)
    # Where nobody met, nobody was present, whatever was said beforehand.
    present = Q(status=status.PRESENT) & ~Q(meeting__status__in=Meeting.TOOK_NO_PLACE)
    return (
        rows.order_by()
        .values_list("meeting")
        .annotate(
            expected=Count("pk"),
            present=Count("pk", filter=present),
            unrecorded=Count("pk", filter=Q(status=status.UNRECORDED)),
        )
    )


# Where a list of meetings is narrowed to.
OFFERED_TIERS = (Tier.REGIONAL_GROUP, Tier.COMMUNE)


def localities_to_choose(reach, day, at_most):
    """Return tier, code, name and path of groups and communes in a reach, as they stood on a day or last stood."""
    return _localities_to_choose(reach, day, Constant(at_most))


@prepared
def _localities_to_choose(reach, day, at_most):
    seen = (
        Locality.objects.in_reach(reach)
        .filter(tier__in=OFFERED_TIERS)
        .as_of(day)
        .filter(standing__first_day__lte=day)
    )
    columns = seen.order_by("standing__path", "code").values_list("tier", "code", "standing__name", "standing__path")
    return columns[: at_most.value]


def clashes(quarter):
    """Return the attendances that an agency's meeting stands in the way of, for agency meetings of a quarter.

    An agency meeting or training that is not cancelled overlaps a locality meeting that is planned or held, and a
    cadre who works at that agency on that day is expected there. Touching is not overlapping; without an end nothing
    overlaps. Each row carries ``agency_code``; narrow the rows to a user's with ``visible_to``.
    """
    events = Meeting.objects.filter(kind__in=AGENCY_KINDS, day__range=quarter.days).due()
    latest = events.aggregate(latest=Max("ends_at"))["latest"]
    last_day = timezone.localtime(latest).date() if latest else quarter.last_day
    # Both sides are bounded by day, so that the database reads one quarter and not all years.
    return (
        Attendance.objects.filter(
            WORKED_THERE,
            expected=True,
            day__range=(quarter.first_day - ONE_DAY, last_day),
            meeting__status__in=[Meeting.Status.PLANNED, Meeting.Status.HELD],
            **{
                # Said although a join says it: else PostgreSQL reads the meetings of localities over and over.
                f"{AGENCY}__agency__isnull": False,
                f"{AGENCY}__kind__in": AGENCY_KINDS,
                f"{AGENCY}__day__range": quarter.days,
                f"{AGENCY}__status__in": [Meeting.Status.PLANNED, Meeting.Status.HELD, Meeting.Status.NOT_HELD],
                f"{AGENCY}__starts_at__lt": F("meeting__ends_at"),
                f"{AGENCY}__ends_at__gt": F("meeting__starts_at"),
            },
        )
        .annotate(agency_code=F(f"{AGENCY}__code"), agency_meeting=F(AGENCY))
        .order_by("agency_code", "meeting__code", "cadre__code")
    )


def clashes_of(meeting, assumed=None):
    """Return the attendances that stand in each other's way with one meeting, defined as in ``clashes``.

    Of an agency's meeting: its staff's at locality meetings. Of a locality's: those on its own roster, each with
    ``agency_meeting``, the id of what it clashes with, and why the agency meets all the same (``agency_reason``).
    With an ``assumed`` length, meetings without an end are taken to last so long, where a figure counts none.
    """
    rows = Attendance.objects.filter(expected=True)
    ends_at = (meeting.known_end or meeting.starts_at + assumed) if assumed else meeting.ends_at
    if ends_at is None or meeting.status == Meeting.Status.CANCELLED:
        return rows.none()
    if meeting.agency_id:
        staff = staff_expected(meeting.agency, day_of(meeting.starts_at) - ONE_DAY, day_of(ends_at))
        return staff.filter(shares_time("meeting", meeting.starts_at, ends_at, assumed))
    if meeting.status == Meeting.Status.NOT_HELD:
        return rows.none()
    return rows.filter(
        WORKED_THERE,
        shares_time(AGENCY, meeting.starts_at, ends_at, assumed),
        meeting=meeting,
        **{
            f"{AGENCY}__kind__in": AGENCY_KINDS,
            f"{AGENCY}__status__in": [Meeting.Status.PLANNED, Meeting.Status.HELD, Meeting.Status.NOT_HELD],
        },
    ).annotate(
        agency_meeting=F(AGENCY),
        agency_reason=F(f"{AGENCY}__override_reason"),
        agency_ends_at=F(f"{AGENCY}__ends_at"),
    )


@dataclass(frozen=True)
class AgencyMeeting:
    """The meeting of an agency that stood in the way of somebody's other meeting."""

    agency: str
    starts_at: datetime


def agency_meetings_beside(rows):
    """Return {key: ``AgencyMeeting``} for those of some attendances that clash, as ``clashes`` has it. One query."""
    clashing = Attendance.objects.filter(
        WORKED_THERE,
        pk__in=[row.pk for row in rows],
        **{
            f"{AGENCY}__agency__isnull": False,
            f"{AGENCY}__kind__in": AGENCY_KINDS,
            f"{AGENCY}__status__in": [Meeting.Status.PLANNED, Meeting.Status.HELD],
            f"{AGENCY}__starts_at__lt": F("meeting__ends_at"),
            f"{AGENCY}__ends_at__gt": F("meeting__starts_at"),
        },
    )
    found = clashing.order_by().values_list("pk", f"{AGENCY}__agency__name", f"{AGENCY}__starts_at")
    return {key: AgencyMeeting(agency, starts_at) for key, agency, starts_at in found} if rows else {}


def shares_time(to, starts_at, ends_at, assumed=None):
    """Return the condition that a meeting shares time with a span; ``to`` leads to the meeting."""
    later = Q(**{f"{to}__ends_at__gt": starts_at})
    if assumed:
        without_end = Q(**{f"{to}__ends_at": None}) | Q(**{f"{to}__ends_at": F(f"{to}__starts_at")})
        later |= without_end & Q(**{f"{to}__starts_at__gt": starts_at - assumed})
    return later & Q(**{f"{to}__starts_at__lt": ends_at})


def kept_by_own_agency(asked):
    """Return those of some (meeting id, cadre id) whose own agency meets at the time of that locality meeting.

    Whoever says of one of them that he was absent finds “agency meeting” filled in, which does not excuse. One query
    or two.
    """
    rows = Attendance.objects.filter(
        WORKED_THERE,
        expected=True,
        meeting__in={meeting for meeting, _cadre in asked},
        cadre__in={cadre for _meeting, cadre in asked},
        **{
            f"{AGENCY}__kind__in": AGENCY_KINDS,
            f"{AGENCY}__status__in": [Meeting.Status.PLANNED, Meeting.Status.HELD],
            # On one of the days around; how long they take is compared below.
            f"{AGENCY}__starts_at__lt": F("meeting__starts_at") + ONE_DAY,
            f"{AGENCY}__starts_at__gt": F("meeting__starts_at") - LONGEST_TRAINING,
        },
    )
    times = ("meeting__starts_at", "meeting__ends_at", f"{AGENCY}__starts_at", f"{AGENCY}__ends_at")
    pairs = [pair for pair in rows.order_by().values_list("meeting", "cadre", "day", *times) if pair[:2] in asked]
    if not pairs:
        return set()
    assumed = assumed_length(max(day for _meeting, _cadre, day, *_times in pairs))
    found = set()
    for meeting, cadre, _day, starts_at, ends_at, agency_starts_at, agency_ends_at in pairs:
        theirs = Meeting(starts_at=starts_at, ends_at=ends_at)
        other = Meeting(starts_at=agency_starts_at, ends_at=agency_ends_at)
        if overlap(starts_at, theirs.known_end or starts_at + assumed, other, assumed):
            found.add((meeting, cadre))
    return found


def hold_agencies(keys):
    """Hold some agencies until the transaction ends, for whoever brings in a meeting that concerns their staff.

    What only refers to an agency goes on meanwhile.
    """
    rows = Agency.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True, of=("self",))
    list(rows.values_list("pk"))


def hold_agencies_concerned(meeting):
    """Hold the agencies whose staff are expected at a locality meeting, once its roster is written."""
    there = Posting.objects.filter(cadre__attendances__meeting=meeting, cadre__attendances__expected=True)
    hold_agencies(set(there.on(meeting.day).order_by().values_list("agency", flat=True)) - {None})


def staff_expected(agency, first_day, last_day):
    """Return the attendances of an agency's staff who are expected at locality meetings of some days."""
    return Attendance.objects.filter(
        staff_of_own_day([agency]),
        expected=True,
        day__range=(first_day, last_day),
        meeting__status__in=[Meeting.Status.PLANNED, Meeting.Status.HELD],
    )


# --- A day and a month --------------------------------------------------------------------------------------


def day_of(moment):
    """The day of a moment in the office's time zone."""
    return timezone.localtime(moment).date()


def meetings_by_day(meetings):
    """Return day -> kind -> number of meetings, kinds in their own order."""
    found = {}
    for day, kind, number in meetings.order_by().values_list("day", "kind").annotate(n=Count("pk")):
        found.setdefault(day, {})[kind] = number
    return {day: {kind: kinds[kind] for kind in Kind.values if kind in kinds} for day, kinds in found.items()}


def staff_by_day(agencies, first_day, last_day):
    """Return day -> how many of the staff of some agencies are expected at locality meetings."""
    rows = Attendance.objects.filter(
        staff_of_own_day(sorted(agencies)),
        expected=True,
        day__range=(first_day, last_day),
        meeting__status__in=[Meeting.Status.PLANNED, Meeting.Status.HELD],
    )
    counted = rows.order_by().values("day").annotate(n=Count("cadre", distinct=True))
    return dict(counted.values_list("day", "n"))


def restricted_days(days):
    """Return those of some days on which agencies should not meet."""
    rules = list(RestrictedDay.objects.during(min(days), max(days)))
    return {day for day in days if any(rule.covers(day) for rule in rules)}


def on_restricted_days():
    """Return the condition that an agency meets on a day kept free for localities, and is not exempt (R48)."""
    called_from_above = [Meeting.ConvenedBy.PROVINCE, Meeting.ConvenedBy.CENTRAL]
    days = Q(pk__in=[])
    for rule in RestrictedDay.objects.all():
        held = Q(day__day__range=(rule.first_day_of_month, rule.last_day_of_month))
        if rule.first_day:
            held &= Q(day__gte=rule.first_day)
        if rule.last_day:
            held &= Q(day__lte=rule.last_day)
        days |= held
    return days & Q(kind__in=AGENCY_KINDS) & ~Q(extraordinary=True, convened_by__in=called_from_above)


def late_entry_days(day, limits=Limit):
    """How many days after a meeting of a day an entry is in time; ``limits`` are ``Rules`` that a page has read."""
    return limits.on(day, Limit.Name.LATE_ENTRY_DAYS)


def small_number(day, limits=Limit):
    """The number of households below which a count is not told outside the commune, on a day."""
    return limits.on(day, Limit.Name.SMALL_NUMBER)


# --- Time -----------------------------------------------------------------------------------------------------

# What the limit ships with, for whoever compares meetings of many days.
USUAL_LENGTH = timedelta(minutes=Limit.DEFAULTS[Limit.Name.ASSUMED_MINUTES])
# A training that was stored as one meeting goes on for so long at most.
LONGEST_TRAINING = timedelta(days=31)


def assumed_length(day, limits=Limit):
    """How long a meeting without a known end is taken to last, by the limit of a day."""
    return timedelta(minutes=limits.on(day, Limit.Name.ASSUMED_MINUTES))


def office_time(day, clock):
    """A moment by the clock of the office."""
    return timezone.make_aware(datetime.combine(day, clock))


def overlap(starts_at, ends_at, other, assumed=USUAL_LENGTH):
    """Return whether a meeting shares time with a span; one that only touches it does not."""
    return other.starts_at < ends_at and (other.known_end or other.starts_at + assumed) > starts_at
