"""The page that says for how many localities somebody answers, and which have nobody."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from assignments.actions import localities_changed
from assignments.models import LocalityVersion
from assignments.tests.cast import assign, cadre, small_tree, user, version
from cadrenet.periods import today
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db
URL = reverse("assignments:coverage")
DAY = date(2022, 5, 9)


def shown(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200
    return response.context


def codes(context):
    return [row["vacancy"].place.locality.code for row in context["rows"]]


def lines(response):
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


def district():
    """Groups: north has a head. Communes and hamlets all have somebody, but Xã Cẩm. Groups: only an1a has."""
    tree = small_tree()
    assign(cadre("head"), tree.north, role="head")
    for place in (tree.an, tree.binh, tree.an1, tree.an2, tree.binh1, tree.cam1, tree.an1a):
        assign(cadre(place.code), place)
    assign(cadre("last", "Lê Văn Cũ"), tree.an1b, last_day=date(2022, 4, 30))
    return tree


def test_each_tier_is_a_figure_that_opens_what_it_lacks():
    tree = district()
    context = shown(visitor(user("u", at=tree.district)), day=DAY)

    assert [
        (tile["label"], tile["value"], tile["unit"], tile["count"], tile["note"]) for tile in context["tiles"]
    ] == [
        ("Regional group", "1", "/ 2", "50.00%", "1 has nobody"),
        ("Commune or town", "2", "/ 3", "66.67%", "1 has nobody"),
        ("Hamlet or neighbourhood", "4", "/ 4", "100.00%", "All have somebody"),
        ("Self-governing group", "1", "/ 3", "33.33%", "2 have nobody"),
    ]
    assert context["tiles"][3]["url"] == f"{URL}?day=2022-05-09&tier=self_governing_group"


def test_places_with_nobody_stand_by_name_from_the_highest_tier_down():
    tree = district()
    context = shown(visitor(user("u", at=tree.district)), day=DAY)

    assert codes(context) == ["S", "CA", "AN-1-B", "CA-1-A"]
    assert [tab["count"] for tab in context["tabs"]] == [4, 0, None, None]
    vacancy = context["rows"][2]["vacancy"]
    assert (vacancy.previous.cadre.full_name, vacancy.since, vacancy.days) == ("Lê Văn Cũ", date(2022, 5, 1), 9)


@pytest.mark.parametrize("tier", ["regional_group", "commune", "hamlet", "self_governing_group"])
def test_the_list_of_a_tier_is_what_the_command_prints(tier):
    tree = district()
    out = StringIO()
    call_command("coverage", "2022-05-09", level=tier, stdout=out)

    response = visitor(user("u", at=tree.district)).get(URL, {"day": DAY, "tier": tier, "format": "csv"})

    assert [line.split(",")[:2] for line in lines(response)] == [
        row.split(",") for row in out.getvalue().splitlines()
    ]


def test_the_file_begins_with_the_public_columns():
    tree = district()
    response = visitor(user("u", at=tree.an)).get(URL, {"day": DAY, "format": "csv"})

    assert lines(response) == [
        "locality_code,locality_name,tier,lies_in,nobody_since,previous_cadre_code,previous_cadre_name",
        "AN-1-B,Tổ số 2,self_governing_group,Huyện Mẫu › Nhóm Bắc › Thị trấn An › Khu phố 1,"
        "2022-05-01,last,Lê Văn Cũ",
    ]


def test_what_ends_within_thirty_days_is_a_list_of_its_own():
    tree = district()
    tree.an1a.assignments.update(last_day=DAY + timedelta(days=10))
    context = shown(visitor(user("u", at=tree.district)), day=DAY, state="ending")

    assert codes(context) == ["AN-1-A"]
    assert [tab["count"] for tab in context["tabs"]] == [4, 1, None, None]


def test_communes_are_compared_and_within_a_commune_hamlets():
    tree = district()
    client = visitor(user("u", at=tree.district))

    wide, narrow = shown(client, day=DAY), shown(client, day=DAY, within="AN")

    assert [
        (row["gaps"].place.name, row["gaps"].groups.covered, row["gaps"].groups.total) for row in wide["areas"]
    ] == [
        ("Thị trấn An", 1, 2),
        ("Xã Cẩm", 0, 1),
        ("Xã Bình", 0, 0),
    ]
    assert [row["gaps"].place.name for row in narrow["areas"]] == ["Khu phố 1", "Ấp 2"]
    assert wide["areas"][0]["url"] == f"{URL}?day=2022-05-09&within=AN"


def test_who_decides_may_assign_from_the_row():
    tree = district()
    (row,) = shown(visitor(user("editor", at=tree.an, level="editor")), day=DAY)["rows"]

    assert row["assign_url"] == (
        f"{reverse('assignments:create')}?locality=AN-1-B&next=%2Fassignments%2Fcoverage%2F%3Fday%3D2022-05-09"
    )
    (row,) = shown(visitor(user("viewer", at=tree.an)), day=DAY)["rows"]
    assert row["assign_url"] == ""


def test_who_decides_in_one_part_only_may_assign_there_only():
    tree = district()
    who = user("u", at=tree.district)
    who.grants.create(locality=tree.an, level="editor")

    rows = shown(visitor(who), day=DAY)["rows"]

    assert [bool(row["assign_url"]) for row in rows] == [False, False, True, False]


def test_nothing_of_another_part_of_the_tree_is_counted_listed_or_exported():
    tree = district()
    assign(cadre("foreign", "Người Ngoài"), tree.cam1a, last_day=date(2022, 4, 1))
    client = visitor(user("u", at=tree.an))

    context = shown(client, day=DAY)

    assert [(tile["value"], tile["unit"]) for tile in context["tiles"]] == [("1", "/ 1"), ("2", "/ 2"), ("1", "/ 2")]
    assert codes(context) == ["AN-1-B"]
    page = client.get(URL, {"day": DAY}).content.decode()
    assert "Cẩm" not in page
    assert "Người Ngoài" not in page
    assert len(lines(client.get(URL, {"day": DAY, "format": "csv"}))) == 2
    assert list(shown(client, within="CA")["form"].errors) == ["within"]


def test_who_gained_a_locality_is_not_told_who_was_there_before():
    tree = district()
    tree.an2.assignments.update(last_day=date(2022, 4, 30))
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 4))
    version(tree.an2, "Ấp 2", tree.cam, first_day=date(2022, 5, 5))
    localities_changed()

    rows = shown(visitor(user("u", at=tree.cam)), day=DAY, tier="hamlet")["rows"]

    assert [(row["vacancy"].place.locality, row["vacancy"].previous) for row in rows] == [(tree.an2, None)]
    assert rows[0]["vacancy"].since == date(2022, 5, 5)


def test_somebody_who_reaches_no_place_is_told_so():
    small_tree()
    response = visitor(user("nobody")).get(URL)

    assert "There are no localities here on that day" in response.content.decode()


def test_today_is_meant_where_no_day_is_named():
    tree = district()

    assert shown(visitor(user("u", at=tree.an)))["day"] == today()


def test_cost_does_not_grow_with_the_rows(django_assert_num_queries):
    tree = district()
    client = visitor(user("u", at=tree.district, level="editor"))
    client.get(URL, {"day": DAY})

    for _size in (4, 6):
        with django_assert_num_queries(18):
            client.get(URL, {"day": DAY})
        tree.an2.assignments.all().delete()
        tree.binh1.assignments.all().delete()
