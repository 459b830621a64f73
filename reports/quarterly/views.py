"""The quarterly summary: one row per locality of a tier, as a page, as CSV and as XLSX."""

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import TemplateView

from assignments.models import Tier
from assignments.subtree import subtree
from cadrenet.components import Tile
from cadrenet.figures import percent
from cadrenet.listing import PER_PAGE, Column, FileMixin
from cadrenet.periods import today
from cadrenet.templatetags.figures import DASH, count, day, pct
from meetings.models import Attendance
from reports import figures
from reports.figures import Figures, Row
from reports.figures.columns import QUARTERLY_GROUPS, cells, ordered, sheet_columns, sorted_by
from reports.figures.drilldown import drilldown_url, drilldown_urls
from reports.figures.wording import on_reports, short_name, shown
from reports.models import due_day
from reports.quarterly.forms import QuarterlyForm


class QuarterlyView(FileMixin, TemplateView):
    """The rows of a quarter, a tier and a part of the tree; the files hold the same rows, all of them.

    What cannot be answered (an unknown quarter, a locality that the user does not see) is an error and no rows; a
    program that asked for a file is told so by the status, too.
    """

    template_name = "reports/quarterly/quarterly.html"
    columns = [Column(name, name) for name in figures.QUARTERLY_COLUMNS]
    explained = ("meetings", "attendance", "cells", "households", "coverage", "issues", "reports", "rounding")
    pinned = 1

    def get(self, request, *args, **kwargs):
        self.form = QuarterlyForm(request.GET, user=request.user, day=today())
        if not self.form.is_valid():
            asks_for_file = request.GET.get("format") in ("csv", "xlsx")
            context = self.get_context_data(form=self.form, title=_("Quarterly summary"))
            return TemplateView.render_to_response(self, context, status=400 if asks_for_file else 200)
        asked = self.form.cleaned_data
        self.quarter, self.level, self.within = asked["quarter"], Tier(asked["level"]), asked["within"]
        self.summary = figures.summary_of(self.quarter, self.level, self.within, request.user)
        self.rows = self.summary.rows
        if request.GET.get("format") != "csv":
            # The columns of the CSV are public, and these are none of them.
            quarters = figures.quarters_up_to(self.quarter)
            self.cells = figures.CellsByQuarter(quarters, self.level, self.within, request.user)
            self.cells.add_to(self.summary, self.quarter)
        self.due = due_day(self.quarter, subtree(request.user, self.within).rules)
        return super().get(request, *args, **kwargs)

    def get_file_rows(self):
        return self.rows

    def get_sheet_columns(self):
        """The columns of the page; people are not told of reports that are late or missing before they are due."""
        not_due = _("%(dash)s, due by %(day)s") % {"dash": DASH, "day": day(self.due)}
        before = self.cells.quarters[:-1]
        figures_shown = [
            Column(column.name, column.name, column.label, group=column.group)
            if self.is_due or not column.once_due
            else Column(column.name, lambda _row: not_due, column.label, group=column.group)
            for column in sheet_columns()
        ]
        last_of_cells = next(at for at, column in enumerate(figures_shown, 1) if column.label == "cells_feedback_pct")
        return [
            Column("locality_name", "locality_name", _("Locality")),
            Column("locality_code", "locality_code", _("Code")),
            *figures_shown[:last_of_cells],
            *(
                Column(str(quarter), self.good_in(quarter), quarter.label, group=_("Cells: good on all three %"))
                for quarter in before
            ),
            *figures_shown[last_of_cells:],
        ]

    def good_in(self, quarter):
        """Return what reads of a row the share of good meetings of cells in an earlier quarter."""

        def good(row):
            if isinstance(row, Row):
                return self.cells.of(row.locality_id, quarter).cells_good_pct
            _beside, whole = self.beside_and_whole
            return self.cells.whole(quarter).cells_good_pct if row is whole else None

        return good

    def get_sheet_totals(self):
        beside, whole = self.beside_and_whole
        rows = [(_("Beside these rows: the higher levels' own"), beside)] if beside != Figures() else []
        _name, _code, *columns = self.get_sheet_columns()
        return [
            [label, "", *(column.shown(total) for column in columns)]
            for label, total in [*rows, (pgettext("table", "Total"), whole)]
        ]

    def get_sheet_title(self, context):
        return _("Quarterly summary")

    def get_file_stem(self):
        parts = ["quarterly-summary", str(self.quarter), self.level.value]
        return "_".join([*parts, self.within.code] if self.within else parts)

    def render_to_response(self, context, **kwargs):
        if self.request.GET.get("format") in ("csv", "xlsx"):
            return super().render_to_response(context | {"form": self.form}, **kwargs)
        return TemplateView.render_to_response(self, context | self.page(), **kwargs)

    def page(self):
        """What only the page shows: totals, addresses, charts."""
        beside, whole = self.beside_and_whole
        part = self.within.code if self.within else None
        urls = drilldown_urls(self.quarter, part)
        sort = self.request.GET.get("sort", "")
        page = Paginator(ordered(self.rows, sort), PER_PAGE).get_page(self.request.GET.get("page"))
        return {
            "title": _("Quarterly summary"),
            "form": self.form,
            "quarter": self.quarter,
            "level": self.level,
            "scope": self.within,
            "as_of": timezone.now(),
            "going_on": self.form.day < self.quarter.last_day,
            "sort": sort,
            "sorted_note": sorted_by(sort),
            "groups": QUARTERLY_GROUPS,
            "rows": [
                (row, cells(row, drilldown_urls(self.quarter, row.locality_code, part), self.is_due)) for row in page
            ],
            "page_obj": page,
            "beside_cells": cells(beside, {}, self.is_due) if beside != Figures() else [],
            "total": whole,
            "total_cells": cells(whole, urls, self.is_due),
            "tiles": self.tiles(whole, urls),
            "chart": ordered(list(page), "-present_of_unexcused_pct"),
            **self.cells_over_time(page),
            **self.beside(),
        }

    def cells_over_time(self, page):
        """How the meetings of cells were, quarter by quarter: of the whole, and of each row of the page."""
        part, quarters = self.within.code if self.within else None, self.cells.quarters
        whole = [
            (quarter, self.cells.whole(quarter), drilldown_urls(quarter, part) if part else {})
            for quarter in quarters
        ]
        by_row = [(row, [self.cells.of(row.locality_id, quarter) for quarter in quarters]) for row in page]
        return {
            "quarters": quarters,
            "cells_by_quarter": whole if any(found.cells_held for _quarter, found, _urls in whole) else [],
            "cells_by_row": [(row, found) for row, found in by_row if any(one.cells_rated for one in found)],
        }

    def tiles(self, whole, urls):
        """Four figures of the whole, both rates of attendance among them, each with its counts."""
        return [
            Tile(
                label=_("Attendance rate"),
                value=pct(whole.present_of_unexcused_pct),
                count=_("%(part)s of %(whole)s attendances, without the excused")
                % shown(part=whole.attendance_present, whole=whole.attendance_unexcused),
                note=_("%(percent)s of all %(whole)s expected")
                % {"percent": pct(whole.present_of_expected_pct), "whole": count(whole.attendance_expected)},
                url=urls.get("attendance_present", ""),
            ),
            Tile(
                label=_("Not recorded yet"),
                value=count(whole.attendance_unrecorded),
                count=_("%(percent)s of %(whole)s expected")
                % {
                    "percent": pct(percent(whole.attendance_unrecorded, whole.attendance_expected)),
                    "whole": count(whole.attendance_expected),
                },
                note=_("counted neither as absent nor as present"),
                url=urls.get("attendance_unrecorded", ""),
            ),
            Tile(
                label=_("Household participation"),
                value=pct(whole.participation_pct),
                count=_("%(part)s of %(whole)s households")
                % shown(part=whole.households_represented, whole=whole.households_total),
                url=urls.get("households_represented", ""),
            ),
            Tile(
                label=_("Reports on time"),
                **on_reports(whole, self.due, self.form.day),
                url=urls.get("reports_on_time", ""),
            ),
        ]

    @cached_property
    def beside_and_whole(self):
        """What the rows leave out (of hamlets, the meetings of the communes themselves), and the figures of all."""
        total = figures.total_of(self.rows)
        whole = self.whole() or total
        return whole.minus(total), whole

    @property
    def is_due(self):
        """Whether the time for reports on the quarter is up; until then nobody is late."""
        return self.form.day > self.due

    def whole(self):
        """The figures of the whole part of the tree; None where the rows are of several."""
        if self.within is None:
            return None
        if self.within.tier == self.level:
            return self.rows[0] if len(self.rows) == 1 else None
        return self.summary.whole

    def beside(self):
        """Why people were absent, and how attendance went over twelve months, in the same part of the tree."""
        reasons = figures.reasons_of_absence(self.quarter, self.within, self.request.user)
        absent = sum(row["n"] for row in reasons)
        months = figures.months_up_to(self.quarter.last_day)
        found = figures.attendance_by_month(months, self.within, self.request.user)
        by_month = figures.grouped_by(found, lambda month: month)
        rates = [by_month[month].present_of_unexcused_pct for month in months]
        known = [rate for rate in rates if rate is not None]
        low = max(int(min(known, default=75)) // 5 * 5 - 5, 0)
        high = min(int(max(known, default=85)) // 5 * 5 + 5, 100)
        labels = dict(Attendance.Reason.choices)
        return {
            "absent": absent,
            "reasons": [
                {
                    "label": labels.get(row["reason"]) or _("No reason given"),
                    "n": row["n"],
                    "url": self.reason_url(row["reason"]),
                }
                for row in reasons
            ],
            "absent_url": self.within and drilldown_url("attendance_absent", self.quarter, self.within.code),
            "months": [short_name(month) for month in months],
            "rates": rates,
            "low": low,
            "high": high,
            "first_month": months[0].label,
            "last_month": months[-1].label,
        }

    def reason_url(self, reason):
        if not (self.within and reason):
            return ""
        return drilldown_url("attendance_absent", self.quarter, self.within.code, reason=reason)
