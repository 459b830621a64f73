"""A district comes in from a folder of files, once and again, and a later import changes only what it is about."""

import io
import shutil
import unicodedata
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from assignments.models import Agency, Assignment, Cadre, Lineage, Locality, LocalityVersion, Place, User
from assignments.places import misplaced
from cadrenet.tables.columns import Row
from cadrenet.verification import all_checks, look
from meetings.models import Attendance, Guidance, Meeting, Pattern
from meetings.planning.actions import plan_meetings
from meetings.rosters import wrong_rosters
from meetings.tables import PATTERNS
from reports.district.checking import check
from reports.district.reading import read_folder
from reports.district.tables import TABLES
from reports.district.writing import Counts, write
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, Resource
from reports.tests.folders import SMALL, folder, put

OFFICIAL = Path(__file__).parent / "sample" / "official"
OFFICE = ZoneInfo("Asia/Ho_Chi_Minh")
# Rows of history per row that somebody wrote; rosters are derived and have none.
SAID = [Agency, Assignment, Cadre, Issue, Lineage, Locality, LocalityVersion, Meeting]
SAID += [PartyOrganisation, QuarterlyReport, Rating, Resource]

__all__ = ["folder"]  # fixture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def run(command, *args, **options):
    """What a command prints."""
    out = io.StringIO()
    call_command(command, *args, stdout=out, verbosity=0, **options)
    return out.getvalue()


def import_small():
    return run("import_district", SMALL)


def history_rows():
    return {model.__name__: model.history.count() for model in [*SAID, Attendance]}


def assert_derived():
    """Places and rosters follow from what was said."""
    assert misplaced() == []
    assert wrong_rosters() == set()
    assert look(all_checks(), show=5) == []


# --- The first import ---------------------------------------------------------------------------------------


def test_the_small_sample_is_imported_and_counted_by_file():
    assert import_small().splitlines() == [
        "localities.csv: 36 new, 0 changed, 0 unchanged",
        "lineage.csv: 1 new, 0 changed, 0 unchanged",
        "agencies.csv: 6 new, 0 changed, 0 unchanged",
        "cadres.csv: 25 new, 0 changed, 0 unchanged",
        "assignments.csv: 29 new, 0 changed, 0 unchanged",
        "party_organisations.csv: 11 new, 0 changed, 0 unchanged",
        "meetings.csv: 362 new, 0 changed, 0 unchanged",
        "attendance.csv: 320 new, 0 changed, 0 unchanged",
        "issues.csv: 11 new, 0 changed, 0 unchanged",
        "resources.csv: 6 new, 0 changed, 0 unchanged",
        "quarterly_reports.csv: 38 new, 0 changed, 0 unchanged",
        "ratings.csv: 10 new, 0 changed, 0 unchanged",
    ]
    assert_derived()


def test_cells_become_values():
    import_small()

    meeting = Meeting.objects.get(code="M000012")
    assert (meeting.kind, meeting.locality.code, meeting.agency, meeting.status) == (
        "self_governing_group",
        "00984-01-01",
        None,
        "held",
    )
    assert meeting.starts_at == datetime(2022, 1, 15, 7, 30, tzinfo=OFFICE)
    assert meeting.ends_at == datetime(2022, 1, 15, 9, 0, tzinfo=OFFICE)
    assert (meeting.day, meeting.households_total, meeting.households_represented) == (date(2022, 1, 15), 14, 8)
    assert (meeting.convened_by, meeting.extraordinary, meeting.programme_feedback) == ("", False, None)

    cadre = Cadre.objects.get(code="P00005")
    assert (cadre.full_name, cadre.agency.code, cadre.committee_role, cadre.party_member) == (
        "Hồ Ngọc Đạt",
        "A01",
        "district_committee",
        True,
    )
    assert Cadre.objects.named("ho ngoc dat").get() == cadre

    ended = Assignment.objects.get(cadre__code="P00013")
    assert (ended.first_day, ended.last_day, ended.decision_number, ended.end_reason) == (
        date(2021, 3, 1),
        date(2022, 8, 10),
        "014-QĐ/HU",
        "locality_merged",
    )
    rating = Rating.objects.get(organisation__code="O-28906")
    assert (rating.year, rating.level.code, rating.scheme.regulation) == (2022, "excellent", "132-QĐ/TW, 08/03/2018")


