"""Who is to be reminded: who missed two meetings in a row, and of whom nothing is recorded for two months.

Both are rows of attendance, one for each line of the list, so that scope, filters, pages and files are those of any
other list.
"""

from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from meetings.models import Attendance, Meeting, Reminder

# Of a monthly meeting the last two lie within this.
LOOKED_BACK = timedelta(days=123)
SILENT_FOR = timedelta(days=61)
# One meeting of which nothing is recorded is an evening that was forgotten.
SILENT_AT_LEAST = 2


def to_remind(what: str, on: date):
    """Return the rows of one list as of a day; ``Reminder.What`` says which lists there are."""
    return missed(on) if what == Reminder.What.MISSED else silent(on)


def missed(on: date):
    """The latest absence of whoever was absent from the last two regular meetings of a kind at a locality.

    Of meetings that were held, and of what is recorded. What is not known yet is passed over; an absence that is
    excused ends the row. Each carries ``day_before``, on which the first of the two was.
    """
    told = (
        Attendance.objects.order_by()
        .in_rates()
        .filter(
            cadre=OuterRef("cadre"),
            meeting__locality=OuterRef("meeting__locality"),
            meeting__kind=OuterRef("meeting__kind"),
            day__range=(on - LOOKED_BACK, on),
        )
    )
    told = told.exclude(status=Attendance.Status.UNRECORDED)
    later = Q(day__gt=OuterRef("day")) | Q(day=OuterRef("day"), pk__gt=OuterRef("pk"))
    earlier = Q(day__lt=OuterRef("day")) | Q(day=OuterRef("day"), pk__lt=OuterRef("pk"))
    before = told.filter(earlier).order_by("-day", "-pk")
    rows = Attendance.objects.in_rates().filter(
        status=Attendance.Status.ABSENT, day__range=(on - LOOKED_BACK, on), meeting__locality__isnull=False
    )
    return (
        rows.exclude(Exists(told.filter(later)))
        .annotate(status_before=Subquery(before.values("status")[:1]), day_before=Subquery(before.values("day")[:1]))
        .filter(status_before=Attendance.Status.ABSENT)
        .order_by("day", "cadre__sort_key", "pk")
    )


def silent(on: date):
    """The first meeting of two months, not recorded, of each cadre of whom nothing was recorded in that time.

    Of meetings of localities that were held, or whose day is over and of which nobody has said whether they were.
    Each row carries ``number``, of how many meetings nothing is recorded. Not recorded is not absent.
    """
    over = (Meeting.Status.HELD, Meeting.Status.PLANNED)
    due = Attendance.objects.order_by().filter(
        expected=True,
        day__gte=on - SILENT_FOR,
        day__lt=on,
        meeting__status__in=over,
        meeting__locality__isnull=False,
    )
    unrecorded = due.filter(status=Attendance.Status.UNRECORDED)
    same = {"cadre": OuterRef("cadre")}
    recorded = due.filter(**same).exclude(status=Attendance.Status.UNRECORDED)
    earlier = Q(day__lt=OuterRef("day")) | Q(day=OuterRef("day"), pk__lt=OuterRef("pk"))
    number = unrecorded.filter(**same).values("cadre").annotate(number=Count("pk")).values("number")
    return (
        unrecorded.exclude(Exists(recorded))
        .exclude(Exists(unrecorded.filter(earlier, **same)))
        .annotate(number=Subquery(number))
        .filter(number__gte=SILENT_AT_LEAST)
        .order_by("day", F("cadre__sort_key"), "pk")
    )


def last_reminders(cadres, what: str) -> dict[int, Reminder]:
    """Return the last reminder of each of some cadres. One query."""
    found = Reminder.objects.filter(cadre__in=cadres, what=what).select_related("by").order_by("day", "pk")
    return {reminder.cadre_id: reminder for reminder in found}
