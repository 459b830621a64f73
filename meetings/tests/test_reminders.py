"""Whom to remind: absent twice running, or nothing recorded for two months; and that somebody was reminded."""

from contextlib import closing
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from assignments.tests.cast import assign, at, cadre, user
from meetings.models import Attendance, Reminder
from meetings.reminders.actions import note_reminder
from meetings.tests.evening import evening, meeting

pytestmark = pytest.mark.django_db
TODAY = date(2022, 5, 20)
LIST = "/meetings/remind/"


@pytest.fixture(autouse=True)
def _in_may(settings):
    settings.LANGUAGE_CODE = "en"
    with time_machine.travel(at(TODAY, 8), tick=False), translation.override("en"):
        yield


@pytest.fixture
def cast():
    found = evening()
    found.head = user("head", of=found.interior, display_name="Lê Hoàng Nam")
    return found


def said(cast, *statuses, place=None, kind="cell"):
    """Châu's meetings of the last months, the latest last, each with what is recorded of him."""
    for months, status in enumerate(reversed(statuses)):
        made = meeting(kind, place or cast.tree.an1, day=TODAY - timedelta(days=5 + 30 * months), status="held")
        reason = {"excused": "extreme_urgency", "absent": "professional_work"}.get(status, "")
        rows = Attendance.objects.filter(meeting=made, cadre=cast.chau)
        assert rows.update(status=status, reason=reason) == 1


def browser_of(login):
    browser = Client()
    browser.force_login(login)
    return browser


def listed(login, what="missed", **more):
    page = browser_of(login).get(LIST, {"what": what} | more)
    assert page.status_code == 200
    return [row.cadre.code for row in page.context["rows"]]


@pytest.mark.parametrize(
    "statuses, missed",
    [
        (["absent", "absent"], True),
        (["present", "absent", "absent"], True),
        (["absent", "absent", "absent"], True),
        (["absent", "absent", "unrecorded"], True),
        (["absent", "unrecorded", "absent"], True),
        (["absent"], False),
        (["absent", "absent", "present"], False),
        (["absent", "present", "absent"], False),
        (["absent", "excused"], False),
        (["excused", "absent"], False),
        (["absent", "excused", "absent"], False),
    ],
)
def test_who_missed_two_in_a_row(cast, statuses, missed):
    said(cast, *statuses)

    assert listed(cast.head) == (["P2"] if missed else [])


def test_two_kinds_of_meetings_are_no_row(cast):
    said(cast, "absent")
    assign(cast.chau, cast.tree.an)
    said(cast, "absent", place=cast.tree.an, kind="commune_committee")

    assert listed(cast.head) == []


def test_what_did_not_take_place_and_what_was_no_duty_is_no_absence(cast):
    said(cast, "absent", "absent")
    rows = Attendance.objects.filter(cadre=cast.chau).order_by("-day")
    rows.filter(pk=rows[0].pk).update(expected=False)
    assert listed(cast.head) == []

    rows.update(expected=True)
    rows.filter(pk=rows[0].pk).update(held=False)
    assert listed(cast.head) == []


def test_absences_of_last_year_are_not_told_any_more(cast):
    for days in (130, 160):
        made = meeting("cell", cast.tree.an1, day=TODAY - timedelta(days=days), status="held")
        Attendance.objects.filter(meeting=made).update(status="absent", reason="other")

    assert listed(cast.head) == []


@pytest.mark.parametrize(
    "statuses, silent",
    [
        (["unrecorded", "unrecorded"], True),
        (["present", "unrecorded", "unrecorded"], True),
        (["unrecorded"], False),
        (["unrecorded", "present"], False),
        (["absent", "unrecorded"], False),
    ],
)
def test_of_whom_nothing_is_recorded_for_two_months(cast, statuses, silent):
    said(cast, *statuses)

    assert listed(cast.head, "silent") == (["P2"] if silent else [])


def test_a_meeting_of_which_nobody_said_whether_it_was_held_counts_and_a_cancelled_one_does_not(cast):
    for days, status in ((10, "planned"), (40, "planned"), (20, "not_held")):
        meeting("cell", cast.tree.an1, day=TODAY - timedelta(days=days), status=status)
    page = browser_of(cast.head).get(LIST, {"what": "silent"})

    assert [(row.cadre.code, row.number, row.day) for row in page.context["rows"]] == [
        ("P2", 2, TODAY - timedelta(days=40))
    ]
    assert "2 meetings not recorded since 10 Apr 2022" in page.content.decode()


def test_the_list_is_within_the_reach_of_its_reader(cast):
    said(cast, "absent", "absent")
    group = user("group-head")
    assign(cadre("HEAD", user=group), cast.tree.north, role="head")

    found = {login.username: listed(login) for login in (cast.head, group, cast.viewer, cast.elsewhere, cast.nobody)}

    assert found == {"head": ["P2"], "group-head": ["P2"], "viewer": ["P2"], "elsewhere": [], "nobody": []}


