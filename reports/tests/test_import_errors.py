"""What an import refuses: each kind of mistake with its file, its line and what to do, all of them at once."""

import csv
import io
import shutil
import unicodedata
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from assignments.imports import CadreImport
from assignments.models import Agency, Assignment, Cadre, Lineage, LocalityVersion, User
from cadrenet.periods import last_year, today
from cadrenet.tables.columns import Row
from meetings.models import Attendance, Meeting
from reports.district.checking import check
from reports.district.reading import MAX_ROWS
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, Resource

SMALL = Path(__file__).parent / "sample" / "small"
MODELS = [
    Agency,
    Assignment,
    Attendance,
    Cadre,
    Issue,
    Lineage,
    LocalityVersion,
    Meeting,
    PartyOrganisation,
    QuarterlyReport,
    Rating,
    Resource,
]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def folder(tmp_path):
    """A copy of the small sample, to be spoilt."""
    return Path(shutil.copytree(SMALL, tmp_path / "district"))


def edit(folder, file, line=None, **cells):
    """Change cells of one line of a file; without a line, add a row that has these cells and no others."""
    path = folder / file
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    if line is None:
        rows.append([""] * len(header))
        line = len(rows) + 1
    for column, text in cells.items():
        rows[line - 2][header.index(column)] = text
    write(path, header, rows)
    return line


def write(path, header, rows):
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def import_district(folder, **options):
    call_command("import_district", folder, stdout=io.StringIO(), verbosity=0, **options)


def errors(folder):
    """What the command says about a folder, line by line, having written nothing of it."""
    before = [model.objects.count() for model in MODELS]
    said = io.StringIO()
    with pytest.raises(CommandError) as raised:
        call_command("import_district", folder, stdout=io.StringIO(), stderr=said, verbosity=0)
    lines = said.getvalue().splitlines()
    plural = "error" if len(lines) == 1 else "errors"
    assert str(raised.value) == f"{len(lines)} {plural}. Nothing was written."
    assert raised.value.returncode == 1
    assert [model.objects.count() for model in MODELS] == before
    return lines


# --- One mistake, one sentence ------------------------------------------------------------------------------

ABSENT = "is neither in {file} nor in the database. Add it there or correct it."

