"""What a cell of a workbook says, and which cells are refused rather than read wrongly."""

import io
import re
import zipfile
from datetime import date, datetime, time

import pytest
from django.utils import translation
from openpyxl import Workbook

from cadrenet.tables.columns import Table, column, optional, required
from cadrenet.tables.values import code, count, day, flag, moment
from cadrenet.uploads import KEEP, REFUSE, BadFile, read_table

DAY_CELL = (
    "The spreadsheet program has made a day or a time of what was typed ({}). Format the cell as text and type it "
    "again."
)


def free(cell):
    return cell


TABLE = Table(
    "things.csv",
    (
        required("code", "mã", code),
        column("decision_number", "số quyết định", free),
        optional("first_day", "từ ngày", day),
        optional("starts_at", "bắt đầu", moment),
        optional("households", "số hộ", count),
        column("member", "đảng viên", flag, empty=False),
    ),
    key=("code",),
)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def workbook(*rows, formats=None, state="visible"):
    """A workbook of some rows; ``formats`` by cell: {"A2": "00000"}."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for place, number_format in (formats or {}).items():
        book.active[place].number_format = number_format
    if state != "visible":
        book.create_sheet("Bảng").append(["x"])
        book.active = 1
        book.worksheets[0].sheet_state = state
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(*rows, **options):
    """The values of the rows of a workbook, and what is wrong with each."""
    found = TABLE.read(workbook(TABLE.names, *rows, **options), needed=["code"], max_bytes=2_000_000, max_rows=100)
    return [TABLE.parse(row) for row in found]


def told(*rows, **options):
    """What is wrong with the first row, by column."""
    return read(*rows, **options)[0][1]


# --- Days, numbers and what is shown in place of them ---------------------------------------------------------------


@pytest.mark.parametrize(
    "value, text",
    [
        (date(2022, 5, 1), "2022-05-01"),
        (datetime(2022, 5, 1, 19, 30), "2022-05-01T19:30"),  # noqa: DTZ001
        (time(19, 30), "19:30"),
    ],
)
def test_a_day_in_a_column_of_text_is_refused(value, text):
    assert told(["A1", value]) == {"decision_number": f"decision_number: {DAY_CELL.format(text)}"}
    assert told([value, "x"]) == {"code": f"code: {DAY_CELL.format(text)}"}


def test_a_day_in_a_column_of_days_is_read():
    values, wrong = read(["A1", "", date(2022, 5, 1), datetime(2022, 5, 1, 19, 30)])[0]  # noqa: DTZ001

    assert wrong == {}
    assert (values["first_day"], values["starts_at"].isoformat()) == (date(2022, 5, 1), "2022-05-01T19:30:00+07:00")


@pytest.mark.parametrize(
    "number, number_format, text",
    [
        (984, "00000", "00984"),
        (984, "00000;@", "00984"),
        (984, "General", "984"),
        (984, "0", "984"),
        (984.0, "0", "984"),
        (12984, "00000", "12984"),
        (1984, "#,##0", "1984"),
    ],
)
def test_a_number_is_the_text_that_its_format_shows(number, number_format, text):
    values, wrong = read([number, number, None, None, 7], formats={"A2": number_format, "B2": number_format})[0]

    assert (values["code"], values["decision_number"], wrong) == (text, text, {})


@pytest.mark.parametrize("number_format", ['00"-QĐ/HU"', "000-000", '"Ấp "0', "0.00E+00", "_-* #,##0_-"])
def test_a_number_that_shows_something_else_is_refused_in_a_column_of_text(number_format):
    values, wrong = read([984, "x", None, None, 984], formats={"A2": number_format, "E2": number_format})[0]

    assert wrong == {
        "code": f"code: The cell holds the number 984 and shows it in another form ({number_format}). "
        "Format the cell as text and type what is meant."
    }
    # Of a number the value is meant, however it is shown.
    assert values["households"] == 984


def test_a_number_of_more_digits_than_a_spreadsheet_keeps_is_refused():
    assert told([842757000000123456]) == {
        "code": "code: The spreadsheet program has shortened a long number to 842757000000123400. "
        "Format the cell as text and type it again."
    }


@pytest.mark.parametrize("text", ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "Err:502"])
@pytest.mark.parametrize("position, name", enumerate(TABLE.names))
def test_an_error_of_a_spreadsheet_program_is_refused_by_its_cell(text, position, name):
    row = ["A1", "x", "2022-05-01", "2022-05-01T19:30", 7, 1]
    row[position] = text

    assert told(row) == {
        name: f"{name}: “{text}” is an error of the spreadsheet program. Correct the formula, or type the value."
    }


# --- Formulas ---------------------------------------------------------------------------------------------------

NO_VALUE = "The file holds no value of this formula. Open it, let it calculate, and save it; or type the value."


@pytest.mark.parametrize("position, name", enumerate(TABLE.names))
def test_a_formula_without_a_stored_value_is_refused_and_not_read_as_empty(position, name):
    row = ["A1", "x", "2022-05-01", "2022-05-01T19:30", 7, 1]
    row[position] = "=1+1"

    assert told(row) == {name: f"{name}: {NO_VALUE}"}


def test_a_row_of_such_formulas_alone_is_not_left_out():
    rows = read(["A1"], ["=A2", "=B2"], ["A3"])

    assert [sorted(wrong) for _values, wrong in rows] == [[], ["code", "decision_number"], []]


def stored(data, cell, inner, attributes=""):
    """The workbook with another content of one cell, as a spreadsheet program writes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                content, found = re.subn(
                    rf'<c r="{cell}"[^>]*>.*?</c>', f'<c r="{cell}"{attributes}>{inner}</c>', content
                )
                assert found == 1
            new.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    "inner, attributes, text",
    [
        ("<f>1+1</f><v>2</v>", "", "2"),
        ("<f>A1</f><v>x</v>", ' t="str"', "x"),
        ('<f>IF(A1="","",A1)</f><v></v>', ' t="str"', ""),
        ('<f t="shared" si="0"/><v>5</v>', "", "5"),
    ],
)
def test_a_formula_with_a_stored_value_is_that_value(inner, attributes, text):
    data = stored(workbook(["code", "decision_number"], ["A1", "=1+1"]), "B2", inner, attributes)

    [row] = TABLE.read(data, needed=["code"], max_bytes=2_000_000, max_rows=100)
    assert TABLE.parse(row)[0]["decision_number"] == text
    assert TABLE.parse(row)[1] == {}


