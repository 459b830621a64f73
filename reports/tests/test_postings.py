"""A cadre changes agency in November: what was before stays with the old agency, what comes is the new one's."""

import io
import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.changes import Change, objections
from assignments.models import Assignment, Cadre, Posting
from assignments.scope import reach_of
from assignments.tests.cast import again, agency, assign, at, cadre, post, small_tree, user
from cadrenet.periods import Quarter, today
from meetings.models import Attendance, Meeting
from meetings.queries import clashes, clashes_of, staff_by_day
from meetings.rosters import keep_rosters

pytestmark = pytest.mark.django_db
SEPTEMBER, DECEMBER = date(2022, 9, 9), date(2022, 12, 9)
LAST, FIRST = date(2022, 11, 14), date(2022, 11, 15)


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def visitor(who):
    client = Client()
    client.force_login(who)
    return client


def file_of(response):
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


def mover():
    """Somebody of A who works at B from 15 November, and is expected at a cell in September and in December.

    Both agencies meet at both times.
    """
    it = SimpleNamespace(tree=small_tree())
    it.a, it.b = agency("A", "Ban Dân vận", at=it.tree.district), agency("B", "Phòng Tư pháp", at=it.tree.district)
    it.who = cadre("P", "Bùi Văn An")
    it.before = post(it.who, it.a, last_day=LAST, position="Chuyên viên")
    it.after = post(it.who, it.b, first_day=FIRST, position="Phó Trưởng phòng")
    assign(it.who, it.tree.an1)
    for day in (SEPTEMBER, DECEMBER):
        cell = {"kind": "cell", "locality": it.tree.an1, "status": "held"}
        Meeting.objects.create(code=f"L{day.month}", starts_at=at(day), ends_at=at(day, 21), **cell)
        for office in (it.a, it.b):
            event = {"kind": "agency", "agency": office, "status": "held"}
            Meeting.objects.create(
                code=f"{office.code}{day.month}", starts_at=at(day, 18), ends_at=at(day, 20), **event
            )
    keep_rosters(Meeting.objects.all())
    Attendance.objects.update(status="present")
    it.heads = {office: user(f"head-{office.code}", of=office) for office in (it.a, it.b)}
    return it


# --- Facts --------------------------------------------------------------------------------------------------


def test_a_clash_is_one_of_the_agency_of_its_day():
    mover()

    found = {
        name: list(clashes(Quarter.parse(name)).values_list("agency_code", "meeting__code")) for name in QUARTERS
    }

    assert found == {"2022-Q3": [("A9", "L9")], "2022-Q4": [("B12", "L12")]}
    of_meetings = {meeting.code: clashes_of(meeting).count() for meeting in Meeting.objects.all()}
    assert of_meetings == {"A9": 1, "B9": 0, "L9": 1, "A12": 0, "B12": 1, "L12": 1}


QUARTERS = ("2022-Q3", "2022-Q4")


def test_the_command_prints_the_clashes_of_the_agency_of_the_day():
    mover()
    out = io.StringIO()

    call_command("clashes", "2022-Q4", stdout=out)

    assert out.getvalue().splitlines() == ["agency_meeting,locality_meeting,cadre_code", "B12,L12,P"]


@pytest.mark.parametrize("page", ["meetings:attendances", "meetings:clashes"])
def test_lists_of_facts_are_those_of_the_agency_of_the_day_and_name_it(page):
    it = mover()
    client = visitor(user("district", at=it.tree.district))

    def told(quarter, office=""):
        lines = file_of(client.get(reverse(page), {"quarter": quarter, "agency": office, "format": "csv"}))
        return [sum(name in line for line in lines) for name in ("Ban Dân vận", "Phòng Tư pháp")]

    assert [told("2022-Q3"), told("2022-Q3", "A"), told("2022-Q3", "B")] == [[1, 0], [1, 0], [0, 0]]
    assert [told("2022-Q4"), told("2022-Q4", "A"), told("2022-Q4", "B")] == [[0, 1], [0, 0], [0, 1]]
    shown = client.get(reverse(page), {"quarter": "2022-Q3"}).content.decode()
    assert "Bùi Văn An</a>" in shown
    assert 'cn-small">Ban Dân vận' in shown