ONE_MISTAKE = {
    # Cells
    "a day that does not exist": (
        ("localities.csv", 5, {"last_day": "2022-02-31"}),
        "last_day: The day 2022-02-31 does not exist. Correct it.",
    ),
    "a day in a format of another country": (
        ("localities.csv", 5, {"last_day": "31.12.2020"}),
        "last_day: “31.12.2020” is no day in this format. Write year, month and day as 2022-12-31.",
    ),
    "a month before its day": (
        ("localities.csv", 5, {"last_day": "12/31/2020"}),
        "last_day: The day 2020-31-12 does not exist. Correct it.",
    ),
    "a year that is a typing mistake": (
        ("assignments.csv", 2, {"first_day": "0221-01-01"}),
        f"first_day: The day must lie between 1 Jan 1930 and 31 Dec {last_year(today())}.",
    ),
    "a time with a space": (
        ("meetings.csv", 2, {"starts_at": "2022-01-15 14:00"}),
        "starts_at: “2022-01-15 14:00” is no time in this format. Write day and time as 2022-12-31T19:30.",
    ),
    "a time that does not exist": (
        ("meetings.csv", 2, {"starts_at": "2022-01-15T24:00"}),
        "starts_at: The time 2022-01-15T24:00 does not exist. Correct it.",
    ),
    "a required cell left empty": (
        ("localities.csv", 18, {"name": ""}),
        "“name” is empty. Fill it in.",
    ),
    "a name that is too long": (
        ("cadres.csv", 5, {"full_name": "x" * 201}),
        "full_name: The text has 201 characters, and at most 200 fit. Shorten it.",
    ),
    "a code that is too long": (
        ("issues.csv", 5, {"code": "I" * 61}),
        "code: The code has 61 characters, and at most 60 fit. Shorten it.",
    ),
    "a code with an invisible character": (
        ("meetings.csv", 2, {"code": "M\N{ZERO WIDTH SPACE}000001"}),
        "code: The code “M\N{ZERO WIDTH SPACE}000001” holds a stray space or an invisible character. Type it again.",
    ),
    "a code with a stray space": (
        ("attendance.csv", 2, {"meeting_code": "M\N{NO-BREAK SPACE}000001"}),
        "meeting_code: The code “M\N{NO-BREAK SPACE}000001” holds a stray space or an invisible character. "
        "Type it again.",
    ),
    "a control character": (
        ("issues.csv", 5, {"summary": "Đường\x07hỏng"}),
        "summary: There is an invisible control character. Type the text again.",
    ),
    "a number with a thousands separator": (
        ("localities.csv", 18, {"households": "1.000"}),
        "households: “1.000” is no whole number. Write digits only, without points, commas or units.",
    ),
    "a number below zero": (
        ("meetings.csv", 13, {"households_represented": "-1"}),
        "households_represented: -1 is not between 0 and 2147483647. Correct it.",
    ),
    "half a household": (
        ("meetings.csv", 13, {"households_represented": "1.5"}),
        "households_represented: “1.5” is no whole number. Write digits only, without points, commas or units.",
    ),
    "an amount that no database holds": (
        ("resources.csv", 2, {"value_vnd": "9223372036854775808"}),
        "value_vnd: 9223372036854775808 is not between 0 and 9223372036854775807. Correct it.",
    ),
    "a yes in words": (
        ("cadres.csv", 17, {"party_member": "x"}),
        "party_member: “x” is neither 0 (no) nor 1 (yes). Write one of the two.",
    ),
    "no e-mail address": (
        ("cadres.csv", 17, {"email": "p00016"}),
        "email: “p00016” is no e-mail address. Correct it or leave it empty.",
    ),
    "an unknown committee role": (
        ("cadres.csv", 17, {"committee_role": "boss"}),
        "committee_role: “boss” is unknown. Write one of: standing_committee, district_committee.",
    ),
    "an unknown role": (
        ("assignments.csv", 2, {"role": "lead"}),
        "role: “lead” is unknown. Write one of: in_charge, head, support.",
    ),
    "an unknown kind of meeting": (
        ("meetings.csv", 27, {"kind": "party"}),
        "kind: “party” is unknown. Write one of: commune_committee, cell, self_governing_group, residence, agency, "
        "training.",
    ),
    "an unknown status": (
        ("meetings.csv", 27, {"status": "done"}),
        "status: “done” is unknown. Write one of: planned, held, not_held, cancelled.",
    ),
    "an unknown reason of absence": (
        ("attendance.csv", 3, {"reason": "sick"}),
        "reason: “sick” is unknown. Write one of: extreme_urgency, professional_work, duty_trip, agency_meeting, "
        "personal, other.",
    ),
    "an attendance that says it is unrecorded": (
        ("attendance.csv", 3, {"status": "unrecorded"}),
        "status: “unrecorded” is unknown. Write one of: present, excused, absent.",
    ),
    "an unknown kind of lineage": (
        ("lineage.csv", 2, {"kind": "moved"}),
        "kind: “moved” is unknown. Write one of: merge, split.",
    ),
    "an unknown level": (
        ("ratings.csv", 2, {"level": "super"}),
        "level: “super” is unknown. Write one of: excellent, good, completed, not_completed, not_rated.",
    ),
    "a theme in words": (
        ("issues.csv", 8, {"theme": "Đèn đường"}),
        "theme: “Đèn đường” is no short code. Write at most 40 small letters, digits and underscores, "
        "for example social_policy.",
    ),
    "a quarter that does not exist": (
        ("quarterly_reports.csv", 4, {"quarter": "2022-Q5"}),
        "quarter: “2022-Q5” is not a quarter. Write it like 2022-Q4.",
    ),
    # Keys and references
    "a code twice": (
        (
            "issues.csv",
            None,
            {"code": "I00002", "locality_code": "00984", "raised_on": "2022-05-05"}
            | {"kind": "feedback", "theme": "land", "summary": "x", "status": "open"},
        ),
        "Line 3 has the same code already (I00002). Remove one of the two rows.",
    ),
    "an attendance twice": (
        ("attendance.csv", 3, {"cadre_code": "P00005"}),
        "Line 2 has the same meeting_code, cadre_code already (M000001, P00005). Remove one of the two rows.",
    ),
    "a version twice": (
        ("localities.csv", None, {"code": "00984-01", "parent_code": "00984", "type": "hamlet", "name": "Ấp 1"}),
        "Line 11 has the same code, first_day already (00984-01, …). Remove one of the two rows.",
    ),
    "a rating twice": (
        ("ratings.csv", 4, {"organisation_code": "O-28903"}),
        "Line 3 has the same organisation_code, year already (O-28903, 2022). Remove one of the two rows.",
    ),
    "an unknown parent": (
        ("localities.csv", 31, {"parent_code": "00984-99"}),
        "parent_code: “00984-99” " + ABSENT.format(file="localities.csv"),
    ),
    "a code that Excel has shortened": (
        ("localities.csv", 17, {"parent_code": "984-01"}),
        "parent_code: “984-01” is not known. Is “00984-01” meant?",
    ),
    "an unknown agency of a cadre": (
        ("cadres.csv", 2, {"agency_code": "A99"}),
        "agency_code: “A99” " + ABSENT.format(file="agencies.csv"),
    ),
    "an unknown responsible agency": (
        ("issues.csv", 2, {"responsible_agency_code": "A99"}),
        "responsible_agency_code: “A99” " + ABSENT.format(file="agencies.csv"),
    ),
    "an unknown cadre": (
        ("resources.csv", 2, {"cadre_code": "P99999"}),
        "cadre_code: “P99999” " + ABSENT.format(file="cadres.csv"),
    ),
    "an attendance of no meeting": (
        ("attendance.csv", 2, {"meeting_code": "M999999"}),
        "meeting_code: “M999999” " + ABSENT.format(file="meetings.csv"),
    ),
    "a rating of no organisation": (
        ("ratings.csv", 2, {"organisation_code": "O-1"}),
        "organisation_code: “O-1” " + ABSENT.format(file="party_organisations.csv"),
    ),
    # Localities
    "an unknown type of locality": (
        ("localities.csv", 14, {"type": "thon"}),
        "The type “thon” is unknown. Write one of: province, district, regional_group, commune, township, ward, "
        "special_zone, hamlet, neighbourhood, self_governing_group.",
    ),
    "a locality that changes its tier": (
        ("localities.csv", 8, {"type": "hamlet"}),
        "28903 is of the tier commune already and cannot become hamlet. "
        "What another tier takes over is another locality: give it a code of its own.",
    ),
    "versions that overlap": (
        ("localities.csv", 32, {"first_day": "2022-05-10"}),
        "28906-02: 2022-05-10 – … shares days with … – 2022-05-14 (line 16). "
        "Let the earlier of the two end on the day before the later one begins.",
    ),
    "a version that ends before it begins": (
        ("localities.csv", 36, {"last_day": "2022-07-01"}),
        "The last day 2022-07-01 lies before the first day 2022-08-11. Correct one of them.",
    ),
    "a parent of the same tier": (
        ("localities.csv", 3, {"parent_code": "R02"}),
        "R01 (regional_group) cannot lie in R02 (regional_group). A parent is of a higher tier.",
    ),
    "a circle of parents": (
        ("localities.csv", 2, {"parent_code": "28903-01"}),
        "The localities lie in each other: D01 → 28903-01 → 28903 → D01. Correct one parent_code.",
    ),
    "a locality in itself": (
        ("localities.csv", 3, {"parent_code": "R01"}),
        "The localities lie in each other: R01 → R01. Correct one parent_code.",
    ),
    "a parent that ended before": (
        ("localities.csv", 37, {"parent_code": "28903-80"}),
        "The parent 28903-80 does not exist on every day of this row, only … – 2022-08-10. "
        "Split the row, or correct the days.",
    ),
    "a merger on a day when nothing begins": (
        ("lineage.csv", 2, {"effective_on": "2022-08-12"}),
        "effective_on: nothing begins on 2022-08-12. It is neither the first day of a row about 28903-01 "
        "nor the day after the last day of 28903-80. Correct it.",
    ),
    "a locality that comes out of itself": (
        ("lineage.csv", 2, {"successor_code": "28903-80"}),
        "28903-80 cannot come out of itself. Correct one of the two codes.",
    ),
    # Assignments
    "an assignment that ends before it begins": (
        ("assignments.csv", 2, {"last_day": "2020-12-31"}),
        "The last day 2020-12-31 lies before the first day 2021-01-01. Correct one of them.",
    ),
    "an assignment outside the life of its locality": (
        ("assignments.csv", 15, {"last_day": "2022-08-11"}),
        "28903-80 does not exist on every day of this assignment, only … – 2022-08-10. Correct the days.",
    ),
    "a head of a commune": (
        ("assignments.csv", 6, {"role": "head"}),
        "Only a regional group has a head and support, and 00984 is of the tier commune.",
    ),
    "two heads of a group": (
        (
            "assignments.csv",
            None,
            {"cadre_code": "P00009", "locality_code": "R01", "role": "head"} | {"first_day": "2022-06-01"},
        ),
        "R01 has a head already: P00001, 2021-01-01 – … (line 2), which shares days with 2022-06-01 – …. "
        "Let the one end before the other begins.",
    ),
    "the same role twice at a time": (
        (
            "assignments.csv",
            None,
            {"cadre_code": "P00005", "locality_code": "00984", "role": "in_charge"} | {"first_day": "2022-06-01"},
        ),
        "P00005 has this role at 00984 already from 2020-07-01 – … (line 6), which shares days with "
        "2022-06-01 – …. Correct the days of one of the two.",
    ),
    "an end reason without an end": (
        ("assignments.csv", 6, {"end_reason": "retired"}),
        "There is an end_reason and no last_day. Fill in the day, or remove the reason.",
    ),
    # Meetings and attendance
    "a meeting of a locality and of an agency": (
        ("meetings.csv", 2, {"agency_code": "A01"}),
        "There is both a locality_code and an agency_code. Leave one of them empty.",
    ),
    "a meeting of nobody": (
        ("meetings.csv", 2, {"locality_code": ""}),
        "A meeting of the kind commune_committee needs a locality_code.",
    ),
    "an agency meeting of a locality": (
        ("meetings.csv", 28, {"agency_code": "", "locality_code": "00984"}),
        "A meeting of the kind agency needs an agency_code.",
    ),
    "a committee meeting of a hamlet": (
        ("meetings.csv", 2, {"locality_code": "00984-01"}),
        "The kind commune_committee belongs to the tier commune, and 00984-01 is of the tier hamlet.",
    ),
    "a meeting after the end of its locality": (
        ("meetings.csv", 12, {"starts_at": "2022-08-20T18:30", "ends_at": ""}),
        "locality_code: 28903-80 does not exist on 2022-08-20, only … – 2022-08-10. Correct the day or the code.",
    ),
    "a meeting that ends before it starts": (
        ("meetings.csv", 2, {"ends_at": "2022-01-15T13:00"}),
        "The meeting ends before it starts. Correct ends_at, or leave it empty.",
    ),
    "more households than there are": (
        ("meetings.csv", 13, {"households_represented": "15"}),
        "15 households are represented, and the group has 14. Correct one of them.",
    ),
    "excused for another reason": (
        ("attendance.csv", 3, {"status": "excused"}),
        "Only the reason extreme_urgency excuses. Write the status absent, or this reason if it is true.",
    ),
    "a reason of somebody who was there": (
        ("attendance.csv", 2, {"reason": "personal"}),
        "Somebody who was present has no reason of absence. Remove it, or correct the status.",
    ),
    # What goes up
    "a closed issue without a day": (
        ("issues.csv", 2, {"closed_on": ""}),
        "A closed issue needs a day in closed_on.",
    ),
    "an open issue with a day of closing": (
        ("issues.csv", 3, {"closed_on": "2022-12-01"}),
        "There is a day in closed_on, and the status is escalated. Write closed, or remove the day.",
    ),
    "an issue closed before it was raised": (
        ("issues.csv", 2, {"closed_on": "2022-08-30"}),
        "The issue was closed before it was raised. Correct one of the days.",
    ),
    "an issue before its locality": (
        ("issues.csv", 3, {"locality_code": "00984-01-90", "raised_on": "2022-08-31"}),
        "locality_code: 00984-01-90 does not exist on 2022-08-31, only 2022-09-01 – …. Correct the day or the code.",
    ),
    "a resource after the end of its locality": (
        ("resources.csv", 2, {"locality_code": "28903-80"}),
        "locality_code: 28903-80 does not exist on 2022-12-15, only … – 2022-08-10. Correct the day or the code.",
    ),
    "a cell of a commune": (
        ("party_organisations.csv", 2, {"kind": "cell"}),
        "The kind cell belongs to the tier hamlet, and 00984 is of the tier commune.",
    ),
    "a report handed in on no day": (
        ("quarterly_reports.csv", 3, {"submitted_on": ""}),
        "A report with the status submitted needs a day in submitted_on.",
    ),
    "a rating of an organisation that had ended": (
        ("ratings.csv", None, {"organisation_code": "O-28903-80", "year": "2023", "level": "good"}),
        "O-28903-80 did not exist in 2023, only … – 2022-08-10. Correct the year or the code.",
    ),
}


