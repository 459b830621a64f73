"""What is known of localities before they get a pattern, and what stands in the way of one."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.models import F, Min, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from assignments.models import Cadre, Lineage
from cadrenet.batches import chunks
from meetings.models import Attendance, Meeting, Pattern
from meetings.models.pattern import DAYS_OF_THE_WEEK
from meetings.queries import USUAL_LENGTH, overlap
from meetings.recurrence import LAST
from meetings.rosters import expected_at

# The usual day is guessed from so many last meetings, and said when at least so many of them agree.
LAST_MEETINGS, AGREEING = 6, 3


@dataclass
class Usual:
    """On which rule most of the last meetings of a locality fell: ``number`` of ``of``."""

    pattern: Pattern
    number: int
    of: int


def patterns_of(localities, kind, day):
    """Return locality id -> the pattern of a kind that holds on a day, or the next that will."""
    found = {}
    rows = Pattern.objects.filter(kind=kind, locality__in=localities).during(day, None)
    for row in rows.order_by(F("first_day").asc(nulls_first=True)):
        found.setdefault(row.locality_id, row)
    return found


def usual_days(localities, kind, day):
    """Return locality id -> ``Usual`` of those whose last meetings up to a day mostly fell on one rule."""
    rows = (
        Meeting.objects.due()
        .filter(kind=kind, locality__in=localities, day__lte=day)
        .annotate(back=Window(RowNumber(), partition_by=F("locality"), order_by=F("starts_at").desc()))
        .filter(back__lte=LAST_MEETINGS)
    )
    moments = defaultdict(list)
    for locality, starts_at in rows.order_by().values_list("locality", "starts_at"):
        moments[locality].append(timezone.localtime(starts_at))
    return {locality: found for locality, some in moments.items() if (found := usual_of(some))}


def usual_of(moments):
    """Return the ``Usual`` of some moments, or None where too few agree."""
    rules = Counter((moment.day, None, "") for moment in moments)
    rules += Counter((None, (moment.day + 6) // 7, DAYS_OF_THE_WEEK[moment.weekday()].value) for moment in moments)
    (day, week, weekday), number = max(rules.items(), key=lambda item: (item[1], item[0][0] is not None))
    if number < AGREEING or number * 2 <= len(moments):
        return None
    (starts, _number), *_rest = Counter(moment.time() for moment in moments).most_common(1)
    pattern = Pattern(day_of_month=day, week=week and min(week, LAST), weekday=weekday, starts=starts)
    return Usual(pattern, number, len(moments))


def next_days(patterns, day):
    """Return pattern id -> the day of its next meeting from a day on."""
    rows = Meeting.objects.due().filter(pattern__in=[pattern.pk for pattern in patterns], day__gte=day)
    return dict(rows.order_by().values_list("pattern").annotate(Min("day")))


def successors(localities, user):
    """Return locality id -> the names of what it is merged into or split into, as far as the user sees them."""
    found = defaultdict(list)
    rows = Lineage.objects.visible_to(user).filter(predecessor__in=localities)
    for row in rows.as_of(F("effective_on"), "successor").order_by("effective_on", "pk"):
        found[row.predecessor_id].append(row.successor.name)
    return found


@dataclass
class Twice:
    """Somebody who is expected at two meetings at the same time."""

    cadre: Cadre
    meeting: Any
    other: Any


def expected_twice(plan):
    """Return who would be expected at a planned meeting and at another one at the same time, by day.

    Meetings of the plan that are not stored get keys of their own: it is thrown away afterwards.
    """
    planned = [*plan.new, *plan.changed]
    for number, meeting in enumerate(plan.new, 1):
        meeting.pk = -number
    by_key = {meeting.pk: meeting for meeting in planned}
    evenings = defaultdict(list)
    for key, cadre in expected_at(planned):
        evenings[cadre, by_key[key].day].append(by_key[key])
    if not planned:
        return []
    gone = {meeting.pk for meeting in chain(plan.changed, plan.gone)}
    days = (min(meeting.day for meeting in planned), max(meeting.day for meeting in planned))
    stored = defaultdict(list)
    for keys in chunks({cadre for cadre, _day in evenings}):
        rows = Attendance.objects.filter(
            cadre__in=keys,
            expected=True,
            day__range=days,
            meeting__status=Meeting.Status.PLANNED,
        )
        for row in rows.select_related("meeting", "meeting__place"):
            if row.meeting_id not in gone:
                stored[row.cadre_id, row.day].append(row.meeting)
    pairs = []
    for key, some in evenings.items():
        some.sort(key=lambda meeting: (meeting.starts_at, meeting.place.sort_key))
        for position, meeting in enumerate(some):
            ends_at = meeting.ends_at or meeting.starts_at + USUAL_LENGTH
            for other in [*some[position + 1 :], *stored[key]]:
                if overlap(meeting.starts_at, ends_at, other):
                    pairs.append((key[0], meeting, other))
    cadres = Cadre.objects.in_bulk({cadre for cadre, *_meetings in pairs})
    pairs.sort(key=lambda pair: (pair[1].starts_at, cadres[pair[0]].sort_key, pair[0]))
    return [Twice(cadres[cadre], meeting, other) for cadre, meeting, other in pairs]


def siblings(patterns):
    """Return all stored patterns of the localities and kinds of some patterns, without these themselves."""
    patterns = list(patterns)
    groups = {(pattern.locality_id, pattern.kind) for pattern in patterns}
    rows = Pattern.objects.filter(locality__in={locality for locality, _kind in groups})
    rows = rows.exclude(pk__in=[pattern.pk for pattern in patterns if pattern.pk])
    return [row for row in rows if (row.locality_id, row.kind) in groups]
