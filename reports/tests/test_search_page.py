"""One search over localities, cadres and agencies: without marks, and only what one may see."""

from datetime import date

import pytest
from django.urls import reverse

from assignments.actions import localities_changed
from assignments.tests.cast import agency, assign, cadre, locality, small_tree, user
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db
URL = reverse("search")


def found(client, text):
    response = client.get(URL, {"q": text})
    assert response.status_code == 200
    groups = response.context["results"]
    return {str(group["heading"]): [(item["text"], item["detail"]) for item in group["items"]] for group in groups}


def test_localities_cadres_and_agencies_are_found_without_marks():
    tree = small_tree()
    cadre("P", "Bình Thị Ấm", agency=agency("A", "Đảng ủy Xã Bình", at=tree.binh))

    assert found(visitor(user("u", at=tree.district)), "binh") == {
        "Localities": [("Xã Bình", "Nhóm Bắc")],
        "Cadres": [("Bình Thị Ấm", "Đảng ủy Xã Bình")],
        "Agencies": [("Đảng ủy Xã Bình", "Xã Bình")],
    }


def test_a_code_is_found_too():
    tree = small_tree()

    assert found(visitor(user("u", at=tree.district)), "AN-2") == {"Localities": [("Ấp 2", "Thị trấn An › Nhóm Bắc")]}


def test_what_has_ended_is_found_with_its_last_day():
    tree = small_tree()
    locality("AN-9", "hamlet", "Ấp Cũ", tree.an, last_day=date(2022, 3, 31))
    localities_changed()
    client = visitor(user("u", at=tree.an))

    assert found(client, "ap cu") == {"Localities": [("Ấp Cũ", "Thị trấn An › Nhóm Bắc")]}
    assert "until 31 Mar 2022" in client.get(URL, {"q": "ap cu"}).content.decode()


def test_a_long_list_leads_to_all_of_it():
    tree = small_tree()
    for number in range(11):
        locality(f"AN-X{number}", "hamlet", f"Xóm {number}", tree.an)
    localities_changed()
    client = visitor(user("u", at=tree.an))

    (group,) = client.get(URL, {"q": "xóm"}).context["results"]

    assert (len(group["items"]), group["url"]) == (10, "/localities/?q=x%C3%B3m")
    assert client.get(group["url"]).context["paginator"].count == 11


def test_nothing_is_found_elsewhere():
    tree = small_tree()
    cadre("F", "Cẩm Văn Ngoài", agency=agency("F", "Đảng ủy Xã Cẩm", at=tree.cam))

    for who in (user("u", at=tree.an), user("nobody")):
        assert found(visitor(who), "cam") == {}


def test_the_head_of_an_agency_finds_own_staff_and_no_places():
    tree = small_tree()
    office = agency("A", "Phòng Mẫu", at=tree.district)
    assign(cadre("P", "Lê Văn Ấp", agency=office), tree.an2)

    assert found(visitor(user("head", of=office)), "ap") == {"Cadres": [("Lê Văn Ấp", "Phòng Mẫu")]}


def test_nothing_asked_for_is_an_empty_page_and_nothing_found_says_so():
    tree = small_tree()
    client = visitor(user("u", at=tree.district))

    assert "results" not in client.get(URL).context
    assert "results" not in client.get(URL, {"q": "  "}).context
    assert "Nothing that you may see is called “xyz”" in client.get(URL, {"q": "xyz"}).content.decode()


def test_few_queries_however_much_is_found(django_assert_num_queries):
    tree = small_tree()
    client = visitor(user("u", at=tree.district))
    client.get(URL, {"q": "an"})

    for codes in (["A"], ["B", "C"]):
        for code in codes:
            cadre(code, "Lê Văn An", agency=agency(code, "Phòng An ninh", at=tree.an))
        with django_assert_num_queries(8):
            client.get(URL, {"q": "an"})
