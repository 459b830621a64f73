"""Rows as a workbook: a plain table, to be read in again, and a sheet for people, with all that makes it readable.

Numbers stay numbers and days stay days, each with its format; text stays text (``cadrenet.export.harmless``).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, groupby, islice
from tempfile import SpooledTemporaryFile
from textwrap import wrap
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from cadrenet.export import file_name, harmless, noted

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_OF_A_SHEET = 1_048_576
IN_MEMORY = 2 * 1024 * 1024
DATE_FORMATS = {date: "dd/mm/yyyy", datetime: "dd/mm/yyyy hh:mm"}
# Of a sheet for people: what its columns are as wide as, in characters.
ROWS_MEASURED = 300
NARROWEST, WIDEST = 7, 42
NOTES_WIDTH = 110
A4 = 9

LINE_HEIGHT = 15
# Inches; what a sheet holds is wide, and what offices file has its holes on the left.
MARGINS = PageMargins(left=0.7, right=0.4, top=0.5, bottom=0.6, header=0.3, footer=0.3)

BOLD, TITLE = Font(name="Calibri", size=11, bold=True), Font(name="Calibri", size=14, bold=True)
THIN = Side(style="thin", color="FF9AA5A0")
HEAD = PatternFill("solid", fgColor="FFE8EEEA")
HEADING = {
    "font": BOLD,
    "fill": HEAD,
    "border": Border(top=THIN, bottom=THIN, left=THIN, right=THIN),
    "alignment": Alignment(wrap_text=True, vertical="center", horizontal="center"),
}
TOTAL = {"font": BOLD, "border": Border(top=THIN), "alignment": Alignment(wrap_text=True, vertical="top")}
WRAPPED = {"alignment": Alignment(wrap_text=True, vertical="top")}


@dataclass
class Heading:
    """What stands above a column for people; neighbours of one ``group`` share a heading above theirs."""

    text: str
    group: str = ""


@dataclass
class Sheet:
    """A list or figures for people: the office, a title, lines on what is shown, headings, rows, and the total.

    ``notes`` are (heading, sentences) of a second sheet, which says how this is counted; the first ``pinned``
    columns stay in sight.
    """

    title: str
    office: str
    lines: Sequence[str]
    headings: Sequence[Heading]
    rows: Iterable[Sequence[Any]]
    totals: Sequence[Sequence[Any]] = ()
    notes: Sequence[tuple[str, Sequence[str]]] = field(default_factory=list)
    pinned: int = 0


def table_response(name: str, header: Iterable[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """Return a plain table under a header, as an import reads it; what does not fit on a sheet goes on to another."""
    workbook, header = Workbook(write_only=True), list(header)
    for some in _sheetfuls(noted(file_name(name, "xlsx"), rows), ROWS_OF_A_SHEET - 1):
        sheet = workbook.create_sheet(_sheet_title(name))
        sheet.freeze_panes = "A2"
        for column, title in enumerate(header, start=1):
            sheet.column_dimensions[get_column_letter(column)].width = max(12, len(title) + 2)
        sheet.append([_cell(sheet, harmless(title), font=BOLD) for title in header])
        for row in some:
            sheet.append([_cell(sheet, harmless(value)) for value in row])
    return _response(workbook, name)


def sheet_response(name: str, shown: Sheet) -> FileResponse:
    """Return a sheet for people, printed on A4 with its headings on each page, and a sheet of notes."""
    workbook, rows = Workbook(write_only=True), noted(file_name(name, "xlsx"), shown.rows)
    above = 4 + len(shown.lines) + any(heading.group for heading in shown.headings)
    for some in _sheetfuls(rows, ROWS_OF_A_SHEET - above - len(shown.totals)):
        _fill(workbook.create_sheet(_sheet_title(shown.title)), shown, some)
    if shown.notes:
        _fill_notes(workbook.create_sheet(_sheet_title(_("How this is counted"))), shown.notes)
    return _response(workbook, name)


def _response(workbook, name):
    # A large one goes to disk; FileResponse closes it, which also removes it.
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    workbook.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name(name, "xlsx"), content_type=XLSX_TYPE)


def _sheetfuls(rows, number):
    """Yield the rows in parts that fit on a sheet, an empty part where there are none."""
    rows = iter(rows)
    begun = list(islice(rows, 1))
    yield chain(begun, islice(rows, number - 1))
    while begun := list(islice(rows, 1)):
        yield chain(begun, islice(rows, number - 1))


def _fill(sheet, shown, rows):
    rows = iter(rows)
    measured = list(islice(rows, ROWS_MEASURED))
    widths = _widths(shown, measured)
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    head = 4 + len(shown.lines)
    grouped = any(heading.group for heading in shown.headings)
    last = head + grouped
    sheet.freeze_panes = f"{get_column_letter(shown.pinned + 1)}{last + 1}"
    _lay_out(sheet, f"{head}:{last}", shown.title)

    sheet.row_dimensions[2].height = 1.4 * LINE_HEIGHT
    sheet.append([_cell(sheet, harmless(shown.office), font=BOLD)])
    sheet.append([_cell(sheet, harmless(shown.title), font=TITLE)])
    for line in shown.lines:
        sheet.append([_cell(sheet, harmless(line))])
    # The line before the table stays free: a spreadsheet program sorts up to there.
    sheet.append([])
    if grouped:
        _group(sheet, shown.headings, head)
    _append(sheet, last, [heading.text for heading in shown.headings], widths, **HEADING)
    number = last
    for row in chain(measured, rows):
        number += 1
        _append(sheet, number, row, widths)
    if shown.headings:
        sheet.auto_filter.ref = f"A{last}:{get_column_letter(len(shown.headings))}{number}"
    for row in shown.totals:
        number += 1
        _append(sheet, number, row, widths, **TOTAL)


def _append(sheet, number, row, widths, **style):
    """Add a row as high as its longest text needs: not every program works that out when it opens a file."""
    values = [harmless(value) for value in row]
    lines = [
        len(wrap(value, width - 1))
        for value, width in zip(values, widths, strict=True)
        if isinstance(value, str) and len(value) > width - 1
    ]
    if max(lines, default=1) > 1:
        sheet.row_dimensions[number].height = LINE_HEIGHT * max(lines)
        style = WRAPPED | style
    sheet.append([_grouped_cell(sheet, value, **style) for value in values])


def _lay_out(sheet, heads, title):
    """For print: A4 on its side, as wide as the page, with the headings and the number of the page on each."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", A4, 0
    sheet.page_margins = MARGINS
    sheet.print_title_rows = heads
    # An ampersand begins a code of the foot.
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = title.replace("&", "&&"), "&P / &N"


