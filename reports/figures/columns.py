"""The columns of the quarterly summary as the page shows them, and how a row fills them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cadrenet.templatetags.figures import DASH, count
from cadrenet.vietnamese import sort_key
from reports.figures.summary import Figures, Row


@dataclass(frozen=True)
class FigureColumn:
    """One column: its heading, the figure it shows, and whether that opens a list (``reports.figures.drilldown``).

    What is shown ``once_due`` is no figure while the time for reports is not up: nobody is late yet.
    """

    name: str
    label: str | Promise
    kind: str = "count"
    strong: bool = False
    hatched: bool = False
    first: bool = False
    once_due: bool = False

    def text(self, figures: Figures) -> str:
        """The figure as the table shows it, without its unit, which stands in the heading."""
        if self.kind == "groups":
            return f"{count(figures.groups_covered)}/{count(figures.groups)}"
        value = getattr(figures, self.name)
        if value is None:
            return DASH
        if self.kind == "millions":
            value = (Decimal(value) / 1_000_000).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return count(value)

    def title(self, figures: Figures) -> str:
        """What the list holds, where that is not the number itself."""
        if self.kind != "groups":
            return ""
        number = figures.groups_uncovered
        return ngettext("%(number)s group has nobody", "%(number)s groups have nobody", number) % {
            "number": count(number)
        }

    @cached_property
    def css(self) -> str:
        marks = {"cn-group": self.first, "cn-hatched": self.hatched, "cn-strong": self.strong}
        return " ".join(["num", *(name for name, marked in marks.items() if marked)])


# A heading, where it is explained (an anchor of the page on how figures are computed), and its columns.
QUARTERLY_GROUPS = [
    (
        _("Meetings"),
        "meetings",
        [
            FigureColumn("meetings_due", pgettext_lazy("meetings", "Due"), first=True),
            FigureColumn("meetings_held", pgettext_lazy("meetings", "Held")),
            FigureColumn("meetings_not_held", pgettext_lazy("meetings", "Not held")),
        ],
    ),
    (
        _("Attendance"),
        "attendance",
        [
            FigureColumn("attendance_expected", pgettext_lazy("attendance", "Expected"), first=True),
            FigureColumn("attendance_present", pgettext_lazy("attendance", "Present")),
            FigureColumn("attendance_excused", pgettext_lazy("attendance", "Excused")),
            FigureColumn("attendance_absent", pgettext_lazy("attendance", "Absent")),
            FigureColumn("attendance_unrecorded", pgettext_lazy("attendance", "Not recorded yet"), hatched=True),
            FigureColumn("present_of_unexcused_pct", _("Rate %"), strong=True),
        ],
    ),
    (
        _("Meetings of cells"),
        "cells",
        [
            FigureColumn("cells_held", pgettext_lazy("meetings", "Held"), first=True),
            FigureColumn("cells_good", _("Good on all three")),
            FigureColumn("cells_feedback", _("With feedback")),
        ],
    ),
    (_("Households"), "households", [FigureColumn("participation_pct", _("Part %"), first=True)]),
    (
        _("Groups"),
        "coverage",
        # Opens those that nobody answers for: that is what somebody has to do something about.
        [FigureColumn("groups_uncovered", pgettext_lazy("groups", "With somebody"), kind="groups", first=True)],
    ),
    (
        _("Issues"),
        "issues",
        [
            FigureColumn("issues_raised", pgettext_lazy("issues", "Raised"), first=True),
            FigureColumn("issues_closed", pgettext_lazy("issues", "Closed")),
            FigureColumn("issues_open", pgettext_lazy("issues", "Open")),
        ],
    ),
    (_("Resources"), "resources", [FigureColumn("resources_value_vnd", _("Million đ"), kind="millions", first=True)]),
    (
        _("Reports"),
        "reports",
        [
            FigureColumn("reports_on_time", pgettext_lazy("reports", "On time"), first=True),
            FigureColumn("reports_late", pgettext_lazy("reports", "Late"), once_due=True),
            FigureColumn("reports_missing", pgettext_lazy("reports", "Missing"), once_due=True),
        ],
    ),
]
COLUMNS = [column for _heading, _anchor, columns in QUARTERLY_GROUPS for column in columns]
SORTABLE = {"locality_name", *(column.name for column in COLUMNS)}


# What a sheet for people has in the place of a column in which the page joins numbers, or shows one of several.
SPELT_OUT = {
    "attendance_unrecorded": [
        ("attendance_unrecorded", pgettext_lazy("attendance", "Not recorded yet")),
        ("guests", pgettext_lazy("attendance", "Guests")),
    ],
    "present_of_unexcused_pct": [
        ("present_of_expected_pct", _("Of all expected %")),
        ("present_of_unexcused_pct", _("Rate %")),
    ],
    "cells_good": [
        ("cells_rated", _("Judged")),
        ("cells_good", _("Good on all three")),
        ("cells_good_pct", _("Good on all three %")),
        ("cells_organisation_pct", _("Organisation good %")),
        ("cells_content_pct", _("Content good %")),
        ("cells_time_pct", _("Time good %")),
    ],
    "cells_feedback": [("cells_feedback", _("With feedback")), ("cells_feedback_pct", _("With feedback %"))],
    "participation_pct": [
        ("households_total", pgettext_lazy("households", "All")),
        ("households_represented", pgettext_lazy("households", "Represented")),
        ("participation_pct", _("Part %")),
    ],
    "groups_uncovered": [
        ("groups", pgettext_lazy("groups", "All")),
        ("groups_covered", pgettext_lazy("groups", "With somebody")),
        ("coverage_pct", _("Part %")),
    ],
    "resources_value_vnd": [("resources_value_vnd", _("đồng"))],
    "reports_on_time": [
        ("reports_expected", pgettext_lazy("reports", "Expected")),
        ("reports_on_time", pgettext_lazy("reports", "On time")),
    ],
}


@dataclass(frozen=True)
class SheetColumn:
    """A figure in a sheet for people: its own number, under the heading that it has on the page."""

    name: str
    label: str | Promise
    group: str | Promise
    once_due: bool


def sheet_columns() -> list[SheetColumn]:
    """Return the columns of the page with each number in one of its own."""
    return [
        SheetColumn(name, label, heading, column.once_due)
        for heading, _anchor, columns in QUARTERLY_GROUPS
        for column in columns
        for name, label in SPELT_OUT.get(column.name, [(column.name, column.label)])
    ]


@dataclass
class Cell:
    """One figure of one row: as it is written, its classes, and the address of its list or nothing."""

    text: str
    css: str
    url: str
    title: str = ""


# A figure of reports that are not due yet: those that are in are counted, but nobody is late.
NOT_DUE = Cell(DASH, "num", "")


def cells(figures: Figures, urls: Mapping[str, str], is_due: bool = True) -> list[Cell]:
    """Return a row's cells. ``urls`` come from ``reports.figures.drilldown.drilldown_urls``.

    ``is_due`` is whether the time for reports on the quarter is up.
    """
    return [
        Cell(shown.text(figures), shown.css, urls.get(shown.name, ""), shown.title(figures))
        if is_due or not shown.once_due
        else NOT_DUE
        for shown in COLUMNS
    ]


def ordered(rows: list[Row], sort: str) -> list[Row]:
    """Return rows by a figure, ``-`` for the largest first; what is not known comes last. Unsorted: order of code."""
    name = sort.removeprefix("-")
    if name not in SORTABLE:
        return rows
    known = [row for row in rows if getattr(row, name) is not None]
    unknown = [row for row in rows if getattr(row, name) is None]

    def key(row: Row) -> Any:
        return sort_key(row.locality_name) if name == "locality_name" else getattr(row, name)

    return sorted(known, key=key, reverse=sort.startswith("-")) + unknown


def sorted_by(sort: str) -> str:
    """Say by which column a table is ordered; nothing where it stands in order of code."""
    labels = {column.name: column.label for column in COLUMNS}
    label = labels.get(sort.removeprefix("-"))
    return gettext("Sorted by: %(column)s") % {"column": label} if label else ""