def test_a_fact_counts_where_its_locality_stood_on_its_day():
    """Hamlet 28906-02 lay in 28906 until 14 May 2022 and lies in 00984 since."""
    import_small()

    meetings = Meeting.objects.filter(locality__code="28906-02", day__range=("2022-04-01", "2022-06-30"))
    assert list(meetings.order_by("day").values_list("day", "place__commune__code", "area__code")) == [
        (date(2022, 4, 20), "28906", "D01"),
        (date(2022, 5, 20), "00984", "D01"),
        (date(2022, 6, 20), "00984", "D01"),
    ]
    # Raised in a group of that hamlet on 31 August, closed on 9 December.
    issue = Issue.objects.get(code="I00001")
    assert (issue.place.commune.code, issue.closed_place.commune.code) == ("00984", "00984")


def test_everybody_expected_has_a_row_and_whoever_came_besides_is_a_guest():
    import_small()

    roster = Attendance.objects.filter(meeting__code="M000001").order_by("cadre__code")
    assert list(roster.values_list("cadre__code", "expected", "status")) == [
        ("P00001", True, "absent"),
        ("P00005", True, "present"),
        ("P00008", True, "absent"),
        ("P00010", True, "absent"),
    ]
    assert Attendance.objects.filter(status="unrecorded").count() == 62
    assert Attendance.objects.filter(expected=False).count() == 2


def test_what_somebody_said_has_a_history_and_what_follows_has_none():
    user = User.objects.create(username="an")
    tables, problems = read_folder(SMALL)
    assert problems == []

    write(tables, changed_by=user)

    assert history_rows() == {
        "Agency": 6,
        "Assignment": 29,
        "Cadre": 25,
        "Issue": 11,
        "Lineage": 1,
        "Locality": 30,
        "LocalityVersion": 36,
        "Meeting": 362,
        "PartyOrganisation": 11,
        "QuarterlyReport": 38,
        "Rating": 10,
        "Resource": 6,
        "Attendance": 320,
    }
    said = Meeting.history.get(code="M000001")
    assert (said.history_type, said.history_user, said.history_change_reason) == ("+", user, "import")
    assert Attendance.history.filter(expected=False).count() == Attendance.objects.filter(expected=False).count()


# --- Again ------------------------------------------------------------------------------------------------------


def test_a_second_import_changes_nothing():
    import_small()
    history = history_rows()
    places = list(Place.objects.order_by("pk").values())
    attendance = list(Attendance.objects.order_by("pk").values())

    said = import_small()

    assert said.splitlines() == [
        "localities.csv: 0 new, 0 changed, 36 unchanged",
        "lineage.csv: 0 new, 0 changed, 1 unchanged",
        "agencies.csv: 0 new, 0 changed, 6 unchanged",
        "cadres.csv: 0 new, 0 changed, 25 unchanged",
        "assignments.csv: 0 new, 0 changed, 29 unchanged",
        "party_organisations.csv: 0 new, 0 changed, 11 unchanged",
        "meetings.csv: 0 new, 0 changed, 362 unchanged",
        "attendance.csv: 0 new, 0 changed, 320 unchanged",
        "issues.csv: 0 new, 0 changed, 11 unchanged",
        "resources.csv: 0 new, 0 changed, 6 unchanged",
        "quarterly_reports.csv: 0 new, 0 changed, 38 unchanged",
        "ratings.csv: 0 new, 0 changed, 10 unchanged",
    ]
    assert history_rows() == history
    assert list(Place.objects.order_by("pk").values()) == places
    assert list(Attendance.objects.order_by("pk").values()) == attendance


def test_a_trial_counts_and_writes_nothing():
    said = run("import_district", SMALL, dry_run=True)

    assert said.splitlines()[0] == "localities.csv: 36 new, 0 changed, 0 unchanged"
    assert said.splitlines()[-1] == "This was a trial: nothing was written."
    assert {model.__name__: model.objects.count() for model in [*SAID, Attendance, Place]} == {
        model.__name__: 0 for model in [*SAID, Attendance, Place]
    }
    assert sum(history_rows().values()) == 0


