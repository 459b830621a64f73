"""Files as people have them: what a spreadsheet program has put into a cell, and what lies in a folder."""

import csv
import io
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from assignments.models import Agency, Cadre, Locality, LocalityVersion
from reports.district.tables import TABLES
from reports.tests.folders import SMALL, folder, put

__all__ = ["folder"]  # fixture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def run(folder, **options):
    out = io.StringIO()
    call_command("import_district", folder, stdout=out, stderr=io.StringIO(), verbosity=0, **options)
    return out.getvalue().splitlines()


def errors(folder, **options):
    """What the command says about a folder."""
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_district", folder, stdout=io.StringIO(), stderr=said, verbosity=0, **options)
    return said.getvalue().splitlines()


# --- Cells ------------------------------------------------------------------------------------------------------

SHEET_ERRORS = ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#ERROR!"]
SHEET_ERRORS += ["#GETTING_DATA", "Err:502", "Err:508", "Lỗi:502", "####", "##########"]


@pytest.mark.parametrize("text", SHEET_ERRORS)
def test_an_error_of_a_spreadsheet_program_is_never_stored(folder, text):
    put(folder, "agencies.csv", f"A1,{text},")

    sentence = f"“{text}” is an error of the spreadsheet program. Correct the formula, or type the value."
    assert errors(folder) == [f"agencies.csv:2: name: {sentence}"]
    assert Agency.objects.count() == 0


@pytest.mark.parametrize("text", ["Tổ #1", "# 5", "#tổ", "Err", "Ấp E+", "#", "1E+05 hộ"])
def test_what_only_looks_like_one_is_stored(folder, text):
    put(folder, "agencies.csv", f"A1,{text},")

    run(folder)

    assert Agency.objects.get().name == text


@pytest.mark.parametrize("file, column", [(file, name) for file, table in TABLES.items() for name in table.names])
def test_no_column_of_any_file_takes_an_error(folder, file, column):
    put(folder, file, ",".join("#REF!" if name == column else "" for name in TABLES[file].names))

    sentence = f"{column}: “#REF!” is an error of the spreadsheet program. Correct the formula, or type the value."
    assert f"{file}:2: {sentence}" in errors(folder)


def test_an_error_erases_nothing(folder):
    Cadre.objects.create(code="P1", full_name="Lê Văn Tám", phone="0275 000 000")
    put(folder, "cadres.csv", "P1,Lê Văn Tám,,,,1,,#N/A")

    errors(folder)

    assert Cadre.objects.get().phone == "0275 000 000"


MADE_A_DAY = (
    "“{}” is a day. If a spreadsheet program has made it so, format the cell as text and type again what is meant."
)


@pytest.mark.parametrize(
    "text", ["2022-05-01", "01/05/2022", "May-22", "5-May", "1-May-22", "Thg5-22", "thg 5-22", "01-thg5-22"]
)
def test_a_number_of_a_decision_that_has_become_a_day_is_refused(folder, text):
    run(SMALL)
    put(folder, "assignments.csv", f"P00011,28903-02,in_charge,2021-03-01,,{text},,")

    assert errors(folder) == [f"assignments.csv:2: decision_number: {MADE_A_DAY.format(text)}"]


def test_a_name_or_a_code_that_has_become_a_day_is_refused(folder):
    put(folder, "localities.csv", "1-May,,district,2022-05-01,,,")
    put(folder, "cadres.csv", "P1,Thg5-22,,1/5/2022,,1,,", "2022-05-01,Võ Thị Sáu,,,,1,,")

    assert errors(folder) == [
        f"localities.csv:2: code: {MADE_A_DAY.format('1-May')}",
        f"localities.csv:2: name: {MADE_A_DAY.format('2022-05-01')}",
        f"cadres.csv:2: full_name: {MADE_A_DAY.format('Thg5-22')}",
        f"cadres.csv:2: position: {MADE_A_DAY.format('1/5/2022')}",
    ]


@pytest.mark.parametrize("text", ["5/2022", "05-QĐ/HU", "12", "QĐ 5-2022", "12/2022/QĐ"])
def test_a_number_of_a_decision_is_read_as_it_is(folder, text):
    run(SMALL)
    put(folder, "assignments.csv", f"P00011,28903-02,in_charge,2021-03-01,,{text},,")

    assert run(folder) == ["assignments.csv: 0 new, 1 changed, 0 unchanged"]


