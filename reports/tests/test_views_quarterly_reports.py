"""Quarterly reports: one row per assignment that owes one, and who may take which step."""

import re
from datetime import date

import pytest
import time_machine
from django.utils import translation

from assignments.models import Assignment
from assignments.tests.cast import assign, at, cadre, user
from reports.models import QuarterlyReport
from reports.tests.quarter import TODAY, busy_quarter
from reports.tests.visits import file_body, visitor

pytestmark = pytest.mark.django_db

ADDRESS = "/reports/quarterly-reports/"


@pytest.fixture(autouse=True)
def _on_the_tenth_of_january():
    with time_machine.travel(at(TODAY), tick=False), translation.override("en"):
        yield


def states(who, **query):
    response = visitor(who).get(ADDRESS, query)
    assert response.status_code == 200
    return {row.cadre.code: row.state for row in response.context["object_list"]}


def address(who, quarter="2022-Q4"):
    """The page of the report that a cadre owes."""
    found = Assignment.objects.get(cadre=who)
    return f"{ADDRESS}{found.pk}/{quarter}/"


def status(who, quarter="2022-Q4"):
    found = QuarterlyReport.objects.filter(cadre=who, quarter=quarter).first()
    return found and (found.status, found.submitted_on)


@pytest.mark.parametrize(
    "query, expected",
    [
        ({}, {"P1": "on_time", "P2": "late", "P3": "missing", "P4": "missing"}),
        ({"state": "expected"}, {"P1": "on_time", "P2": "late", "P3": "missing", "P4": "missing"}),
        ({"state": "missing"}, {"P3": "missing", "P4": "missing"}),
        ({"state": "late"}, {"P2": "late"}),
        ({"state": "on_time", "within": "S"}, {}),
        ({"quarter": "2022-Q3"}, dict.fromkeys(["P1", "P2", "P3", "P4"], "missing")),
        ({"quarter": "2021-Q4"}, {}),
    ],
)
def test_those_who_owe_a_report_are_listed_with_or_without_one(query, expected):
    it = busy_quarter()

    assert states(it.committee, **query) == expected


def test_what_makes_no_sense_is_told_beside_the_quarter_that_does():
    it = busy_quarter()

    response = visitor(it.head).get(ADDRESS, {"quarter": "2022-Q4", "within": "S"})

    assert response.status_code == 200
    assert list(response.context["filter"].form.errors) == ["within"]
    assert (str(response.context["quarter"]), response.context["due"]) == ("2022-Q4", date(2023, 1, 5))


@pytest.mark.parametrize(
    "role, expected",
    [
        ("head", ["P1", "P2"]),
        ("commune", ["P1", "P2"]),
        ("in_charge", ["P2"]),
        ("elsewhere", ["P3", "P4"]),
        ("clerk", []),
        ("nobody", []),
    ],
)
def test_each_role_sees_its_part_of_the_tree(role, expected):
    it = busy_quarter()

    assert list(states(getattr(it, role))) == expected


def test_who_is_in_charge_hands_in_the_own_report_once():
    it = busy_quarter()
    client = visitor(it.in_charge)
    mine = address(it.chau, "2022-Q3")

    client.post(mine, {"step": "submit"})
    with time_machine.travel(at(date(2023, 1, 12)), tick=False):
        client.post(mine, {"step": "submit"})

    assert status(it.chau, "2022-Q3") == ("submitted", date(2023, 1, 10))
    assert client.get(mine).context["steps"] == {"submit": False, "accept": False, "return": False}


def test_the_head_of_the_group_accepts_it_or_sends_it_back():
    it = busy_quarter()
    client = visitor(it.head)
    report = address(it.chau)

    assert client.get(report).context["steps"] == {"submit": False, "accept": True, "return": True}
    client.post(report, {"step": "return"})
    assert status(it.chau) == ("returned", date(2023, 1, 6))
    assert states(it.head)["P2"] == "missing"

    visitor(it.in_charge).post(report, {"step": "submit"})
    assert status(it.chau) == ("submitted", date(2023, 1, 10))

    client.post(report, {"step": "accept"})
    assert status(it.chau) == ("accepted", date(2023, 1, 10))
    assert [event["text"] for event in client.get(report).context["events"]] == [
        "Accepted · head",
        "Submitted · in-charge",
        "Sent back · head",
        "Entered",
    ]


def test_nobody_accepts_the_own_report():
    it = busy_quarter()
    # The head of the group is in charge of a commune of it, too.
    assign(it.head_cadre, it.tree.binh)
    own = Assignment.objects.get(cadre=it.head_cadre, locality=it.tree.binh)
    client = visitor(it.head)
    client.post(f"{ADDRESS}{own.pk}/2022-Q4/", {"step": "submit"})

    answer = client.post(f"{ADDRESS}{own.pk}/2022-Q4/", {"step": "accept"})

    assert answer.status_code == 403
    assert status(it.head_cadre) == ("submitted", date(2023, 1, 10))


