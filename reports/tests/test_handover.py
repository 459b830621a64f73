"""Handovers: the sheet and its two ticks, what passes over and what stays behind; and acting for another."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from assignments.actions import carry_out, tick
from assignments.changes import Change
from assignments.models import Acting, Assignment, Handover, Locality
from assignments.tests.cast import OFFICE, again, agency, assign, at, cadre, small_tree, user
from cadrenet.tests.built_once import built_once
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters
from reports.models import Issue, QuarterlyReport, Resource
from reports.quarterly_reports.actions import may_answer, submit
from reports.tests.visits import plain, visitor

pytestmark = pytest.mark.django_db
LIST = reverse("reports:handovers")
LAST, FIRST, NOW = date(2022, 5, 31), date(2022, 6, 4), date(2022, 6, 9)


@pytest.fixture(autouse=True)
def _english_in_june():
    with translation.override("en"), time_machine.travel(at(NOW, 12), tick=False):
        yield


def issue(of, day, summary, **more):
    return Issue.objects.create(locality=of, raised_on=day, kind="difficulty", theme="roads", summary=summary, **more)


@built_once
def passed():
    """Ánh hands neighbourhood 1 over to Bình after three days with nobody; both have a login."""
    tree = small_tree()
    home = agency("A", "Văn phòng", at=tree.district)
    cast = SimpleNamespace(tree=tree, home=home, anh_login=user("anh"), binh_login=user("binh"))
    cast.anh = cadre("P1", "Nguyễn Thị Ánh", agency=home, user=cast.anh_login)
    cast.binh = cadre("P2", "Trần Thị Bình", agency=home, user=cast.binh_login)
    cast.head = cadre("P3", "Lê Dung", agency=home)
    cast.head.phone = "0275 000 001"
    cast.head.save()
    cast.ended = assign(cast.anh, tree.an1, first_day=date(2020, 1, 1))
    assign(cast.head, tree.an, first_day=date(2020, 1, 1))
    for day, status in [(date(2022, 4, 9), "held"), (date(2022, 5, 9), "held"), (date(2022, 6, 5), "held")]:
        Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(day), status=status)
    for day in [9, 10, 11, 12]:
        Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(date(2022, 7, day)))
    change = Change(
        tree.an1, "in_charge", cast.binh, FIRST, replaces=cast.ended, last_day=LAST, end_reason="transferred"
    )
    cast.new = carry_out([change])[0]
    keep_rosters(Meeting.objects.all())
    Attendance.objects.filter(cadre=cast.anh).update(status="present")
    cast.before = issue(tree.an1, date(2022, 3, 1), "Đường hỏng")
    cast.after = issue(tree.an1a, date(2022, 6, 8), "Thiếu nước", urgent=True)
    issue(tree.an1, date(2022, 1, 1), "Đã xong", status="closed", closed_on=date(2022, 2, 1))
    Resource.objects.create(
        locality=tree.an1, mobilised_on=date(2022, 2, 1), kind="money", value_vnd=5_000_000, donor="Công ty Mẫu"
    )
    Resource.objects.create(
        locality=tree.an1, mobilised_on=date(2022, 2, 2), kind="money", value_vnd=1, status="delivered"
    )
    cast.handover = Handover.objects.get()
    cast.office = user("office", at=tree.district, level="editor")
    cast.url = cast.handover.get_absolute_url()
    return cast


def sheet(cast, who):
    response = visitor(who).get(cast.url)
    assert response.status_code == 200
    return response.context


def step(who, cast, step, **more):
    return visitor(again(who)).post(cast.url, {"step": step, **more})


# --- The sheet --------------------------------------------------------------------------------------------------


def test_the_sheet_tells_the_successor_what_passes_over():
    cast = passed()

    found = sheet(cast, cast.binh_login)

    assert [link["label"] for link in found["chain"]] == ["Huyện Mẫu", "Nhóm Bắc", "Thị trấn An", "Khu phố 1"]
    assert (found["ended"].cadre.full_name, found["successor"].cadre.full_name) == ("Nguyễn Thị Ánh", "Trần Thị Bình")
    assert found["gap"] == 3
    assert [(row["text"], row["side"]) for row in found["issues"]] == [
        ("Thiếu nước", "1 day"),
        ("Đường hỏng", "100 days"),
    ]
    assert [(row["text"], plain(row["detail"])) for row in found["resources"]] == [
        ("Money", "Công ty Mẫu · 1 Feb 2022")
    ]
    assert [(row.meeting.day, row.present, row.expected) for row in found["meetings"]] == [
        (date(2022, 6, 5), 0, 1),
        (date(2022, 5, 9), 1, 1),
        (date(2022, 4, 9), 1, 1),
    ]
    assert [row["day"].day for row in found["next"]] == [9, 10, 11]
    assert found["functions"][0] == "Secretary of the Party cell"


def test_who_else_is_responsible_is_told_with_the_phone_of_the_office():
    cast = passed()
    for place in (cast.tree.an1a, cast.tree.an1b):
        assign(cast.head, place)

    found = sheet(cast, cast.binh_login)["responsible"]

    assert [(row["tier"], row.get("name"), row["role"], row["current"]) for row in found] == [
        ("Regional", None, "Nhóm Bắc", False),
        ("Commune", "Lê Dung", "Thị trấn An · Văn phòng · 0275 000 001", False),
        ("Hamlet", "Trần Thị Bình", "Khu phố 1 · Văn phòng", True),
        ("Group", "Lê Dung", "Tổ số 1, Tổ số 2 · Văn phòng · 0275 000 001", False),
    ]


@pytest.mark.parametrize(
    "reports, found",
    [
        ({}, [("Q1 2022", "missing")]),
        ({"2022-Q1": "submitted"}, []),
        ({"2022-Q1": "returned"}, [("Q1 2022", "returned")]),
        ({"2022-Q1": "accepted", "2022-Q2": "draft"}, [("Q2 2022", "draft")]),
        ({"2022-Q1": "accepted", "2021-Q4": "draft"}, []),
    ],
)
def test_an_unfinished_report_of_the_predecessor_is_told(reports, found):
    cast = passed()
    for quarter, status in reports.items():
        QuarterlyReport.objects.create(
            cadre=cast.anh, locality=cast.tree.an1, quarter=quarter, status=status, submitted_on=date(2022, 4, 4)
        )

    shown = sheet(cast, cast.binh_login)["reports"]

    assert [(row["label"], row["status"]) for row in shown] == found
    assert all(visitor(cast.binh_login).get(row["url"]).status_code == 200 for row in shown)


def test_what_is_done_stands_as_of_the_day_on_which_both_had_ticked():
    cast = passed()
    Handover.objects.update(given_on=date(2022, 6, 5), received_on=date(2022, 6, 6))

    found = sheet(cast, cast.office)

    assert found["day"] == date(2022, 6, 6)
    assert [(row["text"], row["side"]) for row in found["issues"]] == [("Đường hỏng", "97 days")]


def test_the_sheet_costs_the_same_whatever_there_is_to_show(django_assert_num_queries):
    cast = passed()
    client = visitor(cast.binh_login)
    client.get(cast.url)
    for more in (0, 3):
        for number in range(more):
            issue(cast.tree.an1, date(2022, 6, number + 1), f"Việc {number}")
            assign(cadre(f"X{number}", agency=cast.home), cast.tree.an1a)
            Meeting.objects.create(kind="cell", locality=cast.tree.an1, starts_at=at(date(2022, 6, number + 1)))
        with django_assert_num_queries(22):
            client.get(cast.url)


# --- The two ticks ----------------------------------------------------------------------------------------------


def test_both_tick_what_is_theirs_and_the_days_and_names_are_kept():
    cast = passed()

    assert [step(cast.anh_login, cast, "give").status_code, step(cast.binh_login, cast, "receive").status_code] == [
        302,
        302,
    ]

    handover = Handover.objects.get()
    assert (handover.given_on, handover.received_on, handover.is_done) == (NOW, NOW, True)
    assert [plain(event["text"]) for event in sheet(cast, cast.office)["events"]] == [
        "Received · binh",
        "Handed over · anh",
        "Handover opened",
    ]


def test_nobody_ticks_for_the_other():
    cast = passed()
    viewer = user("viewer", at=cast.tree.district)

    refused = [
        step(cast.anh_login, cast, "receive"),
        step(cast.binh_login, cast, "give"),
        step(cast.binh_login, cast, "situation", situation="Ổn định"),
        step(viewer, cast, "give"),
        step(cast.office, cast, "nothing"),
    ]

    assert [response.status_code for response in refused] == [403] * 5
    assert list(Handover.objects.values_list("given_on", "received_on", "situation")) == [(None, None, "")]


def test_who_decides_ticks_on_their_behalf():
    cast = passed()

    step(cast.office, cast, "give")
    step(cast.office, cast, "receive")

    assert Handover.objects.get().is_done


def test_a_second_tick_changes_nothing():
    cast = passed()
    step(cast.anh_login, cast, "give")

    with time_machine.travel(datetime(2022, 6, 20, 12, tzinfo=OFFICE), tick=False):
        assert step(cast.anh_login, cast, "give").status_code == 302

    handover = Handover.objects.get()
    assert handover.given_on == NOW
    assert handover.history.filter(given_on=NOW).count() == 1


def test_two_ticks_at_once_keep_the_first_day():
    cast = passed()

    tick(cast.handover, "given_on", on=NOW)
    tick(cast.handover, "given_on", on=date(2022, 6, 20))

    assert Handover.objects.get().given_on == NOW


def test_the_situation_is_written_by_the_predecessor_with_care_for_names():
    cast = passed()

    warned = step(cast.anh_login, cast, "situation", situation="Gặp ông Tư, số 0903 123 456")
    assert "This looks as if it held" in warned.context["form"].errors["situation"][0]
    step(cast.anh_login, cast, "situation", situation="Đường liên ấp đang làm")

    assert Handover.objects.get().situation == "Đường liên ấp đang làm"
    assert "Đường liên ấp đang làm" in visitor(cast.binh_login).get(cast.url).content.decode()


def test_nobody_else_finds_the_sheet():
    cast = passed()
    elsewhere = user("elsewhere", at=cast.tree.cam, level="editor")

    assert visitor(elsewhere).get(cast.url).status_code == 404
    assert step(elsewhere, cast, "give").status_code == 404


# --- Lists ------------------------------------------------------------------------------------------------------


def codes(client, **query):
    return [row.ended.locality.code for row in client.get(LIST, query).context["object_list"]]


def test_the_list_has_what_waits_for_a_tick_or_all():
    cast = passed()
    other = assign(cast.head, cast.tree.an2, first_day=date(2020, 1, 1), last_day=date(2021, 1, 1))
    Handover.objects.create(ended=other, given_on=date(2021, 1, 2), received_on=date(2021, 1, 3))
    client = visitor(cast.office)

    assert codes(client) == ["AN-1"]
    assert codes(client, state="all") == ["AN-1", "AN-2"]
    assert codes(client, q="ap 2", state="all") == ["AN-2"]
    assert codes(client, within="CA", state="all") == []
    assert codes(visitor(user("elsewhere", at=cast.tree.cam, level="editor")), state="all") == []


def test_the_list_costs_the_same_with_one_row_and_with_three(django_assert_num_queries):
    cast = passed()
    client = visitor(cast.office)
    client.get(LIST)
    for places in ([], [cast.tree.an2, cast.tree.cam1]):
        for place in places:
            Handover.objects.create(ended=assign(cast.head, place, last_day=LAST))
        with django_assert_num_queries(7):
            client.get(LIST)


def test_the_start_page_of_both_says_what_is_left():
    cast = passed()

    def tasks(who):
        context = visitor(again(who)).get("/").context
        return [task["text"] for task in context["tasks"] if task["status"] == "handover"]

    assert tasks(cast.anh_login) == ["Hand over Khu phố 1 to Trần Thị Bình"]
    assert tasks(cast.binh_login) == ["Take over Khu phố 1 from Nguyễn Thị Ánh"]
    step(cast.anh_login, cast, "give")
    step(cast.binh_login, cast, "receive")
    assert (tasks(cast.anh_login), tasks(cast.binh_login)) == ([], [])


# --- What passes over, and what stays --------------------------------------------------------------------------


def seen(model, who):
    return set(model.objects.visible_to(again(who)).values_list("pk", flat=True))


def test_the_successor_sees_every_open_issue_and_the_facts_of_the_running_quarter():
    cast = passed()

    assert seen(Issue, cast.binh_login) >= {cast.before.pk, cast.after.pk}
    assert seen(Meeting, cast.binh_login) == set(Meeting.objects.values_list("pk", flat=True))
    assert seen(Resource, cast.binh_login) == set(Resource.objects.values_list("pk", flat=True))
    draft = QuarterlyReport.objects.create(cadre=cast.anh, locality=cast.tree.an1, quarter="2022-Q2")
    assert seen(QuarterlyReport, cast.binh_login) == {draft.pk}
    assert seen(Assignment, cast.binh_login) >= {cast.ended.pk, cast.new.pk}


def test_before_the_first_day_the_successor_sees_the_sheet_and_nothing_of_the_place():
    cast = passed()

    with time_machine.travel(at(date(2022, 6, 3), 12), tick=False):
        assert seen(Issue, cast.binh_login) == set()
        found = sheet(cast, cast.binh_login)
    assert (found["sees_place"], found["issues"], found["next"]) == (False, [], [])


def test_the_predecessor_keeps_the_own_past_and_sees_nothing_new():
    cast = passed()
    report = QuarterlyReport.objects.create(cadre=cast.anh, locality=cast.tree.an1, quarter="2022-Q1")
    of_successor = QuarterlyReport.objects.create(cadre=cast.binh, locality=cast.tree.an1, quarter="2022-Q2")
    mine = Attendance.objects.filter(cadre=cast.anh)

    assert seen(Assignment, cast.anh_login) == {cast.ended.pk}
    assert seen(Attendance, cast.anh_login) == set(mine.values_list("pk", flat=True))
    assert seen(Meeting, cast.anh_login) == set(mine.values_list("meeting", flat=True))
    assert {row.day for row in mine} == {date(2022, 4, 9), date(2022, 5, 9)}
    assert seen(QuarterlyReport, cast.anh_login) == {report.pk}
    assert of_successor.pk not in seen(QuarterlyReport, cast.anh_login)
    assert seen(Handover, cast.anh_login) == {cast.handover.pk}
    assert seen(Issue, cast.anh_login) == seen(Resource, cast.anh_login) == seen(Locality, cast.anh_login) == set()
    assert list(Meeting.objects.editable_by(again(cast.anh_login))) == []


def test_up_to_the_last_day_the_predecessor_sees_everything():
    cast = passed()

    with time_machine.travel(at(LAST, 12), tick=False):
        assert seen(Issue, cast.anh_login) >= {cast.before.pk}
        assert sheet(cast, cast.anh_login)["sees_place"] is True


def test_the_sheet_of_the_predecessor_tells_the_own_past_and_nothing_new():
    cast = passed()

    found = sheet(cast, cast.anh_login)

    assert (found["sees_place"], found["issues"], found["resources"], found["next"]) == (False, [], [], [])
    assert [row.meeting.day for row in found["meetings"]] == [date(2022, 5, 9), date(2022, 4, 9)]
    page = visitor(again(cast.anh_login)).get(cast.url).content.decode()
    assert "Thiếu nước" not in page
    assert "Issues and meetings to come are shown to whoever answers for the place" in page


def test_whoever_holds_nothing_any_more_starts_with_what_is_left_to_hand_over():
    cast = passed()
    client = visitor(again(cast.anh_login))
    stranger = user("stranger")
    cadre("X", user=stranger)

    page = client.get("/")
    assert [item["url"] for group in page.context["nav"].groups for item in group["items"]] == [
        "/",
        "/meetings/",
        "/reports/quarterly-reports/",
    ]
    assert [client.get(url).status_code for url in ("/meetings/", "/reports/quarterly-reports/", LIST)] == [200] * 3
    assert "Nothing has been opened for you yet" in visitor(stranger).get("/").content.decode()


# --- Acting for another -----------------------------------------------------------------------------------------


def acting(**days):
    """Dung, who holds nothing but this, acts for Bình, in whose commune a committee meets."""
    cast = passed()
    cast.dung_login = user("dung")
    cast.dung = cadre("P4", "Phạm Dung", agency=cast.home, user=cast.dung_login)
    cast.committee = Meeting.objects.create(
        kind="commune_committee", locality=cast.tree.an, starts_at=at(date(2022, 6, 7)), status="held"
    )
    cast.tonight = Meeting.objects.create(kind="cell", locality=cast.tree.an1, starts_at=at(NOW))
    keep_rosters(Meeting.objects.all())
    Acting.objects.create(
        cadre=cast.dung, absent=cast.binh, **{"first_day": date(2022, 6, 6), "last_day": date(2022, 6, 30), **days}
    )
    return cast


def test_the_queue_of_whoever_is_away_stands_on_the_start_page():
    cast = acting()

    context = visitor(cast.dung_login).get("/").context

    (block,) = context["acted_for"]
    assert (block["name"], block["until"]) == ("Trần Thị Bình", date(2022, 6, 30))
    assert [(task["text"], task["action_url"]) for task in block["tasks"]][:3] == [
        (
            "Party cell meeting, Khu phố 1",
            reverse("meetings:meeting_record", args=[Meeting.objects.get(day="2022-06-05").pk]),
        ),
        ("Commune committee meeting, Thị trấn An", reverse("meetings:meeting_record", args=[cast.committee.pk])),
        ("Party cell meeting, Khu phố 1", reverse("meetings:meeting_record", args=[cast.tonight.pk])),
    ]
    assert block["tasks"][-1]["text"] == "Quarterly report Q2 2022, Khu phố 1"
    assert "For comrade Trần Thị Bình until 30 Jun 2022" in plain(visitor(cast.dung_login).get("/").content.decode())
    assert context["tasks"] == []
    client = visitor(cast.dung_login)
    assert {client.get(task["action_url"]).status_code for task in block["tasks"]} == {200}


def test_what_is_recorded_meanwhile_bears_the_name_of_who_acts():
    cast = acting()
    client = visitor(cast.dung_login)
    held = Meeting.objects.get(day="2022-06-05")
    data = {
        f"status-{cast.binh.pk}": "absent",
        f"reason-{cast.binh.pk}": "duty_trip",
        "guest": [cast.dung.pk],
        "guest_name": "",
    }

    assert client.post(reverse("meetings:meeting_record", args=[held.pk]), data).status_code == 302

    rows = Attendance.objects.filter(meeting=held).order_by("cadre__code")
    assert list(rows.values_list("cadre__code", "expected", "status")) == [
        ("P2", True, "absent"),
        ("P4", False, "present"),
    ]
    assert {row.history.first().history_user for row in rows} == {cast.dung_login}


def test_of_a_meeting_above_only_the_row_of_whoever_is_away_is_recorded():
    cast = acting()
    client = visitor(cast.dung_login)
    url = reverse("meetings:meeting_record", args=[cast.committee.pk])

    assert [person.row.cadre for person in client.get(url).context["form"].people] == [cast.binh]
    client.post(url, {f"status-{cast.binh.pk}": "absent", f"reason-{cast.binh.pk}": "personal"})

    assert Attendance.objects.get(meeting=cast.committee, cadre=cast.binh).status == "absent"


def test_whoever_acts_writes_the_report_and_does_not_answer_it():
    cast = acting()
    url = reverse("reports:quarterly_report", args=[cast.new.pk, "2022-Q2"])

    assert visitor(cast.dung_login).post(url, {"step": "submit"}).status_code == 302

    report = QuarterlyReport.objects.get()
    assert (report.cadre, report.status, report.history.first().history_user) == (
        cast.binh,
        "submitted",
        cast.dung_login,
    )
    assign(cast.dung, cast.tree.an)
    assert may_answer(again(cast.dung_login), cast.new) is False


@pytest.mark.parametrize("first, last, blocks", [(10, 30, 0), (9, 9, 1), (1, 8, 0)])
def test_before_and_after_nothing_of_it_is_seen(first, last, blocks):
    cast = acting(first_day=date(2022, 6, first), last_day=date(2022, 6, last))
    page = visitor(cast.dung_login).get("/")

    assert len(page.context.get("acted_for", [])) == blocks
    assert bool(seen(Issue, cast.dung_login)) == bool(blocks)
    assert (cast.committee.pk in seen(Meeting, cast.dung_login)) == bool(blocks)


def test_the_places_of_whoever_is_away_are_marked():
    cast = acting()
    assign(cast.dung, cast.tree.cam1)

    places = visitor(cast.dung_login).get("/").context["places"]

    assert [(item["place"].name, item["for"]) for item in places] == [("Khu phố 1", "Trần Thị Bình"), ("Ấp 1", "")]


def test_the_start_page_costs_the_same_for_one_who_is_away_and_for_three(django_assert_num_queries):
    cast = acting()
    client = visitor(cast.dung_login)
    client.get("/")
    for numbers in ([], [5, 6]):
        for number in numbers:
            other = cadre(f"P{number}", agency=cast.home)
            assign(other, cast.tree.an2)
            Acting.objects.create(cadre=cast.dung, absent=other, first_day=NOW, last_day=NOW)
            submit(cast.new, "2022-Q1", NOW)
        keep_rosters(Meeting.objects.all())
        with django_assert_num_queries(13):
            client.get("/")


def test_the_overview_too_says_what_passes_through_the_hands_of_whoever_steers():
    cast = acting()
    assign(cast.dung, cast.tree.north, role="head", first_day=date(2021, 1, 1))
    Handover.objects.create(
        ended=assign(cast.head, cast.tree.north, role="support", last_day=LAST),
        successor=Assignment.objects.get(cadre=cast.dung),
    )

    context = visitor(cast.dung_login).get("/").context

    assert "tiles" in context
    assert [task["text"] for task in context["handovers"]] == ["Take over Nhóm Bắc from Lê Dung"]
    assert [(block["name"], len(block["tasks"]) > 2) for block in context["acted_for"]] == [("Trần Thị Bình", True)]
