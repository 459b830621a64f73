"""People for an empty place: proposed in classes that are said in words, explained, and never ranked by a number."""

from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.urls import reverse

from assignments.actions import localities_changed
from assignments.models import HolderRule, Lineage
from assignments.tests.cast import OFFICE, agency, assign, at, cadre, locality, small_tree, user
from meetings.models import Meeting
from meetings.rosters import keep_rosters
from reports.candidates.page import usual_times
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY = date(2022, 5, 9), date(2022, 6, 9), date(2022, 7, 9)


@pytest.fixture(autouse=True)
def _first_of_may():
    with time_machine.travel(datetime(2022, 5, 1, 9, tzinfo=OFFICE), tick=False):
        yield


def meet(place, day, hour=19, kind="cell", status="planned"):
    made = Meeting.objects.create(kind=kind, locality=place, starts_at=at(day, hour), status=status)
    keep_rosters(Meeting.objects.filter(pk=made.pk))
    return made


def address(place):
    return reverse("reports:candidates", args=[place.pk])


def shown(who, place, **query):
    response = visitor(who).get(address(place), query)
    assert response.status_code == 200
    return response


def names(response):
    return [row["candidate"].cadre.full_name for row in response.context["rows"]]


def office_of(tree, *people):
    """An agency of the district with some people."""
    of = agency("A", "Phòng Nội vụ", at=tree.district)
    return [cadre(f"P{number}", name, agency=of) for number, name in enumerate(people)]


def test_people_stand_in_classes_and_inside_a_class_by_name():
    tree = small_tree()
    served, free, busy, loaded, later = office_of(tree, "Đỗ Văn Tư", "Lê Ánh", "Trần Bảy", "Bùi Chín", "Bùi Ánh")
    assign(served, tree.an2, first_day=date(2020, 1, 1), last_day=date(2020, 12, 31))
    assign(busy, tree.cam1)
    assign(loaded, tree.binh1)
    meet(tree.an1, MAY)
    meet(tree.an1, JUNE)
    meet(tree.cam1, MAY, hour=20)
    who = user("all", at=tree.district, level="editor")

    response = shown(who, tree.an1)

    assert names(response) == ["Đỗ Văn Tư", "Bùi Ánh", "Lê Ánh", "Bùi Chín", "Trần Bảy"]
    assert [(row["candidate"].load, row["candidate"].free) for row in response.context["rows"]] == [
        (0, 2),
        (0, 2),
        (0, 2),
        (1, 2),
        (1, 1),
    ]
    assert "First stand those who have served in Thị trấn An" in response.content.decode()


def test_what_is_in_the_way_is_told_with_its_day_and_place():
    tree = small_tree()
    (busy,) = office_of(tree, "Trần Bảy")
    assign(busy, tree.cam1)
    meet(tree.an1, MAY)
    other = meet(tree.cam1, MAY, hour=20)

    response = shown(user("all", at=tree.district, level="editor"), tree.an1)

    assert response.context["rows"][0]["busy"] == [{"day": MAY, "meeting": other}]
    page = response.content.decode()
    assert "free at 0 of 1" in page
    assert f'<a href="{other.get_absolute_url()}">Party cell meeting, Ấp 1</a>, Xã Cẩm › Nhóm Nam' in page


def test_a_meeting_elsewhere_is_not_named_to_whoever_may_not_see_it():
    tree = small_tree()
    of = agency("A", "Đảng ủy An", at=tree.an)
    busy = cadre("P", "Trần Bảy", agency=of)
    assign(busy, tree.cam1a)
    meet(tree.an1a, MAY, kind="self_governing_group")
    meet(tree.cam1a, MAY, kind="self_governing_group")

    response = shown(user("an", at=tree.an, level="editor"), tree.an1a)

    assert response.context["rows"][0]["busy"] == [{"day": MAY, "meeting": None}]
    assert "another meeting" in response.content.decode()
    assert "Cẩm" not in response.content.decode()


def test_service_in_the_commune_has_its_days_and_months_also_from_before_a_merger():
    tree = small_tree()
    (who,) = office_of(tree, "Lê Ánh")
    assign(who, tree.an2, first_day=date(2020, 1, 1), last_day=date(2020, 12, 31))
    assign(who, tree.an, first_day=date(2021, 3, 1), last_day=date(2021, 4, 30))
    assign(who, tree.cam1, first_day=date(2019, 1, 1), last_day=date(2019, 6, 30))

    reader = user("all", at=tree.district, level="editor")

    def spells():
        (row,) = shown(reader, tree.an1).context["rows"]
        return [(spell.name, spell.first_day, spell.last_day, spell.months) for spell in row["candidate"].spells]

    assert spells() == [
        ("Thị trấn An", date(2021, 3, 1), date(2021, 4, 30), 2),
        ("Ấp 2", date(2020, 1, 1), date(2020, 12, 31), 12),
    ]
    Lineage.objects.create(predecessor=tree.cam, successor=tree.an, effective_on=date(2022, 1, 1), kind="merge")
    assert spells()[2:] == [("Ấp 1", date(2019, 1, 1), date(2019, 6, 30), 6)]


