import io
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from cadrenet import workbook
from cadrenet.workbook import Heading, Sheet, sheet_response, table_response

# A response that is closed ends its request, and that looks at the connections that earlier tests left open.
pytestmark = pytest.mark.django_db
HEADER = ["code", "name", "present", "percent", "day", "starts_at"]
ROWS = [
    ["00984", "Ấp 1, Tân Thanh", 18, Decimal("85.71"), date(2022, 12, 9), datetime(2022, 12, 9, 12, tzinfo=UTC)],
    ["28903", 'Nhóm "1"\nphía Bắc', 0, None, None, None],
]


def body(response):
    with closing(response):
        return b"".join(response.streaming_content)


def book_of(response):
    return load_workbook(io.BytesIO(body(response)))


def sheets(response):
    return {sheet.title: [[cell.value for cell in row] for row in sheet.rows] for sheet in book_of(response)}


def test_a_table_reads_back_with_numbers_days_and_text():
    response = table_response("tong-hop", HEADER, ROWS)

    assert sheets(response) == {
        "tong-hop": [
            HEADER,
            ["00984", "Ấp 1, Tân Thanh", 18, 85.71, datetime(2022, 12, 9), datetime(2022, 12, 9, 19)],  # noqa: DTZ001
            ["28903", 'Nhóm "1"\nphía Bắc', 0, None, None, None],
        ]
    }
    assert response["Content-Disposition"] == 'attachment; filename="tong-hop.xlsx"'


def test_a_table_shows_decimals_and_days_as_the_office_writes_them():
    book = load_workbook(io.BytesIO(body(table_response("x", HEADER, ROWS))))
    formats = [cell.number_format for cell in book.active[2]]

    assert formats == ["General", "General", "General", "0.00", "dd/mm/yyyy", "dd/mm/yyyy hh:mm"]
    assert book.active.freeze_panes == "A2"
    assert book.active["A1"].font.bold is True


def test_a_table_has_no_formulas_errors_or_signs_that_excel_refuses():
    book = load_workbook(
        io.BytesIO(body(table_response("x", ["h"], [["=1+1"], ["-5"], [-5], ["#N/A"], ["a\x00b\x0b"]])))
    )

    assert [(row[0].value, row[0].data_type) for row in book.active.iter_rows(min_row=2)] == [
        ("'=1+1", "s"),
        ("'-5", "s"),
        (-5, "n"),
        ("#N/A", "s"),
        ("ab", "s"),
    ]


def test_a_table_goes_on_to_another_sheet_when_one_is_full(monkeypatch):
    monkeypatch.setattr(workbook, "ROWS_OF_A_SHEET", 3)

    assert sheets(table_response("Họp", ["n"], [[1], [2], [3], [4]])) == {
        "Họp": [["n"], [1], [2]],
        "Họp1": [["n"], [3], [4]],
    }


def test_a_table_without_rows_has_its_header():
    assert sheets(table_response("Họp: [2022]/Q4?", ["n"], [])) == {"Họp   2022  Q4": [["n"]]}


# --- For people ---------------------------------------------------------------------------------------------------

SUMMARY = Sheet(
    title="Tổng hợp quý & năm",
    office="Đảng ủy xã An",
    lines=["Quý: IV/2022", "Trích ngày 27/11/2026"],
    headings=[
        Heading("Địa bàn"),
        Heading("Phải họp", "Cuộc họp"),
        Heading("Đã họp", "Cuộc họp"),
        Heading("Tỷ lệ %", "Dự họp"),
        Heading("Ngày"),
    ],
    rows=[
        ["Ấp 1", 12, 1234, Decimal("85.71"), date(2022, 12, 9)],
        ["Ấp 2 " + "dài " * 20, 0, 5, None, None],
    ],
    totals=[["Tổng", 12, 1239, Decimal("84.00"), ""]],
    notes=[("Dự họp", ["Có mặt chia cho phải dự."])],
    pinned=1,
)


@pytest.fixture
def book():
    return book_of(sheet_response("tong-hop", SUMMARY))


def test_a_sheet_says_what_it_is_then_the_rows_then_the_total(book):
    assert [[cell.value for cell in row] for row in book.worksheets[0].rows] == [
        ["Đảng ủy xã An", None, None, None, None],
        ["Tổng hợp quý & năm", None, None, None, None],
        ["Quý: IV/2022", None, None, None, None],
        ["Trích ngày 27/11/2026", None, None, None, None],
        [None] * 5,
        [None, "Cuộc họp", None, "Dự họp", None],
        ["Địa bàn", "Phải họp", "Đã họp", "Tỷ lệ %", "Ngày"],
        ["Ấp 1", 12, 1234, 85.71, datetime(2022, 12, 9)],  # noqa: DTZ001
        ["Ấp 2 " + "dài " * 20, 0, 5, None, None],
        ["Tổng", 12, 1239, 84, None],
    ]
    assert [[cell.value for cell in row] for row in book.worksheets[1].rows] == [
        ["Dự họp"],
        ["Có mặt chia cho phải dự."],
        [None],
    ]


def test_a_sheet_prints_on_a4_with_its_headings_on_each_page(book):
    sheet = book.worksheets[0]

    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (
        "landscape",
        9,
        0,
    )
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    assert sheet.print_title_rows == "$6:$7"
    assert (sheet.oddFooter.left.text, sheet.oddFooter.right.text) == ("Tổng hợp quý && năm", "&P / &N")


def test_headings_and_names_stay_in_sight_and_rows_can_be_filtered_without_the_total(book):
    sheet = book.worksheets[0]

    assert sheet.freeze_panes == "B8"
    assert sheet.auto_filter.ref == "A7:E9"
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["B6:C6"]


def test_numbers_are_grouped_and_columns_as_wide_as_what_they_hold(book):
    sheet = book.worksheets[0]

    assert [cell.number_format for cell in sheet[8]] == ["General", "General", "#,##0", "#,##0.00", "dd/mm/yyyy"]
    assert [sheet.column_dimensions[name].width for name in "ABCDE"] == [42, 7, 7, 7, 12]
    assert sheet["A9"].alignment.wrap_text is True
    assert (sheet["C10"].font.bold, sheet["C10"].number_format) == (True, "#,##0")


def test_a_sheet_without_rows_has_its_headings():
    empty = Sheet("Cán bộ", "", ["Ngày: 1"], [Heading("Mã"), Heading("Tên")], [])

    assert sheets(sheet_response("x", empty)) == {
        "Cán bộ": [[None] * 2, ["Cán bộ", None], ["Ngày: 1", None], [None] * 2, ["Mã", "Tên"]]
    }


def test_rows_that_do_not_fit_go_on_under_the_same_headings(monkeypatch):
    monkeypatch.setattr(workbook, "ROWS_OF_A_SHEET", 7)
    many = Sheet("Họp", "X", [], [Heading("n")], [[1], [2], [3], [4]])

    assert {name: rows[3:] for name, rows in sheets(sheet_response("x", many)).items()} == {
        "Họp": [["n"], [1], [2], [3]],
        "Họp1": [["n"], [4]],
    }


@pytest.mark.parametrize("text", ["=1+1", "#REF!", "@SUM(A1)"])
def test_nothing_in_a_sheet_runs(text):
    odd = Sheet(text, text, [text], [Heading(text, text)], [[text]], totals=[[text]], notes=[(text, [text])])

    cells = [cell for sheet in book_of(sheet_response("x", odd)) for row in sheet.rows for cell in row if cell.value]

    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.value for cell in cells} == {text if text.startswith("#") else f"'{text}"}