def test_a_trial_of_mistakes_is_refused_too(folder):
    put(folder, "agencies.csv", "A01,Ban Tổ chức,D01")

    with pytest.raises(CommandError, match="1 error. Nothing was written."):
        run("import_district", folder, dry_run=True, stderr=io.StringIO())


def test_only_rows_that_differ_are_changed(folder):
    import_small()
    put(folder, "agencies.csv", "A01,Ban Tổ chức Huyện ủy,D01", "A02,Ban Dân vận,D01", "A04,Ban Tuyên giáo,D01")

    assert run("import_district", folder) == "agencies.csv: 1 new, 1 changed, 1 unchanged\n"

    renamed = Agency.objects.get(code="A02")
    assert (renamed.name, renamed.search_key) == ("Ban Dân vận", "ban dan van")
    assert list(renamed.history.values_list("history_type", "name")) == [
        ("~", "Ban Dân vận"),
        ("+", "Ban Dân vận Huyện ủy"),
    ]
    assert Agency.objects.count() == 7


def test_a_row_that_is_absent_is_left_alone(folder):
    import_small()
    put(folder, "issues.csv", "I00005,00984-03-01,2022-10-11,difficulty,1,prices,Giá tăng,closed,2022-12-30,A01")

    assert run("import_district", folder) == "issues.csv: 0 new, 1 changed, 0 unchanged\n"

    assert Issue.objects.count() == 11
    closed = Issue.objects.get(code="I00005")
    assert (closed.status, closed.closed_place.commune.code) == ("closed", "00984")
    assert_derived()


def test_a_folder_of_one_file_refers_to_what_the_database_holds(folder):
    import_small()
    put(folder, "meetings.csv", "N1,cell,28903-01,,2023-01-09T14:00,,held,,0,,,,,,")
    put(folder, "attendance.csv", "N1,P00009,present,,", "N1,P00001,present,,", "M000349,P00005,present,,")

    assert run("import_district", folder).splitlines() == [
        "meetings.csv: 1 new, 0 changed, 0 unchanged",
        "attendance.csv: 3 new, 0 changed, 0 unchanged",
    ]

    roster = Attendance.objects.filter(meeting__code="N1").order_by("cadre__code")
    assert list(roster.values_list("cadre__code", "expected", "status", "place__commune__code", "held")) == [
        ("P00001", False, "present", "28903", True),
        ("P00009", True, "present", "28903", True),
    ]
    assert_derived()


def test_an_attendance_that_was_unrecorded_is_recorded_later(folder):
    import_small()
    gap = Attendance.objects.filter(status="unrecorded").order_by("meeting__code", "cadre__code").first()
    put(folder, "attendance.csv", f"{gap.meeting.code},{gap.cadre.code},excused,extreme_urgency,bão số 4")

    assert run("import_district", folder) == "attendance.csv: 0 new, 1 changed, 0 unchanged\n"

    gap.refresh_from_db()
    assert (gap.status, gap.reason, gap.note, gap.expected) == ("excused", "extreme_urgency", "bão số 4", True)
    assert list(gap.history.values_list("history_type", "status")) == [("~", "excused")]
    assert_derived()


# --- The tree and the assignments change later --------------------------------------------------------------------


def test_a_hamlet_that_moves_takes_along_what_happens_from_that_day(folder):
    """28903-02 goes to 00984 on 1 October: what happened before stays, rosters of both communes follow."""
    import_small()
    put(
        folder,
        "localities.csv",
        "28903-02,28903,hamlet,Ấp 2,,2022-09-30,",
        "28903-02,00984,hamlet,Ấp 2,2022-10-01,,",
    )

    assert run("import_district", folder) == "localities.csv: 1 new, 1 changed, 0 unchanged\n"

    cells = Meeting.objects.filter(locality__code="28903-02", day__range=("2022-08-01", "2022-11-30"))
    assert list(cells.order_by("day").values_list("day", "place__commune__code")) == [
        (date(2022, 8, 3), "28903"),
        (date(2022, 9, 3), "28903"),
        (date(2022, 10, 3), "00984"),
        (date(2022, 11, 3), "00984"),
    ]
    # P00011 answers for that hamlet, so a committee expects it: of 28903 until September, of 00984 since.
    committees = Attendance.objects.filter(
        cadre__code="P00011",
        meeting__kind="commune_committee",
        expected=True,
        day__range=("2022-09-01", "2022-10-31"),
    )
    assert list(committees.order_by("day").values_list("day", "meeting__locality__code")) == [
        (date(2022, 9, 28), "28903"),
        (date(2022, 10, 15), "00984"),
    ]
    assert Locality.objects.get(code="28903-02").stood_on(date(2022, 12, 31)).commune.code == "00984"
    assert_derived()


