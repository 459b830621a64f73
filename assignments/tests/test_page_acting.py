"""Acting for another: the list, a new entry, its early end, and that it begins and ends by itself."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from assignments.models import Acting, Locality
from assignments.navigation import roles_of
from assignments.scope import reach_of
from assignments.tests.cast import again, agency, assign, at, cadre, small_tree, user
from cadrenet.periods import today
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("assignments:actings"), reverse("assignments:acting_create")


def office():
    """Ánh answers for neighbourhood 1; Bình, who has a login and holds nothing, could act for her."""
    tree = small_tree()
    tree.agency = agency("A", "Văn phòng", at=tree.district)
    tree.anh = cadre("P1", "Nguyễn Thị Ánh", agency=tree.agency)
    tree.login = user("binh")
    tree.binh = cadre("P2", "Trần Thị Bình", agency=tree.agency, user=tree.login)
    assign(tree.anh, tree.an1)
    tree.client = visitor(user("office", at=tree.district, level="editor"))
    return tree


def days(first, last):
    return {"first_day": today() + timedelta(days=first), "last_day": today() + timedelta(days=last)}


def asked(**more):
    return {"absent": "P1", "cadre": "P2", "first_day": "2030-05-09", "last_day": "2030-05-20", **more}


def errors(response):
    return {name: list(sentences) for name, sentences in response.context["form"].errors.items()}


def test_somebody_acts_for_another_for_a_time():
    tree = office()

    response = tree.client.post(NEW, asked(decision_number="7-QĐ"))

    assert (response.status_code, response.url) == (302, LIST)
    assert list(Acting.objects.values_list("cadre", "absent", "first_day", "last_day", "decision_number")) == [
        (tree.binh.pk, tree.anh.pk, date(2030, 5, 9), date(2030, 5, 20), "7-QĐ")
    ]


@pytest.mark.parametrize(
    "wrong, found",
    [
        ({"absent": ""}, {"absent": ["Say whom."]}),
        ({"cadre": "P1"}, {"__all__": ["Nobody acts for himself."]}),
        ({"last_day": ""}, {"last_day": ["This field is required."]}),
        ({"last_day": "2030-05-08"}, {"__all__": ["The last day lies before the first day."]}),
    ],
)
def test_what_makes_no_sense_is_told(wrong, found):
    tree = office()

    assert errors(tree.client.post(NEW, asked(**wrong))) == found
    assert Acting.objects.count() == 0


def test_sent_twice_it_is_there_once():
    tree = office()
    tree.client.post(NEW, asked())

    assert errors(tree.client.post(NEW, asked())) == {
        "__all__": ["Somebody already acts for this cadre on some of these days."]
    }
    assert Acting.objects.count() == 1


def test_nobody_opens_to_another_what_he_does_not_decide():
    tree = office()
    assign(tree.anh, tree.north, role="head")
    cadre("P3", agency=agency("C", at=tree.an))
    client = visitor(user("commune", at=tree.an, level="editor"))

    assert errors(client.post(NEW, asked(cadre="P3"))) == {
        "absent": [
            "1 assignment of whoever is away lies outside what you decide. Ask whoever decides there.",
        ]
    }
    assert Acting.objects.count() == 0


def test_the_list_shows_what_goes_on_or_lies_ahead_or_all():
    tree = office()
    third = cadre("P3", "Lê Dung", agency=tree.agency)
    Acting.objects.create(cadre=tree.binh, absent=tree.anh, **days(-9, -5))
    Acting.objects.create(cadre=third, absent=tree.anh, **days(-2, 0))
    Acting.objects.create(cadre=tree.binh, absent=tree.anh, **days(1, 2))

    def rows(**query):
        found = tree.client.get(LIST, query).context["rows"]
        return [(row["acting"].cadre.code, row["state"][1], row["may_end"]) for row in found]

    assert rows() == [("P2", "later", True), ("P3", "acts today", True)]
    assert rows(state="all") == [*rows(), ("P2", "ended", False)]
    assert rows(q="le dung") == [("P3", "acts today", True)]


def test_it_is_ended_early_and_what_lies_ahead_is_taken_back():
    tree = office()
    now = Acting.objects.create(cadre=tree.binh, absent=tree.anh, **days(-2, 5))
    ahead = Acting.objects.create(cadre=tree.binh, absent=tree.anh, **days(6, 9))
    end, back = (reverse("assignments:acting_end", args=[row.pk]) for row in (now, ahead))

    later = tree.client.post(end, {"last_day": today() + timedelta(days=6)})
    before = tree.client.post(end, {"last_day": today() - timedelta(days=3)})
    assert errors(later) == {"last_day": ["That is later than the day on which it ends by itself."]}
    assert errors(before) == {"__all__": ["The last day lies before the first day."]}
    tree.client.post(end, {"last_day": today() - timedelta(days=1)})
    tree.client.post(back)

    assert list(Acting.objects.values_list("pk", "last_day")) == [(now.pk, today() - timedelta(days=1))]
    assert tree.client.post(end, {"last_day": today()}).url == LIST
    assert Acting.objects.get().last_day == today() - timedelta(days=1)


def test_only_who_decides_sees_these_pages():
    tree = office()
    row = Acting.objects.create(cadre=tree.binh, absent=tree.anh, **days(-2, 5))
    end = reverse("assignments:acting_end", args=[row.pk])
    viewer, elsewhere = (
        visitor(user("viewer", at=tree.district)),
        visitor(user("elsewhere", at=tree.cam, level="editor")),
    )

    assert [client.get(url).status_code for client in (viewer, visitor(tree.login)) for url in (LIST, NEW, end)] == (
        [404] * 6
    )
    assert elsewhere.get(LIST).context["rows"] == []
    assert [elsewhere.get(end).status_code, elsewhere.post(end, {"last_day": today()}).status_code] == [404, 404]


@pytest.mark.parametrize("day, sees", [(8, []), (9, ["AN-1"]), (20, ["AN-1"]), (21, [])])
def test_it_begins_and_ends_by_itself(day, sees):
    tree = office()
    Acting.objects.create(cadre=tree.binh, absent=tree.anh, first_day=date(2022, 5, 9), last_day=date(2022, 5, 20))

    with time_machine.travel(at(date(2022, 5, day), 12), tick=False):
        who = again(tree.login)
        found = Locality.objects.visible_to(who).filter(tier="hamlet")
        assert sorted(found.values_list("code", flat=True)) == sees
        assert reach_of(who).cadres == {tree.binh.pk, *([tree.anh.pk] if sees else [])}
        assert roles_of(who) == (["in_charge"] if sees else ["former"])


def test_the_list_costs_the_same_with_one_row_and_with_three(django_assert_num_queries):
    tree = office()
    tree.client.get(LIST)
    for numbers in ([3], [4, 5]):
        for number in numbers:
            Acting.objects.create(cadre=tree.binh, absent=cadre(f"P{number}", agency=tree.agency), **days(0, 5))
        with django_assert_num_queries(9):
            tree.client.get(LIST)
