import csv
import io
import random
import struct
import unicodedata
import zipfile
from contextlib import suppress
from datetime import date, datetime, time

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from cadrenet.export import csv_response
from cadrenet.uploads import BadFile, decode, read_table


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def read(data, *, max_bytes=2_000_000, max_rows=5_000, **kwargs):
    header, rows = read_table(data, max_bytes=max_bytes, max_rows=max_rows, **kwargs)
    return header, list(rows)


def refusal(data, **kwargs):
    with pytest.raises(BadFile) as refused:
        read(data, **kwargs)
    return refused.value.errors


def workbook(*rows):
    file = io.BytesIO()
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def repacked(data, *, drop=(), **parts):
    """The same archive with other parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in drop and name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return file.getvalue()


TABLE = (["code", "name"], [(2, ["00984", "Ấp 1"]), (3, ["28903", "Tổ số 9, Ấp 2"])])
CSV = 'code,name\n00984,Ấp 1\n28903,"Tổ số 9, Ấp 2"\n'


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.replace("\n", "\r\n").encode(),
        CSV.rstrip("\n").encode(),
        (CSV + "\n\n").encode(),
        (CSV + ",\n,\n").encode(),
        CSV.replace("28903,", "28903;").replace("code,", "code;").replace("00984,", "00984;").encode(),
        unicodedata.normalize("NFD", CSV).encode(),
        workbook(["code", "name"], ["00984", "Ấp 1"], ["28903", "Tổ số 9, Ấp 2"], [None, None], ["", ""]),
    ],
    ids=["plain", "bom", "crlf", "no last end", "blank lines", "blank rows", "semicolons", "nfd", "workbook"],
)
def test_a_table_is_read_alike_however_it_was_saved(data):
    assert read(data) == TABLE


def test_a_table_is_read_from_a_path_and_from_an_open_file(tmp_path):
    path = tmp_path / "localities.xlsx"
    path.write_text(CSV, encoding="utf-8")

    assert read(path) == TABLE
    assert read(str(path)) == TABLE
    assert read(io.BytesIO(CSV.encode())) == TABLE


def test_line_numbers_are_those_on_which_a_record_begins():
    assert read(b'a,b\n"1\n2\n",x\n\n3,y\n')[1] == [(2, ["1\n2", "x"]), (6, ["3", "y"])]


def test_columns_without_a_name_at_the_end_are_left_out():
    assert read(b"a,b,,\n1,2,,\n") == (["a", "b"], [(2, ["1", "2"])])


def test_what_the_export_guarded_comes_back_as_it_was():
    exported = b"".join(csv_response("x", ["phone", "name"], [["+84 909", "'quoted'"]]).streaming_content)

    assert read(exported)[1] == [(2, ["+84 909", "'quoted'"])]


def test_workbook_cells_become_the_text_of_a_csv_file():
    data = workbook(
        ["text", "whole", "number", "day", "moment", "hour", "flag", "nothing", "last"],
        [
            "Ấp 1 ",
            12.0,
            85.71,
            date(2022, 12, 9),
            datetime(2022, 12, 9, 19, 0),  # noqa: DTZ001
            time(19, 30),
            True,
            None,
            984,
        ],
    )

    assert read(data)[1] == [(2, ["Ấp 1", "12", "85.71", "2022-12-09", "2022-12-09T19:00", "19:30", "1", "", "984"])]


def test_workbook_rows_keep_their_number_on_the_sheet():
    assert read(workbook([None], ["a", "b"], [None], ["1"]))[1] == [(4, ["1", ""])]


@pytest.mark.parametrize("data", [b"", b" \r\n\n", b",,\n,,\n", b"\xef\xbb\xbf", workbook()])
def test_an_empty_file_is_refused(data):
    assert refusal(data) == [(None, "The file is empty.")]


def test_all_errors_are_told_at_once():
    assert refusal(b'a,b,a,\n1,2,3,\n1,2\n\n1,2,3,4\n1,2,3,4,5\n"1,2,3\n') == [
        (1, "The column “a” occurs twice."),
        (3, "The number of cells is 2, and the header has 3."),
        (5, "The number of cells is 4, and the header has 3."),
        (6, "The number of cells is 5, and the header has 3."),
        (
            7,
            "A quotation mark is not closed, or text follows one that is. "
            "Write a quotation mark inside a cell twice.",
        ),
    ]


def test_errors_read_as_sentences():
    with pytest.raises(BadFile) as refused:
        read(b"a,,c\n1,2\n")

    assert str(refused.value) == (
        "Line 1: Column 2 has no name.\nLine 2: The number of cells is 2, and the header has 3."
    )


def test_text_after_a_closing_quotation_mark_is_refused():
    assert [line for line, _sentence in refusal(b'a,b\n1,2\n"1"x,2\n')] == [3]


def test_nul_characters_are_refused_with_their_lines():
    assert refusal(b"code,name\nA01,Ban To chuc\n" + b"A02,B\0n\nA03,Van phong\nA04,\0\n") == [
        (3, "There is a NUL character. Delete it."),
        (5, "There is a NUL character. Delete it."),
    ]


def test_a_cell_too_many_in_a_workbook_is_refused():
    assert refusal(workbook(["a", "b"], [1, 2], [1, 2, 3])) == [
        (3, "The number of cells is 3, and the header has 2.")
    ]


# --- Bounds -----------------------------------------------------------------------------------------------


def test_a_file_over_the_size_is_refused():
    assert refusal(CSV.encode(), max_bytes=20) == [
        (None, "The file is larger than 20\xa0bytes. Split it into several files.")
    ]


@pytest.mark.parametrize("data", [b"a\n1\n2\n3\n", workbook(["a"], [1], [2], [3])])
def test_rows_over_the_limit_are_refused_and_never_cut(data):
    assert refusal(data, max_rows=2) == [(4, "The file has more than 2 rows. Split it into several files.")]
    assert len(read(data, max_rows=3)[1]) == 3


def test_column_names_are_cleaned():
    assert read("\ufeffa\u200b,first\u00a0 day\n1,2\n".encode())[0] == ["a", "first day"]


def test_a_header_in_which_nothing_is_seen_names_no_column():
    assert refusal(b"\x01,\x02\n1,2\n") == [
        (1, "Column 1 has no name."),
        (2, "The number of cells is 2, and the header has 1."),
    ]


def test_columns_over_the_limit_are_refused():
    assert refusal(workbook(["a"], [1], [None] * 100 + ["x"])) == [(3, "There are more than 100 columns.")]
    # Each would have a sentence of its own, and was compared with all before it.
    header = ",".join(f"c{number}" for number in range(160_000))
    assert refusal(f"{header}\n".encode()) == [(1, "There are more than 100 columns.")]
    assert refusal(b"a,b,,a,a\n") == [
        (1, "Column 3 has no name."),
        (1, "The column “a” occurs twice."),
        (1, "The column “a” occurs twice."),
    ]


# --- Encodings --------------------------------------------------------------------------------------------

NAMES = "code,name\n1,Nguyễn Văn Đạt\n2,Trần Thị Hòa\n3,Đặng Việt Tiến\n"
IN_TCVN3 = "code,name\n1,NguyÔn V¨n §¹t\n2,TrÇn ThÞ Hßa\n3,§Æng ViÖt TiÕn\n"
IN_VNI = "code,name\n1,Nguyeãn Vaên Ñaït\n2,Traàn Thò Hoøa\n3,Ñaëng Vieät Tieán\n"


def in_windows_1258(text):
    """As Excel in Vietnam writes it: letter with its mark, then the tone."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = []
    for letter in text:
        spelled = unicodedata.normalize("NFD", letter)
        tone = "".join(mark for mark in spelled if mark in tones)
        base = unicodedata.normalize("NFC", "".join(mark for mark in spelled if mark not in tones))
        parts.append(base + tone)
    return "".join(parts).encode("cp1258")


