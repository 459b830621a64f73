"""The overview: eight figures of a quarter, each with the list behind it, for those who steer."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import AccessGrant
from assignments.tests.cast import again, assign, at, cadre, locality, small_tree, user
from meetings.models import Meeting
from meetings.tests.evening import meeting
from reports.tests.quarter import TODAY, attend, busy_quarter, issue, rated_year
from reports.tests.visits import assert_lists_agree, listed, plain, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_tenth_of_january():
    with time_machine.travel(at(TODAY), tick=False), translation.override("en"):
        yield


def overview(who, **query):
    response = visitor(who).get("/", query)
    assert response.status_code == 200
    return response


def values(response):
    return {tile.figure: (plain(tile.value), tile.count) for tile in response.context["tiles"]}


def test_the_eight_figures_of_the_quarter():
    it = busy_quarter()

    response = overview(it.committee)

    assert response.context["quarter"].label == "Q4 2022"
    assert values(response) == {
        "attendance_present": ("60.00%", "3 of 5 attendances"),
        "attendance_unrecorded": ("1", "of 6 attendances expected"),
        "meetings_held": ("66.67%", "4 of 6 meetings"),
        "households_represented": ("75.00%", "15 of 20 households"),
        "groups_uncovered": ("33.33%", "1 of 3 groups"),
        "reports_on_time": ("25.00%", "1 of 4 reports"),
        "issues_open": ("2", "2 raised, 1 closed in the quarter"),
        "resources_value_vnd": ("VND 6.5 million", "2 contributions"),
    }
    notes = {tile.figure: plain(tile.note) for tile in response.context["tiles"]}
    assert notes["groups_uncovered"] == "2 groups have nobody"
    assert notes["reports_on_time"] == "1 late, 2 missing"
    assert notes["resources_value_vnd"] == "delivered: VND 5.0 million"


def test_each_figure_is_compared_with_the_quarter_before():
    it = busy_quarter()

    tiles = {tile.figure: tile for tile in overview(it.committee).context["tiles"]}

    # In the third quarter one meeting was held, and the one expected was absent.
    assert plain(tiles["attendance_present"].change_text) == "+60.00 pp"
    assert tiles["attendance_unrecorded"].change_text == "+1"
    assert plain(tiles["meetings_held"].change_text) == "−33.33 pp"
    assert tiles["households_represented"].change is None
    assert tiles["issues_open"].change_text == "+1"


@pytest.mark.parametrize(
    "day, against, change",
    [
        # The meeting of 8 August, at which the one expected was absent, is within the first days, or is not yet.
        (date(2022, 11, 15), "1 Jul 2022 – 15 Aug 2022", "+60.00 pp"),
        (date(2022, 10, 31), "1 Jul 2022 – 31 Jul 2022", "–"),
    ],
)
def test_a_quarter_that_goes_on_is_compared_with_as_many_days_of_the_one_before(day, against, change):
    it = busy_quarter()

    with time_machine.travel(at(day), tick=False):
        response = overview(it.committee, quarter="2022-Q4")

    tiles = {tile.figure: tile for tile in response.context["tiles"]}
    assert plain(tiles["attendance_present"].change_text) == change
    assert f"so far compared with {against}" in " ".join(response.content.decode().split())


@pytest.mark.parametrize("role", ["administrator", "committee", "head"])
@pytest.mark.parametrize("quarter", ["2022-Q3", "2022-Q4"])
def test_every_figure_equals_the_list_that_it_opens(role, quarter):
    it = busy_quarter()
    who = getattr(it, role)

    response = overview(who, quarter=quarter)

    urls = {tile.figure: tile.url for tile in response.context["tiles"]}
    assert len(urls) == 8
    assert_lists_agree(visitor(who), response.context["figures"], urls)


@pytest.mark.parametrize("role", ["administrator", "committee", "head"])
def test_everything_to_do_equals_the_list_that_it_opens(role):
    it = busy_quarter()
    client = visitor(getattr(it, role))

    watch = client.get("/").context["watch"]

    assert watch
    assert {item.figure: listed(client, item.url)[0] for item in watch} == {
        item.figure: item.number for item in watch
    }


def test_what_needs_action_comes_with_its_number_first():
    it = busy_quarter()

    watch = overview(it.committee).context["watch"]

    assert [(item.text, item.detail) for item in watch[:3]] == [
        ("2 hamlets and neighbourhoods have nobody in charge", "Thị trấn An (1), Xã Bình (1)"),
        ("1 pressing issue is open", "1 issue is older than 90 days"),
        ("2 quarterly reports are missing", "due by 5 Jan 2023; 1 came late"),
    ]


def test_nothing_is_missing_before_it_is_due():
    it = busy_quarter()

    with time_machine.travel(at(TODAY.replace(day=5)), tick=False):
        response = overview(it.committee, quarter="2022-Q4")

    assert "reports_missing" not in {item.figure for item in response.context["watch"]}
    assert {tile.note for tile in response.context["tiles"]} >= {"due by 5 Jan 2023"}


def test_a_quarter_that_goes_on_is_looked_at_as_it_stands_today():
    """Who answers today counts, though the assignment ends before the quarter does; what is planned is said."""
    tree = small_tree()
    assign(cadre("P"), tree.an1a, last_day=date(2023, 2, 28))
    Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(date(2023, 1, 9)), status="held")
    Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(date(2023, 2, 9)))
    who = user("committee", at=tree.district)

    tiles = {tile.figure: tile for tile in overview(who, quarter="2023-Q1").context["tiles"]}

    assert tiles["groups_uncovered"].count == "1 of 3 groups"
    assert listed(visitor(who), tiles["groups_uncovered"].url)[0] == 2
    assert (tiles["meetings_held"].count, tiles["meetings_held"].note) == (
        "1 of 1 meetings",
        "1 meeting is still to come",
    )
    assert tiles["meetings_held"].change is None


def test_a_group_head_sees_the_same_page_of_the_own_group():
    it = busy_quarter()

    response = overview(it.head)

    assert response.context["scope"] == it.tree.north
    # Without the meeting in the south that nobody recorded.
    assert values(response)["attendance_present"] == ("75.00%", "3 of 4 attendances")
    assert values(response)["attendance_unrecorded"] == ("0", "of 5 attendances expected")
    assert values(response)["resources_value_vnd"] == ("VND 5.0 million", "1 contribution")
    assert [row.place.name for row in response.context["heat"]] == ["Thị trấn An"]
    assert "Nam" not in response.content.decode()


def test_months_are_compared_by_commune_and_open_their_calendar():
    it = busy_quarter()

    heat = overview(it.committee).context["heat"]

    assert [(row.place.name, row.rates[7], row.rates[10], row.rates[11]) for row in heat] == [
        ("Thị trấn An", 0, 75, None),
        ("Xã Cẩm", None, None, 0),
    ]
    address = urlsplit(heat[0].pages[10])
    assert (address.path, parse_qs(address.query)) == ("/meetings/month/2022-11/", {"within": ["AN"]})


def test_regional_groups_and_the_lowest_communes_show_their_counts():
    it = busy_quarter()

    context = overview(it.committee).context

    assert [(row.place.name, row.count_text) for row in context["bars"]] == [("Nhóm Bắc", "3/4"), ("Nhóm Nam", "0/1")]
    assert [(row.place.name, row.count_text) for row in context["lowest"]] == [
        ("Xã Cẩm", "0/1"),
        ("Thị trấn An", "3/4"),
    ]


def test_coverage_ratings_and_themes_stand_beside():
    it = busy_quarter()
    rated_year(it.tree)

    context = overview(it.committee).context

    assert [
        (row["covered"].tier.value, row["covered"].covered, row["covered"].total) for row in context["coverage"]
    ] == [
        ("regional_group", 1, 2),
        ("commune", 2, 3),
        ("hamlet", 2, 4),
        ("self_governing_group", 1, 3),
    ]
    assert [
        (table["kind"].value, table["year"], [row["number"] for row in table["rows"]]) for table in context["ratings"]
    ] == [
        ("commune_committee", 2022, [2, 1, 0]),
        ("cell", 2022, [2, 0, 1]),
    ]
    assert [(row["theme"], row["open"], row["old"]) for row in context["themes"]] == [("land", 1, 0), ("roads", 1, 1)]


def test_ratings_within_a_group_are_those_of_its_organisations():
    it = busy_quarter()
    rated_year(it.tree)
    client = visitor(it.head)

    tables = client.get("/").context["ratings"]

    rows = {(table["kind"].value, row["label"]): row for table in tables for row in table["rows"]}
    good = rows["commune_committee", "Completed tasks well or better"]
    assert (good["number"], good["total"]) == (1, 2)
    assert listed(client, good["url"])[0] == 1


def test_a_province_without_districts_is_compared_by_its_communes():
    province = locality("T", "province", "Tỉnh Mẫu")
    commune = locality("T-1", "commune", "Xã Một", province)
    locality("T-2", "commune", "Xã Hai", province)
    localities_changed()
    who = cadre("P1")
    assign(who, commune)
    attend(meeting("commune_committee", commune, date(2022, 11, 5), status="held"), who, "present")

    context = overview(user("office", at=province)).context

    assert [row.place.name for row in context["heat"]] == ["Xã Một"]
    assert [(row.place.name, row.count_text) for row in context["bars"]] == [("Xã Một", "1/1")]
    assert context["bars_heading"] == "Attendance by commune and town"
    assert [row.place.name for row in context["lowest"]] == ["Xã Một"]


def test_a_commune_is_compared_by_its_hamlets():
    it = busy_quarter()

    context = overview(it.committee, within="AN").context

    assert [(row.place.name, row.count_text) for row in context["bars"]] == [("Khu phố 1", "2/2")]
    assert [tier["covered"].tier.value for tier in context["coverage"]] == [
        "commune",
        "hamlet",
        "self_governing_group",
    ]


def test_who_sees_two_groups_begins_with_one_and_may_choose_the_other():
    it = busy_quarter()
    both = user("both", at=it.tree.north)
    AccessGrant.objects.create(user=both, locality=it.tree.south)

    response = overview(both)

    assert response.context["scope"] == it.tree.north
    assert overview(again(both), within="S").context["scope"] == it.tree.south
    summary = visitor(again(both)).get("/reports/quarterly/").context
    assert [row.locality_code for row, _cells in summary["rows"]] == ["AN", "BI", "CA"]
    # Together they are no locality, so their sum has no list.
    assert {cell.url for cell in summary["total_cells"]} == {""}


def test_an_empty_installation_says_what_comes_first():
    response = overview(user("first", is_superuser=True))

    assert "There are no localities yet" in response.content.decode()


@pytest.mark.parametrize("query", [{"quarter": "2022-5"}, {"within": "nowhere"}])
def test_what_cannot_be_answered_is_an_error_without_figures(query):
    it = busy_quarter()

    response = overview(it.committee, **query)

    assert len(response.context["form"].errors) == 1
    assert "tiles" not in response.context


def test_another_group_is_as_unknown_as_none():
    it = busy_quarter()

    foreign, unknown = (overview(it.head, within=code).context["form"].errors for code in ("S", "nowhere"))

    assert foreign == unknown == {"within": ["There is no such locality among those you may see."]}


def test_each_role_starts_where_its_day_begins():
    it = busy_quarter()

    def start(who):
        response = visitor(who).get("/")
        if response.status_code == 302:
            return response.url
        return response.templates[0].name

    assert {
        role: start(getattr(it, role)) for role in ("committee", "head", "commune", "in_charge", "clerk", "nobody")
    } == {
        "committee": "reports/overview/overview.html",
        "head": "reports/overview/overview.html",
        "commune": "reports/today/today.html",
        "in_charge": "reports/today/today.html",
        "clerk": "/meetings/",
        "nobody": "reports/today/welcome.html",
    }


def test_an_administrator_without_a_locality_starts_in_the_administration():
    assert visitor(user("technician", is_staff=True)).get("/").url == "/admin/"


def test_a_name_cannot_break_out_of_the_page():
    it = busy_quarter()
    version = it.tree.an.versions.get()
    version.name = "<script>alert(1)</script>"
    version.save()
    localities_changed()

    body = overview(it.committee).content.decode()

    assert not re.search(r"<script>alert", body)


@pytest.mark.parametrize("more", [1, 3])
def test_query_count_does_not_grow(more, django_assert_num_queries):
    it = busy_quarter()
    rated_year(it.tree)
    for number in range(more):
        issue(it.tree.an2, TODAY.replace(year=2022, month=11), "water")
        assign(cadre(f"X{number}"), it.tree.an2, first_day=TODAY)
    client = visitor(it.committee)
    client.get("/")

    with django_assert_num_queries(24):
        client.get("/")
