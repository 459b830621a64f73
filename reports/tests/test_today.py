"""The start page of whoever answers for a place: one tap, then what may follow."""

import gzip
from datetime import date, datetime

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.tests.cast import OFFICE, assign, cadre
from meetings.models import Attendance, Meeting
from meetings.tests.evening import TONIGHT, evening, meeting, roster
from reports.models import QuarterlyReport

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _half_past_nine():
    translation.activate("en")
    with time_machine.travel(datetime(2022, 5, 9, 21, 30, tzinfo=OFFICE), tick=False):
        yield


@pytest.fixture
def client():
    """A visitor who reads English: sentences are compared in the source language."""
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def attend(client, of, status, was="unrecorded"):
    return client.post(reverse("reports:meeting_attend", args=[of.pk]), {"status": status, "was": was}, follow=True)


def sentences(response):
    return [str(message) for message in response.context["messages"]]


def test_tonight_shows_where_the_user_is_expected(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    meeting("commune_committee", cast.tree.an, hour=14)
    meeting("cell", cast.tree.an2)
    client.force_login(cast.signed)

    cards = client.get("/").context["cards"]

    assert [(card.when, card.meeting.title) for card in cards] == [
        ("Today, 14:00", "Commune committee meeting, Thị trấn An"),
        ("Tonight, 19:00", "Party cell meeting, Khu phố 1"),
    ]


def test_one_tap_says_that_one_was_there_and_that_the_own_meeting_was_held(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    client.force_login(cast.signed)

    response = attend(client, tonight, "present")

    assert roster(tonight) == [("P2", True, "present", "", "")]
    assert Meeting.objects.get().status == "held"
    assert "Recorded: you were there." in response.content.decode()
    assert Attendance.history.get(status="present").history_user == cast.signed


def test_the_meeting_of_the_commune_is_not_for_the_hamlet_to_declare_held(client):
    cast = evening()
    tonight = meeting("commune_committee", cast.tree.an)
    client.force_login(cast.signed)

    response = attend(client, tonight, "present")

    assert Meeting.objects.get().status == "planned"
    assert Attendance.objects.get(cadre=cast.chau).status == "present"
    assert response.context["form"] is None


def test_the_second_tap_changes_nothing(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    client.force_login(cast.signed)

    attend(client, tonight, "present")
    said = Attendance.history.count(), Meeting.history.count()
    again = attend(client, tonight, "present")

    assert sentences(again) == []
    assert (Attendance.history.count(), Meeting.history.count()) == said


def test_a_late_second_tap_takes_back_no_reason(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    Attendance.objects.update(status="absent", reason="duty_trip")
    client.force_login(cast.signed)

    again = attend(client, tonight, "absent")

    assert sentences(again) == []
    assert roster(tonight) == [("P2", True, "absent", "duty_trip", "")]


def test_the_tap_meets_what_the_commune_recorded_meanwhile(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    Attendance.objects.update(status="absent", reason="personal")
    client.force_login(cast.signed)

    response = attend(client, tonight, "present")

    assert sentences(response) == [
        "Meanwhile somebody else recorded “Absent (Personal)”, and you chose “Present”. Save again to keep yours."
    ]
    assert roster(tonight) == [("P2", True, "absent", "personal", "")]


def test_who_was_absent_says_so_first_and_why_after(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    client.force_login(cast.signed)
    first = attend(client, tonight, "absent")
    said_first = roster(tonight)
    address, was = reverse("reports:meeting_attended", args=[tonight.pk]), first.context["form"]["was"].value()

    missing = client.post(address, {"was": was, "note": "x"})
    saved = client.post(address, {"was": was, "reason": "agency_meeting", "note": ""}, follow=True)

    assert said_first == [("P2", True, "absent", "", "")]
    assert missing.context["form"].errors == {"reason": ["This field is required."]}
    assert roster(tonight) == [("P2", True, "absent", "agency_meeting", "")]
    assert sentences(saved) == ["Saved: Party cell meeting, Khu phố 1."]


def test_extreme_urgency_is_asked_for_and_needs_a_word(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    client.force_login(cast.signed)
    was = attend(client, tonight, "absent").context["form"]["was"].value()
    address = reverse("reports:meeting_attended", args=[tonight.pk])

    silent = client.post(address, {"was": was, "reason": "extreme_urgency"})
    client.post(address, {"was": was, "reason": "extreme_urgency", "note": "cháy rừng"})

    assert silent.context["form"].errors == {"note": ["Say in a few words what was extremely urgent."]}
    assert roster(tonight) == [("P2", True, "absent", "extreme_urgency", "cháy rừng")]


def test_how_the_meeting_was_may_be_added_by_whoever_records_there(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    client.force_login(cast.signed)
    form = attend(client, tonight, "present").context["form"]

    client.post(
        reverse("reports:meeting_attended", args=[tonight.pk]),
        {"were": form["were"].value(), "quality_organisation": "good", "programme_feedback": "1"},
    )

    facts = Meeting.objects.values_list("status", "quality_organisation", "quality_content", "programme_feedback")
    assert facts.get() == ("held", "good", "", True)


def test_the_households_of_a_group_are_counted_after_the_tap(client):
    cast = evening()
    assign(cast.chau, cast.tree.an1a)
    tonight = meeting("self_governing_group", cast.tree.an1a)
    client.force_login(cast.signed)
    form = attend(client, tonight, "present").context["form"]
    address = reverse("reports:meeting_attended", args=[tonight.pk])

    many = client.post(
        address, {"were": form["were"].value(), "households_total": "20", "households_represented": "21"}
    )
    client.post(address, {"were": form["were"].value(), "households_total": "20", "households_represented": "19"})

    assert many.context["form"].errors == {
        "households_represented": ["More households are represented than the group has."]
    }
    assert Meeting.objects.values_list("households_total", "households_represented").get() == (20, 19)


def test_nobody_can_have_come_to_a_meeting_that_is_still_to_come(client):
    cast = evening()
    coming = meeting("cell", cast.tree.an1, day=date(2022, 5, 10))
    client.force_login(cast.signed)

    response = attend(client, coming, "present")

    assert sentences(response) == [
        "The meeting lies in the future: nobody can have come yet.",
        "This meeting lies in the future. It can be cancelled or moved to another day.",
    ]
    assert roster(coming) == [("P2", True, "unrecorded", "", "")]


@pytest.mark.parametrize("who", ["elsewhere", "recorder", "clerk", "nobody", "office"])
@pytest.mark.parametrize("name", ["meeting_attend", "meeting_attended"])
def test_nobody_taps_for_somebody_else(client, who, name):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    client.force_login(getattr(cast, who))
    address = reverse(f"reports:{name}", args=[tonight.pk])

    answers = client.get(address), client.post(address, {"status": "present", "reason": "personal"})

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "Khu phố 1" not in answers[1].content.decode()
    assert roster(tonight) == [("P2", True, "unrecorded", "", "")]


def test_what_is_left_to_do_stands_there_with_the_time_that_is_left(client):
    cast = evening()
    meeting("commune_committee", cast.tree.an, day=date(2022, 5, 2))
    meeting("cell", cast.tree.an1, day=date(2022, 4, 20), status="held")
    meeting("cell", cast.tree.an1, day=date(2022, 4, 10), status="cancelled")
    meeting("cell", cast.tree.an2, day=date(2022, 5, 3))
    client.force_login(cast.signed)

    tasks = client.get("/").context["tasks"]

    assert [(task["text"], task["detail"]) for task in tasks] == [
        ("2 of your meetings are not recorded yet", "all of them on one page"),
        ("Party cell meeting, Khu phố 1", "20 Apr 2022, 19:00 · late; it can still be recorded"),
        ("Commune committee meeting, Thị trấn An", "2 May 2022, 19:00 · 3 days left"),
        ("Quarterly report Q1 2022, Khu phố 1", "Not begun yet"),
    ]


def test_a_report_is_owed_until_it_is_handed_in(client):
    cast = evening()
    report = QuarterlyReport.objects.create(cadre=cast.chau, locality=cast.tree.an1, quarter="2022-Q1")
    client.force_login(cast.signed)

    draft = client.get("/").context["tasks"]
    report.status, report.submitted_on = "submitted", date(2022, 5, 8)
    report.save()

    assert [(task["status_text"], task["detail"], task["action"]) for task in draft] == [
        ("Late since 5 Apr 2022", "A draft is there; the figures are filled in", "Write on")
    ]
    assert client.get("/").context["tasks"] == []


def test_an_officer_sees_the_evening_of_the_commune_and_what_was_left(client):
    cast = evening()
    assign(cadre("P7", "Đỗ Bảy"), cast.tree.an1a)
    meeting("cell", cast.tree.an1)
    meeting("cell", cast.tree.cam1)
    meeting("self_governing_group", cast.tree.an1a)
    meeting("self_governing_group", cast.tree.an1a, day=date(2022, 5, 4))
    meeting("cell", cast.tree.an2, day=date(2022, 5, 4))
    meeting("commune_committee", cast.tree.an, day=date(2022, 5, 20))
    client.force_login(cast.recorder)

    context = client.get("/").context

    assert [found.meeting.title for found in context["here"]] == ["Party cell meeting, Khu phố 1"]
    assert [task["text"] for task in context["tasks"]] == [
        "Party cell meeting, Ấp 2",
        "1 meeting of a self-governing group",
    ]
    behind = client.get(context["tasks"][1]["action_url"]).context["object_list"]
    assert [row.day for row in behind] == [date(2022, 5, 4)]
    assert [item["text"] for item in context["coming"]] == ["Commune committee meeting, Thị trấn An"]
    assert [(item["place"].name, item["groups"], item["covered"]) for item in context["places"]] == [
        ("Thị trấn An", 2, 1)
    ]


@pytest.mark.parametrize("who, kind, where", [("signed", "cell", "an1"), ("recorder", "commune_committee", "an")])
def test_of_a_year_that_is_planned_the_page_shows_two_months(client, who, kind, where):
    cast = evening()
    for day in (date(2022, 7, 10), date(2022, 7, 11)):
        meeting(kind, getattr(cast.tree, where), day=day)
    client.force_login(getattr(cast, who))

    response = client.get("/")

    assert [item["day"] for item in response.context["coming"]] == [date(2022, 7, 10)]


def test_places_of_two_tiers_each_have_their_groups(client):
    cast = evening()
    assign(cadre("P7", "Đỗ Bảy"), cast.tree.cam1a)
    assign(cadre("P8", "Võ Tám", user=cast.recorder), cast.tree.cam1)
    client.force_login(cast.recorder)

    places = client.get("/").context["places"]

    assert [(item["place"].name, item["groups"], item["covered"]) for item in places] == [
        ("Thị trấn An", 2, 0),
        ("Ấp 1", 1, 1),
    ]


@pytest.mark.parametrize("who, queries", [("signed", 11), ("recorder", 13)])
def test_the_page_costs_the_same_with_one_meeting_and_with_three(client, django_assert_num_queries, who, queries):
    cast = evening()
    client.force_login(getattr(cast, who))

    for hours in ([19], [15, 17]):
        for hour in hours:
            for day in (date(2022, 5, 4), TONIGHT, date(2022, 5, 20)):
                meeting("cell", cast.tree.an1, day=day, hour=hour)
                meeting("commune_committee", cast.tree.an, day=day, hour=hour)
        with django_assert_num_queries(queries):
            client.get("/")


def test_the_first_view_on_a_phone_is_small(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.signed)

    page = client.get("/").content
    files = [
        settings.BASE_DIR / "static" / name
        for name in ("css/bootstrap.min.css", "css/tokens.css", "css/cadrenet.css", "js/page.js", "img/mark.svg")
    ]

    on_the_wire = sum(len(gzip.compress(data)) for data in [page, *(file.read_bytes() for file in files)])
    assert on_the_wire < 100_000