ENCODED = (
    "The file is saved in the encoding {} and not in UTF-8. Open it in Excel, check that its letters are right, "
    "and save it as “CSV UTF-8 (Comma delimited)”."
)


@pytest.mark.parametrize(
    "data,encoding",
    [
        (NAMES.encode("utf-16"), "UTF-16"),
        (NAMES.encode("utf-16-le"), "UTF-16"),
        (b"\xfe\xff" + NAMES.encode("utf-16-be"), "UTF-16"),
        (in_windows_1258(NAMES), "Windows-1258"),
        (IN_TCVN3.encode("latin-1"), "TCVN3 (ABC)"),
        (IN_VNI.encode("latin-1"), "VNI"),
    ],
)
def test_other_encodings_are_named_and_refused(data, encoding):
    assert refusal(data) == [(None, ENCODED.format(encoding))]


@pytest.mark.parametrize("text,encoding", [(IN_TCVN3, "TCVN3 (ABC)"), (IN_VNI, "VNI")])
def test_text_in_an_old_font_is_refused_although_it_is_utf8(text, encoding):
    assert refusal(text.encode()) == [
        (
            None,
            f"The text is typed in the old encoding {encoding}, which only looks right in its own font. "
            "Convert it to Unicode, for example with UniKey, and save it as “CSV UTF-8”.",
        )
    ]