def test_a_long_number_that_has_lost_its_digits_is_refused(folder):
    put(folder, "cadres.csv", "P1,Lê Văn Tám,,,,1,,8.42757E+11", '"1,23E+17",Võ Thị Sáu,,,,1,,')

    lost = "Format the cell as text and type it again."
    assert errors(folder) == [
        f"cadres.csv:2: phone: The spreadsheet program has shortened a long number to 8.42757E+11. {lost}",
        f"cadres.csv:3: code: The spreadsheet program has shortened a long number to 1,23E+17. {lost}",
    ]


# --- Everything about a row, and about many ---------------------------------------------------------------------


def test_everything_that_is_wrong_with_a_row_is_said_at_once(folder):
    put(folder, "cadres.csv", "P1,,A9,,boss,x,,", "P1,Lê Văn Tám,A9,,,1,no,")
    put(folder, "assignments.csv", "P9,X,lead,2022-02-31,,,,", "P9,X,head,2022-02-01,2022-01-01,,,other")

    absent = "is neither in {}.csv nor in the database. Add it there or correct it."
    assert errors(folder) == [
        "cadres.csv:2: “full_name” is empty. Fill it in.",
        "cadres.csv:2: committee_role: “boss” is unknown. Write one of: standing_committee, district_committee.",
        "cadres.csv:2: party_member: “x” is neither 0 (no) nor 1 (yes). Write one of the two.",
        f"cadres.csv:2: agency_code: “A9” {absent.format('agencies')}",
        "cadres.csv:3: email: “no” is no e-mail address. Correct it or leave it empty.",
        "cadres.csv:3: Line 2 has the same code already (P1). Remove one of the two rows.",
        f"cadres.csv:3: agency_code: “A9” {absent.format('agencies')}",
        "assignments.csv:2: role: “lead” is unknown. Write one of: in_charge, head, support.",
        "assignments.csv:2: first_day: The day 2022-02-31 does not exist. Correct it.",
        f"assignments.csv:2: cadre_code: “P9” {absent.format('cadres')}",
        f"assignments.csv:2: locality_code: “X” {absent.format('localities')}",
        f"assignments.csv:3: cadre_code: “P9” {absent.format('cadres')}",
        f"assignments.csv:3: locality_code: “X” {absent.format('localities')}",
        "assignments.csv:3: The last day 2022-01-01 lies before the first day 2022-02-01. Correct one of them.",
    ]


def test_ten_thousand_equal_mistakes_are_one_line(folder):
    put(folder, "agencies.csv", *(f"A{number},Ban,D9" for number in range(10_000)), "B,,")

    said = io.StringIO()
    with pytest.raises(CommandError, match=r"10001 errors. Nothing was written."):
        call_command("import_district", folder, stdout=io.StringIO(), stderr=said, verbosity=0)
    assert said.getvalue().splitlines() == [
        "agencies.csv:2: locality_code: “D9” is neither in localities.csv nor in the database. Add it there or "
        "correct it. The same on 9999 more lines: 3–10001.",
        "agencies.csv:10002: “name” is empty. Fill it in.",
    ]


def test_ten_equal_mistakes_are_ten_lines(folder):
    put(folder, "agencies.csv", *(f"A{number},," for number in range(10)))

    assert errors(folder) == [f"agencies.csv:{line}: “name” is empty. Fill it in." for line in range(2, 12)]


# --- Files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "above, line",
    [
        ("DANH SÁCH CÁN BỘ\n", 2),
        ("DANH SÁCH CÁN BỘ,,,,,,,\n\nNăm 2022,,,,,,,\n,,,,,,,\n", 5),
        ("HUYỆN ỦY MẪU,,,,ĐẢNG CỘNG SẢN VIỆT NAM\nTên\n", 3),
    ],
)
@pytest.mark.parametrize("separator", [",", ";"])
def test_a_title_above_the_header_is_called_one(folder, above, line, separator):
    table = (SMALL / "cadres.csv").read_text(encoding="utf-8")
    (folder / "cadres.csv").write_text((above + table).replace(",", separator), encoding="utf-8")

    title = above.partition("\n")[0].partition(",")[0]
    assert errors(folder) == [
        f"cadres.csv:1: “{title}” is a title, and the names of the columns stand on line {line}. "
        "Delete the lines above them."
    ]


def test_a_file_without_a_header_is_told_its_columns(folder):
    (folder / "agencies.csv").write_text("A1,Ban Tổ chức,\nA2,Ban Dân vận,\n", encoding="utf-8")

    assert errors(folder)[0] == "agencies.csv:1: The column “code” is missing. Add it to the header."


