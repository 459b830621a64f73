"""What the page of a cadre says: what they answer for, where they came, what is next. Counts, no ranking."""

from datetime import timedelta

from django.db.models import Q
from django.urls import reverse

from assignments.models import Agency, Assignment
from assignments.queries import visible_keys
from assignments.tenure.figures import served, with_moment, with_place
from assignments.tenure.queries import all_lineage
from meetings.models import Attendance, Meeting
from reports.figures.counts import Period
from reports.people import attendance

LAST_SHOWN = 10
NEXT_SHOWN = 5
# For so many days ahead the evenings of a small agency are looked at.
EVENINGS_AHEAD = timedelta(days=30)


class CadrePage:
    """What the page of one cadre says."""

    def __init__(self, cadre, user, data, day):
        self.cadre, self.user, self.day = cadre, user, day
        self.rows = Attendance.objects.visible_to(user).filter(cadre=cadre)
        self.form = attendance.QuarterForm(data, rows=self.rows, day=day)
        self.quarter = self.form.asked

    def context(self):
        """Everything the template shows."""
        figures = attendance.counted(self.rows, self.quarter)
        lineage = all_lineage()
        held = self.assignments(lineage)
        period = Period.of(self.quarter)
        lists = attendance.attendance_lists(self.quarter, cadre=self.cadre.code)
        return {
            "form": self.form,
            "quarter": self.quarter,
            "postings": self.postings(),
            "in_force": [row for row in held if row.assignment.holds_on(self.day)],
            "others": [row for row in held if not row.assignment.holds_on(self.day)],
            "figures": figures,
            "lists": lists,
            "tiles": attendance.attendance_tiles(figures, lists),
            "last": self.last(),
            "next": [
                attendance.meeting_item(row.meeting) for row in attendance.next_rows(self.rows, self.day)[:NEXT_SHOWN]
            ],
            "reports": self.reports(period, lineage),
            "due": period.due,
            "is_due": self.day > period.due,
        }

    def postings(self):
        """Where the cadre works and worked, the latest first: with an agency's page where the reader may open it."""
        rows = list(reversed(self.cadre.postings.all()))
        seen = visible_keys(Agency, self.user, [row.agency_id for row in rows if row.agency_id])
        return [
            {"posting": row, "today": row.holds_on(self.day), "agency_visible": row.agency_id in seen} for row in rows
        ]

    def assignments(self, lineage):
        """All assignments that the reader may see, the latest first, consecutive periods with one tenure."""
        rows = Assignment.objects.visible_to(self.user).filter(cadre=self.cadre).select_related("locality", "cadre")
        rows = with_place(with_moment(rows, self.day)).order_by("-first_day", "pk")
        return served(rows, self.day, self.user, lineage)

    def last(self):
        found = self.rows.filter(day__lte=self.day).exclude(
            meeting__day=self.day, meeting__status=Meeting.Status.PLANNED
        )
        rows = found.select_related("meeting__place", "meeting__agency").order_by("-meeting__starts_at", "pk")
        return [{"row": row, "meeting": row.meeting, "status": attendance.became(row)} for row in rows[:LAST_SHOWN]]

    def reports(self, period, lineage):
        """The reports owed on the quarter: of each, whether it came."""
        rows = attendance.owed_reports(period, self.user, Q(cadre=self.cadre))
        rows = with_place(with_moment(rows, period.as_of)).select_related("locality", "cadre")
        return [
            {
                "served": row,
                "state": row.assignment.state,
                "url": reverse("reports:quarterly_report", args=[row.assignment.pk, self.quarter]),
            }
            for row in served(rows, self.quarter.last_day, self.user, lineage)
        ]
