"""Entering an agency's meeting: what stands in its way is told before it is saved, and nothing is forbidden."""

from datetime import date, datetime

import pytest
import time_machine
from django.urls import reverse

from assignments.tests.cast import OFFICE, at
from meetings.models import Meeting
from meetings.tests.evening import TONIGHT, agency_meeting, evening, meeting

pytestmark = pytest.mark.django_db
ADDRESS = "/meetings/new/?of=agency"


@pytest.fixture(autouse=True)
def _first_of_may():
    with time_machine.travel(datetime(2022, 5, 1, 9, tzinfo=OFFICE), tick=False):
        yield


def typed(cast, day=TONIGHT, starts="19:30", ends="21:00", **more):
    """What the clerk of the office of the interior types."""
    return {"agency": cast.interior.pk, "kind": "agency", "day": str(day), "starts": starts, "ends": ends, **more}


def told(response):
    """What the answer says stands in the way: days, whom at the same time, whom on the same day."""
    found = response.context["impact"]
    return (
        [day.day for day in found.restricted],
        [row.cadre.code for row in found.overlapping],
        [row.cadre.code for row in found.same_day],
    )


def test_a_restricted_day_and_own_staff_at_the_same_time_are_told_and_the_second_tap_saves(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    meeting("cell", cast.tree.an2)
    client.force_login(cast.clerk)

    first = client.post(ADDRESS, typed(cast))
    saved_unread = Meeting.objects.filter(kind="agency").count()
    client.post(ADDRESS, typed(cast, seen=first.context["seen"], why="Đoàn kiểm tra của tỉnh"))

    assert told(first) == ([9], ["P2"], [])
    assert (first.context["impact"].people, first.context["impact"].staff) == (1, 1)
    assert saved_unread == 0
    made = Meeting.objects.get(kind="agency")
    assert (made.starts_at, made.ends_at) == (at(TONIGHT, 19, 30), at(TONIGHT, 21))
    page = client.get(reverse("meetings:meeting", args=[made.pk])).content.decode()
    assert "Đoàn kiểm tra của tỉnh" in page


def test_a_free_time_is_saved_at_once(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.clerk)

    response = client.post(ADDRESS, typed(cast, day=date(2022, 5, 10)))

    assert response.url == Meeting.objects.get(kind="agency").get_absolute_url()


def test_the_same_day_at_another_time_is_only_hinted_at(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2022, 5, 10))
    client.force_login(cast.clerk)

    response = client.post(ADDRESS, typed(cast, day=date(2022, 5, 10), starts="08:00", ends="09:00"))

    assert told(response) == ([], [], ["P2"])


def test_touching_is_not_overlapping(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2022, 5, 10))
    client.force_login(cast.clerk)

    response = client.post(ADDRESS, typed(cast, day=date(2022, 5, 10), starts="17:00", ends="19:00"))

    assert told(response) == ([], [], ["P2"])


def test_a_training_of_several_days_looks_at_each(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2022, 5, 11))
    client.force_login(cast.clerk)

    response = client.post(
        ADDRESS,
        typed(cast, kind="training", day=date(2022, 5, 8), last_day="2022-05-15", starts="07:30", ends="17:00"),
    )

    assert told(response) == ([9, 15], ["P2"], [])


def test_what_a_province_calls_out_of_turn_is_exempt_from_restricted_days(client):
    cast = evening()
    client.force_login(cast.clerk)

    client.post(ADDRESS, typed(cast, convened_by="province", extraordinary="on"))
    client.post(ADDRESS, typed(cast, convened_by="district", extraordinary="on"))

    assert list(Meeting.objects.values_list("convened_by", flat=True)) == ["province"]


def test_the_nearest_free_half_days_leave_out_weekends_restricted_days_and_everybody_busy(client):
    cast = evening()
    # A Friday: the staff are away on Friday afternoon, the agency meets on Monday the 16th in the morning.
    meeting("cell", cast.tree.an1, day=date(2022, 5, 13), hour=14)
    agency_meeting(cast.interior, day=date(2022, 5, 16), hour=8)
    client.force_login(cast.clerk)

    response = client.post(ADDRESS, typed(cast, day=date(2022, 5, 13), starts="14:00", ends="16:00"))
    free = response.context["impact"].free
    moved = client.post(
        ADDRESS, typed(cast, day=date(2022, 5, 13), starts="14:00", ends="16:00", move="2022-05-16,afternoon")
    )

    assert [(half.day.day, half.half) for half in free] == [(13, "morning"), (16, "afternoon")]
    # The free half-day is entered and saved: nothing stands in its way any more.
    made = Meeting.objects.get(pk=int(moved.url.split("/")[2]))
    assert (made.starts_at, made.ends_at) == (at(date(2022, 5, 16), 13, 30), at(date(2022, 5, 16), 17))


def test_a_warning_that_was_read_holds_for_its_own_time_only(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.clerk)
    first = client.post(ADDRESS, typed(cast))

    other = client.post(ADDRESS, typed(cast, starts="20:00", seen=first.context["seen"]))

    assert other.status_code == 200
    assert Meeting.objects.filter(kind="agency").count() == 0


def test_with_script_the_look_is_answered_alone_and_saves_nothing(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.clerk)

    response = client.post(ADDRESS, typed(cast, check="1"), headers={"HX-Request": "true"})

    assert [template.name for template in response.templates][0] == "meetings/schedule_impact.html"
    assert "Nguyễn Minh Châu" in response.content.decode()
    assert Meeting.objects.filter(kind="agency").count() == 0


def test_mistakes_are_told_where_they_are(client):
    cast = evening()
    client.force_login(cast.clerk)

    def errors(**data):
        return client.post(ADDRESS, typed(cast, **data)).context["form"].errors

    assert errors(starts="20:00", ends="19:00") == {"ends": ["The meeting ends before it starts."]}
    assert errors(last_day="2022-05-08") == {"last_day": ["The last day lies before the first day."]}
    assert errors(last_day="2022-05-10", ends="") == {
        "ends": ["A meeting of several days needs a time at which it ends."]
    }
    assert Meeting.objects.count() == 0


def test_an_agency_meeting_is_changed_with_the_same_look(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2022, 5, 11))
    own = agency_meeting(cast.interior, day=date(2022, 5, 10))
    client.force_login(cast.clerk)
    address = reverse("meetings:meeting_edit", args=[own.pk])

    first = client.post(address, typed(cast, day=date(2022, 5, 11)))
    client.post(address, typed(cast, day=date(2022, 5, 11), seen=first.context["seen"]))

    assert told(first) == ([], ["P2"], [])
    assert Meeting.objects.get(pk=own.pk).day == date(2022, 5, 11)