@pytest.mark.parametrize(
    "role, step, expected",
    [
        ("in_charge", "accept", 403),
        ("in_charge", "burn", 403),
        ("elsewhere", "accept", 404),
        ("nobody", "submit", 404),
    ],
)
def test_a_step_that_one_may_not_take_changes_nothing(role, step, expected):
    it = busy_quarter()

    answer = visitor(getattr(it, role)).post(address(it.chau), {"step": step})

    assert answer.status_code == expected
    assert status(it.chau) == ("submitted", date(2023, 1, 6))


def test_who_only_reads_takes_no_step():
    it = busy_quarter()
    client = visitor(user("reader", at=it.tree.district))

    assert client.get(address(it.chau)).context["steps"] == {"submit": False, "accept": False, "return": False}
    assert client.post(address(it.chau), {"step": "return"}).status_code == 403


def test_an_assignment_that_owes_none_has_no_page():
    it = busy_quarter()
    client = visitor(it.committee)

    assert client.get(address(it.kim)).status_code == 404
    assert client.get(address(it.head_cadre)).status_code == 404
    assert client.get(address(it.chau, "2021-Q4")).status_code == 404


def test_nothing_is_called_missing_before_it_is_due():
    it = busy_quarter()

    with time_machine.travel(at(date(2023, 1, 5)), tick=False):
        page = visitor(it.committee).get(address(it.hoa))
        list_ = visitor(it.committee).get(ADDRESS, {"quarter": "2022-Q4"})
        file = file_body(visitor(it.committee).get(ADDRESS, {"quarter": "2022-Q4", "format": "csv"}))
        agency = visitor(it.committee).get(it.interior.get_absolute_url(), {"quarter": "2022-Q4"})

    assert [line.split(",")[4] for line in file.splitlines()[1:]] == ["On time", "Late", "not due yet", "not due yet"]
    assert "Already in" in agency.content.decode()
    assert not {"Late", "Missing"} & set(re.findall(r"<dt>(.*?)</dt>", agency.content.decode()))
    assert page.context["state"] == ""
    assert "not due yet" in list_.content.decode()
    assert visitor(it.committee).get(address(it.hoa)).context["state"] == "missing"


def test_the_file_names_its_quarter():
    it = busy_quarter()

    response = visitor(it.committee).get(ADDRESS, {"format": "csv", "state": "late"})

    assert response["Content-Disposition"] == 'attachment; filename="quarterly-reports_2022-q4.csv"'
    assert file_body(response).split("\r\n")[1] == (
        "Huyện Mẫu › Nhóm Bắc › Thị trấn An › Khu phố 1,AN-1,Nguyễn Minh Châu,,Late,2023-01-06,Submitted"
    )


@pytest.mark.parametrize("more", [1, 3])
def test_query_count_does_not_grow(more, django_assert_num_queries):
    it = busy_quarter()
    for number in range(more):
        assign(cadre(f"X{number}", agency=it.interior), it.tree.an2)
    client = visitor(it.committee)
    client.get(ADDRESS)

    with django_assert_num_queries(11):
        client.get(ADDRESS)


# --- Written by somebody who was replaced -------------------------------------------------------------------------


def replaced_in_november():
    """Bình's P4 wrote for the fourth quarter in November, and was replaced before it ended."""
    it = busy_quarter()
    row = Assignment.objects.get(cadre__code="P2")
    writer = row.cadre
    it.report = QuarterlyReport.objects.get(cadre=writer, quarter="2022-Q4")
    row.last_day, row.end_reason = date(2022, 11, 30), "transferred"
    row.save()
    it.row, it.login = row, user("writer")
    writer.user = it.login
    writer.save()
    assign(cadre("P9"), row.locality, first_day=date(2022, 12, 1))
    return it


def test_a_report_that_was_submitted_stays_readable_and_listed_after_its_author_was_replaced():
    it = replaced_in_november()
    page = f"{ADDRESS}{it.row.pk}/2022-Q4/"

    for who in (it.login, it.head, it.committee):
        assert visitor(who).get(page).status_code == 200, who
        assert "P2" in states(who, quarter="2022-Q4"), who

    assert states(it.login, quarter="2022-Q4") == {"P2": "late"}
    assert states(it.head, quarter="2022-Q4") == {"P1": "on_time", "P2": "late", "P9": "missing"}
    assert "P2" in states(it.head, quarter="2022-Q4", within="N")
    assert "P2" not in states(it.committee, quarter="2022-Q4", within="S")
    assert "P2" not in states(it.committee, quarter="2022-Q4", state="expected")
    assert visitor(it.elsewhere).get(page).status_code == 404


def test_a_draft_of_somebody_who_was_replaced_is_owed_by_nobody():
    it = replaced_in_november()
    QuarterlyReport.objects.update(status="draft", submitted_on=None)

    assert states(it.login, quarter="2022-Q4") == {}
    assert visitor(it.login).get(f"{ADDRESS}{it.row.pk}/2022-Q4/").status_code == 404


def test_what_a_figure_counts_does_not_change_by_it():
    it = replaced_in_november()

    counted = states(it.committee, quarter="2022-Q4", counted="D")

    assert sorted(counted) == ["P1", "P3", "P4", "P9"]
