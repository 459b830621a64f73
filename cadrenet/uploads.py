"""Tables that people bring as files: read safely, and refused with a sentence that says what to do.

What a file is, its content says and not its name. Everything is bounded before it is parsed: a workbook of
half a megabyte can hold two hundred, and keep a server busy for more than a minute.
"""

import csv
import io
import re
import warnings
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from cadrenet.vietnamese import cleaned, nfc

CSV, XLSX = "csv", "xlsx"

ZIP_MARK = b"PK\x03\x04"
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_PARTS = 500
MAX_UNZIPPED = 20 * 1024 * 1024
# Office programs pack sheets ten to fifty times smaller; small parts may well shrink more.
# Only sheets and their strings are read piece by piece. The rest, styles above all, becomes a tree in memory.
NOT_A_TREE = re.compile(r"xl/(worksheets|media)/|xl/sharedStrings", re.IGNORECASE)
MAX_WHOLE_PART = 2 * 1024 * 1024
# Time goes by tags and not by bytes; five thousand rows of thirty cells have six hundred thousand.
MAX_TAGS = 1_000_000
MAX_RATIO = 150
RATIO_COUNTS_FROM = 1024 * 1024
MAX_COLUMNS = 100
ROWS_OF_A_SHEET = 1_048_576

# The export puts an apostrophe before text that looks like a formula, a telephone number for one.
GUARDED = re.compile(r"'(?=[=+\-@\t\r＝＋－＠])")

# Letters that only Vietnamese in Unicode has: where they occur, the encoding is right.
VIETNAMESE_LETTERS = re.compile("[ăđơưĂĐƠƯ\N{LATIN CAPITAL LETTER A WITH DOT BELOW}-ỹ]")
# What the old encodings look like when each byte is read as a letter of western Europe. These are pairs that
# no language writes: in TCVN3 a sign or a capital inside a word, in VNI a vowel followed by the letter that
# stands for its mark, in Windows-1258 a vowel followed by the byte that stands for its tone.
LEGACY = {
    "Windows-1258": re.compile("[aeiouyAEIOUYâãêôõýÂÃÊÔÕÝ][\xcc\xd2\xde\xec\xf2]"),
    "TCVN3 (ABC)": re.compile("[a-z][À-ÖØ-Þß]|[A-Za-z][¨©ª¬®µ¶·¸¹¼½¾]|[¨©ª¬®§µ¶·¸¹¼½¾][a-z]"),
    "VNI": re.compile(
        "[aeAE][ùøûõïáàåãäéèúüëâêÙØÛÕÏÁÀÅÃÄÉÈÚÜËÂÊ]|[oOöÖ][âåäùøûõïÂÅÄÙØÛÕÏ]|[öÖ][ôÔ]|\b[ñÑ][aeioöuAEIOÖU]"
    ),
}


class BadFile(ValueError):
    """A file that cannot be read. ``errors`` holds a line number, or None, and a sentence for each reason."""

    def __init__(self, *errors):
        self.errors = [(None, error) if isinstance(error, str) else error for error in errors]
        super().__init__(self.errors)

    def __str__(self):
        return "\n".join(
            sentence if line is None else _("Line %(line)s: %(sentence)s") % {"line": line, "sentence": sentence}
            for line, sentence in self.errors
        )


def read_table(file, *, max_bytes, max_rows, accept=(CSV, XLSX)):
    """Header and rows of a CSV file or of the first sheet of a workbook.

    ``file`` is bytes, a path or an open binary file. The rows are an iterator of pairs: the line on which the
    row begins (in a workbook: the number of the row), and its cells as text, as many as the header has.
    Blank rows are left out. Raises BadFile, before the first row, with all that is wrong.
    """
    data = _read(file, max_bytes)
    if data.startswith(OLE_MARK):
        raise BadFile(_old_or_encrypted(data))
    if data.startswith(ZIP_MARK):
        if XLSX not in accept:
            raise BadFile(
                _(
                    "This is a workbook and not a CSV file, whatever its name says. "
                    "Open it in Excel and save it as “CSV UTF-8 (Comma delimited)”."
                )
            )
        lines = _workbook_lines(data, max_rows)
    else:
        if CSV not in accept:
            raise BadFile(_("This is not a workbook. Open it in Excel and save it as “Excel Workbook (.xlsx)”."))
        lines = _csv_lines(decode(data))
    return _table(lines, max_rows)


