"""A trial names the rows that would change, with their values before and after."""

import io
import os
from datetime import datetime

import pytest
from django.core.management import call_command
from django.utils import translation

from assignments.models import Agency, Cadre
from assignments.tests.cast import OFFICE
from meetings.models import Attendance
from reports.tests.folders import SMALL, folder, put

TRIAL = "This was a trial: nothing was written."

__all__ = ["folder"]  # fixture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def said(folder, **options):
    """What the command prints, and what it warns of."""
    out, warned = io.StringIO(), io.StringIO()
    call_command("import_district", folder, stdout=out, stderr=warned, verbosity=0, **options)
    return out.getvalue().splitlines(), warned.getvalue().splitlines()


def trial(folder):
    told, warned = said(folder, dry_run=True)
    assert told.pop() == TRIAL
    return told, warned


def row_of(file, code):
    return next(line for line in (SMALL / file).read_text(encoding="utf-8").splitlines() if line.startswith(code))


# --- Rows before and after ------------------------------------------------------------------------------------


def test_a_numbering_that_begins_again_does_not_move_the_meetings_of_before_unseen(folder):
    said(SMALL)
    recorded = set(Attendance.objects.filter(meeting__code="M000001").values_list("cadre__code", "status"))
    put(
        folder,
        "meetings.csv",
        row_of("meetings.csv", "M000001,").replace("2022-01-15", "2022-02-15"),
        row_of("meetings.csv", "M000002,"),
        row_of("meetings.csv", "M000003,").replace(",28906,", ",00984,").replace(",held,", ",not_held,"),
    )

    assert trial(folder) == (
        [
            "meetings.csv: 0 new, 2 changed, 1 unchanged",
            "  meetings.csv:2: M000001: starts_at: 2022-01-15T14:00 → 2022-02-15T14:00; "
            "ends_at: 2022-01-15T15:30 → 2022-02-15T15:30",
            "  meetings.csv:4: M000003: locality_code: 28906 → 00984; status: held → not_held",
        ],
        ["meetings.csv: 1 meeting moves to another day, and who came is asked again: line 2."],
    )
    assert set(Attendance.objects.filter(meeting__code="M000001").values_list("cadre__code", "status")) == recorded
    assert said(folder) == (
        ["meetings.csv: 0 new, 2 changed, 1 unchanged"],
        ["meetings.csv: 1 meeting moves to another day, and who came is asked again: line 2."],
    )


def test_the_first_changed_rows_are_shown_and_the_others_counted(folder):
    (folder / "agencies.csv").write_text(
        "code,name,locality_code\n" + "".join(f"A{number:02},Ban {number},\n" for number in range(30)), "utf-8"
    )
    said(folder)
    (folder / "agencies.csv").write_text(
        "code,name,locality_code\n" + "".join(f"A{number:02},Phòng {number},\n" for number in range(30)), "utf-8"
    )

    told, warned = trial(folder)

    assert told == [
        "agencies.csv: 0 new, 30 changed, 0 unchanged",
        *(f"  agencies.csv:{2 + number}: A{number:02}: name: Ban {number} → Phòng {number}" for number in range(20)),
        "  and 10 more changed rows",
    ]
    assert warned == []
    assert Agency.objects.get(code="A00").name == "Ban 0"


@pytest.mark.parametrize(
    "file, line, told",
    [
        (
            "localities.csv",
            "28903-02,28903,hamlet,Ấp Hai,,,90",
            "28903-02, …: name: Ấp 2 → Ấp Hai; households: – → 90",
        ),
        ("agencies.csv", "A02,Ban Dân vận,", "A02: name: Ban Dân vận Huyện ủy → Ban Dân vận; locality_code: D01 → –"),
        (
            "cadres.csv",
            "P00005,Hồ Ngọc Đạt,A02,,,1,,",
            "P00005: committee_role: district_committee → –; email: p00005@example.invalid → –; "
            "agency_code: A01 → A02; position: Huyện ủy viên → –",
        ),
        (
            "assignments.csv",
            "P00011,28903-02,in_charge,2021-03-01,2022-10-31,,2021-03-01,",
            "P00011, 28903-02, in_charge, 2021-03-01: last_day: – → 2022-10-31; decision_number: 012-QĐ/HU → –",
        ),
        (
            "party_organisations.csv",
            "O-28903-80,cell,28903-80,Chi bộ Cũ,,2022-08-10",
            "O-28903-80: name: – → Chi bộ Cũ",
        ),
        (
            "attendance.csv",
            "M000001,P00005,absent,personal,",
            "M000001, P00005: status: present → absent; reason: – → personal",
        ),
        (
            "ratings.csv",
            "O-28903,2022,completed,,",
            "O-28903, 2022: level: good → completed; decision_number: 42-QĐ/HU → –; decision_on: 2022-12-28 → –",
        ),
    ],
)
def test_values_before_and_after_are_told_in_the_words_of_the_file(folder, file, line, told):
    said(SMALL)
    put(folder, file, line)

    lines, _warned = trial(folder)

    assert lines == [f"{file}: 0 new, 1 changed, 0 unchanged", f"  {file}:2: {told}"]