@pytest.mark.parametrize(
    "name, sentence",
    [
        ("Cadres.CSV", "The name is written in other letters. Rename it to cadres.csv."),
        (
            "cadres.xlsx",
            "The files of a district are CSV. Save it as “CSV UTF-8 (Comma delimited)” under the name cadres.csv.",
        ),
        (
            "cadres.csv.txt",
            "The files of a district are CSV. Save it as “CSV UTF-8 (Comma delimited)” under the name cadres.csv.",
        ),
    ],
)
def test_a_file_of_another_name_is_told_which_to_take(folder, name, sentence):
    """And what refers to it is not doubted."""
    shutil.copy(SMALL / "cadres.csv", folder / name)
    put(folder, "resources.csv", "S1,,P00001,2022-05-05,money,,1,,promised")

    assert errors(folder) == [
        f"{name}:1: {sentence}",
        "resources.csv:2: “locality_code” is empty. Fill it in.",
    ]


@pytest.mark.parametrize("name", ["cadres.csv", "old"])
def test_a_folder_in_the_folder_is_called_one(folder, name):
    (folder / name).mkdir()

    assert errors(folder) == [f"{name}:1: This is a folder, and only files are read. Move it elsewhere."]


def test_a_file_given_as_the_folder_is_called_one(folder):
    put(folder, "agencies.csv")

    with pytest.raises(CommandError, match=r"agencies.csv is a file. Name the folder in which it lies."):
        run(folder / "agencies.csv")


TOO_LONG = (
    "A cell holds more than 131072 characters. Shorten it; if nothing there is that long, a quotation mark is not "
    "closed."
)


@pytest.mark.parametrize(
    "data, sentence",
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\r\n", "The file is empty."),
        (b"code,name,locality_code\nA1,Ban\0,\n", "There is a NUL character. Delete it."),
        (
            b'code,name,locality_code\nA1,"' + b"x" * 131_073 + b'",\n',
            TOO_LONG,
        ),
        (
            b'code,name,locality_code\nA1,"' + b"x,\n" * 60_000,
            TOO_LONG,
        ),
    ],
    ids=["nothing", "blank", "nul", "a long cell", "an open quotation mark"],
)
def test_a_file_that_cannot_be_read_says_why(folder, data, sentence):
    (folder / "agencies.csv").write_bytes(data)

    assert [line.partition(": ")[2] for line in errors(folder)] == [sentence]


def test_a_list_of_the_state_with_an_error_in_it_is_refused(folder):
    (folder / "list.csv").write_text(
        "province_code,province,commune_code,commune,commune_type\n86,Tỉnh Vĩnh Long,#N/A,Xã Giồng Trôm,Xã\n", "utf-8"
    )
    said = io.StringIO()

    with pytest.raises(CommandError):
        call_command("official_units", folder / "list.csv", out=folder / "out", stderr=said)

    assert said.getvalue() == (
        "list.csv:2: “#N/A” is an error of the spreadsheet program. Correct the formula, or type the value.\n"
    )
    assert not (folder / "out").exists()


def test_headers_alone_hold_nothing_new(folder):
    for file in TABLES:
        put(folder, file)

    assert run(folder) == [f"{file}: 0 new, 0 changed, 0 unchanged" for file in TABLES]


# --- What is asked ------------------------------------------------------------------------------------------------

TOP = ["D,,district,Huyện Mẫu,,,", "C,D,commune,Xã An,,,"]


@pytest.mark.parametrize(
    "type, name, said",
    [
        ("hamlet", "Xã Bình", "xã, and the type says Ấp (hamlet)"),
        ("hamlet", "XÃ BÌNH", "xã, and the type says Ấp (hamlet)"),
        ("self_governing_group", "Ấp 1", "ấp, and the type says Tổ nhân dân tự quản (self_governing_group)"),
        ("self_governing_group", "Thôn Đông", "thôn, and the type says Tổ nhân dân tự quản (self_governing_group)"),
    ],
)
def test_a_name_that_says_another_type_is_asked_about(folder, type, name, said):
    put(folder, "localities.csv", *TOP, f"H,C,{type},{name},,,")

    assert errors(folder) == [f"localities.csv:4: The name “{name}” says {said}. Correct one of the two."]
    assert Locality.objects.count() == 0


@pytest.mark.parametrize(
    "type, name",
    [
        ("hamlet", "Ấp 1"),
        ("hamlet", "Xa Mát"),
        ("hamlet", "Thôn Đông"),
        ("hamlet", "Tân Xã"),
        ("hamlet", "Xãm"),
        ("hamlet", "ấp"),
        ("neighbourhood", "Tổ dân phố 3"),
        ("self_governing_group", "Tổ số 1"),
    ],
)
def test_a_name_that_says_nothing_against_the_type_is_written(folder, type, name):
    put(folder, "localities.csv", *TOP, f"H,C,{type},{name},,,")

    assert run(folder) == ["localities.csv: 3 new, 0 changed, 0 unchanged"]