def test_the_page_of_an_agency_has_the_staff_and_the_figures_of_the_quarter():
    it = mover()
    client = visitor(user("district", at=it.tree.district))

    def told(office, quarter):
        context = client.get(office.get_absolute_url(), {"quarter": quarter}).context
        staff = [(row.cadre.code, row.cadre.position, row.figures.attendance_present) for row in context["staff"]]
        return staff, context["serving"], context["figures"].attendance_expected, context["clashes"]

    assert told(it.a, "2022-Q3") == ([("P", "Chuyên viên", 1)], 1, 1, 1)
    assert told(it.b, "2022-Q3") == ([], 0, 0, 0)
    assert told(it.a, "2022-Q4") == ([], 0, 0, 0)
    assert told(it.b, "2022-Q4") == ([("P", "Phó Trưởng phòng", 1)], 1, 1, 1)


def test_reports_of_a_quarter_are_those_of_the_agency_on_its_last_day():
    it = mover()
    client = visitor(user("district", at=it.tree.district))

    def number(quarter, office):
        asked = {"quarter": quarter, "agency": office, "format": "csv"}
        return len(file_of(client.get(reverse("reports:quarterly_reports"), asked))) - 1

    assert [number("2022-Q3", "A"), number("2022-Q3", "B")] == [1, 0]
    assert [number("2022-Q4", "A"), number("2022-Q4", "B")] == [0, 1]


@pytest.mark.parametrize("page", ["assignments:assignments", "assignments:tenure"])
def test_lists_on_a_day_are_those_of_the_agency_of_that_day(page):
    it = mover()
    client = visitor(user("district", at=it.tree.district))

    def told(day):
        text = "\n".join(file_of(client.get(reverse(page), {"day": day.isoformat(), "format": "csv"})))
        return [name in text for name in ("Ban Dân vận", "Phòng Tư pháp")]

    assert (told(LAST), told(FIRST)) == ([True, False], [False, True])


# --- Rights -------------------------------------------------------------------------------------------------


def test_a_head_sees_the_facts_of_the_days_on_which_somebody_was_own_staff_and_today_own_staff_alone():
    it = mover()

    seen = {
        office.code: (
            sorted(Attendance.objects.visible_to(again(head)).values_list("meeting__code", flat=True)),
            Meeting.objects.visible_to(again(head)).filter(code__startswith="L").get().code,
            Cadre.objects.visible_to(again(head)).exists(),
            visitor(head).get(it.who.get_absolute_url()).status_code,
        )
        for office, head in it.heads.items()
    }

    assert seen == {"A": (["L9"], "L9", False, 404), "B": (["L12"], "L12", True, 200)}


def test_a_head_is_led_to_no_page_that_is_not_his_and_reads_the_name_all_the_same():
    it = mover()
    client = visitor(it.heads[it.a])
    lists = [reverse("meetings:attendances"), reverse("meetings:clashes"), it.a.get_absolute_url()]
    lists = [f"{url}?quarter=2022-Q3" for url in lists]
    lists.append(Meeting.objects.get(code="L9").get_absolute_url())

    pages = [client.get(url).content.decode() for url in lists]

    assert [("Bùi Văn An" in page, it.who.get_absolute_url() in page) for page in pages] == [(True, False)] * 4


def test_assignments_are_told_to_both_heads_as_they_lay_in_the_time_of_both():
    it = mover()
    assign(it.who, it.tree.an2, first_day=FIRST)

    seen = {
        office.code: sorted(Assignment.objects.visible_to(again(head)).values_list("locality__code", flat=True))
        for office, head in it.heads.items()
    }

    assert seen == {"A": ["AN-1"], "B": ["AN-1", "AN-2"]}


def test_whoever_works_nowhere_today_is_found_by_the_agency_there_was_or_will_be():
    it = mover()
    Posting.objects.all().delete()
    post(it.who, it.a, last_day=today() - timedelta(days=1))
    post(it.who, it.b, first_day=today() + timedelta(days=1))

    assert all(Cadre.objects.visible_to(again(head)).exists() for head in it.heads.values())


