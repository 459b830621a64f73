"""The tree of localities on a page: one step at a time, as of a day, and found without marks."""

from datetime import date

import pytest
from django.urls import reverse

from assignments.actions import localities_changed
from assignments.models import LocalityVersion
from assignments.tests.cast import agency, assign, cadre, locality, small_tree, user, version
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db
URL = reverse("assignments:localities")


def shown(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200
    return response.context


def names(context):
    return [row.place.name for row in context["rows"]]


def lines(response):
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


def move_an2(tree):
    """Hamlet an2 moves from An to Cam on 15 May 2022, under another name."""
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 14))
    version(tree.an2, "Ấp Hai", tree.cam, first_day=date(2022, 5, 15))
    localities_changed()


def test_the_only_root_stands_above_its_children():
    tree = small_tree()

    context = shown(visitor(user("u", at=tree.north)))

    assert context["head"].locality == tree.north
    assert names(context) == ["Thị trấn An", "Xã Bình"]
    assert [step["label"] for step in context["chain"]] == ["Huyện Mẫu", "Nhóm Bắc"]
    assert [bool(step["url"]) for step in context["chain"]] == [False, False]


def test_several_roots_stand_beside_each_other():
    tree = small_tree()
    who = user("u", at=tree.an)
    assign(cadre("P", user=who), tree.cam1)

    context = shown(visitor(who))

    assert (context["head"], names(context)) == (None, ["Thị trấn An", "Ấp 1"])


def test_a_row_says_type_who_is_in_charge_and_what_lies_below():
    tree = small_tree()
    assign(cadre("P", "Bùi Hoàng Tâm", agency=agency("A", "Mặt trận", at=tree.district)), tree.an)

    an, binh = shown(visitor(user("u", at=tree.north)))["rows"]

    assert (an.place.type.name, an.names, an.number_below, an.is_vacant) == ("Thị trấn", "Bùi Hoàng Tâm", 4, False)
    assert (binh.place.type.name, binh.names, binh.number_below, binh.is_vacant) == ("Xã", "", 1, True)
    assert [str(words) for words in an.words_below] == ["2 hamlets and neighbourhoods", "2 self-governing groups"]


def test_the_next_step_down_keeps_the_day():
    tree = small_tree()
    html = visitor(user("u", at=tree.district)).get(URL, {"day": "2022-05-09"}).content.decode()

    assert 'href="?day=2022-05-09&amp;within=N"' in html
    assert f'href="{tree.north.get_absolute_url()}?day=2022-05-09"' in html


def test_the_tree_is_read_as_of_a_day():
    tree = small_tree()
    move_an2(tree)
    client = visitor(user("u", at=tree.district))

    assert names(shown(client, within="AN", day="2022-05-14")) == ["Khu phố 1", "Ấp 2"]
    assert names(shown(client, within="AN", day="2022-05-15")) == ["Khu phố 1"]
    assert names(shown(client, within="CA", day="2022-05-15")) == ["Ấp Hai", "Ấp 1"]


def test_a_name_is_found_without_marks_and_stands_with_its_chain():
    tree = small_tree()
    client = visitor(user("u", at=tree.district))

    context = shown(client, q="ap 1")

    assert [(row.place.name, row.place.above) for row in context["rows"]] == [
        ("Ấp 1", "Xã Bình › Nhóm Bắc"),
        ("Ấp 1", "Xã Cẩm › Nhóm Nam"),
    ]
    assert "Xã Bình › Nhóm Bắc" in client.get(URL, {"q": "ap 1"}).content.decode()


def test_what_has_ended_is_found_with_its_last_day():
    tree = small_tree()
    locality("AN-9", "hamlet", "Ấp Cũ", tree.an, last_day=date(2022, 3, 31))
    localities_changed()

    (row,) = shown(visitor(user("u", at=tree.an)), q="ap cu", day="2022-05-09")["rows"]

    assert (row.place.name, row.ended_on, row.now, row.is_vacant) == ("Ấp Cũ", date(2022, 3, 31), None, False)