def decode(data):
    """The text of a file in UTF-8, with or without a BOM, each letter as one character (NFC).

    Other encodings are named and refused, and not converted: a guess would be wrong for some of the names.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data.count(0) > len(data) / 8:
        raise BadFile(_not_utf8("UTF-16"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(_why_not_utf8(data, error.start)) from error

    if zeros := [number for number, line in enumerate(text.split("\n"), start=1) if "\0" in line]:
        raise BadFile(*((number, _("There is a NUL character. Delete it.")) for number in zeros))
    # A font of old makes such text look right in Excel, and only there.
    name, found = _legacy_encoding(text)
    if found >= 3 and not VIETNAMESE_LETTERS.search(text):
        raise BadFile(
            _(
                "The text is typed in the old encoding %(encoding)s, which only looks right in its own font. "
                "Convert it to Unicode, for example with UniKey, and save it as “CSV UTF-8”."
            )
            % {"encoding": name}
        )
    return nfc(text)


def _read(file, max_bytes):
    if isinstance(file, bytes):
        data = file
    elif hasattr(file, "read"):
        data = file.read(max_bytes + 1)
    else:
        with Path(file).open("rb") as opened:
            data = opened.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise BadFile(
            _("The file is larger than %(size)s. Split it into several files.") % {"size": filesizeformat(max_bytes)}
        )
    if not data.strip():
        raise BadFile(_("The file is empty."))
    return data


def _table(lines, max_rows):
    """Check the shape of every line, then hand out those that hold something."""
    header, rows, errors = None, [], []
    try:
        for number, cells in lines:
            if not any(cells):
                continue
            if header is None:
                width = len(cells)
                header = _header(cells, number, errors)
            elif len(rows) == max_rows:
                errors.append((number, _too_many_rows(max_rows)))
                break
            else:
                if len(cells) != width or any(cells[len(header) :]):
                    errors.append((number, _wrong_width(cells, header)))
                rows.append((number, cells[: len(header)]))
    except BadFile as broken:
        errors += broken.errors
    if header is None and not errors:
        errors = [_("The file is empty.")]
    if errors:
        raise BadFile(*errors)
    return header, iter(rows)


def _header(cells, number, errors):
    """The column names, without the empty cells that Excel leaves at the end of a line."""
    header = list(map(cleaned, cells))
    while len(header) > 1 and not header[-1]:
        header.pop()
    if len(header) > MAX_COLUMNS:
        # Not one sentence for each of a hundred thousand.
        raise BadFile((number, _too_many_columns()))
    seen = set()
    for position, name in enumerate(header, start=1):
        if not name:
            errors.append((number, _("Column %(position)s has no name.") % {"position": position}))
        elif name in seen:
            errors.append((number, _("The column “%(name)s” occurs twice.") % {"name": name}))
        seen.add(name)
    return header


def _wrong_width(cells, header):
    return _("The number of cells is %(cells)s, and the header has %(columns)s.") % {
        "cells": len(cells),
        "columns": len(header),
    }


def _too_many_columns():
    return _("There are more than %(columns)s columns.") % {"columns": MAX_COLUMNS}


def _too_many_rows(max_rows):
    return _("The file has more than %(rows)s rows. Split it into several files.") % {"rows": max_rows}


def _plain(text):
    return GUARDED.sub("", text.strip(), count=1) if text.startswith("'") else text.strip()


# --- CSV ----------------------------------------------------------------------------------------------


def _csv_lines(text):
    """Each record with the line on which it begins; cells may hold line ends."""
    first_line = text.lstrip("\r\n").partition("\n")[0]
    # Excel separates by semicolons where the comma is the decimal mark, as it is in Vietnam.
    delimiter = ";" if ";" in first_line and "," not in first_line else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadFile(
                (
                    begins,
                    _(
                        "A quotation mark is not closed, or text follows one that is. "
                        "Write a quotation mark inside a cell twice."
                    ),
                )
            ) from error
        yield begins, [_plain(cell) for cell in cells]


def _why_not_utf8(data, position):
    """Name what a file that is not UTF-8 most likely is."""
    broken = data.decode("utf-8", "replace").count("\N{REPLACEMENT CHARACTER}")
    sound = len(re.findall(rb"[\xc3-\xf4][\x80-\xbf]+", data))
    if sound > broken:
        line = data.count(b"\n", 0, position) + 1
        return (line, _("A letter is damaged. Type it again and save the file as “CSV UTF-8”."))
    name, found = _legacy_encoding(data.decode("latin-1"))
    if found:
        return _not_utf8(name)
    return _(
        "The file is not saved as UTF-8. Open it in Excel, check that its letters are right, "
        "and save it as “CSV UTF-8 (Comma delimited)”."
    )


def _not_utf8(encoding):
    return _(
        "The file is saved in the encoding %(encoding)s and not in UTF-8. Open it in Excel, check that its "
        "letters are right, and save it as “CSV UTF-8 (Comma delimited)”."
    ) % {"encoding": encoding}


def _legacy_encoding(text):
    """The old encoding that most pairs of letters speak for, and how many do."""
    found = {name: len(pairs.findall(text)) for name, pairs in LEGACY.items()}
    name = max(found, key=found.get)
    return name, found[name]


# --- Workbooks --------------------------------------------------------------------------------------------


def _workbook_lines(data, max_rows):
    """The rows of the first sheet that hold something, one more than allowed at most, with their numbers."""
    _check_archive(data)
    lines = []
    try:
        with warnings.catch_warnings():
            # About what only decorates: validations, themes, print areas.
            warnings.simplefilter("ignore")
            workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            rows = workbook.worksheets[0].iter_rows(
                max_row=ROWS_OF_A_SHEET, max_col=MAX_COLUMNS + 1, values_only=True
            )
            # A crafted sheet has a million rows of nothing before its second: compare, and look at no cell.
            blank = (None,) * (MAX_COLUMNS + 1)
            for number, values in enumerate(rows, start=1):
                if values != blank:
                    lines.append((number, [_cell(value) for value in values]))
                    if len(lines) == max_rows + 2:
                        break
            workbook.close()
    except Exception as error:
        # A damaged workbook fails in openpyxl with whatever comes first: KeyError, TypeError, ParseError.
        raise BadFile(_damaged()) from error
    return _as_wide_as_the_first(lines)


def _as_wide_as_the_first(lines):
    """A sheet has no width of its own: cut what is empty at the right, fill up to the header."""
    width = 0
    for number, cells in lines:
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise BadFile((number, _too_many_columns()))
        width = width or len(cells)
        yield number, cells + [""] * (width - len(cells))


def _check_archive(data):
    """Refuse what is no plain workbook, or would cost too much, before anything is parsed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if any(part.flag_bits & 1 for part in parts):
                raise BadFile(_encrypted())
            if "xl/workbook.xml" not in names:
                raise BadFile(
                    _("This is an archive and not an Excel workbook. Save the table as .xlsx or as CSV UTF-8.")
                )
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise BadFile(_("The workbook contains macros. Save it as “Excel Workbook (.xlsx)”."))
            if len(parts) > MAX_PARTS or _unpacks_too_large(parts):
                raise BadFile(_too_large())
            if sum(_tags(archive, part) for part in parts) > MAX_TAGS:
                raise BadFile(_too_large())
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        raise BadFile(_damaged()) from error


