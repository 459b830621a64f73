"""What the page of an agency says: who serves where, who came, what stands in their way. Counts, no ranking."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, F, Prefetch, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.models import Cadre, Limit, Posting
from assignments.models.posting import staff_of_own_day, staff_on
from assignments.queries import read_rules, visible_keys
from assignments.scope import reach_of
from assignments.tenure.figures import Holding, holding
from cadrenet.templatetags import figures as written
from meetings.models import Attendance, Meeting
from meetings.queries import clashes
from meetings.schedule_conflicts import FEWEST_STAFF, serves_on
from reports.figures import Figures
from reports.figures.counts import Period, attendance_counts
from reports.people import attendance
from reports.people.cadre import EVENINGS_AHEAD, NEXT_SHOWN


@dataclass
class Member(Holding):
    """A member of staff with what they hold, and the attendance of the quarter with the lists behind it."""

    figures: Figures = field(default_factory=Figures)
    lists: dict = field(default_factory=dict)
    # Somebody who has moved on may have been staff in the quarter, and have a page that is no longer the reader's.
    is_visible: bool = True


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
        "url": f"{reverse('meetings:meetings')}?{urlencode(query)}",
        "detail": " · ".join(f"{name}: {place}" for name, place in places.items()),
    }


class AgencyPage:
    """What the page of one agency says: its staff, where they serve, and how its own meetings stand in their way."""

    def __init__(self, agency, user, data, day):
        self.agency, self.user, self.day = agency, user, day
        self.rows = Attendance.objects.visible_to(user).filter(staff_of_own_day([agency]))
        # To find out what a user sees of meetings asks the database: once for the page.
        self.meetings_seen = Meeting.objects.visible_to(user)
        self.form = attendance.QuarterForm(data, rows=self.rows, day=day)
        self.quarter = self.form.asked
        # The staff is that of the quarter: as it ended, or as it stands today.
        self.as_of = min(self.quarter.last_day, day)

    def context(self):
        """Everything the template shows, without the staff."""
        figures = attendance.counted(self.rows, self.quarter)
        rules = read_rules()
        period = Period.of(self.quarter, rules)
        lists = attendance.attendance_lists(self.quarter, agency=self.agency.code)
        query = urlencode({"quarter": str(self.quarter), "agency": self.agency.code})
        number, clashing = self.clashes()
        return {
            "form": self.form,
            "quarter": self.quarter,
            "figures": figures,
            "lists": lists,
            "tiles": attendance.attendance_tiles(figures, lists),
            "reasons": self.reasons(),
            "clashes": number,
            "clashes_url": f"{reverse('meetings:clashes')}?{query}",
            "clashing": clashing,
            "evenings": self.evenings(rules),
            "reports": self.reports(period),
            "report_lists": self.report_lists(),
            "due": period.due,
            "is_due": self.day > period.due,
            "own_meetings": [attendance.meeting_item(meeting) for meeting in self.own_meetings()[:NEXT_SHOWN]],
            "next": [
                attendance.meeting_item(row.meeting, row.cadre.full_name)
                for row in attendance.next_rows(self.rows, self.day)[:NEXT_SHOWN]
            ],
            "meetings_url": f"{reverse('meetings:meetings')}?{urlencode({'agency': self.agency.code})}",
            "create_url": self.create_url(),
        }

    def create_url(self):
        """Where a meeting of the agency is entered, empty for whoever may not."""
        reach = reach_of(self.user)
        may = reach.everything or self.agency.pk in reach.records_for
        return f"{reverse('meetings:meeting_create')}?of=agency" if may else ""

    def serving(self):
        """The staff as of the quarter. Who sees an agency sees its staff, those too who have moved on since."""
        return Cadre.objects.serving_on(self.as_of).filter(staff_on(self.as_of, [self.agency], "pk"))

    def staff(self):
        """Those who served as of the quarter or were expected in it, by given name: with them the sums agree."""
        came = self.rows.filter(held=True, day__range=self.quarter.days).order_by().values("cadre")
        staff = Cadre.objects.filter(Q(pk__in=self.serving().order_by().values("pk")) | Q(pk__in=came))
        here = Posting.objects.during(self.quarter.first_day, self.as_of).filter(agency=self.agency)
        here = here.order_by(F("first_day").desc(nulls_last=True))
        staff = staff.prefetch_related(Prefetch("postings", queryset=here, to_attr="posted"))
        return staff.order_by("sort_key", "code")

    def members(self, staff):
        """Return a ``Member`` for each of some staff. One query beside those of what they hold."""
        rows = self.rows.filter(held=True, day__range=self.quarter.days, cadre__in=[cadre.pk for cadre in staff])
        numbers = rows.order_by().values("cadre").annotate(**attendance_counts())
        figures = {row.pop("cadre"): Figures(**row) for row in numbers}
        staff = list(staff)
        seen = visible_keys(Cadre, self.user, [cadre.pk for cadre in staff])
        return [
            Member(
                row.cadre,
                row.held,
                figures.get(row.cadre.pk, Figures()),
                attendance.attendance_lists(self.quarter, cadre=row.cadre.code),
                row.cadre.pk in seen,
            )
            for row in holding(staff, self.as_of, self.user)
        ]

    def clashes(self):
        """How many clashes the agency's meetings of the quarter cause, and these meetings, the latest first."""
        found = clashes(self.quarter).visible_to(self.user).filter(staff_of_own_day([self.agency])).order_by()
        numbers = dict(found.values_list("agency_meeting").annotate(n=Count("pk")))
        meetings = self.meetings_seen.filter(pk__in=list(numbers)).order_by("-starts_at", "pk")
        return sum(numbers.values()), [
            attendance.meeting_item(meeting) | {"detail": clashes_caused(numbers[meeting.pk])}
            for meeting in meetings[:NEXT_SHOWN]
        ]

    def evenings(self, rules):
        """Evenings of the coming days on which all or most of a small agency are out, each with who is out where."""
        until = self.day + EVENINGS_AHEAD
        seen = Cadre.objects.visible_to(self.user).serving_on(self.day).order_by().values("pk")
        postings = Posting.objects.during(self.day, until).filter(agency=self.agency, cadre__in=seen).order_by()
        postings = list(postings.select_related("cadre"))
        staff = {row.cadre_id for row in postings if row.holds_on(self.day)}
        if not FEWEST_STAFF <= len(staff) <= rules.on(self.day, Limit.Name.SMALL_AGENCY):
            return []
        rows = self.rows.filter(cadre__in=[row.cadre_id for row in postings], day__lte=until)
        rows = attendance.next_rows(rows, self.day)
        out = defaultdict(lambda: defaultdict(list))
        for row in rows.order_by("day", "cadre__sort_key", "meeting__starts_at", "pk"):
            if row.meeting.takes_the_evening:
                out[row.day][row.cadre].append(row.meeting)
        found = []
        for day, people in out.items():
            serving = sum(serves_on(row, day) for row in postings)
            if serving >= FEWEST_STAFF and 2 * len(people) > serving:
                found.append(evening_item(day, people, serving))
        return found

    def report_lists(self):
        """{state: address of the reports with it}."""
        query = {"quarter": str(self.quarter), "agency": self.agency.code}
        return {
            state: f"{reverse('reports:quarterly_reports')}?{urlencode({**query, 'state': state})}"
            for state in ("expected", "on_time", "late", "missing")
        }

    def reasons(self):
        """Why staff were absent in the quarter, most frequent first; without excuse, and no names."""
        absent = self.rows.in_rates().filter(day__range=self.quarter.days, status=attendance.STATUS.ABSENT)
        found = list(absent.order_by().values_list("reason").annotate(n=Count("status")).order_by("-n", "reason"))
        labels = dict(Attendance.Reason.choices)
        return [
            {"label": labels.get(reason, _("No reason given")), "number": number, "value": written.count(number)}
            for reason, number in found
        ]

    def reports(self, period):
        """How many reports the staff owe on the quarter, and how many came on time, late or not yet."""
        states = attendance.owed_reports(period, self.user, staff_on(self.as_of, [self.agency])).order_by()
        counts = dict(states.values_list("state").annotate(n=Count("pk")))
        return {
            "expected": sum(counts.values()),
            **{name: counts.get(name, 0) for name in ("on_time", "late", "missing")},
        }

    def own_meetings(self):
        """Meetings and trainings of the agency itself from today on."""
        found = self.meetings_seen.filter(agency=self.agency, day__gte=self.day).due()
        return found.select_related("place").order_by("starts_at", "pk")
