"""Rows of a list as CSV, for a spreadsheet program and for other programs.

A row is any iterable of values. Numbers stay numbers, and text stays text: a cell that a spreadsheet program
would run as a formula begins with an apostrophe instead.
"""

import csv
import logging
import re
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify

from cadrenet.vietnamese import search_key

log = logging.getLogger(__name__)

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
# The full-width signs too: a spreadsheet program in an East Asian language reads them as the plain ones.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

CSV_TYPE = "text/csv; charset=utf-8"
ROWS_AT_ONCE = 500


def csv_response(name, header, rows):
    """A CSV download that Excel opens rightly: with a BOM, lines end in CR LF. Sent while it is read."""
    name = file_name(name, "csv")
    response = StreamingHttpResponse(_csv_chunks(header, noted(name, rows)), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


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


def noted(name, rows):
    """The rows of a file; how many of them went out in it is written down when they have."""
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


def harmless(value):
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
    value = harmless(value)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