def test_filters_by_place_and_agency(cast):
    said(cast, "absent", "absent")

    assert listed(cast.office, within=cast.tree.an.code) == ["P2"]
    assert listed(cast.office, within=cast.tree.cam.code) == []
    assert listed(cast.office, agency="A-1") == ["P2"]
    assert listed(cast.office, agency="A-2") == []


def test_each_number_leads_to_its_list(cast):
    said(cast, "absent", "absent")
    page = browser_of(cast.head).get(LIST)

    assert [(one["label"], one["count"], one["current"]) for one in page.context["lists"]] == [
        ("Missed two in a row", 1, True),
        ("Nothing recorded for two months", 0, False),
    ]
    for one in page.context["lists"]:
        assert len(browser_of(cast.head).get(one["url"]).context["rows"]) == one["count"]


def test_the_telephone_of_the_office_stands_on_the_page_and_in_no_file(cast):
    said(cast, "absent", "absent")
    cast.chau.phone = "0275 000 0001"
    cast.chau.save()
    note_reminder(cast.chau.pk, what="missed", by=cast.head, on=TODAY)
    browser = browser_of(cast.head)

    assert 'href="tel:0275 000 0001"' in browser.get(LIST).content.decode()
    lines = b"".join(browser.get(LIST, {"format": "csv"}).streaming_content).decode("utf-8-sig").split("\r\n")
    assert lines == [
        "Cadre code,Full name,Agency,Kind,Locality,Lies in,First day,Last day,Meetings not recorded,Reminded on,"
        "Reminded by",
        "P2,Nguyễn Minh Châu,Phòng Nội vụ,Party cell meeting,Khu phố 1,Huyện Mẫu › Nhóm Bắc › Thị trấn An,"
        "2022-04-15,2022-05-15,,2022-05-20,Lê Hoàng Nam",
        "",
    ]
    with closing(browser.get(LIST, {"format": "xlsx"})) as sheet:
        assert sheet.status_code == 200


# --- Reminded ----------------------------------------------------------------------------------------------------


def remind(login, cast, what="missed", **more):
    return browser_of(login).post(f"{LIST}{cast.chau.pk}/", {"what": what} | more).status_code


def test_one_tap_notes_who_reminded_whom_and_when_and_two_on_a_day_are_one(cast):
    said(cast, "absent", "absent")

    assert (remind(cast.head, cast), remind(cast.head, cast)) == (302, 302)

    assert list(Reminder.objects.values_list("cadre__code", "what", "day", "by__username")) == [
        ("P2", "missed", TODAY, "head")
    ]
    assert list(Reminder.history.values_list("history_type", "history_user__username")) == [("+", "head")]
    assert "20 May 2022, Lê Hoàng Nam" in browser_of(cast.head).get(LIST).content.decode()


def test_whoever_does_not_decide_there_sees_the_list_and_no_button(cast):
    said(cast, "absent", "absent")

    assert (remind(cast.office, cast), remind(cast.recorder, cast), remind(cast.nobody, cast)) == (404, 404, 404)
    assert "Note as reminded" not in browser_of(cast.office).get(LIST).content.decode()
    assert "Note as reminded" in browser_of(cast.head).get(LIST).content.decode()
    assert not Reminder.objects.exists()


@pytest.mark.parametrize("what", ["silent", "", "nonsense"])
def test_nobody_is_reminded_of_what_is_not_so(cast, what):
    said(cast, "absent", "absent")

    assert remind(cast.head, cast, what=what) == 404


@pytest.mark.parametrize(
    "back, leads",
    [
        ("/meetings/remind/?what=missed&agency=A-1", "/meetings/remind/?what=missed&agency=A-1"),
        ("https://elsewhere.example/", "/meetings/remind/?what=missed"),
        ("//elsewhere.example/", "/meetings/remind/?what=missed"),
    ],
)
def test_one_comes_back_to_the_list_and_nowhere_else(cast, back, leads):
    said(cast, "absent", "absent")
    answer = browser_of(cast.head).post(f"{LIST}{cast.chau.pk}/", {"what": "missed", "back": back})

    assert answer["Location"] == leads


def test_heads_find_the_list_among_the_others(cast):
    link = f'href="{LIST}"'

    assert link in browser_of(cast.head).get("/meetings/").content.decode()
    assert link not in browser_of(cast.recorder).get("/meetings/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(cast, rows, django_assert_num_queries):
    for number in range(rows - 1):
        other = cadre(f"M{number}", agency=cast.interior)
        assign(other, cast.tree.an1)
    said(cast, "absent", "absent")
    Attendance.objects.filter(meeting__locality=cast.tree.an1).update(status="absent", reason="other")
    browser = browser_of(cast.head)
    browser.get(LIST)

    with django_assert_num_queries(14):
        page = browser.get(LIST)
    assert len(page.context["rows"]) == rows