def test_new_and_unchanged_rows_are_counted_alone(folder):
    said(SMALL)
    put(folder, "agencies.csv", "A02,Ban Dân vận Huyện ủy,D01", "A99,Ban Mới,")

    assert trial(folder) == (["agencies.csv: 1 new, 0 changed, 1 unchanged"], [])


# --- What is taken away ---------------------------------------------------------------------------------------


def test_cells_that_become_empty_are_named_before_and_after(folder):
    said(SMALL)
    put(
        folder,
        "cadres.csv",
        "P00004,Nguyễn Minh Nhung,A02,,,1,,",
        "P00005,Hồ Ngọc Đạt,,,,1,p00005@example.invalid,",
    )
    names = dict(Cadre.objects.values_list("code", "full_name"))
    (folder / "cadres.csv").write_text(
        (folder / "cadres.csv").read_text().replace("Nguyễn Minh Nhung", names["P00004"]), encoding="utf-8"
    )

    warned = [
        "cadres.csv: committee_role: 2 filled cells become empty, on lines 2–3.",
        "cadres.csv: email: 1 filled cell becomes empty, on line 2.",
        "cadres.csv: position: 2 filled cells become empty, on lines 2–3.",
        "cadres.csv: agency_code: 1 filled cell becomes empty, on line 3.",
    ]
    assert trial(folder)[1] == warned
    assert said(folder) == (["cadres.csv: 0 new, 2 changed, 0 unchanged"], warned)


def test_a_cell_that_loses_its_zeros_is_named(folder):
    put(folder, "cadres.csv", "P1,Lê Văn Tám,,,,1,,0912345678")
    said(folder)
    put(folder, "cadres.csv", "P1,Lê Văn Tám,,,,1,,912345678")

    assert trial(folder)[1] == ["cadres.csv: phone: 1 cell loses the zeros it begins with, on line 2."]


def test_rows_that_lose_something_are_shown_first(folder):
    header = "code,name,locality_code\n"
    put(folder, "localities.csv", "D,,district,Huyện Mẫu,,,")
    (folder / "agencies.csv").write_text(header + "".join(f"A{n},Ban {n},D\n" for n in range(30)), "utf-8")
    said(folder)
    rows = [f"A{n},Phòng {n},{'' if n == 27 else 'D'}\n" for n in range(30)]
    (folder / "agencies.csv").write_text(header + "".join(rows), "utf-8")

    lines, warned = trial(folder)

    assert lines[2] == "  agencies.csv:29: A27: name: Ban 27 → Phòng 27; locality_code: D → –"
    assert lines[3] == "  agencies.csv:2: A0: name: Ban 0 → Phòng 0"
    assert warned == ["agencies.csv: locality_code: 1 filled cell becomes empty, on line 29."]


# --- A file that is older than what it would change --------------------------------------------------------------


def saved_on(folder, file, day):
    moment = datetime(*day, 9, tzinfo=OFFICE).timestamp()
    os.utime(folder / file, (moment, moment))


def changed_on(row, day):
    """Let the last change of a row have been made on a day."""
    row.history.filter(pk=row.history.first().pk).update(history_date=datetime(*day, 16, 30, tzinfo=OFFICE))


def test_a_row_that_was_changed_after_the_file_was_saved_is_told(folder):
    first, second = Agency.objects.create(code="A1", name="Ban Một"), Agency.objects.create(code="A2", name="Ban Hai")
    changed_on(first, (2022, 5, 20))
    changed_on(second, (2022, 5, 1))
    put(folder, "agencies.csv", "A2,Phòng Hai,", "A1,Phòng Một,")
    saved_on(folder, "agencies.csv", (2022, 5, 10))

    warned = ["agencies.csv: 1 row was changed here after the file was saved, and is put back: line 3."]
    assert trial(folder) == (
        [
            "agencies.csv: 0 new, 2 changed, 0 unchanged",
            "  agencies.csv:3: A1: name: Ban Một → Phòng Một. "
            "It was changed here on 2022-05-20 16:30, after the file was saved.",
            "  agencies.csv:2: A2: name: Ban Hai → Phòng Hai",
        ],
        warned,
    )
    assert said(folder) == (["agencies.csv: 0 new, 2 changed, 0 unchanged"], warned)


def test_where_a_cadre_works_counts_as_the_cadre(folder):
    put(folder, "agencies.csv", "A1,Ban Một,", "A2,Ban Hai,")
    put(folder, "cadres.csv", "P1,Lê Văn Tám,A1,,,1,,")
    said(folder)
    put(folder, "cadres.csv", "P1,Lê Văn Tám,A2,,,1,,")
    saved_on(folder, "cadres.csv", (2022, 5, 10))

    assert trial(folder)[1] == [
        "cadres.csv: 1 row was changed here after the file was saved, and is put back: line 2."
    ]


def test_a_file_saved_later_is_no_surprise(folder):
    changed_on(Agency.objects.create(code="A1", name="Ban Một"), (2022, 5, 20))
    put(folder, "agencies.csv", "A1,Phòng Một,")
    saved_on(folder, "agencies.csv", (2022, 5, 21))

    assert trial(folder) == (
        ["agencies.csv: 0 new, 1 changed, 0 unchanged", "  agencies.csv:2: A1: name: Ban Một → Phòng Một"],
        [],
    )