def test_an_assignment_that_ends_leaves_the_rosters_after_it(folder):
    import_small()
    put(
        folder,
        "assignments.csv",
        "P00011,28903-02,in_charge,2021-03-01,2022-10-31,012-QĐ/HU,2021-03-01,transferred",
        "P00014,28903-02,in_charge,2022-11-01,,090-QĐ/HU,2022-10-28,",
    )

    assert run("import_district", folder) == "assignments.csv: 1 new, 1 changed, 0 unchanged\n"

    cells = Attendance.objects.filter(meeting__locality__code="28903-02", day__gte="2022-10-01", expected=True)
    assert list(cells.order_by("day").values_list("day", "cadre__code")) == [
        (date(2022, 10, 3), "P00011"),
        (date(2022, 11, 3), "P00014"),
        (date(2022, 12, 3), "P00014"),
    ]
    assert_derived()


def test_an_assignment_that_is_cut_short_leaves_nobody_on_the_rosters_after_it(folder):
    import_small()
    put(folder, "assignments.csv", "P00011,28903-02,in_charge,2021-03-01,2022-10-31,012-QĐ/HU,2021-03-01,own_request")

    run("import_district", folder)

    cells = Attendance.objects.filter(meeting__locality__code="28903-02", day__gte="2022-10-01", expected=True)
    assert list(cells.values_list("day", "cadre__code")) == [(date(2022, 10, 3), "P00011")]
    assert_derived()


def test_a_head_is_replaced_in_one_import(folder):
    """The old one is still open in the database, where only one may be."""
    import_small()
    put(
        folder,
        "assignments.csv",
        "P00009,R01,head,2023-02-01,,099-QĐ/HU,2023-01-30,",
        "P00001,R01,head,2021-01-01,2023-01-31,001-QĐ/HU,2021-01-01,retired",
    )

    assert run("import_district", folder) == "assignments.csv: 1 new, 1 changed, 0 unchanged\n"
    assert_derived()


def test_a_meeting_that_is_put_off_has_the_roster_of_its_new_day(folder):
    """P00013 answered for 28903-80 until 10 August 2022."""
    import_small()
    row = next(line for line in (SMALL / "meetings.csv").read_text().splitlines() if line.startswith("M000030,"))
    put(folder, "meetings.csv", row.replace("2022-02-28", "2022-09-01"))

    assert run("import_district", folder) == "meetings.csv: 0 new, 1 changed, 0 unchanged\n"

    roster = Attendance.objects.filter(meeting__code="M000030").order_by("cadre__code")
    assert list(roster.values_list("cadre__code", "expected", "day")) == [
        ("P00004", True, date(2022, 9, 1)),
        ("P00006", True, date(2022, 9, 1)),
        ("P00009", True, date(2022, 9, 1)),
        ("P00011", True, date(2022, 9, 1)),
    ]
    # What was said for the old day asks again, and the history keeps it; who is no longer expected leaves the roster.
    assert not roster.exclude(status="unrecorded").exists()
    asked = Attendance.history.filter(history_change_reason="moved 2022-02-28", cadre__code="P00013")
    assert list(asked.values_list("status", flat=True)) == ["unrecorded"]
    assert_derived()


# --- How files may be written ---------------------------------------------------------------------------------


def test_a_byte_order_mark_line_ends_of_windows_and_quotes_are_understood(folder):
    text = 'code,name,locality_code\r\nA01,"Ban ""Tổ chức"", Huyện ủy",\r\n\r\n,,\r\n'
    (folder / "agencies.csv").write_text(text, encoding="utf-8-sig", newline="")

    assert run("import_district", folder) == "agencies.csv: 1 new, 0 changed, 0 unchanged\n"
    assert Agency.objects.get().name == 'Ban "Tổ chức", Huyện ủy'