@pytest.mark.parametrize(
    "cell, text",
    [('="00984"', "00984"), ("'=1+1", "=1+1"), ("=> đã họp", "=> đã họp"), ("= ", "="), ("a=1", "a=1"), ("==", "==")],
)
def test_text_with_a_sign_of_equality_in_a_csv_file_is_read(cell, text):
    quoted = cell.replace('"', '""')

    rows = read_table(f'a,b\n"{quoted}",x\n'.encode(), max_bytes=100, max_rows=9, unusable=KEEP)[1]
    assert list(rows) == [(2, [text, "x"])]


@pytest.mark.parametrize("cell", ["=A1", "=VLOOKUP(A2,X!A:B,2,0)", " =1+1", "=-1", "=#REF!", "=$A$1", "=+A1"])
def test_a_formula_in_a_csv_file_has_no_value(cell):
    found = TABLE.read(f'code,decision_number\nA1,"{cell}"\n'.encode(), needed=["code"], max_bytes=100, max_rows=9)

    assert TABLE.parse(found[0])[1] == {"decision_number": f"decision_number: {NO_VALUE}"}


# --- The sheet ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_first_sheet_that_nobody_sees_is_refused(state):
    with pytest.raises(BadFile) as refused:
        read(["A1"], state=state)

    assert refused.value.errors == [
        (
            None,
            "The first sheet of the workbook, “Sheet”, is hidden, and the first one is what is read. Show it, or "
            "move the table to the front.",
        )
    ]


def test_a_first_sheet_that_is_empty_is_told_beside_others():
    book, file = Workbook(), io.BytesIO()
    book.create_sheet("Bảng").append(["code"])
    book.save(file)

    with pytest.raises(BadFile) as refused:
        read_table(file.getvalue(), max_bytes=100_000, max_rows=9)

    assert str(refused.value) == (
        "The first sheet of the workbook, “Sheet”, is empty, and the first one is what is read. Move the table "
        "to the front."
    )


def test_a_title_above_the_header_of_a_sheet_is_called_one():
    with pytest.raises(BadFile) as refused:
        TABLE.read(
            workbook(["DANH SÁCH"], [], ["Năm 2022"], TABLE.names, ["A1"]),
            needed=["code"],
            max_bytes=2_000_000,
            max_rows=100,
        )

    assert refused.value.errors == [
        (1, "“DANH SÁCH” is a title, and the names of the columns stand on line 4. Delete the lines above them.")
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"\xff\xd8\xff\xe0\0\x10JFIF",
        b"GIF89a",
        b"{\\rtf1 code,x}",
        b"\r\n<html><table><tr><td>code</td></tr></table></html>",
        b'\xef\xbb\xbf<?xml version="1.0"?>',
    ],
    ids=["pdf", "png", "jpeg", "gif", "rtf", "html", "xml"],
)
def test_what_is_no_table_under_any_name_is_called_that(data):
    with pytest.raises(BadFile) as refused:
        read_table(data, max_bytes=1000, max_rows=9)

    assert str(refused.value) == (
        "This is a document, a picture or a page of the web and no table. Choose a CSV file or a workbook (.xlsx)."
    )


def test_who_reads_a_table_without_columns_is_told_of_such_cells_too():
    with pytest.raises(BadFile) as refused:
        read_table(b"a,b\n1,#REF!\n2,x\n#N/A,\n", max_bytes=100, max_rows=10, unusable=REFUSE)

    wrong = "is an error of the spreadsheet program. Correct the formula, or type the value."
    assert refused.value.errors == [(2, f"“#REF!” {wrong}"), (4, f"“#N/A” {wrong}")]
