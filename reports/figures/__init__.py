"""The figures of a quarter and of a year, and the list behind each.

``figures.of(quarter, locality, user)`` and ``figures.rows(quarter, level, within, user)`` are the way in; what each
figure counts is in ``counts``, beside docs/figures.md.
"""

from reports.figures.cells import CellsByQuarter, quarters_up_to
from reports.figures.counts import old_before
from reports.figures.monthly import attendance_by_month, grouped_by, months_up_to, reasons_of_absence
from reports.figures.summary import (
    QUARTERLY_COLUMNS,
    Figures,
    Row,
    Summary,
    attendance_of,
    meetings_of,
    of,
    rows,
    summary_of,
    total_of,
)
from reports.figures.themes import open_issues_by_theme

__all__ = [
    "QUARTERLY_COLUMNS",
    "CellsByQuarter",
    "Figures",
    "Row",
    "Summary",
    "attendance_by_month",
    "attendance_of",
    "grouped_by",
    "meetings_of",
    "months_up_to",
    "of",
    "old_before",
    "open_issues_by_theme",
    "quarters_up_to",
    "reasons_of_absence",
    "rows",
    "summary_of",
    "total_of",
]