def test_letters_in_parts_are_put_together(folder):
    """Files from a Mac hold ổ as o with two marks; the name and the code are the same all the same."""
    put(folder, "agencies.csv", unicodedata.normalize("NFD", "Tổ,Tổ chức,"))
    run("import_district", folder)
    put(folder, "agencies.csv", unicodedata.normalize("NFC", "Tổ,Tổ chức,"))

    assert run("import_district", folder) == "agencies.csv: 0 new, 0 changed, 1 unchanged\n"
    assert Agency.objects.get().name == unicodedata.normalize("NFC", "Tổ chức")


def test_columns_may_stand_in_any_order(folder):
    (folder / "agencies.csv").write_text("locality_code,name,code\n,Ban,A01\n", encoding="utf-8")

    assert run("import_district", folder) == "agencies.csv: 1 new, 0 changed, 0 unchanged\n"


def test_files_of_the_operating_system_are_overlooked(tmp_path):
    folder = Path(shutil.copytree(SMALL, tmp_path / "district"))
    (folder / ".DS_Store").write_bytes(b"\0")

    assert len(run("import_district", folder).splitlines()) == 12


def test_themes_and_kinds_of_resources_are_open_lists(folder):
    import_small()
    put(folder, "issues.csv", "I1,00984,2022-05-05,feedback,0,street_lights,Đèn đường,open,,")
    put(folder, "resources.csv", "S1,00984,,2022-05-05,seedlings,,0,,promised")

    assert run("import_district", folder).splitlines() == [
        "issues.csv: 1 new, 0 changed, 0 unchanged",
        "resources.csv: 1 new, 0 changed, 0 unchanged",
    ]


def test_tables_made_in_memory_are_checked_and_written():
    tables = {
        "localities.csv": [Row(2, {"code": "D01", "type": "district", "name": "Huyện Mẫu"})],
        "agencies.csv": [Row(2, {"code": "A01", "name": "Ban", "locality_code": "D01"})],
    }

    assert check(tables) == []
    assert write(tables) == {"localities.csv": Counts(new=1), "agencies.csv": Counts(new=1)}


# --- Lists of units as the state publishes them -----------------------------------------------------------------


def official(folder, *args, **options):
    return run("official_units", *args, out=folder, **options)


def test_the_units_of_a_district_become_localities(folder):
    said = official(folder, OFFICIAL / "giong_trom_21_communes.csv")

    assert said == f"23 units are in {folder}/localities.csv.\n"
    assert (folder / "localities.csv").read_text(encoding="utf-8").splitlines()[:5] == [
        "code,parent_code,type,name,first_day,last_day,households",
        "83,,province,Tỉnh Bến Tre,,,",
        "834,83,district,Huyện Giồng Trôm,,,",
        "28984,834,township,Thị trấn Giồng Trôm,,,",
        "28987,834,commune,Xã Phong Nẫm,,,",
    ]
    assert run("import_district", folder) == "localities.csv: 23 new, 0 changed, 0 unchanged\n"
    place = Place.objects.get(locality__code="28987")
    assert place.full_path == "Tỉnh Bến Tre › Huyện Giồng Trôm › Xã Phong Nẫm"


TWO_TIERS = """province_code,province,commune_code,commune,commune_type
86,Tỉnh Vĩnh Long,28984,Xã Giồng Trôm,Xã
86,Tỉnh Vĩnh Long,29551,Phường Thanh Đức,Phường
91,Tỉnh An Giang,30532,Đặc khu Phú Quốc,Đặc khu
"""


def test_units_of_two_times_stay_apart_by_a_suffix(folder, tmp_path):
    """28984 was a town of a district and is a commune of another province: two localities."""
    (tmp_path / "2025.csv").write_text(TWO_TIERS, encoding="utf-8")
    official(folder / "old", OFFICIAL / "giong_trom_21_communes.csv", last_day=date(2025, 6, 30))
    official(folder / "new", tmp_path / "2025.csv", first_day=date(2025, 7, 1))

    run("import_district", folder / "old")
    assert run("import_district", folder / "new") == "localities.csv: 5 new, 0 changed, 0 unchanged\n"

    places = Place.objects.filter(locality__code__startswith="28984").order_by("first_day")
    assert list(places.values_list("locality__code", "name", "type__code", "last_day", "province__code")) == [
        ("28984", "Thị trấn Giồng Trôm", "township", date(2025, 6, 30), "83"),
        ("28984@2025", "Xã Giồng Trôm", "commune", date.max, "86@2025"),
    ]


