"""Lists of cadres and agencies: by name, never by a figure."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from assignments.tests.cast import agency, assign, cadre, small_tree, user
from cadrenet.periods import today
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db
CADRES, AGENCIES = reverse("assignments:cadres"), reverse("assignments:agencies")


def shown(client, url, **query):
    response = client.get(url, query)
    assert response.status_code == 200
    return response.context["rows"]


def codes(rows):
    return [row.cadre.code for row in rows]


def lines(response):
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


def test_cadres_stand_by_given_name():
    tree = small_tree()
    office = agency("A", at=tree.district)
    for code, name in (("1", "Trần Văn Đức"), ("2", "Đặng Thị An"), ("3", "Lê Văn Dũng"), ("4", "Bùi Văn Ân")):
        cadre(code, name, agency=office)

    assert codes(shown(visitor(user("u", at=tree.district)), CADRES)) == ["2", "4", "3", "1"]


@pytest.mark.parametrize(
    "query, found",
    [
        ({"q": "bui hoang tam"}, ["hamlet"]),
        ({"q": "HEAD"}, ["head"]),
        ({"agency": "B"}, ["free", "ended"]),
        ({"tier": "hamlet"}, ["hamlet"]),
        ({"role": "head"}, ["head"]),
        ({"tier": "hamlet", "role": "head"}, []),
        ({"unassigned": "on"}, ["free", "ended"]),
    ],
)
def test_cadres_are_narrowed_by(query, found):
    tree = small_tree()
    one, other = agency("A", at=tree.district), agency("B", at=tree.district)
    assign(cadre("head", "Đỗ Văn Ba", agency=one), tree.north, role="head")
    assign(cadre("hamlet", "Bùi Hoàng Tâm", agency=one), tree.an1)
    cadre("free", "Lê Thị Xa", agency=other)
    assign(cadre("ended", "Lê Thị Yến", agency=other), tree.an1, last_day=today() - timedelta(days=1))

    assert codes(shown(visitor(user("u", at=tree.district)), CADRES, **query)) == found


def test_a_row_shows_what_is_held_today_with_the_chain():
    tree = small_tree()
    who = cadre("P", agency=agency("A", at=tree.district))
    assign(who, tree.an)
    assign(who, tree.an1)

    (row,) = shown(visitor(user("u", at=tree.district)), CADRES)

    assert (row.number, row.words) == (
        2,
        "In charge: Huyện Mẫu › Nhóm Bắc › Thị trấn An; In charge: Huyện Mẫu › Nhóm Bắc › Thị trấn An › Khu phố 1",
    )


def test_of_a_cadre_who_serves_elsewhere_too_only_the_own_part_is_shown():
    tree = small_tree()
    who = cadre("P", agency=agency("A", at=tree.district))
    assign(who, tree.an1)
    assign(who, tree.cam1)
    cadre("foreign", "Người Ngoài", agency=agency("F", at=tree.cam))
    client = visitor(user("u", at=tree.an))

    (row,) = shown(client, CADRES)

    assert [held.assignment.locality for held in row.held] == [tree.an1]
    for query in ({}, {"q": "nguoi ngoai"}, {"unassigned": "on"}):
        page = client.get(CADRES, query).content.decode()
        assert "Người Ngoài" not in page.replace("nguoi ngoai", "")
        assert "Cẩm" not in page
    assert lines(client.get(CADRES, {"format": "csv"})) == [
        "Code,Full name,Agency,Position,Number of assignments,Assignments in force",
        "P,Lê Văn Tám,Phòng Mẫu,,1,In charge: Huyện Mẫu › Nhóm Bắc › Thị trấn An › Khu phố 1",
    ]
    assert client.get(CADRES, {"agency": "F"}).context["filter"].form.errors == {
        "agency": ["There is no such agency among those you may see."]
    }


def test_an_agency_is_listed_with_its_staff_and_where_they_serve():
    tree = small_tree()
    office = agency("A", "Phòng Nội vụ", at=tree.district)
    one, other = cadre("P", agency=office), cadre("Q", agency=office)
    cadre("R", agency=office)
    for who, place in ((one, tree.an), (one, tree.an1), (other, tree.an1)):
        assign(who, place)
    assign(other, tree.cam1, last_day=date(2022, 4, 30))
    agency("F", "Đảng ủy Xã Cẩm", at=tree.cam)
    client = visitor(user("u", at=tree.district))

    rows = {row.agency.code: row.staff for row in shown(client, AGENCIES)}

    assert (rows["A"].total, rows["A"].serving, rows["A"].localities) == (3, 2, 2)
    assert (rows["F"].total, rows["F"].serving, rows["F"].localities) == (0, 0, 0)
    assert [row.agency.code for row in shown(client, AGENCIES, q="dang uy")] == ["F"]


def test_agencies_elsewhere_are_not_listed_and_foreign_places_not_counted():
    tree = small_tree()
    own = agency("A", at=tree.an)
    agency("F", "Đảng ủy Xã Cẩm", at=tree.cam)
    who = cadre("P", agency=own)
    assign(who, tree.an1)
    assign(who, tree.cam1)
    client = visitor(user("u", at=tree.an))

    (row,) = shown(client, AGENCIES)

    assert (row.agency, row.staff.localities) == (own, 1)
    assert len(lines(client.get(AGENCIES, {"format": "csv"}))) == 2
    assert shown(client, AGENCIES, q="dang uy") == []


def test_the_head_of_an_agency_sees_that_one_and_its_staff():
    tree = small_tree()
    office = agency("A", at=tree.district)
    assign(cadre("ours", agency=office), tree.cam1)
    assign(cadre("theirs", agency=agency("B", at=tree.district)), tree.an1)
    client = visitor(user("head", of=office))

    assert codes(shown(client, CADRES)) == ["ours"]
    assert [row.agency.code for row in shown(client, AGENCIES)] == ["A"]


@pytest.mark.parametrize("url, number", [(CADRES, 13), (AGENCIES, 8)])
def test_cost_does_not_grow_with_the_rows(url, number, django_assert_num_queries):
    tree = small_tree()
    client = visitor(user("u", at=tree.district))
    assign(cadre("P", agency=agency("A", at=tree.district)), tree.an1)
    client.get(url)

    for size in (1, 3):
        with django_assert_num_queries(number):
            assert len(shown(client, url)) == size
        if size == 1:
            for code in ("B", "C"):
                assign(cadre(code, agency=agency(code, at=tree.an)), tree.cam1)