def test_a_former_name_leads_to_what_it_is_called_now():
    tree = small_tree()
    move_an2(tree)

    (row,) = shown(visitor(user("u", at=tree.district)), q="ấp 2", day="2022-06-01")["rows"]

    assert (row.place.name, row.ended_on, row.now.name) == ("Ấp 2", date(2022, 5, 14), "Ấp Hai")


def test_who_saw_a_locality_before_it_moved_is_not_told_where_it_is_now():
    tree = small_tree()
    move_an2(tree)
    client = visitor(user("u", at=tree.an))

    (row,) = shown(client, q="ap", day="2022-06-01")["rows"]

    assert (row.place.name, row.ended_on, row.now) == ("Ấp 2", date(2022, 5, 14), None)
    assert "Ấp Hai" not in client.get(URL, {"q": "ap", "day": "2022-06-01"}).content.decode()
    assert names(shown(client, q="hai", day="2022-06-01")) == []


def test_a_tier_lists_all_of_it_below_a_locality():
    tree = small_tree()

    assert names(shown(visitor(user("u", at=tree.district)), tier="hamlet", within="N")) == [
        "Khu phố 1",
        "Ấp 2",
        "Ấp 1",
    ]


def test_nothing_of_another_part_of_the_tree_is_shown_found_or_exported():
    tree = small_tree()
    assign(cadre("P", "Người Ngoài"), tree.cam1)
    client = visitor(user("u", at=tree.an))

    for query in ({}, {"q": "ap"}, {"tier": "hamlet"}, {"tier": "commune"}):
        page = client.get(URL, query).content.decode()
        assert "Cẩm" not in page
        assert "Người Ngoài" not in page
        assert not [line for line in lines(client.get(URL, {**query, "format": "csv"})) if "CA" in line]
    assert shown(client, within="CA")["filter"]["form"].errors == {
        "within": ["There is no such locality among those you may see."]
    }
    assert names(shown(visitor(user("nobody")))) == []


@pytest.mark.parametrize("query", [{"day": "x"}, {"day": "0001-01-01"}, {"day": "9999-12-31"}, {"tier": "x"}])
def test_a_question_that_makes_no_sense_is_answered_by_a_sentence(query):
    tree = small_tree()
    context = shown(visitor(user("u", at=tree.district)), **query)

    assert list(context["filter"]["form"].errors) == list(query)
    assert list(context["object_list"]) == []


def test_a_day_is_understood_as_people_write_it():
    tree = small_tree()

    assert shown(visitor(user("u", at=tree.district)), day="09/05/2022")["day"] == date(2022, 5, 9)


def test_the_file_holds_the_rows_of_the_page():
    tree = small_tree()
    assign(cadre("P", "Bùi Hoàng Tâm"), tree.an)

    response = visitor(user("u", at=tree.north)).get(URL, {"day": "2022-05-09", "format": "csv"})

    assert lines(response) == [
        "Code,Name,Type,Tier,Lies in,From,Until,Households,In charge,Localities below",
        "AN,Thị trấn An,Thị trấn,Commune or town,Huyện Mẫu › Nhóm Bắc,,,,Bùi Hoàng Tâm,4",
        "BI,Xã Bình,Xã,Commune or town,Huyện Mẫu › Nhóm Bắc,,,,,1",
    ]


@pytest.mark.parametrize("query, number", [({"within": "AN"}, 13), ({"q": "to", "within": "AN"}, 13)])
def test_cost_does_not_grow_with_the_rows(query, number, django_assert_num_queries):
    tree = small_tree()
    client = visitor(user("u", at=tree.district))
    client.get(URL, query)

    for _size in (2, 5):
        with django_assert_num_queries(number):
            client.get(URL, query)
        for name in ("AN-3", "AN-4", "AN-5"):
            if _size == 2:
                made = locality(name, "hamlet", f"Tổ ấp {name}", tree.an)
                locality(f"{name}-A", "self_governing_group", "Tổ số 9", made)
        localities_changed()