def test_one_province_or_commune_of_a_list_is_enough(folder, tmp_path):
    (tmp_path / "2025.csv").write_text(TWO_TIERS, encoding="utf-8")

    official(folder / "a", tmp_path / "2025.csv", within="tinh an giang", suffix="")
    official(folder / "b", tmp_path / "2025.csv", within="29551", suffix="")

    assert (folder / "a" / "localities.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "91,,province,Tỉnh An Giang,,,",
        "30532,91,special_zone,Đặc khu Phú Quốc,,,",
    ]
    assert (folder / "b" / "localities.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "86,,province,Tỉnh Vĩnh Long,,,",
        "29551,86,ward,Phường Thanh Đức,,,",
    ]


def refused(folder, *args, **options):
    """What a refusal prints, and its last words."""
    said = io.StringIO()
    with pytest.raises(CommandError) as raised:
        official(folder, *args, stderr=said, **options)
    assert not (folder / "localities.csv").exists()
    return said.getvalue().splitlines(), str(raised.value)


def test_a_name_that_several_units_bear_is_not_guessed(folder, tmp_path):
    text = TWO_TIERS + "91,Tỉnh An Giang,30300,Xã Giồng Trôm,Xã\n"
    (tmp_path / "2025.csv").write_text(text, encoding="utf-8")

    assert refused(folder, tmp_path / "2025.csv", within="Xã Giồng Trôm") == (
        [
            "2025.csv:1: “Xã Giồng Trôm” is the name of several units: 28984 (Tỉnh Vĩnh Long), "
            "30300 (Tỉnh An Giang). Choose one by its code."
        ],
        "Nothing was written.",
    )


def test_a_list_that_contradicts_itself_is_refused_with_its_lines(folder, tmp_path):
    text = TWO_TIERS + "86,Tỉnh Bến Tre,29552,Xã Mới,Xã\n86,Tỉnh Vĩnh Long,29553,Buôn Mới,Buôn\n"
    (tmp_path / "2025.csv").write_text(text, encoding="utf-8")

    assert refused(folder, tmp_path / "2025.csv") == (
        [
            "2025.csv:5: 86 is another unit in a line above. Correct one of the two.",
            "2025.csv:6: The commune_type “Buôn” is unknown. Write one of: xã, thị trấn, phường, đặc khu.",
        ],
        "Nothing was written.",
    )


def test_a_localities_file_that_exists_is_not_overwritten(folder):
    put(folder, "localities.csv", "D01,,district,Huyện Mẫu,,,")

    with pytest.raises(CommandError, match="localities.csv exists already. Choose another folder."):
        official(folder, OFFICIAL / "giong_trom_21_communes.csv")

    assert len((folder / "localities.csv").read_text(encoding="utf-8").splitlines()) == 2


# --- The documentation ----------------------------------------------------------------------------------------


def test_every_file_and_column_is_documented_in_its_order():
    text = (settings.BASE_DIR / "docs" / "data-format.md").read_text(encoding="utf-8")
    documented = {}
    for section in text.split("\n### ")[1:]:
        file, _line, body = section.partition("\n")
        rows = [line.split("|")[1] for line in body.split("\n## ")[0].splitlines() if line.startswith("| ")]
        names = [name.strip() for row in rows[1:] for name in row.split(",")]
        documented[file] = [(name.strip("*"), name.startswith("**")) for name in names]

    assert documented == {
        table.file: [(column.name, column.required) for column in table.columns] for table in TABLES.values()
    }


def test_every_column_of_patterns_is_documented_in_its_order():
    text = (settings.BASE_DIR / "docs" / "data-format.md").read_text(encoding="utf-8")
    section = text.partition("\n## Patterns of regular meetings\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")][1:]
    names = [name.strip() for row in rows for name in row.split(",")]

    documented = [(name.strip("*"), name.startswith("**")) for name in names]
    assert documented == [(column.name, column.required) for column in PATTERNS.columns]


