"""What the list of quarterly reports can be narrowed by. A list behind a figure counts what the figure counts."""

from functools import cached_property

import django_filters
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assignments.filters import AgencyFilter, CountedInFilter, WithinSelectFilter
from assignments.models import Assignment, Place
from assignments.models.posting import posting_on
from assignments.scope import reach_of
from assignments.subtree import subtree
from cadrenet.effective_dated import in_force
from reports.figures.counts import Period, ReportState, reports_owed, with_state
from reports.figures.forms import quarters_with_meetings
from reports.filters import ListFilter, QuarterSelectFilter
from reports.models import QuarterlyReport
from reports.quarterly_reports.queries import submitted_by


class ReportFilter(ListFilter):
    """Reports that are owed on a quarter: one row per assignment, handed in or not."""

    State = ReportState

    quarter = QuarterSelectFilter(label=_("Quarter"), required=True)
    within = WithinSelectFilter(label=_("Within"))
    counted = CountedInFilter(label=_("As counted in"))
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[*State.choices, ("expected", pgettext_lazy("reports", "Expected"))],
        empty_label=_("All"),
    )
    agency = AgencyFilter(field_name="cadre", label=_("Agency"))

    def with_defaults(self, data):
        data = data.copy()
        if not data.get("quarter"):
            _first, last = quarters_with_meetings(self.request.user, self.today)
            data["quarter"] = str(last)
        return data

    @property
    def day(self):
        """The day on which somebody was whose staff: the last of the quarter, today while it goes on."""
        return min(self.asked["quarter"].last_day, self.today)

    @cached_property
    def period(self):
        """The ``Period`` asked about; it is known even where something else that was asked makes no sense."""
        return Period.of(self.asked["quarter"])

    def filter_queryset(self, queryset):
        """Start from what is owed in that quarter; the rows that the user may see narrow it."""
        asked, quarter = self.asked, self.asked["quarter"]
        period = self.period
        if part := self.counted_part:
            rows = reports_owed(period, part)
        else:
            # An agency's reports are those of its staff, wherever these serve: who leads it sees people, no places.
            user = None if asked["agency"] else self.request.user
            rows = reports_owed(period, subtree(user, asked["within"])).visible_to(self.request.user)
            if asked["state"] != "expected":
                written = written_before(period, self.request.user, asked["within"])
                rows = Assignment.objects.filter(
                    Q(pk__in=rows.order_by().values("pk")) | Q(pk__in=written.order_by().values("pk"))
                )
        rows = self.filters["agency"].filter(rows, asked["agency"])
        written = QuarterlyReport.objects.of(quarter).filter(cadre=OuterRef("cadre"), locality=OuterRef("locality"))
        rows = (
            with_state(rows, period)
            .annotate(
                report_status=Subquery(written.values("status")[:1]),
                submitted_on=Subquery(written.values("submitted_on")[:1]),
            )
            .select_related("cadre")
            .prefetch_related(posting_on(self.day, "cadre"))
            .as_of(period.as_of)
            .order_by("locality__code", "cadre__sort_key", "pk")
        )
        if asked["state"] in self.State:
            rows = rows.filter(state=asked["state"])
        return rows


def written_before(period, user, within=None):
    """Assignments on which a report was handed in, though somebody else answered by the end of the quarter.

    Such a report is owed by nobody and in no figure. But whoever wrote it still finds it, whatever he reaches today,
    and so does whoever saw the place in his time. ``within`` narrows to where the locality stood at the end.
    """
    reach, rows = reach_of(user), submitted_by(period.name, period.last_day)
    if not reach.everything:
        replaced = rows.exclude(in_force(period.last_day)).reached_by_place(reach.sees, reach.day)
        own = Q(cadre=reach.cadre) if reach.cadre else Q(pk__in=[])
        rows = rows.filter(own | Q(pk__in=replaced.order_by().values("pk")))
    else:
        rows = rows.exclude(in_force(period.last_day))
    if within is not None:
        there = Place.objects.counting_on(period.as_of).under(within)
        rows = rows.filter(locality__in=there.order_by().values("locality"))
    return rows
