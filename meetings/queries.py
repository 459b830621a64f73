"""Figures over meetings: where agencies and localities get in each other's way, and what happens on which day."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Max, Q
from django.utils import timezone

from assignments.models import Limit, Locality, Tier
from assignments.models.posting import staff_of_own_day, staff_on
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


def clashes_of(meeting):
    """Return the attendances that stand in each other's way with one meeting, defined as in ``clashes``.

    Of an agency's meeting: its staff's at locality meetings. Of a locality's: those on its own roster, each with
    ``agency_meeting``, the id of what it clashes with.
    """
    rows = Attendance.objects.filter(expected=True)
    if meeting.ends_at is None or meeting.status == Meeting.Status.CANCELLED:
        return rows.none()
    if meeting.agency_id:
        return standing_in_the_way(meeting.agency, meeting.starts_at, meeting.ends_at)
    if meeting.status == Meeting.Status.NOT_HELD:
        return rows.none()
    return rows.filter(
        WORKED_THERE,
        meeting=meeting,
        **{
            f"{AGENCY}__kind__in": AGENCY_KINDS,
            f"{AGENCY}__status__in": [Meeting.Status.PLANNED, Meeting.Status.HELD, Meeting.Status.NOT_HELD],
            f"{AGENCY}__starts_at__lt": meeting.ends_at,
            f"{AGENCY}__ends_at__gt": meeting.starts_at,
        },
    ).annotate(agency_meeting=F(AGENCY))


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


def standing_in_the_way(agency, starts_at, ends_at):
    """Return the attendances of an agency's staff at locality meetings that overlap a time."""
    return staff_expected(agency, day_of(starts_at) - ONE_DAY, day_of(ends_at)).filter(
        meeting__starts_at__lt=ends_at, meeting__ends_at__gt=starts_at
    )


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


# --- When an agency can meet ------------------------------------------------------------------------------------

# Half-days that are offered, and how far ahead; a locality meeting without an end is taken to last two hours.
HALF_DAYS = {"morning": (time(7, 30), time(11, 30)), "afternoon": (time(13, 30), time(17, 0))}
LOOK_AHEAD = 21
SATURDAY = 5
USUAL_LENGTH = timedelta(hours=2)


@dataclass(frozen=True)
class HalfDay:
    """A morning or an afternoon on which nothing stands in an agency's way."""

    day: date
    half: str

    @property
    def starts_at(self):
        return office_time(self.day, HALF_DAYS[self.half][0])

    @property
    def ends_at(self):
        return office_time(self.day, HALF_DAYS[self.half][1])


@dataclass
class ScheduleImpact:
    """What stands in the way of an agency's meeting before it is saved: a warning, never a refusal."""

    restricted: list = field(default_factory=list)
    overlapping: list = field(default_factory=list)
    same_day: list = field(default_factory=list)
    staff: int = 0
    free: list = field(default_factory=list)

    def __bool__(self):
        return bool(self.restricted or self.overlapping or self.same_day)

    @property
    def people(self):
        """How many of the staff have a locality meeting at the same time."""
        return len({row.cadre_id for row in self.overlapping})

    @property
    def others(self):
        """How many more of the staff have one on the same day at another time."""
        return len({row.cadre_id for row in self.same_day} - {row.cadre_id for row in self.overlapping})


def office_time(day, clock):
    """A moment by the clock of the office."""
    return timezone.make_aware(datetime.combine(day, clock))


def schedule_impact(meeting, *, staff, rows, meetings, now):
    """Return what stands in the way of an agency's meeting as it is about to be saved.

    ``staff`` are the agency's cadres, ``rows`` and ``meetings`` the attendances and meetings that the user may see.
    A meeting that a province or the country convenes out of turn is exempt from the restricted days.
    """
    first_day, last_day = day_of(meeting.starts_at), day_of(meeting.ends_at or meeting.starts_at)
    days = [first_day + ONE_DAY * step for step in range((last_day - first_day).days + 1)]
    expected = staff_expected(meeting.agency, first_day - ONE_DAY, last_day)
    found = list(
        rows.filter(pk__in=expected.values("pk"))
        .select_related("cadre", "meeting", "meeting__place")
        .order_by("meeting__starts_at", "cadre__sort_key")
    )
    told = ScheduleImpact(staff=staff.filter(staff_on(first_day, [meeting.agency], "pk")).count())
    if not meeting.is_exempt:
        told.restricted = sorted(restricted_days(days))
    for row in found:
        other = row.meeting
        if meeting.ends_at and other.ends_at and overlap(meeting.starts_at, meeting.ends_at, other):
            told.overlapping.append(row)
        elif row.day >= first_day:
            told.same_day.append(row)
    if told:
        told.free = list(free_half_days(meeting, rows=rows, meetings=meetings, now=now))
    return told


def overlap(starts_at, ends_at, other):
    """Return whether a meeting shares time with a span; one that only touches it does not."""
    return other.starts_at < ends_at and (other.ends_at or other.starts_at + USUAL_LENGTH) > starts_at


def free_half_days(meeting, *, rows, meetings, now, number=2):
    """Yield the nearest half-days on which neither the staff nor the agency meets, outside weekends."""
    first_day = day_of(meeting.starts_at)
    days = [first_day + ONE_DAY * step for step in range(LOOK_AHEAD)]
    expected = staff_expected(meeting.agency, first_day - ONE_DAY, days[-1]).values("pk")
    busy = [row.meeting for row in rows.filter(pk__in=expected).select_related("meeting")]
    own = meetings.due().filter(agency=meeting.agency, day__range=(first_day - ONE_DAY, days[-1]))
    busy += own.exclude(pk=meeting.pk)
    restricted = restricted_days(days)
    for day in days:
        if day.weekday() >= SATURDAY or day in restricted:
            continue
        for half in HALF_DAYS:
            slot = HalfDay(day, half)
            if (
                number
                and slot.starts_at > now
                and not any(overlap(slot.starts_at, slot.ends_at, other) for other in busy)
            ):
                number -= 1
                yield slot
