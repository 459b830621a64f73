"""What the pages of a cadre and of an agency say: who serves where, who came, what is next. Counts, no ranking."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django import forms
from django.db.models import Case, CharField, Count, Max, Min, Q, Value, When
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assignments.models import Assignment, Cadre, Limit
from assignments.queries import where
from assignments.scope import reach_of
from assignments.tenure import Holding, holding, served, with_moment, with_place
from cadrenet.addresses import address_of
from cadrenet.periods import Quarter, QuarterField
from cadrenet.templatetags import figures as written
from meetings.evenings import FEWEST_STAFF, takes_the_evening
from meetings.models import Attendance, Meeting
from meetings.queries import clashes
from reports.forms import choices_of_quarters
from reports.models import due_day
from reports.queries import Figures, Period, attendance_counts, owed

LAST_SHOWN = 10
NEXT_SHOWN = 5
# For so many days ahead the evenings of a small agency are looked at.
EVENINGS_AHEAD = timedelta(days=30)
STATUS = Attendance.Status


class QuarterForm(forms.Form):
    """The quarter whose attendance a page counts: the last one with a meeting unless another is asked for."""

    quarter = QuarterField(label=gettext_lazy("Quarter"), required=False, widget=forms.Select)

    def __init__(self, data, *, rows, day, **kwargs):
        days = rows.filter(day__lte=day).aggregate(first=Min("day"), last=Max("day"))
        first, last = (Quarter.of(days[name] or day) for name in ("first", "last"))
        self.usual = last
        super().__init__({"quarter": data.get("quarter") or str(last)}, **kwargs)
        self.fields["quarter"].widget.choices = choices_of_quarters(first, max(last, Quarter.of(day)))

    def clean_quarter(self):
        """Offer what was asked for, however far away it is."""
        quarter = self.cleaned_data["quarter"]
        widget = self.fields["quarter"].widget
        if quarter and str(quarter) not in dict(widget.choices):
            widget.choices = [(str(quarter), quarter.label), *widget.choices]
        return quarter

    @property
    def asked(self):
        """The quarter asked for; the usual one when what was asked for is none."""
        return (self.is_valid() and self.cleaned_data["quarter"]) or self.usual


def counted(rows, quarter):
    """The attendance of a quarter among some rows, guests included, as ``Figures``."""
    held = rows.filter(held=True, day__range=quarter.days)
    guests = Count("status", filter=Q(expected=False, status=STATUS.PRESENT))
    return Figures(**held.aggregate(**attendance_counts(), guests=guests))


def attendance_lists(quarter, **whose):
    """Return {status: address of the attendances of a quarter with it}."""
    query = {"quarter": str(quarter), **whose}
    return {
        status: f"{address_of('meetings:attendances')}?{urlencode({**query, 'status': status})}"
        for status in ("expected", "guest", *STATUS.values)
    }


def attendance_tiles(figures, lists):
    """Both rates with the counts they are made of, who was absent, and what is not known; each opens its rows."""

    def tile(label, number, status, whole=None, percent=None):
        rate = {"unit": f"/ {written.count(whole)}", "count": written.pct(percent)} if whole is not None else {}
        return {"label": label, "value": written.count(number), "url": lists[status], **rate}

    present = figures.attendance_present
    return [
        tile(
            _("Present of those expected"),
            present,
            "present",
            figures.attendance_expected,
            figures.present_of_expected_pct,
        ),
        tile(
            _("Present of those not excused"),
            present,
            "present",
            figures.attendance_unexcused,
            figures.present_of_unexcused_pct,
        ),
        tile(_("Absent"), figures.attendance_absent, "absent"),
        tile(_("Not recorded yet"), figures.attendance_unrecorded, "unrecorded"),
    ]


def became(row):
    """What became of somebody at a meeting, or of the meeting itself where it was not held."""
    meeting = row.meeting
    if meeting.status in (Meeting.Status.NOT_HELD, Meeting.Status.CANCELLED):
        return meeting.status
    if not row.expected and row.status == STATUS.PRESENT:
        return "guest"
    return row.status


def next_rows(rows, day):
    """Rows of those expected at meetings from a day on, soonest first."""
    found = rows.filter(expected=True, day__gte=day, meeting__status=Meeting.Status.PLANNED)
    return found.select_related("meeting__place", "cadre").order_by("meeting__starts_at", "pk")


def meeting_item(meeting, who=""):
    """A meeting to come, for ``components/card_list.html``."""
    place = ", ".join(filter(None, [meeting.place.name, meeting.place.above])) if meeting.place else ""
    return {
        "day": meeting.day,
        "text": meeting.get_kind_display(),
        "url": meeting.get_absolute_url(),
        "detail": " · ".join(filter(None, [who, place])),
        "side": written.daytime(meeting.starts_at).rpartition(" ")[2],
    }


def owed_reports(quarter, user, **whose):
    """Assignments that owe a report on a quarter, each with its ``state``, as far as the reader may see."""
    rows, on_time, late = owed(Period.of(quarter), where())
    state = Case(
        When(on_time, then=Value("on_time")),
        When(late, then=Value("late")),
        default=Value("missing"),
        output_field=CharField(),
    )
    return rows.visible_to(user).filter(**whose).annotate(state=state).order_by("locality__code", "pk")


class CadrePage:
    """What the page of one cadre says."""

    def __init__(self, cadre, user, data, day):
        self.cadre, self.user, self.day = cadre, user, day
        self.rows = Attendance.objects.visible_to(user).filter(cadre=cadre)
        self.form = QuarterForm(data, rows=self.rows, day=day)
        self.quarter = self.form.asked

    def context(self):
        """Everything the template shows."""
        figures = counted(self.rows, self.quarter)
        held = self.assignments()
        due, lists = due_day(self.quarter), attendance_lists(self.quarter, cadre=self.cadre.code)
        return {
            "form": self.form,
            "quarter": self.quarter,
            "in_force": [row for row in held if row.assignment.holds_on(self.day)],
            "others": [row for row in held if not row.assignment.holds_on(self.day)],
            "figures": figures,
            "lists": lists,
            "tiles": attendance_tiles(figures, lists),
            "last": self.last(),
            "next": [meeting_item(row.meeting) for row in next_rows(self.rows, self.day)[:NEXT_SHOWN]],
            "reports": self.reports(),
            "due": due,
            "is_due": self.day > due,
        }

    def assignments(self):
        """All assignments that the reader may see, the latest first, consecutive periods with one tenure."""
        rows = Assignment.objects.visible_to(self.user).filter(cadre=self.cadre).select_related("locality", "cadre")
        return served(with_place(with_moment(rows, self.day)).order_by("-first_day", "pk"), self.day, self.user)

    def last(self):
        """What became of the last meetings."""
        found = self.rows.filter(day__lte=self.day).exclude(
            meeting__day=self.day, meeting__status=Meeting.Status.PLANNED
        )
        rows = found.select_related("meeting__place", "meeting__agency").order_by("-meeting__starts_at", "pk")
        return [{"row": row, "meeting": row.meeting, "status": became(row)} for row in rows[:LAST_SHOWN]]

    def reports(self):
        """The reports owed on the quarter: of each, whether it came."""
        rows = owed_reports(self.quarter, self.user, cadre=self.cadre)
        rows = with_place(with_moment(rows, self.quarter.last_day)).select_related("locality", "cadre")
        return [
            {
                "served": row,
                "state": row.assignment.state,
                "url": reverse("reports:quarterly_report", args=[row.assignment.pk, self.quarter]),
            }
            for row in served(rows, self.quarter.last_day, self.user)
        ]


@dataclass
class Member(Holding):
    """A member of staff with what they hold, and the attendance of the quarter with the lists behind it."""

    figures: Figures = field(default_factory=Figures)
    lists: dict = field(default_factory=dict)


def clashes_caused(number):
    """In words, in whose way a meeting stands."""
    text = ngettext(
        "%(number)s clash with locality meetings of own staff",
        "%(number)s clashes with locality meetings of own staff",
        number,
    )
    return text % {"number": written.count(number)}


def evening_item(day, people, serving):
    """An evening on which most are out, for ``components/card_list.html``; it opens the meetings of the day."""
    if len(people) == serving:
        text = ngettext("The only member of staff is out", "All %(number)s members of staff are out", serving)
    else:
        text = ngettext(
            "%(out)s of %(number)s member of staff is out", "%(out)s of %(number)s members of staff are out", serving
        )
    query = {"quarter": "", "first_day": day, "last_day": day, "localities": "true"}
    places = {
        cadre.full_name: ", ".join(meeting.place.name for meeting in meetings) for cadre, meetings in people.items()
    }
    return {
        "day": day,
        "text": text % {"out": written.count(len(people)), "number": written.count(serving)},
        "url": f"{address_of('meetings:list')}?{urlencode(query)}",
        "detail": " · ".join(f"{name}: {place}" for name, place in places.items()),
    }


class AgencyPage:
    """What the page of one agency says: its staff, where they serve, and how its own meetings stand in their way."""

    def __init__(self, agency, user, data, day):
        self.agency, self.user, self.day = agency, user, day
        self.rows = Attendance.objects.visible_to(user).filter(cadre__agency=agency)
        # To find out what a user sees of meetings asks the database: once for the page.
        self.meetings_seen = Meeting.objects.visible_to(user)
        self.form = QuarterForm(data, rows=self.rows, day=day)
        self.quarter = self.form.asked

    def context(self):
        """Everything the template shows, without the staff."""
        figures = counted(self.rows, self.quarter)
        lists = attendance_lists(self.quarter, agency=self.agency.code)
        query = urlencode({"quarter": str(self.quarter), "agency": self.agency.code})
        number, clashing = self.clashes()
        return {
            "form": self.form,
            "quarter": self.quarter,
            "figures": figures,
            "lists": lists,
            "tiles": attendance_tiles(figures, lists),
            "reasons": self.reasons(),
            "clashes": number,
            "clashes_url": f"{address_of('meetings:clashes')}?{query}",
            "clashing": clashing,
            "evenings": self.evenings(),
            "reports": self.reports(),
            "report_lists": self.report_lists(),
            "due": due_day(self.quarter),
            "own_meetings": [meeting_item(meeting) for meeting in self.own_meetings()[:NEXT_SHOWN]],
            "next": [
                meeting_item(row.meeting, row.cadre.full_name) for row in next_rows(self.rows, self.day)[:NEXT_SHOWN]
            ],
            "meetings_url": f"{address_of('meetings:list')}?{urlencode({'agency': self.agency.code})}",
            "create_url": self.create_url(),
        }

    def create_url(self):
        """Where a meeting of the agency is entered, empty for whoever may not."""
        reach = reach_of(self.user)
        may = reach.everything or self.agency.pk in reach.records_for
        return f"{address_of('meetings:create')}?of=agency" if may else ""

    def staff(self):
        """Those who serve today or came to be expected in the quarter, by given name: with them the sums agree."""
        came = self.rows.filter(held=True, day__range=self.quarter.days).order_by().values("cadre")
        seen = Cadre.objects.visible_to(self.user).filter(agency=self.agency)
        return seen.filter(Q(left_on=None) | Q(left_on__gte=self.day) | Q(pk__in=came)).order_by("sort_key", "code")

    def members(self, staff):
        """Return a ``Member`` for each of some staff. One query beside those of what they hold."""
        rows = self.rows.filter(held=True, day__range=self.quarter.days, cadre__in=[cadre.pk for cadre in staff])
        numbers = rows.order_by().values("cadre").annotate(**attendance_counts())
        figures = {row.pop("cadre"): Figures(**row) for row in numbers}
        return [
            Member(
                row.cadre,
                row.held,
                figures.get(row.cadre.pk, Figures()),
                attendance_lists(self.quarter, cadre=row.cadre.code),
            )
            for row in holding(staff, self.day, self.user)
        ]

    def clashes(self):
        """How many clashes the agency's meetings of the quarter cause, and these meetings, the latest first."""
        found = clashes(self.quarter).visible_to(self.user).filter(cadre__agency=self.agency).order_by()
        numbers = dict(found.values_list("agency_meeting").annotate(n=Count("pk")))
        meetings = self.meetings_seen.filter(pk__in=list(numbers)).order_by("-starts_at", "pk")
        return sum(numbers.values()), [
            meeting_item(meeting) | {"detail": clashes_caused(numbers[meeting.pk])}
            for meeting in meetings[:NEXT_SHOWN]
        ]

    def evenings(self):
        """Evenings of the coming days on which all or most of a small agency are out, each with who is out where."""
        until = self.day + EVENINGS_AHEAD
        seen = Cadre.objects.visible_to(self.user).filter(agency=self.agency).serving_on(self.day)
        staff = dict(seen.order_by().values_list("pk", "left_on"))
        if not FEWEST_STAFF <= len(staff) <= Limit.on(self.day, Limit.Name.SMALL_AGENCY):
            return []
        rows = next_rows(self.rows.filter(cadre__in=list(staff), day__lte=until), self.day)
        out = defaultdict(lambda: defaultdict(list))
        for row in rows.order_by("day", "cadre__sort_key", "meeting__starts_at", "pk"):
            if takes_the_evening(row.meeting):
                out[row.day][row.cadre].append(row.meeting)
        found = []
        for day, people in out.items():
            serving = sum(1 for left_on in staff.values() if left_on is None or left_on >= day)
            if serving >= FEWEST_STAFF and 2 * len(people) > serving:
                found.append(evening_item(day, people, serving))
        return found

    def report_lists(self):
        """{state: address of the reports with it}."""
        query = {"quarter": str(self.quarter), "agency": self.agency.code}
        return {
            state: f"{address_of('reports:quarterly_reports')}?{urlencode({**query, 'state': state})}"
            for state in ("expected", "on_time", "late", "missing")
        }

    def reasons(self):
        """Why staff were absent in the quarter, most frequent first; without excuse, and no names."""
        absent = self.rows.counted().filter(day__range=self.quarter.days, status=STATUS.ABSENT)
        found = list(absent.order_by().values_list("reason").annotate(n=Count("status")).order_by("-n", "reason"))
        labels = dict(Attendance.Reason.choices)
        return [
            {"label": labels.get(reason, _("No reason given")), "number": number, "value": written.count(number)}
            for reason, number in found
        ]

    def reports(self):
        """How many reports the staff owe on the quarter, and how many came on time, late or not yet."""
        states = owed_reports(self.quarter, self.user, cadre__agency=self.agency).order_by()
        counts = dict(states.values_list("state").annotate(n=Count("pk")))
        return {
            "expected": sum(counts.values()),
            **{name: counts.get(name, 0) for name in ("on_time", "late", "missing")},
        }

    def own_meetings(self):
        """Meetings and trainings of the agency itself from today on."""
        found = self.meetings_seen.filter(agency=self.agency, day__gte=self.day).due()
        return found.select_related("place").order_by("starts_at", "pk")