@pytest.mark.parametrize("mistake, sentence", ONE_MISTAKE.values(), ids=ONE_MISTAKE)
def test_a_mistake_is_told_with_its_file_and_line_and_nothing_is_written(folder, mistake, sentence):
    file, line, cells = mistake
    line = edit(folder, file, line, **cells)

    assert errors(folder) == [f"{file}:{line}: {sentence}"]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_files(folder):
    edit(folder, "ratings.csv", 2, year="22", level="super")
    edit(folder, "localities.csv", 12, type="thon")
    edit(folder, "cadres.csv", 9, agency_code="A99")
    edit(folder, "meetings.csv", 2, ends_at="2022-01-15T13:00")
    (folder / "notes.txt").write_text("x", encoding="utf-8")

    said = [line.partition(": ")[0] for line in errors(folder)]

    assert said == [
        "notes.txt:1",
        "localities.csv:12",
        "cadres.csv:9",
        "meetings.csv:2",
        "ratings.csv:2",
        "ratings.csv:2",
    ]


def test_one_period_out_of_place_is_told_wherever_it_matters(folder):
    edit(folder, "localities.csv", 3, first_day="2021-06-01")

    only = "does not exist on every day of this row, only 2021-06-01 – …. Split the row, or correct the days."
    assert errors(folder) == [
        f"localities.csv:6: The parent R01 {only}",
        f"localities.csv:10: The parent R01 {only}",
        "assignments.csv:2: R01 does not exist on every day of this assignment, only 2021-06-01 – …. "
        "Correct the days.",
    ]