def _group(sheet, headings, number):
    cells, column = [], 0
    for text, some in groupby(headings, key=lambda heading: heading.group):
        width = len(list(some))
        if width > 1:
            first, last = get_column_letter(column + 1), get_column_letter(column + width)
            sheet.merged_cells.add(f"{first}{number}:{last}{number}")
        cells += [_cell(sheet, title, **HEADING) for title in [harmless(text), *[""] * (width - 1)]]
        column += width
    sheet.append(cells)


def _fill_notes(sheet, notes):
    sheet.column_dimensions["A"].width = NOTES_WIDTH
    _lay_out(sheet, "1:1", _("How this is counted"))
    number = 0
    for heading, sentences in notes:
        for text, style in [(heading, {"font": BOLD}), *((sentence, {}) for sentence in sentences), ("", {})]:
            number += 1
            _append(sheet, number, [text], [NOTES_WIDTH], **style)


def _widths(shown, rows):
    """As wide as the longest word of the heading and the longest text of the first rows, within bounds."""
    widths = [max(map(len, heading.text.split()), default=0) for heading in shown.headings]
    for row in [*rows, *shown.totals]:
        for column, value in enumerate(row):
            widths[column] = max(widths[column], _length(harmless(value)))
    return [min(max(width + 2, NARROWEST), WIDEST) for width in widths]


def _length(value):
    if isinstance(value, date):
        return len(DATE_FORMATS[type(value)])
    if isinstance(value, int | Decimal):
        return len(f"{value:,}")
    return max(map(len, str(value).splitlines()), default=0) if value is not None else 0


def _grouped_cell(sheet, value, **style):
    """A harmless value for people: large numbers in groups of three."""
    if isinstance(value, int) and abs(value) >= 1000:
        style["number_format"] = "#,##0"
    elif isinstance(value, Decimal):
        style["number_format"] = f"#,##{_decimals(value)}"
    return _cell(sheet, value, **style)


def _cell(sheet, value, **style):
    """A harmless value as openpyxl takes it; a cell object costs time, so only where the value alone would not do."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
        if not value.startswith("#") and not style:
            return value
        # "#N/A" is an error to openpyxl; here it is what somebody typed.
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"
    elif isinstance(value, Decimal):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = _decimals(value)
    elif isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = DATE_FORMATS[type(value)]
    elif not style:
        return value
    else:
        cell = WriteOnlyCell(sheet, value)
    for name, given in style.items():
        setattr(cell, name, given)
    return cell


def _decimals(value):
    return f"{0:.{max(-value.as_tuple().exponent, 0)}f}"


def _sheet_title(title):
    """Excel refuses some signs, and more than 31 of any; a number may follow."""
    return re.sub(r"[\[\]:*?/\\]", " ", str(title)).strip(" '")[:28] or "1"
