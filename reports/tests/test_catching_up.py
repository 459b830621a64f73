"""Catching up: sixteen meetings on one page, saved once, and what is wrong in one keeps no other from being saved."""

import json
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from assignments.models import Limit
from assignments.tests.cast import OFFICE
from meetings.actions import record_attendance
from meetings.entries import Mark
from meetings.models import Attendance, Correction, Meeting
from meetings.tests.evening import TONIGHT, agency_meeting, evening, meeting

pytestmark = pytest.mark.django_db
# Nine days back nothing is late yet.
DAYS_BACK = 9


@pytest.fixture(autouse=True)
def _half_past_nine():
    translation.activate("en")
    with time_machine.travel(datetime(2022, 5, 9, 21, 30, tzinfo=OFFICE), tick=False):
        yield


@pytest.fixture
def client():
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def day(back):
    return TONIGHT - timedelta(days=back)


def behind(cast, number, back=1):
    """Meetings of Châu's cell of which nothing is recorded: one a day, the first so many days back."""
    return [meeting("cell", cast.tree.an1, day=day(back + step)) for step in range(number)]


def of(made):
    return Attendance.objects.get(meeting=made, cadre__code="P2")


def answers(*pairs, shown=("unrecorded", "", "", "planned"), **more):
    """What the page sends: of each meeting what was said, and what it had shown."""
    sent = dict(more)
    for made, said in pairs:
        key = of(made).pk
        sent |= {f"said-{key}": said, f"was-{key}": json.dumps(shown)}
    return sent


def save(client, sent):
    return client.post(reverse("reports:catching_up"), sent, follow=True)


def sentences(response):
    return [str(message) for message in response.context["messages"]]


def test_the_start_page_leads_there_with_the_number(client):
    cast = evening()
    behind(cast, 3)
    client.force_login(cast.signed)

    task = client.get("/").context["tasks"][0]
    page = client.get(task["action_url"])

    assert (task["text"], task["action"]) == ("3 of your meetings are not recorded yet", "Catch up")
    form = page.context["form"]
    assert [line.meeting.day for line in form.lines] == [day(1), day(2), day(3)]
    assert [line.said.value() for line in form.lines] == ["", "", ""]
    assert form.by_place == [("Khu phố 1", 3)]


def test_present_absent_and_not_held_are_saved_at_once(client):
    cast = evening()
    first, second, third = behind(cast, 3)
    client.force_login(cast.signed)
    sent = answers((first, "present"), (second, "absent"), (third, "not_held"))
    sent[f"reason-{of(second).pk}"] = "duty_trip"

    response = save(client, sent)

    assert sentences(response) == ["3 meetings saved."]
    assert [(of(one).status, of(one).reason) for one in (first, second, third)] == [
        ("present", ""),
        ("absent", "duty_trip"),
        ("unrecorded", ""),
    ]
    assert list(Meeting.objects.order_by("-day").values_list("status", flat=True)) == ["held", "planned", "not_held"]
    assert "All your meetings are recorded" in response.content.decode()


def test_a_line_left_open_stays_not_recorded_yet(client):
    cast = evening()
    first, second = behind(cast, 2)
    client.force_login(cast.signed)

    response = save(client, answers((first, "present")))

    assert sentences(response) == ["1 meeting saved."]
    assert of(second).status == "unrecorded"
    assert [line.meeting for line in response.context["form"].lines] == [second]


def test_nothing_chosen_saves_nothing_and_says_so(client):
    cast = evening()
    behind(cast, 2)
    client.force_login(cast.signed)

    response = save(client, {})

    assert sentences(response) == ["Nothing was recorded. Choose something in at least one line."]
    assert Attendance.history.filter(status="present").count() == 0


def test_filling_in_saves_nothing(client):
    cast = evening()
    first, second = behind(cast, 2)
    client.force_login(cast.signed)

    page = client.post(reverse("reports:catching_up"), answers((second, "absent")) | {"fill": "1"})

    assert [line.said.value() for line in page.context["form"].lines] == ["present", "absent"]
    assert page.context["form"].chosen == 2
    assert {of(first).status, of(second).status} == {"unrecorded"}


def test_where_the_meeting_is_not_ones_own_to_say_nobody_says_that_it_was_not_held(client):
    cast = evening()
    committee = meeting("commune_committee", cast.tree.an, day=day(1))
    client.force_login(cast.signed)
    line = client.get(reverse("reports:catching_up")).context["form"].lines[0]

    response = save(client, answers((committee, "not_held")))

    assert [radio.data["value"] for radio in line.said] == ["present", "absent"]
    assert Meeting.objects.get().status == "planned"
    assert of(committee).status == "unrecorded"
    assert "said-" in str(response.context["form"].errors)


def test_the_own_agency_that_met_then_proposes_the_reason(client):
    cast = evening()
    clash, free = behind(cast, 2)
    agency_meeting(cast.interior, day=clash.day, hour=18)
    client.force_login(cast.signed)

    page = client.get(reverse("reports:catching_up"))

    assert [line.reason.value() for line in page.context["form"].lines] == ["agency_meeting", ""]
    assert "Phòng Nội vụ met at 18:00 that day; the reason is filled in." in page.content.decode()
    assert free.day == day(2)


