"""Replacing somebody in one step, and letting a cadre leave with all he holds."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from assignments.models import Acting, Assignment, Cadre, Handover, Posting
from assignments.tests.cast import agency, assign, at, cadre, small_tree, user
from cadrenet.periods import today
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters, wrong_rosters
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db
LONG_AGO = date(2020, 1, 1)


def office():
    """Ánh answers for neighbourhood 1, Bình could; both work in the district, where the visitor decides."""
    tree = small_tree()
    tree.agency = agency("A", "Văn phòng", at=tree.district)
    tree.anh = cadre("P1", "Nguyễn Thị Ánh", agency=tree.agency)
    tree.binh = cadre("P2", "Trần Thị Bình", agency=tree.agency)
    tree.row = assign(tree.anh, tree.an1, first_day=LONG_AGO)
    tree.client = visitor(user("office", at=tree.district, level="editor"))
    tree.url = reverse("assignments:assignment_replace", args=[tree.row.pk])
    return tree


def asked(**more):
    return {"last_day": "2022-05-31", "end_reason": "transferred", "cadre": "P2", **more}


def errors(response):
    return {name: list(sentences) for name, sentences in response.context["form"].errors.items()}


def told(response):
    return [str(found) for objections in response.context["form"].objections.values() for found in objections]


def held():
    rows = Assignment.objects.order_by("first_day", "pk")
    return list(rows.values_list("cadre__code", "first_day", "last_day", "end_reason"))


# --- Replace ----------------------------------------------------------------------------------------------------


def test_one_step_ends_one_begins_the_other_the_day_after_and_opens_a_handover():
    tree = office()

    response = tree.client.post(tree.url, asked(decision_number="12-QĐ/HU", decision_on="2022-05-20"))

    handover = Handover.objects.get()
    assert (response.status_code, response.url) == (302, handover.get_absolute_url())
    assert held() == [
        ("P1", LONG_AGO, date(2022, 5, 31), "transferred"),
        ("P2", date(2022, 6, 1), None, ""),
    ]
    new = Assignment.objects.get(cadre=tree.binh)
    assert (new.decision_number, new.decision_on) == ("12-QĐ/HU", date(2022, 5, 20))
    assert (handover.ended, handover.successor) == (tree.row, new)


def test_days_with_nobody_are_shown_before_anything_is_saved():
    tree = office()

    first = tree.client.post(tree.url, asked(first_day="2022-06-11"))

    assert (first.status_code, Handover.objects.count()) == (200, 0)
    assert b"10 days with nobody between the two." in first.content
    assert first.context["submit_label"] == "Replace all the same"
    seen = first.context["form"].shown_digest
    second = tree.client.post(tree.url, asked(first_day="2022-06-11", seen=seen))
    assert second.status_code == 302
    assert held()[1] == ("P2", date(2022, 6, 11), None, "")


def test_what_was_seen_of_another_gap_does_not_count():
    tree = office()
    seen = tree.client.post(tree.url, asked(first_day="2022-06-11")).context["form"].shown_digest

    again = tree.client.post(tree.url, asked(first_day="2022-07-11", seen=seen))

    assert (again.status_code, Handover.objects.count()) == (200, 0)
    assert b"40 days with nobody between the two." in again.content


def test_days_together_are_told_and_save_at_once():
    tree = office()

    assert tree.client.post(tree.url, asked(first_day="2022-05-30")).status_code == 302
    assert held()[1] == ("P2", date(2022, 5, 30), None, "")


def test_what_speaks_against_it_asks_for_a_reason_that_is_kept_with_the_history():
    tree = office()
    Assignment.objects.update(first_day=date(2022, 1, 1))

    first = tree.client.post(tree.url, asked())
    seen = first.context["form"].shown_digest
    without = tree.client.post(tree.url, asked(seen=seen))
    done = tree.client.post(tree.url, asked(seen=seen, why="Ốm dài ngày"))

    assert told(first) == ["That makes 5 months at this locality. An assignment should last at least 12 months."]
    assert errors(first) == {}
    assert errors(without) == {"why": ["Say why it is done all the same."]}
    assert done.status_code == 302
    reasons = [row.history.first().history_change_reason for row in Assignment.objects.order_by("first_day")]
    assert reasons == ["Ốm dài ngày", "Ốm dài ngày"]


def test_with_script_the_part_that_says_so_comes_alone_and_nothing_is_saved():
    tree = office()

    response = tree.client.post(tree.url, asked(first_day="2022-06-11", check="1"), headers={"HX-Request": "true"})

    assert response.content.lstrip().startswith(b'<input type="hidden" name="seen"')
    assert b"10 days with nobody between the two." in response.content
    assert b"<main" not in response.content
    assert Handover.objects.count() == 0


@pytest.mark.parametrize(
    "wrong, found",
    [
        ({"cadre": ""}, {"cadre": ["Say whom."]}),
        ({"cadre": "nobody"}, {"cadre": ["No cadre whom you may assign is called that."]}),
        ({"cadre": "P1"}, {"cadre": ["A successor is somebody else."]}),
        ({"end_reason": ""}, {"end_reason": ["This field is required."]}),
        (
            {"last_day": "31/31/2022"},
            {"last_day": ["“31/31/2022” does not exist: a year has 12 months. Write the day first, then the month."]},
        ),
        ({"last_day": "2019-12-31"}, {"__all__": ["The last day lies before the first day."]}),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(wrong, found):
    tree = office()

    response = tree.client.post(tree.url, asked(**wrong))
    if seen := response.context["form"].shown_digest:
        response = tree.client.post(tree.url, asked(seen=seen, why="Có lý do", **wrong))

    assert errors(response) == found
    assert held() == [("P1", LONG_AGO, None, "")]


def test_sent_twice_it_leads_to_the_one_handover():
    tree = office()
    tree.client.post(tree.url, asked())

    again = tree.client.post(tree.url, asked())

    assert again.url == Handover.objects.get().get_absolute_url()
    assert len(held()) == 2


def test_rosters_follow():
    tree = office()
    for day in (date(2022, 5, 9), date(2022, 6, 9)):
        Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(day))
    keep_rosters(Meeting.objects.all())

    tree.client.post(tree.url, asked())

    rows = Attendance.objects.order_by("day").values_list("day", "cadre__code")
    assert list(rows) == [(date(2022, 5, 9), "P1"), (date(2022, 6, 9), "P2")]
    assert list(wrong_rosters()) == []


def test_only_who_decides_there_may_replace():
    tree = office()
    clients = {
        "viewer": visitor(user("viewer", at=tree.district)),
        "recorder": visitor(user("recorder", at=tree.an, level="recorder")),
        "elsewhere": visitor(user("elsewhere", at=tree.cam, level="editor")),
        "agency": visitor(user("agency", of=tree.agency, level="recorder")),
    }

    answers = {
        name: (client.get(tree.url).status_code, client.post(tree.url, asked()).status_code)
        for name, client in clients.items()
    }

    assert answers == dict.fromkeys(clients, (404, 404))
    assert Handover.objects.count() == 0


def test_the_pages_of_the_assignment_and_of_the_locality_lead_there():
    tree = office()
    viewer = visitor(user("viewer", at=tree.district))
    pages = [tree.row.get_absolute_url(), tree.an1.get_absolute_url()]

    assert [tree.url.encode() in tree.client.get(page).content for page in pages] == [True, True]
    assert [tree.url.encode() in viewer.get(page).content for page in pages] == [False, False]


def test_the_page_costs_the_same_with_one_assignment_and_with_three(django_assert_num_queries):
    tree = office()
    tree.client.get(tree.url)
    for others in ([], [tree.an2, tree.cam1]):
        for place in others:
            assign(tree.anh, place)
        with django_assert_num_queries(9):
            tree.client.get(tree.url)


# --- A cadre leaves ---------------------------------------------------------------------------------------------


def leaving():
    tree = office()
    tree.other = assign(tree.anh, tree.an2, first_day=LONG_AGO)
    tree.url = reverse("assignments:cadre_leave", args=[tree.anh.pk])
    return tree


def gone(tree, **more):
    return {"last_day": "2030-05-31", "end_reason": "retired", f"cadre-{tree.row.pk}": "P2", **more}


def sure(tree, **more):
    """As whoever has read what the page says."""
    first = tree.client.post(tree.url, gone(tree, **more))
    return tree.client.post(tree.url, gone(tree, seen=first.context["form"].shown_digest, why="Nghỉ hưu", **more))


def test_all_that_a_cadre_holds_ends_or_passes_on_in_one_step():
    tree = leaving()

    first = tree.client.post(tree.url, gone(tree))
    response = sure(tree)

    assert told(first) == ["After that nobody answers for this place."]
    assert (response.status_code, response.url) == (302, tree.anh.get_absolute_url())
    assert held() == [
        ("P1", LONG_AGO, date(2030, 5, 31), "retired"),
        ("P1", LONG_AGO, date(2030, 5, 31), "retired"),
        ("P2", date(2030, 6, 1), None, ""),
    ]
    assert Cadre.objects.get(pk=tree.anh.pk).left_on == date(2030, 5, 31)
    successors = Handover.objects.order_by("pk").values_list("ended__locality__code", "successor__cadre__code")
    assert sorted(successors) == [("AN-1", "P2"), ("AN-2", None)]
    kept = {row.locality.code: row.history.first().history_change_reason for row in tree.anh.assignments.all()}
    assert kept == {"AN-1": "", "AN-2": "Nghỉ hưu"}


def test_an_end_that_is_known_and_nearer_stays():
    tree = leaving()
    Assignment.objects.filter(pk=tree.other.pk).update(last_day=date(2029, 12, 31), end_reason="term_ended")

    assert tree.client.post(tree.url, gone(tree)).status_code == 302

    assert ("P1", LONG_AGO, date(2029, 12, 31), "term_ended") in held()
    assert Handover.objects.count() == 1


def test_one_row_that_cannot_be_keeps_everything_as_it_was():
    tree = leaving()
    assign(tree.binh, tree.an1, first_day=date(2031, 1, 1))

    response = sure(tree)

    assert errors(response) == {
        f"cadre-{tree.row.pk}": [
            "This cadre already holds this role at this locality on some of these days.",
            "This cadre already holds this role at this locality.",
        ]
    }
    assert [row[2] for row in held()] == [None, None, None]
    assert (Cadre.objects.get(pk=tree.anh.pk).left_on, Handover.objects.count()) == (None, 0)


def test_a_day_without_a_successor_is_told():
    tree = leaving()
    data = gone(tree, **{f"first_day-{tree.other.pk}": "2030-06-05"})

    assert errors(tree.client.post(tree.url, data)) == {
        f"cadre-{tree.other.pk}": ["Say who begins on that day, or leave the day empty."]
    }


def test_an_assignment_that_somebody_else_decides_about_stops_all_of_it():
    tree = leaving()
    assign(tree.anh, tree.cam1)
    commune = agency("C", "Đảng ủy Thị trấn An", at=tree.an)
    Posting.objects.filter(cadre=tree.anh).update(agency=commune)
    client = visitor(user("commune", at=tree.an, level="editor"))

    page, sent = client.get(tree.url), client.post(tree.url, gone(tree, why="Nghỉ hưu"))

    sentence = "1 assignment lies outside what you decide, so nothing can be done here"
    assert sentence in page.content.decode()
    assert sentence in sent.content.decode()
    assert "Xã Cẩm" not in page.content.decode()
    assert [row[2] for row in held()] == [None, None, None]


def test_acting_ends_with_the_service():
    tree = leaving()
    third = cadre("P3", agency=tree.agency)
    Acting.objects.create(cadre=third, absent=tree.anh, first_day=date(2030, 5, 1), last_day=date(2030, 6, 30))
    Acting.objects.create(cadre=tree.anh, absent=third, first_day=date(2030, 6, 1), last_day=date(2030, 6, 30))

    sure(tree)

    assert list(Acting.objects.values_list("cadre__code", "last_day")) == [("P3", date(2030, 5, 31))]


def test_whoever_has_left_and_holds_nothing_has_no_such_page():
    tree = leaving()
    Assignment.objects.all().delete()
    Cadre.objects.filter(pk=tree.anh.pk).update(left_on=today() - timedelta(days=1))
    Posting.objects.filter(cadre=tree.anh).update(last_day=today() - timedelta(days=1))

    assert tree.client.get(tree.url).url == tree.anh.get_absolute_url()


def test_only_who_decides_where_the_cadre_works_may_let_leave():
    tree = leaving()
    clients = [
        visitor(user("viewer", at=tree.district)),
        visitor(user("commune", at=tree.an, level="editor")),
        visitor(user("agency", of=tree.agency, level="recorder")),
    ]

    assert [client.get(tree.url).status_code for client in clients] == [404, 404, 404]
    assert [client.post(tree.url, gone(tree)).status_code for client in clients] == [404, 404, 404]
    page = tree.anh.get_absolute_url()
    assert [tree.url.encode() in client.get(page).content for client in [tree.client, clients[0]]] == [True, False]


def test_leaving_costs_the_same_with_one_assignment_and_with_three(django_assert_num_queries):
    tree = office()
    url = reverse("assignments:cadre_leave", args=[tree.anh.pk])
    tree.client.get(url)
    for others in ([], [tree.an2, tree.cam1]):
        for place in others:
            assign(tree.anh, place)
        with django_assert_num_queries(13):
            tree.client.get(url)