WRONG_CADRES = [
    ("full_name", ""),
    ("code", "P\N{ZERO WIDTH SPACE}1"),
    ("full_name", "x" * 201),
    ("committee_role", "boss"),
    ("party_member", "x"),
    ("party_member", ""),
    ("email", "p00016"),
    ("phone", "0\x07"),
]


@pytest.mark.parametrize("column, cell", WRONG_CADRES)
def test_the_administration_says_of_a_cadre_what_the_folder_says(column, cell):
    sound = {"code": "P1", "full_name": "Lê Văn Tám", "agency_code": "", "position": "", "committee_role": ""}
    rows = [Row(2, {**sound, "party_member": "1", "email": "", "phone": "", column: cell})]

    told = check({"cadres.csv": rows})

    assert len(told) == 1
    outcome = CadreImport(User(is_superuser=True)).write(rows, "cadres.csv", dry_run=True)
    assert outcome.errors == [(2, [told[0].text])]


# --- Files that are no tables of a district -----------------------------------------------------------------


def test_a_missing_column_and_one_too_many_are_named(folder):
    text = (folder / "agencies.csv").read_text(encoding="utf-8")
    (folder / "agencies.csv").write_text(text.replace("locality_code", "lying_in"), encoding="utf-8", newline="")

    assert errors(folder) == [
        "agencies.csv:1: The column “locality_code” is missing. Add it to the header; its cells may be empty.",
        "agencies.csv:1: The column “lying_in” is unknown. Remove it; the columns are: code, name, locality_code.",
    ]


