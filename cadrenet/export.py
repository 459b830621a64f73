"""Rows of a list as CSV or XLSX for a spreadsheet program, and as CSV for other programs.

A row is any iterable of values. Numbers stay numbers, and text stays text: a cell that a spreadsheet program
would run as a formula begins with an apostrophe instead.
"""

import csv
import logging
import re
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from tempfile import SpooledTemporaryFile

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from cadrenet.vietnamese import search_key

log = logging.getLogger(__name__)

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
# The full-width signs too: a spreadsheet program in an East Asian language reads them as the plain ones.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_AT_ONCE = 500
ROWS_OF_A_SHEET = 1_048_576
IN_MEMORY = 2 * 1024 * 1024
DATE_FORMATS = {date: "dd/mm/yyyy", datetime: "dd/mm/yyyy hh:mm"}


def csv_response(name, header, rows):
    """A CSV download that Excel opens rightly: with a BOM, lines end in CR LF. Sent while it is read."""
    name = file_name(name, "csv")
    response = StreamingHttpResponse(_csv_chunks(header, _noted(name, rows)), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def xlsx_response(name, header, rows, sheet):
    """An XLSX download with a fixed header row; rows that do not fit on a sheet go on to a second one."""
    workbook = Workbook(write_only=True)
    name = file_name(name, "xlsx")
    header, rows = list(header), _noted(name, rows)
    begun = []
    while begun or not workbook.worksheets:
        chunk = chain(begun, islice(rows, ROWS_OF_A_SHEET - 1 - len(begun)))
        _fill(workbook.create_sheet(_sheet_title(sheet)), header, chunk)
        begun = list(islice(rows, 1))

    # A large one goes to disk; FileResponse closes it, which also removes it.
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    workbook.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)


def write_csv(stream, header, rows):
    """CSV for other programs, on the standard output of a command: no BOM, lines end in LF."""
    for line in _csv_lines(chain([header], rows)):
        stream.write(line.removesuffix("\r\n") + "\n")


def file_name(name, ending):
    """An ASCII file name, which every browser and every office's file server keeps."""
    stem = name.removesuffix(f".{ending}")
    parts = (slugify(search_key(part)) for part in re.split(r"[_.]", stem))
    return "_".join(part for part in parts if part) + f".{ending}"


def neutral(text):
    """Text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _noted(name, rows):
    """The rows; how many of them went out, and in which file, is written down when they have."""
    number = 0
    try:
        for row in rows:
            number += 1
            yield row
    finally:
        log.info("export", extra={"file": name, "rows": number})


class _Line:
    """What csv.writer writes to: hands each line back instead of keeping it."""

    def write(self, line):
        return line


def _csv_lines(rows):
    # Always with CR LF: with LF alone the writer leaves a CR inside a cell unquoted.
    writer = csv.writer(_Line(), lineterminator="\r\n")
    for row in rows:
        yield writer.writerow([_text(value) for value in row])


def _csv_chunks(header, rows):
    yield BOM + "".join(_csv_lines([header]))
    lines = _csv_lines(rows)
    while chunk := "".join(islice(lines, ROWS_AT_ONCE)):
        yield chunk


def _value(value):
    """What a cell holds: nothing, a number, a day, a moment by the office's clock, or harmless text."""
    if isinstance(value, str):
        return neutral(value)
    if value is None:
        return None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if isinstance(value, date):
        return value
    return neutral(str(value))


def _text(value):
    value = _value(value)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _fill(sheet, header, rows):
    sheet.freeze_panes = "A2"
    titles = []
    for column, title in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = max(12, len(str(title)) + 2)
        titles.append(WriteOnlyCell(sheet, _value(title)))
        titles[-1].font = Font(bold=True)
    sheet.append(titles)
    for row in rows:
        sheet.append([_cell(sheet, _value(value)) for value in row])


def _cell(sheet, value):
    """A value as openpyxl takes it; a cell object costs time, so only where the plain value would not do."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
        if not value.startswith("#"):
            return value
        # "#N/A" is an error to openpyxl; here it is what somebody typed.
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"
        return cell
    if isinstance(value, Decimal):
        cell = WriteOnlyCell(sheet, value)
        places = max(-value.as_tuple().exponent, 0)
        cell.number_format = f"{0:.{places}f}"
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = DATE_FORMATS[type(value)]
        return cell
    return value


def _sheet_title(title):
    """Excel refuses some signs, and more than 31 of any; a number may follow."""
    return re.sub(r"[\[\]:*?/\\]", " ", str(title)).strip(" '")[:28] or "1"