def page_of(client, url):
    """A page without what differs each time: the token of its forms."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", client.get(url, {"q": "An"}).content.decode())


def test_a_posting_that_begins_later_changes_nothing_before_its_day():
    it = mover()
    client = visitor(user("district", at=it.tree.district))
    urls = [
        reverse("assignments:cadres"),
        reverse("assignments:agencies"),
        it.b.get_absolute_url(),
        reverse("search"),
    ]
    before = [page_of(client, url) for url in urls]

    Posting.objects.filter(pk=it.after.pk).update(last_day=today())
    post(it.who, it.a, first_day=today() + timedelta(days=1))

    assert [page_of(client, url) for url in urls] == before
    assert (Cadre.objects.get().agency, Cadre.objects.get().position) == (it.b, "Phó Trưởng phòng")


def test_the_day_of_a_reach_is_asked_anew_each_day():
    it = mover()

    assert reach_of(again(it.heads[it.a])).day == today()


def test_own_staff_of_a_month_are_those_of_each_day():
    it = mover()

    assert staff_by_day([it.a.pk], date(2022, 9, 1), date(2022, 12, 31)) == {SEPTEMBER: 1}
    assert staff_by_day([it.b.pk], date(2022, 9, 1), date(2022, 12, 31)) == {DECEMBER: 1}


def test_who_fits_by_rule_is_asked_of_the_first_day():
    it = mover()
    commune = agency("C", "Đảng ủy Thị trấn An", at=it.tree.an)
    Posting.objects.filter(pk=it.after.pk).update(agency=commune)

    def said(first_day):
        found = objections(
            [Change(it.tree.an2, "in_charge", it.who, first_day)], user(str(first_day), at=it.tree.district)
        )
        return "unfit_holder" in {each.kind for each in found.get(0, [])}

    # A hamlet is for an official of a district agency.
    assert (said(LAST), said(FIRST)) == (False, True)


# --- Files --------------------------------------------------------------------------------------------------


FOLDER = {
    "localities.csv": [
        "code,parent_code,type,name,first_day,last_day,households",
        "D,,district,Huyện Mẫu,,,",
    ],
    "agencies.csv": ["code,name,locality_code", "A,Ban Dân vận,D", "B,Phòng Tư pháp,D"],
    "cadres.csv": [
        "code,full_name,agency_code,position,committee_role,party_member,email,phone",
        "P,Bùi Văn An,A,Chuyên viên,,1,,",
        "Q,Đỗ Văn Ba,A,,,1,,",
    ],
    "postings.csv": [
        "cadre_code,agency_code,position,first_day,last_day",
        "P,A,Chuyên viên,,2022-11-14",
        "P,B,Phó Trưởng phòng,2022-11-15,",
    ],
}


def put(folder, *files, **changed):
    """Write some of the files, with other rows where ``changed`` says so."""
    for path in folder.iterdir():
        path.unlink()
    for file in files:
        header, *rows = FOLDER[f"{file}.csv"]
        (folder / f"{file}.csv").write_text("\n".join([header, *changed.get(file, rows)]) + "\n", encoding="utf-8")
    return folder


def imported(folder):
    out = io.StringIO()
    call_command("import_district", folder, stdout=out, verbosity=0)
    return {line.partition(".csv: ")[0]: line.partition(": ")[2] for line in out.getvalue().splitlines()}


def refused(folder):
    err = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_district", folder, stdout=io.StringIO(), stderr=err, verbosity=0)
    return err.getvalue().splitlines()


def stored():
    rows = Posting.objects.order_by("cadre__code", "first_day")
    found = list(rows.values_list("cadre__code", "agency__code", "position", "first_day", "last_day"))
    return sorted(found, key=lambda row: (row[0], row[3] or date.min))


DATED = [
    ("P", "A", "Chuyên viên", None, LAST),
    ("P", "B", "Phó Trưởng phòng", FIRST, None),
    ("Q", "A", "", None, None),
]
BASE = ("localities", "agencies", "cadres")


def test_a_folder_with_postings_is_imported_once_and_again(tmp_path):
    put(tmp_path, *BASE, "postings")

    first, second = imported(tmp_path), imported(tmp_path)

    assert first["postings"] == "2 new, 0 changed, 0 unchanged"
    assert set(second.values()) == {f"0 new, 0 changed, {number} unchanged" for number in (1, 2)}
    assert stored() == DATED
    assert Posting.history.count() == 3


def test_cadres_alone_work_there_at_all_times_and_yield_to_postings_that_come_later(tmp_path):
    imported(put(tmp_path, *BASE))
    alone = stored()

    told = imported(put(tmp_path, "postings"))

    assert alone == [("P", "A", "Chuyên viên", None, None), ("Q", "A", "", None, None)]
    assert told == {"postings": "1 new, 1 changed, 0 unchanged"}
    assert stored() == DATED


def test_postings_since_a_day_take_the_place_of_what_cadres_said_of_all_days(tmp_path):
    imported(put(tmp_path, *BASE))

    imported(put(tmp_path, "postings", postings=["P,B,,2022-11-15,"]))

    assert stored() == [("P", "B", "", FIRST, None), ("Q", "A", "", None, None)]
    assert list(Posting.history.filter(history_type="-").values_list("cadre__code", "agency__code")) == [("P", "A")]


def test_a_row_of_cadres_corrects_who_never_moved_and_takes_an_agency_away(tmp_path):
    imported(put(tmp_path, *BASE))
    rows = ["P,Bùi Văn An,B,Chuyên viên,,1,,", "Q,Đỗ Văn Ba,,,,1,,"]

    told = imported(put(tmp_path, "cadres", cadres=rows))

    assert told == {"cadres": "0 new, 2 changed, 0 unchanged"}
    assert stored() == [("P", "B", "Chuyên viên", None, None)]


@pytest.mark.parametrize("cells", ["A,Chuyên viên", "B,Phó Trưởng phòng", ","])
def test_a_row_of_cadres_may_repeat_where_a_mover_works_or_say_nothing(tmp_path, cells):
    imported(put(tmp_path, *BASE, "postings"))

    told = imported(put(tmp_path, "cadres", cadres=[f"P,Bùi Văn An,{cells},,1,,"]))

    assert (told, stored()) == ({"cadres": "0 new, 0 changed, 1 unchanged"}, DATED)


def test_a_row_of_cadres_never_moves_somebody_whose_postings_have_days(tmp_path):
    imported(put(tmp_path, *BASE, "postings"))

    told = refused(put(tmp_path, "cadres", cadres=["Q,Đỗ Văn Ba,A,,,1,,", "P,Bùi Văn An,B,Chuyên viên,,1,,"]))

    assert told == [
        "cadres.csv:3: P: Where this cadre works is recorded with days, and nowhere as this row says it. Record the "
        "move from its day on the cadre's page or in postings.csv, or leave agency_code and position empty."
    ]
    assert stored() == DATED


@pytest.mark.parametrize(
    "rows, told",
    [
        (
            ["P,A,,,2022-11-15", "P,B,,2022-11-15,"],
            "postings.csv:3: P works elsewhere already from … – 2022-11-15 (line 2), which shares days with "
            "2022-11-15 – …. Let the one end on the day before the other begins.",
        ),
        (
            ["P,A,,2022-11-15,2022-11-14"],
            "postings.csv:2: The last day 2022-11-14 lies before the first day 2022-11-15. Correct one of them.",
        ),
        (
            ["P,,,,"],
            "postings.csv:2: The row names neither an agency nor a position. Fill in agency_code or position.",
        ),
        (
            ["X,A,,,"],
            "postings.csv:2: cadre_code: “X” is neither in cadres.csv nor in the database. "
            "Add it there or correct it.",
        ),
        (
            ["P,X,,,"],
            "postings.csv:2: agency_code: “X” is neither in agencies.csv nor in the database. "
            "Add it there or correct it.",
        ),
    ],
)
def test_what_is_wrong_with_postings_is_said_with_its_line(tmp_path, rows, told):
    assert refused(put(tmp_path, *BASE, "postings", postings=rows)) == [told]


def test_postings_that_meet_those_of_the_database_are_refused(tmp_path):
    imported(put(tmp_path, *BASE, "postings"))

    told = refused(put(tmp_path, "postings", postings=["P,A,,2022-12-01,"]))

    assert told == [
        "postings.csv:2: P works elsewhere already from 2022-11-15 – … (in the database), which shares days with "
        "2022-12-01 – …. Let the one end on the day before the other begins."
    ]
