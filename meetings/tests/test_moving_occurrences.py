"""A regular meeting is moved or cancelled with a reason, whichever way that is done, and says from which day."""

from datetime import date, datetime, time

import pytest
import time_machine
from django.urls import reverse

from assignments.models import LocalityVersion
from assignments.places import derive
from assignments.tests.cast import OFFICE, at, user
from meetings.actions import save_meeting, set_status
from meetings.entries import Refused
from meetings.models import Meeting, Pattern
from meetings.planning.actions import plan_meetings
from meetings.tests.evening import evening, meeting

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 8)
ASKED = "Say in a few words why this regular meeting is moved or cancelled."


@pytest.fixture(autouse=True)
def _december():
    with time_machine.travel(datetime(2026, 12, 8, 9, tzinfo=OFFICE), tick=False):
        yield


@pytest.fixture
def regular(client):
    """The cast, its recorder signed in, and the meeting of January of Khu phố 1."""
    cast = evening()
    Pattern.objects.create(locality=cast.tree.an1, kind="cell", day_of_month=5, starts=time(19), minutes=90)
    plan_meetings(on=TODAY)
    client.force_login(cast.recorder)
    return cast, Meeting.objects.get(planned_for=date(2027, 1, 5))


def moved_to(day, **more):
    return {"kind": "cell", "day": str(day), "starts": "19:00", "ends": "20:30", "venue": "", **more}


def stored(of):
    return Meeting.objects.get(pk=of.pk)


def last_words(of):
    return Meeting.history.filter(id=of.pk).latest("history_date", "history_id").history_change_reason


def test_a_moved_occurrence_asks_for_a_reason_and_keeps_it(client, regular):
    _cast, first = regular
    address = reverse("meetings:meeting_edit", args=[first.pk])

    without = client.post(address, moved_to(date(2027, 1, 8)))
    client.post(address, moved_to(date(2027, 1, 8), why="Hội trường bận"))

    assert without.context["form"].errors == {"why": [ASKED]}
    assert (stored(first).day, stored(first).planned_for) == (date(2027, 1, 8), date(2027, 1, 5))
    assert last_words(first) == "Hội trường bận"
    page = client.get(first.get_absolute_url()).content.decode()
    assert "moved from 5 Jan 2027" in page
    assert "Hội trường bận" in page
    assert "Meeting planned by its pattern" in page
    assert "day 5 of the month, 19:00" in page


def test_only_the_venue_changes_without_a_reason(client, regular):
    _cast, first = regular

    client.post(reverse("meetings:meeting_edit", args=[first.pk]), moved_to(date(2027, 1, 5), venue="Trụ sở"))

    assert (stored(first).venue, stored(first).by_hand) == ("Trụ sở", True)
    assert plan_meetings(on=TODAY).changed == 0
    assert stored(first).venue == "Trụ sở"
    assert "Trụ sở" in client.get(first.get_absolute_url()).content.decode()


def test_the_list_says_from_which_day_a_meeting_moved(client, regular):
    cast, first = regular
    first.starts_at, first.ends_at = at(date(2027, 1, 8)), None
    save_meeting(first, by=cast.recorder, on=TODAY, why="Hội trường bận")

    page = client.get("/meetings/?sort=upcoming").content.decode()

    # January moved by hand, February because of the new year.
    assert page.count("moved from") == 2
    assert "moved from 5 Jan 2027" in page


def test_a_cancelled_occurrence_is_asked_for_a_reason_first(client, regular):
    _cast, first = regular
    address = reverse("meetings:meeting_status", args=[first.pk])
    asked = {"status": "cancelled", "was": "planned"}

    page = client.post(address, asked)
    empty = client.post(address, {**asked, "why": " "})
    still = stored(first).status
    answer = client.post(address, {**asked, "why": "Bí thư đi công tác"})

    assert (page.status_code, still) == (200, "planned")
    assert page.context["form"].initial == asked
    assert empty.context["form"].errors == {"why": [ASKED]}
    assert answer.url == first.get_absolute_url()
    assert (stored(first).status, last_words(first)) == ("cancelled", "Bí thư đi công tác")


def test_a_meeting_without_a_pattern_is_moved_and_cancelled_as_before(client, regular):
    cast, _first = regular
    typed = meeting("cell", cast.tree.an2, day=date(2027, 1, 6))

    client.post(reverse("meetings:meeting_edit", args=[typed.pk]), moved_to(date(2027, 1, 8)))
    client.post(reverse("meetings:meeting_status", args=[typed.pk]), {"status": "cancelled", "was": "planned"})

    assert (stored(typed).day, stored(typed).status) == (date(2027, 1, 8), "cancelled")
    assert stored(typed).moved_from is None


def test_the_page_of_attendance_asks_why_it_is_cancelled(client, regular):
    cast, first = regular
    address = reverse("meetings:meeting_record", args=[first.pk])
    typed = {"status": "cancelled", "were": '{"status": "planned"}'}
    typed |= {f"status-{cast.chau.pk}": "unrecorded", f"was-{cast.chau.pk}": '["unrecorded", "", ""]'}

    without = client.post(address, typed)
    client.post(address, {**typed, "why": "Hội trường bận"})

    assert without.context["form"].errors == {"why": [ASKED]}
    assert (stored(first).status, last_words(first)) == ("cancelled", "Hội trường bận")


def test_the_administration_asks_why(client, regular):
    cast, first = regular
    client.force_login(user("root", is_superuser=True, is_staff=True))
    address = reverse("admin:meetings_meeting_change", args=[first.pk])
    inlines = {
        f"{name}-{field}": "0"
        for name in ("attendances", "attendances-2")
        for field in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    typed = {
        "kind": "cell",
        "locality": cast.tree.an1.pk,
        "starts_at_0": "2027-01-05",
        "starts_at_1": "19:00",
        "status": "cancelled",
        "code": first.code,
        **inlines,
    }

    without = client.post(address, typed)
    client.post(address, {**typed, "why": "Hội trường bận"})

    assert without.context["adminform"].form.errors == {"why": [ASKED]}
    assert (stored(first).status, last_words(first)) == ("cancelled", "Hội trường bận")


def test_the_actions_refuse_what_no_page_would_ask(regular):
    cast, first = regular

    with pytest.raises(Refused) as refused:
        set_status(first, "cancelled", was="planned", by=cast.recorder, on=TODAY)

    assert refused.value.facts == {"why": [ASKED]}
    assert set_status(first, "cancelled", was="planned", by=cast.recorder, on=TODAY, why="Bận") == []


def test_beyond_the_end_they_are_cancelled_in_one_step_all_the_same(client, regular):
    cast, first = regular
    Meeting.objects.filter(pk=first.pk).update(by_hand=True)
    LocalityVersion.objects.filter(locality=cast.tree.an1).update(last_day=date(2026, 12, 31))
    # As an older way left it: nobody was told that the tree has changed but the places.
    derive()

    client.post(reverse("meetings:beyond"))

    assert stored(first).status == "cancelled"
    assert last_words(first) == "The locality does not exist on that day."
