import io
import tracemalloc
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import repeat

import pytest
from django.utils.translation import gettext_lazy

from cadrenet.export import csv_response, file_name, write_csv

# A response that is closed ends its request, and that looks at the connections that earlier tests left open.
pytestmark = pytest.mark.django_db
HEADER = ["code", "name", "present", "percent", "day", "starts_at"]
ROWS = [
    [
        "00984",
        "Ấp 1, Tân Thanh",
        18,
        Decimal("85.71"),
        date(2022, 12, 9),
        datetime(2022, 12, 9, 12, tzinfo=UTC),
    ],
    ["28903", 'Nhóm "1"\nphía Bắc', 0, None, None, None],
]


def body(response):
    with closing(response):
        return b"".join(response.streaming_content)


def only_line(value):
    stream = io.StringIO()
    write_csv(stream, ["h"], [[value, "x"]])
    return stream.getvalue().removeprefix("h\n")


def test_csv_download_opens_in_excel():
    response = csv_response("tong-hop", HEADER, ROWS)

    assert body(response).decode() == (
        "\ufeffcode,name,present,percent,day,starts_at\r\n"
        '00984,"Ấp 1, Tân Thanh",18,85.71,2022-12-09,2022-12-09T19:00\r\n'
        '28903,"Nhóm ""1""\nphía Bắc",0,,,\r\n'
    )
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="tong-hop.csv"'


def test_csv_of_a_command_has_no_mark_and_plain_line_ends():
    stream = io.StringIO()

    write_csv(stream, HEADER, ROWS)

    assert stream.getvalue() == (
        "code,name,present,percent,day,starts_at\n"
        '00984,"Ấp 1, Tân Thanh",18,85.71,2022-12-09,2022-12-09T19:00\n'
        '28903,"Nhóm ""1""\nphía Bắc",0,,,\n'
    )


def test_csv_without_rows_has_its_header():
    assert body(csv_response("x", ["a", "b"], [])).decode() == "\ufeffa,b\r\n"


@pytest.mark.parametrize(
    "text,cell",
    [
        ("=1+1", "'=1+1"),
        ("+84 909", "'+84 909"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        (gettext_lazy("=1+1"), "'=1+1"),
        ("a=1", "a=1"),
        ("–", "–"),
        ("", ""),
    ],
)
def test_text_never_becomes_a_formula(text, cell):
    assert only_line(text) == f"{cell},x\n"


def test_carriage_return_first_is_neutralised_and_quoted():
    assert only_line("\r=1") == '"\'\r=1",x\n'


@pytest.mark.parametrize(
    "number,cell",
    [
        (-5, "-5"),
        (Decimal("-0.31"), "-0.31"),
        (Decimal("85.70"), "85.70"),
        (Decimal("1E+2"), "100"),
        (True, "1"),
    ],
)
def test_numbers_stay_numbers(number, cell):
    assert only_line(number) == f"{cell},x\n"


def test_header_is_neutralised_too():
    assert body(csv_response("x", ["=1+1"], [])).decode() == "\ufeff'=1+1\r\n"


def test_csv_is_sent_while_it_is_read():
    read = []

    def rows():
        for number in range(2000):
            read.append(number)
            yield [number]

    chunks = iter(csv_response("x", ["n"], rows()).streaming_content)

    assert next(chunks).decode() == "\ufeffn\r\n"
    assert read == []
    next(chunks)
    assert len(read) == 500


def test_csv_of_many_rows_takes_constant_memory():
    row = ["28903-01", "Ấp 1", 18, Decimal("85.71")]
    tracemalloc.start()
    try:
        for _ in csv_response("x", HEADER, repeat(row, 20_000)).streaming_content:
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 300_000


@pytest.mark.parametrize(
    "name,file",
    [
        ("bao-cao-quy_2022-Q4_nhom-1", "bao-cao-quy_2022-q4_nhom-1.csv"),
        ("Báo cáo quý Đầu năm", "bao-cao-quy-dau-nam.csv"),
        ("tong-hop.csv", "tong-hop.csv"),
        ('x"\r\nSet-Cookie: a', "x-set-cookie-a.csv"),
        ("../../etc", "etc.csv"),
    ],
)
def test_file_name_is_plain_ascii(name, file):
    assert file_name(name, "csv") == file