def test_an_unknown_encoding_is_refused():
    assert refusal("a\né, ñ, è\n".encode("latin-1")) == [
        (
            None,
            "The file is not saved as UTF-8. Open it in Excel, check that its letters are right, "
            "and save it as “CSV UTF-8 (Comma delimited)”.",
        )
    ]


def test_a_damaged_letter_is_shown_by_its_line():
    assert refusal(NAMES.encode().replace("Hòa".encode(), b"H\xc3a")) == [
        (3, "A letter is damaged. Type it again and save the file as “CSV UTF-8”.")
    ]


@pytest.mark.parametrize(
    "text",
    [
        NAMES,
        "Hoà, Toà, Thuê, Hoá, Hoé, Quý, Uỷ, Huế, Nguyên, Khoái",
        "Hoà Bình, Toà án, Thuê, Loé, Quý, Công, Bình, Thành",
        "Comité Popular, año aéreo, «casa», señor García, 1.º, müller, naïve, Noël",
        "",
    ],
)
def test_text_in_unicode_is_left_alone(text):
    assert decode(text.encode()) == text


@given(st.binary())
def test_any_bytes_are_decoded_or_refused(data):
    with suppress(BadFile):
        decode(data)


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(data):
    with suppress(BadFile):
        read(data)


@given(st.lists(st.lists(st.text('abạ",;\n\r =+', max_size=5), min_size=2, max_size=2), min_size=1))
def test_any_table_comes_back_as_it_was_written(rows):
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows([["x", "y"], *rows])

    expected = [[cell.strip() for cell in row] for row in rows]

    assert [cells for _line, cells in read(file.getvalue().encode())[1]] == [row for row in expected if any(row)]


# --- Workbooks that are none ------------------------------------------------------------------------------

PLAIN = workbook(["a"], ["1"])


def test_a_workbook_named_csv_is_refused_where_only_csv_is_read(tmp_path):
    path = tmp_path / "localities.csv"
    path.write_bytes(PLAIN)

    assert refusal(path, accept=("csv",)) == [
        (
            None,
            "This is a workbook and not a CSV file, whatever its name says. "
            "Open it in Excel and save it as “CSV UTF-8 (Comma delimited)”.",
        )
    ]


def test_csv_is_refused_where_only_workbooks_are_read():
    assert refusal(CSV.encode(), accept=("xlsx",)) == [
        (None, "This is not a workbook. Open it in Excel and save it as “Excel Workbook (.xlsx)”.")
    ]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\1" * 500