def test_a_file_that_is_not_part_of_a_district_is_named(folder):
    (folder / "locality.csv").write_text("code\n", encoding="utf-8")

    assert errors(folder) == [
        "locality.csv:1: This file is not part of a district. Remove it, or give it one of these names: "
        "localities.csv, lineage.csv, agencies.csv, cadres.csv, postings.csv, assignments.csv, "
        "party_organisations.csv, meetings.csv, attendance.csv, issues.csv, resources.csv, quarterly_reports.csv, "
        "ratings.csv, guidance.csv."
    ]


def test_a_file_that_cannot_be_read_casts_no_doubt_on_what_refers_to_it(folder):
    """Otherwise each row of every other file would be an error too."""
    (folder / "localities.csv").write_bytes(b"PK\x03\x04 a workbook")

    assert errors(folder) == [
        "localities.csv:1: This is a workbook and not a CSV file, whatever its name says. "
        "Open it in Excel and save it as “CSV UTF-8 (Comma delimited)”."
    ]


def recode(folder, encoding):
    text = (folder / "cadres.csv").read_text(encoding="utf-8")
    if encoding == "cp1258":
        # That code page writes tones as characters of their own, after the letter with its other mark.
        parts = (unicodedata.normalize("NFD", sign) for sign in text)
        text = "".join(unicodedata.normalize("NFC", part[:2]) + part[2:] for part in parts)
    (folder / "cadres.csv").write_bytes(text.encode(encoding, "replace"))


