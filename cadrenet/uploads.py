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
from pathlib import Path

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from cadrenet.cells import BadFile, Unusable, is_worth_a_look, of_csv, plain, text_of, without_value
from cadrenet.formulas import formulas_without_value
from cadrenet.vietnamese import cleaned, nfc

CSV, XLSX = "csv", "xlsx"
REFUSE, KEEP = "refuse", "keep"

ZIP_MARK = b"PK\x03\x04"
# PDF, RTF, PNG, JPEG, GIF, and pages that some programs save under the name of a table.
NO_TABLE = (b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"<", b"\xef\xbb\xbf<")
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
# How far down a header is looked for. Each cell of an explanation begins with this, see cadrenet/tables/templates.py.
TITLES_END, BEGINNING = 30, 20_000
EXPLAINS = "# "

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


def read_table(file, *, max_bytes, max_rows, accept=(CSV, XLSX), is_header=None, unusable=None):
    """Header and rows of a CSV file or of the first sheet of a workbook.

    ``file`` is bytes, a path or an open binary file. The rows are an iterator of pairs: the line on which the
    row begins (in a workbook: the number of the row), and its cells as text, as many as the header has.
    Blank rows are left out. Raises BadFile, before the first row, with all that is wrong.

    ``is_header`` tells by its cells whether a row is a header, so that a title above it is called one. Cells into
    which a spreadsheet program has put something else are text as it stands, unless ``unusable`` says to REFUSE them,
    or to KEEP them as ``Unusable`` for whoever knows the columns; then explanations of a template are left out, too.
    """
    data = _read(file, max_bytes)
    if data.lstrip().startswith(NO_TABLE):
        raise BadFile(
            _(
                "This is a document, a picture or a page of the web and no table. "
                "Choose a CSV file or a workbook (.xlsx)."
            )
        )
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
        lines = _csv_lines(decode(data), unusable)
    if is_header:
        lines = _without_a_title(lines, is_header)
    return _table(lines, max_rows, unusable)


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


def _without_a_title(lines, is_header):
    """The same lines, where the first that holds something is the header; a title above it is refused as one."""
    begun, ended = [], None
    try:
        for line in lines:
            begun.append(line)
            if is_header(line[1][:MAX_COLUMNS]) or len(begun) == TITLES_END:
                break
    except BadFile as broken:
        ended = broken
    if begun and is_header(begun[-1][1][:MAX_COLUMNS]):
        titles = [(number, cells) for number, cells in begun[:-1] if any(cells)]
        if titles:
            number, cells = titles[0]
            raise BadFile(
                (
                    number,
                    _(
                        "“%(title)s” is a title, and the names of the columns stand on line %(line)s. "
                        "Delete the lines above them."
                    )
                    % {"title": next(filter(None, cells)), "line": begun[-1][0]},
                )
            )
    yield from begun
    if ended:
        raise ended
    yield from lines


def _table(lines, max_rows, unusable):
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
                elif unusable and cells[0].startswith(EXPLAINS):
                    if all(cell.startswith(EXPLAINS) for cell in cells if cell):
                        continue
                    errors.append((number, _half_explained(cells[0])))
                elif unusable == REFUSE:
                    errors += [(number, cell.why) for cell in cells if type(cell) is Unusable and not cell.unless]
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


def _half_explained(text):
    return _(
        "“%(text)s” is the explanation of the template, and other cells of the line are filled in. Delete what the "
        "template explains, or write what is meant."
    ) % {"text": text}


def _too_many_rows(max_rows):
    return _("The file has more than %(rows)s rows. Split it into several files.") % {"rows": max_rows}


# --- CSV ----------------------------------------------------------------------------------------------


def _csv_lines(text, unusable):
    """Each record with the line on which it begins; cells may hold line ends."""
    # Excel separates by semicolons where the comma is the decimal mark, as it is in Vietnam. A title has neither.
    begins = text[:BEGINNING].splitlines()[:TITLES_END]
    header = next((line for line in begins if "," in line or ";" in line), "")
    delimiter = ";" if ";" in header and "," not in header else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    read = of_csv if unusable and is_worth_a_look(text) else plain
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadFile((begins, _why_not_csv(error))) from error
        yield begins, [read(cell) for cell in cells]


def _why_not_csv(error):
    if "field limit" in str(error):
        return _(
            "A cell holds more than %(signs)s characters. Shorten it; if nothing there is that long, a quotation "
            "mark is not closed."
        ) % {"signs": csv.field_size_limit()}
    return _(
        "A quotation mark is not closed, or text follows one that is. Write a quotation mark inside a cell twice."
    )


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
            sheet = workbook.worksheets[0]
            if sheet.sheet_state != "visible":
                raise BadFile(_hidden(sheet.title))
            empty = formulas_without_value(data, sheet._worksheet_path)
            # A crafted sheet has a million rows of nothing before its second, all of them one object.
            blank = None
            rows = sheet.iter_rows(max_row=ROWS_OF_A_SHEET, max_col=MAX_COLUMNS + 1)
            for number, cells in enumerate(rows, start=1):
                if cells is blank and number not in empty:
                    continue
                texts = [_text(cell) for cell in cells]
                for column, formula in empty.get(number, {}).items():
                    texts[min(column, MAX_COLUMNS)] = without_value(formula)
                if any(texts):
                    lines.append((number, texts))
                    if len(lines) == max_rows + 2:
                        break
                else:
                    blank = cells
            workbook.close()
            if not lines and len(workbook.worksheets) > 1:
                raise BadFile(_on_another_sheet(sheet.title))
    except BadFile:
        raise
    except Exception as error:
        # A damaged workbook fails in openpyxl with whatever comes first: KeyError, TypeError, ParseError.
        raise BadFile(_damaged()) from error
    return _as_wide_as_the_first(lines)


def _text(cell):
    return "" if cell.value is None else text_of(cell.value, cell.number_format)


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


def _old_or_encrypted(data):
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _encrypted()
    return _("This is a workbook of the old kind (.xls). Save it as “Excel Workbook (.xlsx)” or as CSV UTF-8.")


def _encrypted():
    return _("The workbook is protected with a password. Save it without one.")


def _hidden(title):
    return _(
        "The first sheet of the workbook, “%(title)s”, is hidden, and the first one is what is read. Show it, or "
        "move the table to the front."
    ) % {"title": title}


def _on_another_sheet(title):
    return _(
        "The first sheet of the workbook, “%(title)s”, is empty, and the first one is what is read. Move the table "
        "to the front."
    ) % {"title": title}


def _too_large():
    return _("The workbook unpacks to far more than it should. Copy the table to a new one.")


def _damaged():
    return _("The workbook is damaged. Open it in Excel and save it again as “Excel Workbook (.xlsx)”.")