OLD = "This is a workbook of the old kind (.xls). Save it as “Excel Workbook (.xlsx)” or as CSV UTF-8."
PASSWORD = "The workbook is protected with a password. Save it without one."
MACROS = "The workbook contains macros. Save it as “Excel Workbook (.xlsx)”."
ARCHIVE = "This is an archive and not an Excel workbook. Save the table as .xlsx or as CSV UTF-8."
DAMAGED = "The workbook is damaged. Open it in Excel and save it again as “Excel Workbook (.xlsx)”."
TOO_LARGE = "The workbook unpacks to far more than it should. Copy the table to a new one."
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'
ACROSS = b" " * (64 * 1024 - 4) + b"<!ENTITY>"
NOT_WORKBOOKS = {
    "xls": (OLE, OLD),
    "password": (OLE + "EncryptedPackage".encode("utf-16-le"), PASSWORD),
    "macros": (repacked(PLAIN, **{"xl/vbaProject.bin": b"x"}), MACROS),
    "other archive": (repacked(PLAIN, drop=["xl/workbook.xml"]), ARCHIVE),
    "cut off": (PLAIN[:-200], DAMAGED),
    "overwritten": (PLAIN[:2000] + b"xxxxxxxx" + PLAIN[2008:], DAMAGED),
    "no sheet": (repacked(PLAIN, drop=["xl/worksheets/sheet1.xml"]), DAMAGED),
    "no workbook": (repacked(PLAIN, **{"xl/workbook.xml": b"<nothing/>"}), DAMAGED),
    # In a part that nobody reads: it is the declaration that is refused, not what it does to the reader.
    "entity": (repacked(PLAIN, **{"customXml/item1.xml": ENTITY}), DAMAGED),
    "entity in UTF-16": (repacked(PLAIN, **{"customXml/item1.xml": ENTITY.decode().encode("utf-16")}), DAMAGED),
    "entity across pieces": (repacked(PLAIN, **{"customXml/item1.xml": ACROSS}), DAMAGED),
    "many parts": (repacked(PLAIN, **{f"xl/media/{number}.png": b"x" for number in range(600)}), TOO_LARGE),
    "heavy styles": (
        repacked(PLAIN, **{"xl/styles.xml": bytes(random.Random(7).choices(b"ab", k=2_100_000))}),
        TOO_LARGE,
    ),
    "zeros": (repacked(PLAIN, **{"xl/media/1.png": bytes(2_000_000)}), TOO_LARGE),
}


@pytest.mark.parametrize("data,sentence", NOT_WORKBOOKS.values(), ids=NOT_WORKBOOKS)
def test_a_workbook_that_is_none_is_refused(data, sentence):
    assert refusal(data) == [(None, sentence)]


def sheet_of(size):
    row = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>'
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + row * (size // len(row))
        + b"</sheetData></worksheet>"
    )


def test_a_bomb_is_refused_by_what_it_declares(monkeypatch):
    bomb = repacked(PLAIN, **{"xl/worksheets/sheet1.xml": sheet_of(50_000_000)})
    monkeypatch.setattr("cadrenet.uploads.zipfile.ZipFile.open", None)

    assert len(bomb) < 500_000
    assert refusal(bomb) == [(None, TOO_LARGE)]


def test_parts_that_are_too_large_together_are_refused(monkeypatch):
    monkeypatch.setattr("cadrenet.uploads.MAX_UNZIPPED", 1_000)

    assert refusal(PLAIN) == [(None, TOO_LARGE)]


def test_a_sheet_of_far_too_many_tags_is_refused_before_it_is_parsed(monkeypatch):
    tags = random.Random(7).choices([b"<a/>", b"<b/>", b"<c/>"], k=1_000_001)
    monkeypatch.setattr("cadrenet.uploads.load_workbook", None)

    assert refusal(repacked(PLAIN, **{"xl/worksheets/sheet1.xml": b"".join(tags)})) == [(None, TOO_LARGE)]


def test_a_bomb_that_declares_too_little_is_refused():
    bomb = repacked(PLAIN, **{"xl/worksheets/sheet1.xml": sheet_of(50_000_000)})
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size

    assert refusal(bomb.replace(struct.pack("<L", size), struct.pack("<L", 1000))) == [(None, DAMAGED)]


def test_a_row_far_below_the_others_is_over_no_limit():
    far = sheet_of(49).replace(
        b"</sheetData>", b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>y</t></is></c></row></sheetData>'
    )

    assert read(repacked(PLAIN, **{"xl/worksheets/sheet1.xml": far})) == (["x"], [(1_048_576, ["y"])])


def test_a_row_below_the_end_of_a_sheet_does_not_keep_the_reader_counting():
    beyond = sheet_of(49).replace(b"</sheetData>", b'<row r="99999999999"><c><v>1</v></c></row></sheetData>')

    assert read(repacked(PLAIN, **{"xl/worksheets/sheet1.xml": beyond})) == (["x"], [])
