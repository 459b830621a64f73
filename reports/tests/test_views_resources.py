"""Resources: with their chain, their sum, and who may record them."""

from datetime import date

import pytest
import time_machine
from django.utils import translation

from assignments.tests.cast import at, user
from reports.models import Resource
from reports.tests.quarter import TODAY, busy_quarter, resource
from reports.tests.visits import plain, visitor

pytestmark = pytest.mark.django_db

ADDRESS = "/resources/"


@pytest.fixture(autouse=True)
def _on_the_tenth_of_january():
    with time_machine.travel(at(TODAY), tick=False), translation.override("en"):
        yield


def values(who, **query):
    response = visitor(who).get(ADDRESS, query)
    assert response.status_code == 200
    return [row.value_vnd for row in response.context["object_list"]], response.context["sum"]


def answers(tree, **more):
    """What somebody types into the form of a new resource."""
    return {
        "locality": tree.an1.pk,
        "mobilised_on": "2023-01-09",
        "kind": "money",
        "description": "Làm cầu",
        "value_vnd": "60900000",
        "status": "promised",
        **more,
    }


@pytest.mark.parametrize(
    "query, expected",
    [
        ({}, ([1_500_000, 5_000_000], 6_500_000)),
        ({"quarter": "2022-Q4", "within": "N"}, ([5_000_000], 5_000_000)),
        ({"quarter": "2022-Q3"}, ([], 0)),
        ({"status": "promised"}, ([1_500_000], 1_500_000)),
        ({"kind": "land"}, ([], 0)),
    ],
)
def test_a_list_is_narrowed_and_added_up(query, expected):
    it = busy_quarter()

    assert values(it.committee, **query) == expected


@pytest.mark.parametrize(
    "role, expected",
    [
        ("head", [5_000_000]),
        ("commune", [5_000_000]),
        ("in_charge", [5_000_000]),
        ("elsewhere", [1_500_000]),
        ("clerk", []),
        ("nobody", []),
    ],
)
def test_each_role_sees_its_part_of_the_tree(role, expected):
    it = busy_quarter()

    assert values(getattr(it, role))[0] == expected


def test_a_resource_is_recorded_and_corrected():
    it = busy_quarter()
    client = visitor(it.commune)

    made = client.post("/resources/new/", answers(it.tree, cadre=it.chau.pk))
    row = Resource.objects.get(description="Làm cầu")
    client.post(f"/resources/{row.pk}/edit/", answers(it.tree, status="delivered"))

    assert made.url == f"/resources/{row.pk}/"
    row.refresh_from_db()
    assert (row.status, row.value_vnd, row.place.commune) == ("delivered", 60_900_000, it.tree.an)
    page = client.get(f"/resources/{row.pk}/")
    assert [event["text"] for event in page.context["events"]] == ["Delivered · commune", "Entered · commune"]
    assert "VND 60,900,000" in plain(page.content.decode())


def test_a_resource_cannot_be_recorded_elsewhere_or_by_a_reader():
    it = busy_quarter()

    foreign = visitor(it.commune).post("/resources/new/", answers(it.tree, locality=it.tree.cam1.pk))
    reading = visitor(user("reader", at=it.tree.district)).post("/resources/new/", answers(it.tree))

    assert list(foreign.context["form"].errors) == ["locality"]
    assert reading.status_code == 404
    assert Resource.objects.count() == 2


def test_a_resource_out_of_reach_is_not_found():
    it = busy_quarter()
    row = resource(it.tree.cam1, date(2022, 10, 1), 1)

    client = visitor(it.commune)

    assert client.get(f"/resources/{row.pk}/").status_code == 404
    assert client.get(f"/resources/{row.pk}/edit/").status_code == 404


def test_a_private_giver_stays_without_a_name():
    it = busy_quarter()

    response = visitor(it.commune).post("/resources/new/", answers(it.tree, donor="Ông Trần Văn Tư"))

    assert list(response.context["form"].errors) == ["donor"]


@pytest.mark.parametrize("more", [1, 3])
def test_query_count_does_not_grow(more, django_assert_num_queries):
    it = busy_quarter()
    for number in range(more):
        resource(it.tree.an2, date(2022, 11, number + 1), 1000, cadre=it.binh)
    client = visitor(it.committee)
    client.get(ADDRESS)

    with django_assert_num_queries(9):
        client.get(ADDRESS)