NOTE = "localities.csv:8: The name “Ấp” says ấp, and the type says Khu phố (neighbourhood). Correct one of the two."


def test_two_of_one_name_in_one_place_are_asked_about(folder):
    put(
        folder,
        "localities.csv",
        *TOP,
        "H1,C,hamlet,Ấp 1,,,",
        "H2,C,hamlet,ấp 1,,,",
        "H3,C,hamlet,Ấp 3,,2022-05-31,",
        "H4,C,hamlet,Ấp 3,2022-06-01,,",
        "H5,C,neighbourhood,Ấp,,,",
        "E,D,commune,Xã Bình,,,",
        "H6,E,hamlet,Ấp 1,,,",
    )

    assert errors(folder) == [
        "localities.csv:5: H2 is called ấp 1, as H1 (line 4) is at the same time and in the same place. "
        "Correct the code, or the name of one of the two.",
        NOTE,
    ]


@pytest.mark.parametrize(
    "type, name, says",
    [
        ("commune", "Phường 5", "phường, and the type says Xã (commune)"),
        ("ward", "Xã Vĩnh Hòa", "xã, and the type says Phường (ward)"),
        ("township", "Xã Vĩnh Hòa", "xã, and the type says Thị trấn (township)"),
    ],
)
def test_another_type_of_the_same_tier_is_noted_and_written(folder, type, name, says):
    """So the lists of the state have it for seven communes."""
    put(folder, "localities.csv", TOP[0], f"C,D,{type},{name},,,")
    warned = io.StringIO()

    call_command("import_district", folder, stdout=io.StringIO(), stderr=warned, verbosity=0)

    assert warned.getvalue() == f"localities.csv:3: The name “{name}” says {says}. Correct one of the two.\n"
    assert LocalityVersion.objects.get(locality__code="C").name == name


def test_what_is_asked_is_written_when_somebody_says_so_and_not_asked_again(folder):
    put(folder, "localities.csv", *TOP, "H1,C,hamlet,Ấp 1,,,", "H2,C,hamlet,Ấp 1,,,")
    with pytest.raises(CommandError) as refused:
        run(folder)
    assert str(refused.value) == (
        "1 error. Nothing was written. 1 of them may be right: if it is, import again with --accept-questions."
    )

    assert run(folder, accept_questions=True) == ["localities.csv: 4 new, 0 changed, 0 unchanged"]
    assert run(folder) == ["localities.csv: 0 new, 0 changed, 4 unchanged"]


def test_errors_are_refused_whatever_is_accepted(folder):
    put(folder, "localities.csv", *TOP, "H1,C,hamlet,Xã 1,,,", "H2,X,hamlet,Ấp 2,,,")

    with pytest.raises(CommandError, match=r"^1 error. Nothing was written.$"):
        run(folder, accept_questions=True)
    assert Locality.objects.count() == 0


def test_a_hamlet_that_moves_brings_its_name_along(folder):
    """Communes that merge have hamlets of one name."""
    put(folder, "localities.csv", *TOP, "E,D,commune,Xã Bình,,,", "H1,C,hamlet,Ấp 1,,,", "H2,E,hamlet,Ấp 1,,,")
    run(folder)
    put(folder, "localities.csv", "H2,E,hamlet,Ấp 1,,2022-05-31,", "H2,C,hamlet,Ấp 1,2022-06-01,,")

    assert run(folder) == ["localities.csv: 1 new, 1 changed, 0 unchanged"]


def test_a_new_one_of_a_name_that_the_database_holds_is_asked_about(folder):
    put(folder, "localities.csv", *TOP, "H1,C,hamlet,Ấp 1,,,")
    run(folder)
    put(folder, "localities.csv", "H9,C,hamlet,Ấp 1,,,")

    assert errors(folder) == [
        "localities.csv:2: H9 is called Ấp 1, as H1 (in the database) is at the same time and in the same place. "
        "Correct the code, or the name of one of the two."
    ]
    assert LocalityVersion.objects.count() == 3


def test_the_samples_ask_nothing():
    """Else whoever imports as before would be stopped."""
    with (SMALL / "localities.csv").open(encoding="utf-8") as stream:
        assert len(list(csv.reader(stream))) == 37
    assert run(SMALL)[0] == "localities.csv: 36 new, 0 changed, 0 unchanged"