def test_the_others_stand_behind_a_link_and_the_numbers_agree():
    tree = small_tree()
    office_of(tree, "Lê Ánh", "Bùi Chín")
    cadre("Q", "Trần Bảy", agency=agency("C", "Đảng ủy An", at=tree.an))
    who = user("all", at=tree.district, level="editor")

    response = shown(who, tree.an1)

    assert [(tab["label"], tab["count"], tab["current"]) for tab in response.context["tabs"]] == [
        ("Fit by rule", 2, True),
        ("Do not fit by rule", 1, False),
    ]
    assert names(response) == ["Lê Ánh", "Bùi Chín"]
    client = visitor(who)
    for tab in response.context["tabs"]:
        there = client.get(address(tree.an1) + tab["url"])
        assert there.context["page_obj"].paginator.count == tab["count"]
    assert names(shown(who, tree.an1, others=1)) == ["Trần Bảy"]


def test_without_a_rule_everybody_fits():
    tree = small_tree()
    HolderRule.objects.all().delete()
    cadre("Q", "Trần Bảy", agency=agency("C", "Đảng ủy An", at=tree.an))

    response = shown(user("all", at=tree.district, level="editor"), tree.an1)

    assert names(response) == ["Trần Bảy"]
    assert "By rule" not in response.content.decode()


def test_who_has_left_who_holds_the_place_and_who_is_not_the_readers_are_not_proposed():
    tree = small_tree()
    stays, left, holds = office_of(tree, "Lê Ánh", "Bùi Chín", "Trần Bảy")
    left.left_on = date(2022, 4, 30)
    left.save()
    assign(holds, tree.an1)
    HolderRule.objects.all().delete()

    assert names(shown(user("all", at=tree.district, level="editor"), tree.an1)) == ["Lê Ánh"]
    # The commune's office assigns its own people, and whoever serves there already.
    assert names(shown(user("an", at=tree.an, level="editor"), tree.an1a)) == ["Trần Bảy"]


def test_the_usual_time_is_taken_where_no_meeting_is_planned_and_said_so():
    tree = small_tree()
    (busy,) = office_of(tree, "Trần Bảy")
    assign(busy, tree.cam1)
    for day in (date(2022, 1, 9), date(2022, 2, 9), date(2022, 3, 12), date(2022, 4, 9)):
        meet(tree.an1, day, status="held")
    meet(tree.cam1, JUNE, hour=20)

    response = shown(user("all", at=tree.district, level="editor"), tree.an1)

    times = response.context["found"].meeting_times
    assert [time.starts_at for time in times.times] == [at(MAY), at(JUNE), at(JULY)]
    assert "The most frequent day and hour of the last 4 that were held" in response.content.decode()
    assert response.context["rows"][0]["candidate"].free == 2


def test_usual_times_of_short_months_and_ties():
    moments = [at(date(2022, 1, 31)), at(date(2021, 12, 30), 20)]

    assert [time.starts_at for time in usual_times(moments, date(2022, 2, 1))] == [
        at(date(2022, 2, 28)),
        at(date(2022, 3, 31)),
        at(date(2022, 4, 30)),
    ]
    assert list(usual_times([], MAY)) == []


@pytest.mark.parametrize(
    "name, words",
    [
        ("an1", "No meeting is planned here and none was held, so evenings are not compared."),
        ("north", "This tier has no meeting of its own, so evenings are not compared."),
    ],
)
def test_where_no_time_is_known_evenings_are_not_compared(name, words):
    tree = small_tree()
    who = cadre("P", "Lê Ánh", agency=agency("A", at=tree.district))
    who.committee_role = "standing_committee"
    who.save()

    response = shown(user("all", at=tree.district, level="editor"), getattr(tree, name))

    assert names(response) == ["Lê Ánh"]
    page = response.content.decode()
    assert words in page
    assert "When this place meets" not in page