@pytest.mark.parametrize("encoding, name", [("utf-16", "UTF-16"), ("cp1258", "Windows-1258")])
def test_a_file_in_another_encoding_is_refused_by_its_name(folder, encoding, name):
    recode(folder, encoding)

    assert errors(folder) == [
        f"cadres.csv:1: The file is saved in the encoding {name} and not in UTF-8. Open it in Excel, check that its "
        "letters are right, and save it as “CSV UTF-8 (Comma delimited)”."
    ]


def test_a_file_in_a_font_of_old_is_refused_by_its_name(folder):
    edit_bytes = "§ç §×nh Hßa,Tr\xadêng Thanh Giang,§Æng ThÞ Mai,Hå Ngäc §¹t".encode("latin-1")
    data = (folder / "agencies.csv").read_bytes().split(b"\n")[0]
    (folder / "agencies.csv").write_bytes(data + b"\nA01," + edit_bytes.replace(b",", b" ") + b",D01\n")

    assert errors(folder) == [
        "agencies.csv:1: The file is saved in the encoding TCVN3 (ABC) and not in UTF-8. Open it in Excel, check "
        "that its letters are right, and save it as “CSV UTF-8 (Comma delimited)”."
    ]


def test_a_file_with_too_many_rows_is_refused(folder):
    rows = (f"I{number},D01\n" for number in range(MAX_ROWS + 1))
    (folder / "agencies.csv").write_text("code,locality_code\n" + "".join(rows), encoding="utf-8")

    assert errors(folder)[0] == (
        "agencies.csv:250002: The file has more than 250000 rows. Split it into several files."
    )