def test_the_good_lines_are_saved_and_only_the_rest_stays(client):
    cast = evening()
    first, second, third = behind(cast, 3)
    page_shows = answers((first, "present"), (second, "present"))
    record_attendance(second, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.chau.pk, "absent", "personal")])
    client.force_login(cast.signed)

    response = save(client, page_shows)

    assert sentences(response) == ["1 meeting saved."]
    assert (of(first).status, of(second).status) == ("present", "absent")
    form = response.context["form"]
    assert [line.meeting for line in form.lines] == [second, third]
    assert form.lines[0].errors == [
        "Meanwhile somebody else recorded “Absent (Personal)”, and you chose “Present”. Save again to keep yours."
    ]
    assert form.lines[0].said.value() == "present"

    # Saved again, knowing both: neither is overwritten.
    row = of(second)
    again = save(client, {f"said-{row.pk}": "present", f"was-{row.pk}": form.lines[0].was.value()})
    assert "1 entry differs from another’s. Both are kept; the head of the regional group concludes." in sentences(
        again
    )
    assert (of(second).status, of(second).reason) == ("absent", "personal")
    assert Correction.objects.values_list("cause", "status", "made_by__username").get() == (
        "differs",
        "present",
        "chau",
    )


def test_after_the_time_one_reason_is_asked_for_all_and_kept_with_each(client):
    cast = evening()
    fresh = meeting("cell", cast.tree.an1, day=day(2))
    old, older = (meeting("cell", cast.tree.an1, day=day(back)) for back in (30, 60))
    client.force_login(cast.signed)
    sent = answers((fresh, "present"), (old, "present"), (older, "absent"))

    silent = save(client, sent)
    of_silent = [of(one).status for one in (fresh, old, older)], Correction.objects.count()
    said = save(client, sent | {"why_late": "Ghi sổ giấy, nay cập nhật"})

    assert silent.context["form"].errors["why_late"] == [
        "Say in a few words why these come late; one sentence for all of them."
    ]
    assert of_silent == (["present", "unrecorded", "unrecorded"], 0)
    assert "2 entries came after the time and are kept as corrections until they are concluded." in sentences(said)
    kept = Correction.objects.order_by("attendance__day").values_list("cause", "status", "why", "outcome")
    assert list(kept) == [
        ("late", "absent", "Ghi sổ giấy, nay cập nhật", ""),
        ("late", "present", "Ghi sổ giấy, nay cập nhật", ""),
    ]
    assert {of(old).status, of(older).status} == {"unrecorded"}
    # What waits is not asked for again.
    assert said.context["form"].lines == []


def test_the_limit_of_the_meetings_day_says_what_is_late(client):
    cast = evening()
    Limit.objects.create(name="late_entry_days", value=14, first_day=date(2022, 1, 1))
    meeting("cell", cast.tree.an1, day=day(14))
    meeting("cell", cast.tree.an1, day=day(15))
    client.force_login(cast.signed)

    form = client.get(reverse("reports:catching_up")).context["form"]

    assert [[line.meeting.day for line in lines] for lines in (form.in_time, form.late)] == [[day(14)], [day(15)]]


def test_sent_twice_it_is_saved_once(client):
    cast = evening()
    first, old = meeting("cell", cast.tree.an1, day=day(1)), meeting("cell", cast.tree.an1, day=day(40))
    client.force_login(cast.signed)
    sent = answers((first, "present"), (old, "present"), why_late="quên")

    for _time in range(2):
        save(client, sent)

    assert Correction.objects.count() == 1
    assert Attendance.history.filter(status="present").count() == 1


def test_nobody_records_for_another(client):
    cast = evening()
    made = meeting("cell", cast.tree.an2, day=day(1))
    row = Attendance.objects.get()
    client.force_login(cast.signed)

    response = save(client, {f"said-{row.pk}": "present", "said-x": "present", "said-": "present"})

    assert sentences(response) == ["Of 1 meeting nothing was recorded: you are not on its roster any more."]
    assert Attendance.objects.get(meeting=made).status == "unrecorded"


def test_a_login_without_a_cadre_has_no_such_page(client):
    cast = evening()
    client.force_login(cast.recorder)

    assert client.get(reverse("reports:catching_up")).status_code == 404


def queries_of(action):
    with CaptureQueriesContext(connection) as captured:
        action()
    return len([one for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])


@pytest.mark.parametrize("number", [1, 3, DAYS_BACK])
def test_one_saving_costs_the_same_for_one_and_for_many(client, number):
    cast = evening()
    made = behind(cast, number)
    client.force_login(cast.signed)
    sent = answers(*((one, "present") for one in made))

    shown = queries_of(lambda: client.get(reverse("reports:catching_up")))
    saved = queries_of(lambda: client.post(reverse("reports:catching_up"), sent))

    assert (shown, saved) == (7, 11)
    assert Attendance.objects.filter(status="present").count() == number