def test_a_row_leads_to_the_form_with_place_and_cadre_filled_in_and_back():
    tree = small_tree()
    office_of(tree, "Lê Ánh")
    client = visitor(user("all", at=tree.district, level="editor"))

    url = client.get(address(tree.an1), {"next": "/assignments/coverage/?tier=hamlet"}).context["rows"][0][
        "assign_url"
    ]

    assert parse_qs(urlsplit(url).query) == {
        "locality": ["AN-1"],
        "cadre": ["P0"],
        "next": ["/assignments/coverage/?tier=hamlet"],
    }
    form = client.get(url).context["form"]
    assert [option["chosen"] for option in form.matches["cadre"]["options"]] == [True]
    assert [option["chosen"] for option in form.matches["locality"]["options"]] == [True]
    own = client.get(address(tree.an1)).context["rows"][0]["assign_url"]
    assert parse_qs(urlsplit(own).query)["next"] == [tree.an1.get_absolute_url()]


def test_by_name_by_agency_and_what_makes_no_sense():
    tree = small_tree()
    office_of(tree, "Lê Ánh", "Bùi Chín")
    cadre("Q", "Đỗ Ánh", agency=agency("B", at=tree.district))
    who = user("all", at=tree.district, level="editor")

    assert names(shown(who, tree.an1, q="anh")) == ["Đỗ Ánh", "Lê Ánh"]
    assert names(shown(who, tree.an1, q="anh", agency="B")) == ["Đỗ Ánh"]
    assert names(shown(who, tree.an1, q="nobody")) == []
    wrong = shown(who, tree.an1, agency="XX")
    assert list(wrong.context["form"].errors) == ["agency"]
    assert "rows" not in wrong.context


def test_fifty_to_a_page():
    tree = small_tree()
    of = agency("A", at=tree.district)
    for number in range(51):
        cadre(f"P{number:02}", f"Lê Văn {number:02}", agency=of)
    client = visitor(user("all", at=tree.district, level="editor"))

    pages = [client.get(address(tree.an1), {"page": page}) for page in (1, 2)]

    assert [len(page.context["rows"]) for page in pages] == [50, 1]


@pytest.mark.parametrize("level", ["viewer", "recorder"])
def test_whoever_does_not_decide_there_finds_nothing(level):
    tree = small_tree()

    assert visitor(user("u", at=tree.district, level=level)).get(address(tree.an1)).status_code == 404


def test_other_places_and_places_that_have_ended_are_not_found():
    tree = small_tree()
    gone = locality("AN-9", "hamlet", "Ấp 9", tree.an, last_day=date(2021, 12, 31))
    localities_changed()
    client = visitor(user("an", at=tree.an, level="editor"))

    assert [client.get(address(place)).status_code for place in (tree.cam1, tree.north, gone)] == [404, 404, 404]
    assert client.get(address(tree.an1)).status_code == 200
    assert client.post(address(tree.an1)).status_code == 405


def test_empty_places_lead_here_from_coverage_and_from_their_page():
    tree = small_tree()
    who = user("all", at=tree.district, level="editor")
    client, reader = visitor(who), visitor(user("reader", at=tree.district))

    coverage = client.get(reverse("assignments:coverage"), {"tier": "hamlet"}).content.decode()
    assert f'href="{address(tree.an1)}?next=%2Fassignments%2Fcoverage%2F%3Ftier%3Dhamlet"' in coverage
    assert address(tree.an1) in client.get(tree.an1.get_absolute_url()).content.decode()
    for url in (reverse("assignments:coverage"), tree.an1.get_absolute_url()):
        assert address(tree.an1) not in reader.get(url).content.decode()
    assign(cadre("P"), tree.an1)
    assert address(tree.an1) not in client.get(tree.an1.get_absolute_url()).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(number, django_assert_num_queries):
    tree = small_tree()
    for position in range(number):
        who = cadre(f"P{position}", agency=agency(f"A{position}", at=tree.district))
        assign(who, tree.cam1, first_day=date(2021, 1, 1))
        assign(who, tree.an2, first_day=date(2020, 1, 1), last_day=date(2020, 12, 31))
    for day in (MAY, JUNE, JULY)[:number]:
        meet(tree.an1, day)
        meet(tree.cam1, day)
    client = visitor(user("all", at=tree.district, level="editor"))
    client.get(address(tree.an1))

    with django_assert_num_queries(20):
        response = client.get(address(tree.an1))

    assert len(response.context["rows"]) == number
    assert [one["candidate"].free for one in response.context["rows"]] == [0] * number


def test_for_ninety_two_days():
    tree = small_tree()
    meet(tree.an1, date(2022, 5, 1) + timedelta(days=92))
    meet(tree.an1, date(2022, 5, 1) + timedelta(days=93))

    response = shown(user("all", at=tree.district, level="editor"), tree.an1)

    assert [time.starts_at for time in response.context["found"].meeting_times.times] == [at(date(2022, 8, 1))]