# --- Guidance -------------------------------------------------------------------------------------------------


def test_guidance_is_brought_along_and_twice_changes_nothing(folder):
    put(folder, "localities.csv", "C,,commune,Xã Một,,,", "C-1,C,hamlet,Ấp 1,,,")
    put(
        folder,
        "guidance.csv",
        "Kết luận 87-KL/HU,Lịch họp,district,2022-11-12,2022-12-31,hamlet,C,",
        "Quy định 213-QĐ/TW,Nơi cư trú,Trung ương,02/01/2020,,hamlet,C,",
    )
    run("import_district", folder)
    run("import_district", folder)

    rows = Guidance.objects.order_by("issued_on").values_list(
        "document", "level", "issued_on", "due_on", "tier", "locality__code"
    )
    assert list(rows) == [
        ("Quy định 213-QĐ/TW", "central", date(2020, 1, 2), None, "hamlet", "C"),
        ("Kết luận 87-KL/HU", "district", date(2022, 11, 12), date(2022, 12, 31), "hamlet", "C"),
    ]
    assert Guidance.history.count() == 2


@pytest.mark.parametrize(
    "row, sentence",
    [
        (
            "87-KL/HU,Họp,district,2022-11-12,2022-11-01,hamlet,C,",
            "It is due before it was issued. Correct due_on, or leave it empty.",
        ),
        (
            "87-KL/HU,Họp,district,2022-11-12,,commune,C-1,",
            "Nothing of this tier lies there. Choose another tier, or a locality further up.",
        ),
    ],
)
def test_guidance_that_cannot_be_is_refused_by_its_line(folder, row, sentence):
    put(folder, "localities.csv", "C,,commune,Xã Một,,,", "C-1,C,hamlet,Ấp 1,,,")
    put(folder, "guidance.csv", row)

    errors = io.StringIO()
    with translation.override("en"), pytest.raises(CommandError):
        call_command("import_district", folder, stdout=io.StringIO(), stderr=errors)

    assert f"guidance.csv:2: {sentence}" in errors.getvalue()
    assert not Guidance.objects.exists()


# --- Regular meetings -----------------------------------------------------------------------------------------


@pytest.fixture
def regular(folder):
    """A hamlet whose cell meets on the 5th, with its meetings planned from 1 October 2022 on."""
    put(folder, "localities.csv", "C,,commune,Xã Một,,,", "C-1,C,hamlet,Ấp 1,,,", "C-2,C,hamlet,Ấp 2,,,")
    run("import_district", folder)
    hamlet = Locality.objects.get(code="C-1")
    made = Pattern.objects.create(locality=hamlet, kind="cell", day_of_month=5, starts=time(19))
    with time_machine.travel(datetime(2022, 10, 1, 9, tzinfo=OFFICE), tick=False):
        plan_meetings(on=date(2022, 10, 1))
        yield made


def test_an_import_that_ends_a_hamlet_takes_its_regular_meetings_along(folder, regular):
    (folder / "localities.csv").unlink()
    put(folder, "localities.csv", "C-1,C,hamlet,Ấp 1,,2022-12-31,")

    run("import_district", folder)

    assert sorted(regular.meetings.values_list("day", flat=True)) == [
        date(2022, 10, 5),
        date(2022, 11, 5),
        date(2022, 12, 5),
    ]
    assert_derived()


def test_what_a_file_says_of_a_regular_meeting_is_as_good_as_a_hand(folder, regular):
    meeting = regular.meetings.earliest("day")
    put(folder, "meetings.csv", f"{meeting.code},cell,C-1,,2022-10-07T19:00,,planned,,0,,,,,,")
    run("import_district", folder)

    assert plan_meetings(on=date(2022, 10, 1)).changed == 0
    meeting.refresh_from_db()
    assert (meeting.day, meeting.planned_for, meeting.by_hand) == (date(2022, 10, 7), date(2022, 10, 5), True)


def test_imported_meetings_have_no_pattern(folder, regular):
    put(folder, "meetings.csv", "M1,cell,C-2,,2022-10-07T19:00,,planned,,0,,,,,,")
    run("import_district", folder)

    assert Meeting.objects.get(code="M1").pattern is None