def test_a_row_with_a_cell_too_many_is_told(folder):
    with (folder / "agencies.csv").open("a", encoding="utf-8") as stream:
        stream.write("A09,Ban,D01,x\n")

    assert errors(folder) == ["agencies.csv:8: The number of cells is 4, and the header has 3."]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CommandError, match="There is no folder .*nowhere"):
        call_command("import_district", tmp_path / "nowhere")


def test_an_empty_folder_is_told(tmp_path):
    with pytest.raises(CommandError, match="holds none of these files: localities.csv, lineage.csv"):
        call_command("import_district", tmp_path)


# --- What the database holds already ----------------------------------------------------------------------------


@pytest.fixture
def later(folder, tmp_path):
    """An empty folder for a later import; the small sample is in the database."""
    import_district(folder)
    return Path(shutil.copytree(folder, tmp_path / "later", ignore=lambda folder, names: names))


def only(later, file, *lines):
    """Let the later import consist of a few rows of one file."""
    header = (SMALL / file).read_text(encoding="utf-8").splitlines()[0]
    (later / file).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def test_a_later_version_may_not_overlap_one_in_the_database(later):
    only(later, "localities.csv", "28903-02,00984,hamlet,Ấp 2,2023-01-01,,")

    assert errors(later) == [
        "localities.csv:2: 28903-02: 2023-01-01 – … shares days with … – … (in the database). "
        "Let the earlier of the two end on the day before the later one begins."
    ]


def test_a_later_import_may_not_change_a_tier(later):
    only(later, "localities.csv", "28903-02,28903,self_governing_group,Ấp 2,,,")

    assert errors(later) == [
        "localities.csv:2: 28903-02 is of the tier hamlet already and cannot become self_governing_group. "
        "What another tier takes over is another locality: give it a code of its own."
    ]


def test_a_locality_may_not_end_under_what_the_database_holds(later):
    only(later, "localities.csv", "28903-02,28903,hamlet,Ấp 2,,2022-11-30,")

    ends = "localities.csv:2: 28903-02 would exist only … – 2022-11-30, and the database holds"
    assert errors(later) == [
        f"{ends} 28903-02-01 (… – …), 28903-02-02 (… – …) on other days. "
        "Correct them in localities.csv, or correct the days here.",
        f"{ends} P00011 in_charge (2021-03-01 – …) on other days. "
        "Correct them in assignments.csv, or correct the days here.",
        f"{ends} M000312 (2022-12-03) on other days. Correct them in meetings.csv, or correct the days here.",
    ]


def test_a_group_may_not_get_a_second_head_beside_that_in_the_database(later):
    only(later, "assignments.csv", "P00009,R01,head,2023-01-01,,,,")

    assert errors(later) == [
        "assignments.csv:2: R01 has a head already: P00001, 2021-01-01 – … (in the database), which shares days with "
        "2023-01-01 – …. Let the one end before the other begins."
    ]


def test_an_assignment_may_not_overlap_one_in_the_database(later):
    only(later, "assignments.csv", "P00005,00984,in_charge,2023-01-01,,,,")

    assert errors(later) == [
        "assignments.csv:2: P00005 has this role at 00984 already from 2020-07-01 – … (in the database), which "
        "shares days with 2023-01-01 – …. Correct the days of one of the two."
    ]


def test_a_later_rating_is_of_an_organisation_that_existed(later):
    only(later, "ratings.csv", "O-28903-80,2023,good,,")

    assert errors(later) == [
        "ratings.csv:2: O-28903-80 did not exist in 2023, only … – 2022-08-10. Correct the year or the code."
    ]