def _unpacks_too_large(parts):
    return (
        sum(part.file_size for part in parts) > MAX_UNZIPPED
        or any(part.file_size > max(RATIO_COUNTS_FROM, part.compress_size * MAX_RATIO) for part in parts)
        or any(part.file_size > MAX_WHOLE_PART for part in parts if not NOT_A_TREE.match(part.filename))
    )


def _tags(archive, part):
    """How many tags a part has. It declares no entities, and is as large as it says, or it is refused."""
    before, tags = b"", 0
    with archive.open(part) as opened:
        # In pieces, because what says it is small may not be; the archive notices that at its end.
        while piece := opened.read(64 * 1024):
            # Without the zeros of UTF-16, in which a declaration would hide.
            seen = before + piece.replace(b"\0", b"")
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                raise BadFile(_damaged())
            before = seen[-16:]
            tags += piece.count(b"<")
    return tags


def _cell(value):
    """A cell as the text that the same table has in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    if isinstance(value, datetime):
        # Excel counts days, so that 19:00 may come as a microsecond before.
        value = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        if value.time() == time(0):
            return value.date().isoformat()
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return _plain(nfc(str(value)))


def _old_or_encrypted(data):
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _encrypted()
    return _("This is a workbook of the old kind (.xls). Save it as “Excel Workbook (.xlsx)” or as CSV UTF-8.")


def _encrypted():
    return _("The workbook is protected with a password. Save it without one.")


def _too_large():
    return _("The workbook unpacks to far more than it should. Copy the table to a new one.")


def _damaged():
    return _("The workbook is damaged. Open it in Excel and save it again as “Excel Workbook (.xlsx)”.")
