"""Entering an agency's meeting: what stands in its way is told before it is saved, and nothing is forbidden."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from assignments.models import Limit
from assignments.tests.cast import OFFICE, assign, at, cadre
from meetings.actions import record_attendance
from meetings.agency_meetings.calendar import Relation, Session
from meetings.entries import Mark
from meetings.models import Attendance, Holiday, Meeting
from meetings.tests.evening import TONIGHT, agency_meeting, evening, meeting
from meetings.tests.test_pages import text

pytestmark = pytest.mark.django_db
ADDRESS = "/meetings/new/?of=agency"
TUESDAY = date(2022, 5, 10)
ASSUMED = timedelta(hours=2)


@pytest.fixture(autouse=True)
def _first_of_may():
    with time_machine.travel(datetime(2022, 5, 1, 9, tzinfo=OFFICE), tick=False):
        yield


def typed(cast, day=TONIGHT, starts="19:30", ends="21:00", **more):
    """What the clerk of the office of the interior types."""
    return {
        "agency": cast.interior.pk,
        "subject": "Giao ban tháng 5",
        "kind": "agency",
        "day": str(day),
        "starts": starts,
        "ends": ends,
        **more,
    }


def told(response):
    """What the answer says stands in the way: days, whom at the same time, whom on the same day."""
    found = response.context["look"]
    return (
        [day.day for day in found.restricted],
        [line.row.cadre.code for line in found.same_time],
        [line.row.cadre.code for line in found.same_day],
    )


def seen(response):
    """What the next form sends along of what a page showed."""
    return response.context["look"].seen


def offered(response):
    """The free times: day, begin, end, how many at the same time, how many on the same day."""
    return [
        (slot.value, f"{slot.clock_ends_at:%H:%M}" if slot.clock_ends_at else "", slot.same_time, slot.same_day)
        for slot in response.context["look"].slots
    ]


def look(client, cast, **data):
    """What is answered to somebody who types."""
    asked = {name: value for name, value in typed(cast, **data).items() if name != "subject"}
    return client.get(ADDRESS, asked, headers={"HX-Request": "true"})


def made():
    return Meeting.objects.filter(kind__in=["agency", "training"]).order_by("starts_at")


# --- While somebody types -------------------------------------------------------------------------------------


def test_the_look_is_answered_alone_to_a_get_and_stores_nothing(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.clerk)

    response = look(client, cast)

    assert [template.name for template in response.templates][0] == "meetings/agency/look.html"
    assert told(response) == ([9], ["P2"], [])
    page = response.content.decode()
    assert "<html" not in page
    assert "Nguyễn Minh Châu" in page
    assert "Monday 9 May 2022 is a day kept free for locality meetings." in " ".join(page.split())
    assert "1 of 1 of the staff is expected at a locality meeting at that time." in " ".join(page.split())
    assert made().count() == 0


@pytest.mark.parametrize(
    "data", [{"day": "9/"}, {"day": ""}, {"starts": ""}, {"starts": "25:00"}, {"ends": "19"}, {"agency": ""}]
)
def test_while_too_little_is_typed_nothing_is_said(client, data):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.clerk)

    response = client.get(ADDRESS, {**typed(cast), **data}, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert response.context["look"] is None
    assert "Type day and time" in response.content.decode()


def test_a_link_fills_in_the_form_and_shows_the_look(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=TUESDAY)
    client.force_login(cast.clerk)

    page = client.get(ADDRESS, {"agency": cast.interior.pk, "day": "10/05/2022", "starts": "19:30", "ends": "21:00"})

    assert told(page) == ([], ["P2"], [])
    assert 'value="10/05/2022"' in page.content.decode()
    assert page.context["form"].is_bound is False


@pytest.mark.parametrize("people", [1, 3])
def test_the_look_costs_the_same_for_one_of_the_staff_and_for_three(client, people, django_assert_num_queries):
    cast = evening()
    for number in range(1, people):
        assign(cadre(f"Q{number}", agency=cast.interior), cast.tree.an1)
    for day in range(people):
        meeting("cell", cast.tree.an1, day=TUESDAY + timedelta(days=day))
    client.force_login(cast.clerk)
    look(client, cast)

    with django_assert_num_queries(14):
        look(client, cast)


def test_whoever_enters_nothing_for_the_agency_is_told_nothing(client):
    cast = evening()
    client.force_login(cast.viewer)

    assert client.get(ADDRESS, typed(cast), headers={"HX-Request": "true"}).status_code == 404


def test_of_another_agency_nothing_is_told(client):
    cast = evening()
    meeting("cell", cast.tree.an2)
    client.force_login(cast.clerk)

    response = client.get(ADDRESS, typed(cast, agency=cast.culture.pk), headers={"HX-Request": "true"})

    assert response.context["look"] is None


# --- What is the same time, and what is not known -------------------------------------------------------------


@pytest.mark.parametrize(
    "ours, theirs, relation",
    [
        (("19:30", "21:00"), ("19:00", "20:30"), "same_time"),
        (("17:00", "19:00"), ("19:00", "20:30"), "same_day"),
        (("08:00", "09:00"), ("19:00", "20:30"), "same_day"),
        # Both begin at once, and neither has an end.
        (("18:30", None), ("18:30", None), "same_time"),
        (("18:30", None), ("18:30", "20:00"), "same_time"),
        (("18:30", "20:00"), ("18:30", None), "same_time"),
        # Two hours are assumed.
        (("15:30", "17:00"), ("14:00", None), "same_time"),
        (("16:30", None), ("18:00", "19:00"), "same_time"),
        # It may last longer.
        (("16:00", "17:00"), ("14:00", None), "unclear"),
        (("14:00", None), ("16:00", "17:00"), "unclear"),
        # Said to end as it begins: not known, either.
        (("18:30", "20:00"), ("18:30", "18:30"), "same_time"),
        # Whatever its end, it begins after the other is over.
        (("08:00", "09:00"), ("18:30", None), "same_day"),
        (("18:30", None), ("08:00", "09:00"), "same_day"),
    ],
)
def test_how_a_locality_meeting_lies_to_an_agencys(ours, theirs, relation):
    def moment(clock):
        return at(TUESDAY, *map(int, clock.split(":"))) if clock else None

    other = Meeting(starts_at=moment(theirs[0]), ends_at=moment(theirs[1]))

    assert Session(*map(moment, ours)).relation(other, ASSUMED) == Relation(relation)


def test_what_has_no_end_is_assumed_to_last_two_hours_and_this_is_said(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=TUESDAY, hour=14)
    Meeting.objects.update(ends_at=None)
    client.force_login(cast.clerk)

    at_once = look(client, cast, day=TUESDAY, starts="15:30", ends="17:00")
    after = look(client, cast, day=TUESDAY, starts="16:00", ends="17:00")
    before = look(client, cast, day=TUESDAY, starts="08:00", ends="09:00")

    assert told(at_once) == ([], ["P2"], [])
    assert "14:00, no end known (taken to last until 16:00)" in at_once.content.decode()
    assert [line.row.cadre.code for line in after.context["look"].unclear] == ["P2"]
    assert "It cannot be said yet that the times do not overlap." in after.content.decode()
    assert "A meeting without an end is taken to last 2 hours." in " ".join(after.content.decode().split())
    # It surely comes later; but that they do not overlap is said only where both ends are known.
    assert told(before) == ([], [], ["P2"])
    assert "No clash" not in before.content.decode()
    assert "another time" not in before.content.decode()


def test_no_clash_is_said_where_both_ends_are_known(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=TUESDAY)
    client.force_login(cast.clerk)

    same_day = look(client, cast, day=TUESDAY, starts="15:00", ends="16:30").content.decode()
    nobody = look(client, cast, day=date(2022, 5, 11)).content.decode()

    assert "No clash for any of the 1 of the staff." in same_day
    assert "Same day, another time" in same_day
    assert "2 hours 30 minutes apart" in same_day
    assert "Nobody of the staff is expected elsewhere that day." in nobody


def test_the_length_that_is_assumed_is_a_setting(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=TUESDAY, hour=14)
    Meeting.objects.update(ends_at=None)
    Limit.objects.create(name=Limit.Name.ASSUMED_MINUTES, value=90)
    client.force_login(cast.clerk)

    response = look(client, cast, day=TUESDAY, starts="15:30", ends="17:00")

    assert told(response)[1] == []
    assert "A meeting without an end is taken to last 1 hour 30 minutes." in " ".join(
        response.content.decode().split()
    )


def test_a_meeting_cannot_end_as_it_begins(client):
    cast = evening()
    client.force_login(cast.clerk)

    response = client.post(ADDRESS, typed(cast, day=TUESDAY, starts="15:00", ends="15:00"))

    assert response.context["form"].errors == {"ends": ["The meeting ends as it starts. Type a later time."]}


# --- The end --------------------------------------------------------------------------------------------------


def three_meetings(of, minutes=(90, 60, 90)):
    for number, length in enumerate(minutes):
        starts_at = at(date(2022, 4, 5 + number), 14)
        agency_meeting(of, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=length), status="held")


def test_the_end_is_filled_in_from_how_long_the_agency_usually_meets_and_this_is_said(client):
    cast = evening()
    three_meetings(cast.interior)
    client.force_login(cast.clerk)

    form = client.get(ADDRESS).content.decode()
    response = look(client, cast, day=TUESDAY, starts="15:00", ends="")
    client.post(ADDRESS, typed(cast, day=TUESDAY, starts="15:00", ends=""))

    assert "Empty: 1 hour 30 minutes after the beginning, as long as the agency usually meets." in form
    assert 'data-end="16:30"' in response.content.decode()
    assert (
        "The end is filled in: 1 hour 30 minutes after the beginning, as long as the agency usually meets."
        in " ".join(response.content.decode().split())
    )
    assert made().last().ends_at == at(TUESDAY, 16, 30)


def test_where_no_usual_length_is_known_two_hours_are_assumed_and_no_end_is_stored(client):
    cast = evening()
    three_meetings(cast.interior, minutes=(90, 60))
    meeting("cell", cast.tree.an1, day=TUESDAY, hour=16)
    client.force_login(cast.clerk)

    form = client.get(ADDRESS).content.decode()
    response = look(client, cast, day=TUESDAY, starts="15:00", ends="")
    client.post(ADDRESS, typed(cast, day=date(2022, 5, 12), starts="15:00", ends=""))

    assert "where that is not known, 2 hours are assumed." in form
    assert told(response) == ([], ["P2"], [])
    assert "It has no end: 2 hours are assumed, until 17:00." in " ".join(response.content.decode().split())
    assert "data-end" not in response.content.decode()
    assert made().last().ends_at is None


# --- Saving ---------------------------------------------------------------------------------------------------


def test_a_free_time_is_saved_at_once(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.clerk)

    response = client.post(ADDRESS, typed(cast, day=TUESDAY))

    saved = made().get()
    assert response.url == saved.get_absolute_url()
    assert (saved.subject, saved.override_reason) == ("Giao ban tháng 5", "")
    assert "Giao ban tháng 5" in client.get(response.url).content.decode()


def test_without_the_look_the_same_warning_stands_at_the_top_with_the_focus_and_nothing_is_saved(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.clerk)

    response = client.post(ADDRESS, typed(cast))
    page = response.content.decode()

    assert made().count() == 0
    assert told(response) == ([9], ["P2"], [])
    top = page[page.index("data-agency-meeting") : page.index('id="div_id_subject"')]
    assert "Not saved yet." in top
    assert "Nguyễn Minh Châu" in top
    assert 'tabindex="-1" autofocus data-errors' in top
    for target in ('href="#slots"', 'href="#when"', 'href="#id_why"'):
        assert target in top
    for place in ('id="slots"', 'id="when"', 'id="id_why"'):
        assert place in page
    assert page.count('name="pick"') == 3
    assert 'value="Giao ban tháng 5"' in page


def test_a_clash_needs_a_reason_which_is_kept_with_the_meeting(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.clerk)
    first = client.post(ADDRESS, typed(cast))

    without = client.post(ADDRESS, typed(cast, seen=seen(first)))
    response = client.post(ADDRESS, typed(cast, seen=seen(first), why="Đoàn kiểm tra của tỉnh"), follow=True)

    assert without.context["form"].errors == {"why": ["Say why, or choose another time."]}
    saved = made().get()
    assert (saved.starts_at, saved.ends_at) == (at(TONIGHT, 19, 30), at(TONIGHT, 21))
    assert saved.override_reason == "Đoàn kiểm tra của tỉnh"
    page = response.content.decode()
    assert "Đoàn kiểm tra của tỉnh" in page
    assert "1 of the staff is expected elsewhere at that time, and reads why." in page


@pytest.mark.parametrize("day", [9, 15])
def test_a_restricted_day_alone_needs_a_reason(client, day):
    cast = evening()
    client.force_login(cast.clerk)
    first = client.post(ADDRESS, typed(cast, day=date(2022, 5, day)))

    client.post(ADDRESS, typed(cast, day=date(2022, 5, day), seen=seen(first)))
    none_yet = made().count()
    client.post(ADDRESS, typed(cast, day=date(2022, 5, day), seen=seen(first), why="Bão số 3"))

    assert (told(first), none_yet, made().get().override_reason) == (([day], [], []), 0, "Bão số 3")


def test_what_a_province_calls_out_of_turn_is_exempt_from_restricted_days_and_from_nothing_else(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2022, 5, 15))
    client.force_login(cast.clerk)

    client.post(ADDRESS, typed(cast, convened_by="province", extraordinary="on"))
    client.post(ADDRESS, typed(cast, convened_by="district", extraordinary="on"))
    exempt = look(client, cast, convened_by="province", extraordinary="on").content.decode()
    clash = client.post(ADDRESS, typed(cast, day=date(2022, 5, 15), convened_by="province", extraordinary="on"))

    assert list(Meeting.objects.filter(kind="agency").values_list("convened_by", flat=True)) == ["province"]
    assert "restricted days do not bind it" in exempt
    assert told(clash) == ([], ["P2"], [])
    assert clash.context["look"].needs_reason is True


def test_the_same_day_is_shown_once_and_asks_for_no_reason(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=TUESDAY)
    client.force_login(cast.clerk)

    first = client.post(ADDRESS, typed(cast, day=TUESDAY, starts="08:00", ends="09:00"))
    client.post(ADDRESS, typed(cast, day=TUESDAY, starts="08:00", ends="09:00", seen=seen(first)))

    assert told(first) == ([], [], ["P2"])
    assert "Save once more" in first.content.decode()
    assert made().get().override_reason == ""


def test_a_reason_without_anything_in_the_way_is_not_kept(client):
    cast = evening()
    client.force_login(cast.clerk)

    client.post(ADDRESS, typed(cast, day=TUESDAY, why="Đoàn kiểm tra"))

    assert made().get().override_reason == ""


def test_a_warning_that_was_read_holds_for_its_own_time_only(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.clerk)
    first = client.post(ADDRESS, typed(cast))

    other = client.post(ADDRESS, typed(cast, starts="20:00", seen=seen(first), why="Bão"))

    assert other.status_code == 200
    assert made().count() == 0


def test_a_subject_is_asked_for_and_the_look_is_shown_beside_it(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.clerk)

    response = client.post(ADDRESS, typed(cast, subject="  "))

    assert response.context["form"].errors == {"subject": ["Say in a few words what the meeting is about."]}
    assert told(response) == ([9], ["P2"], [])


def test_what_a_file_brought_in_without_a_subject_may_stay_so(client):
    cast = evening()
    own = agency_meeting(cast.interior, day=TUESDAY)
    client.force_login(cast.clerk)
    address = reverse("meetings:meeting_edit", args=[own.pk])

    client.post(address, typed(cast, day=TUESDAY, starts="14:00", ends="15:00", subject=""))
    client.post(address, typed(cast, day=TUESDAY, starts="15:00", ends="16:00", subject="Giao ban"))
    response = client.post(address, typed(cast, day=TUESDAY, starts="16:00", ends="17:00", subject=""))

    assert list(response.context["form"].errors) == ["subject"]
    own.refresh_from_db()
    assert (own.starts_at, own.subject) == (at(TUESDAY, 15), "Giao ban")


def test_mistakes_are_told_where_they_are(client):
    cast = evening()
    client.force_login(cast.clerk)

    def errors(**data):
        return client.post(ADDRESS, typed(cast, **data)).context["form"].errors

    assert errors(starts="20:00", ends="19:00") == {"ends": ["The meeting ends before it starts."]}
    assert errors(last_day="2022-05-08") == {"last_day": ["The last day lies before the first day."]}
    assert errors(last_day="2022-05-11", ends="") == {
        "ends": ["A meeting of several days needs a time at which it ends."]
    }
    assert errors(last_day="2022-05-11", starts="22:00", ends="01:00") == {
        "ends": ["On each of several days it ends on the same day."]
    }
    assert errors(last_day="2022-07-11") == {
        "last_day": ["That is more than a month. Enter shorter trainings one by one."]
    }
    assert made().count() == 0


# --- Free times -----------------------------------------------------------------------------------------------


def test_three_free_times_leave_out_days_off_restricted_days_and_everybody_busy(client):
    cast = evening()
    # A Friday: the staff are away in the afternoon; the agency meets on Monday the 16th; Tuesday is a day off.
    meeting("cell", cast.tree.an1, day=date(2022, 5, 13), hour=14)
    agency_meeting(cast.interior, day=date(2022, 5, 16), hour=14)
    meeting("cell", cast.tree.an1, day=date(2022, 5, 18), hour=19)
    Holiday.objects.create(day=date(2022, 5, 17), name="Nghỉ bù")
    client.force_login(cast.clerk)

    response = client.post(ADDRESS, typed(cast, day=date(2022, 5, 13), starts="14:00", ends="16:00"))

    assert offered(response) == [
        ("2022-05-13T08:00", "10:00", 0, 1),
        ("2022-05-16T08:00", "10:00", 0, 0),
        ("2022-05-18T14:00", "16:00", 0, 1),
    ]
    page = " ".join(response.content.decode().split())
    assert "Monday 16 May 2022, 08:00–10:00" in page
    assert "nobody of 1 at the same time; 1 on the same day" in page


def test_a_free_time_is_saved_with_one_tap(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2022, 5, 13), hour=14)
    client.force_login(cast.clerk)

    client.post(ADDRESS, typed(cast, day=date(2022, 5, 13), starts="14:00", ends="16:00", pick="2022-05-16T14:00"))

    saved = made().get()
    assert (saved.starts_at, saved.ends_at) == (at(date(2022, 5, 16), 14), at(date(2022, 5, 16), 16))


def test_a_free_time_that_was_taken_meanwhile_is_not_saved(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2022, 5, 13), hour=14)
    meeting("cell", cast.tree.an1, day=date(2022, 5, 16), hour=14)
    client.force_login(cast.clerk)

    response = client.post(
        ADDRESS, typed(cast, day=date(2022, 5, 13), starts="14:00", ends="16:00", pick="2022-05-16T14:00")
    )

    assert made().count() == 0
    assert told(response) == ([], ["P2"], [])
    assert 'value="16/05/2022"' in response.content.decode()


@pytest.mark.parametrize("pick", ["", "nonsense", "2022-13-01T08:00", "2022-05-16T14:00+07:00", "9999-12-31T23:59"])
def test_a_button_that_says_nonsense_moves_nothing_out_of_bounds(client, pick):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.clerk)

    response = client.post(ADDRESS, typed(cast, pick=pick))

    assert response.status_code == 200
    assert made().count() == 0


def test_of_a_meeting_that_is_over_no_other_time_is_offered(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2022, 4, 20))
    client.force_login(cast.clerk)

    response = look(client, cast, day=date(2022, 4, 20))

    assert told(response) == ([], ["P2"], [])
    assert offered(response) == []


# --- Several days ---------------------------------------------------------------------------------------------


def test_a_training_of_several_days_is_looked_at_day_by_day_at_its_own_hours(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2022, 5, 16), hour=14)
    meeting("commune_committee", cast.tree.an, day=date(2022, 5, 17), hour=19)
    client.force_login(cast.clerk)

    response = look(
        client, cast, kind="training", day=date(2022, 5, 15), last_day="2022-05-17", starts="08:00", ends="16:30"
    )
    days = response.context["look"].several_days

    # The evening of the third day is another time of the same day.
    assert told(response) == ([15], ["P2"], ["P2"])
    assert [(day.day.day, day.restricted, len(day.same_time), len(day.others)) for day in days] == [
        (15, True, 0, 0),
        (16, False, 1, 0),
        (17, False, 0, 1),
    ]
    # Whole days, none of them off or kept free.
    assert [value for value, *_rest in offered(response)] == [
        "2022-05-17T08:00",
        "2022-05-18T08:00",
        "2022-05-23T08:00",
    ]
    assert "Tuesday 17 May 2022 – Thursday 19 May 2022" in response.content.decode()


def test_a_training_of_several_days_is_a_meeting_on_each(client):
    cast = evening()
    client.force_login(cast.clerk)
    data = typed(cast, kind="training", day=date(2022, 5, 17), starts="08:00", ends="16:30", extraordinary="on")

    client.post(ADDRESS, {**data, "last_day": "2022-05-19"})

    assert list(made().values_list("day", "kind", "subject", "extraordinary")) == [
        (date(2022, 5, day), "training", "Giao ban tháng 5", True) for day in (17, 18, 19)
    ]
    assert {one.ends_at - one.starts_at for one in made()} == {timedelta(hours=8, minutes=30)}


def test_a_free_time_of_several_days_moves_all_of_them(client):
    cast = evening()
    client.force_login(cast.clerk)
    data = typed(cast, kind="training", day=date(2022, 5, 14), starts="08:00", ends="16:30")

    client.post(ADDRESS, {**data, "last_day": "2022-05-16", "pick": "2022-05-17T08:00"})

    assert list(made().values_list("day", flat=True)) == [date(2022, 5, day) for day in (17, 18, 19)]


def test_a_training_that_was_stored_as_one_is_changed_as_one(client):
    cast = evening()
    own = agency_meeting(
        cast.interior, kind="training", starts_at=at(date(2022, 5, 17), 8), ends_at=at(date(2022, 5, 19), 16)
    )
    client.force_login(cast.clerk)
    data = typed(cast, kind="training", day=date(2022, 5, 18), starts="08:00", ends="16:00", last_day="2022-05-20")

    client.post(reverse("meetings:meeting_edit", args=[own.pk]), data)

    assert [(one.starts_at, one.ends_at) for one in made()] == [(at(date(2022, 5, 18), 8), at(date(2022, 5, 20), 16))]


# --- What came up meanwhile -----------------------------------------------------------------------------------


def test_a_meeting_that_moved_while_somebody_typed_is_told_and_nothing_is_saved(client):
    cast = evening()
    cell = meeting("cell", cast.tree.an1, day=date(2022, 5, 12), hour=14)
    client.force_login(cast.clerk)
    before = look(client, cast, day=TUESDAY, starts="15:00", ends="16:30")
    cell.starts_at, cell.ends_at = at(TUESDAY, 15, 30), at(TUESDAY, 17)
    cell.save()
    Attendance.objects.filter(meeting=cell).point()

    response = client.post(
        ADDRESS, typed(cast, day=TUESDAY, starts="15:00", ends="16:30", seen=seen(before), why="Đã có lý do")
    )

    assert made().count() == 0
    assert (
        "Not saved. While you were typing, this was moved to 10 May 2022, 15:30: Party cell meeting, Khu phố 1."
        in " ".join(response.content.decode().split())
    )


def test_another_meeting_of_the_agency_at_that_time_is_told(client):
    cast = evening()
    agency_meeting(cast.interior, day=TUESDAY, subject="Họp chi bộ cơ quan")
    client.force_login(cast.clerk)

    first = client.post(ADDRESS, typed(cast, day=TUESDAY))
    client.post(ADDRESS, typed(cast, day=TUESDAY, seen=seen(first)))

    assert "The agency itself already meets at that time." in first.content.decode()
    assert "Họp chi bộ cơ quan" in first.content.decode()
    assert made().count() == 2


# --- Changing -------------------------------------------------------------------------------------------------


def test_an_agency_meeting_is_changed_with_the_same_look(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2022, 5, 11))
    own = agency_meeting(cast.interior, day=TUESDAY, override_reason="Bão")
    client.force_login(cast.clerk)
    address = reverse("meetings:meeting_edit", args=[own.pk])

    asked = client.get(address, typed(cast, day=date(2022, 5, 11)), headers={"HX-Request": "true"})
    first = client.post(address, typed(cast, day=date(2022, 5, 11)))
    stayed = Meeting.objects.get(pk=own.pk).day
    client.post(address, typed(cast, day=date(2022, 5, 11), seen=seen(first), why="Bão số 3"))
    moved = Meeting.objects.get(pk=own.pk)
    client.post(address, typed(cast, day=date(2022, 5, 12), why="Bão số 3"))

    assert told(asked) == told(first) == ([], ["P2"], [])
    assert stayed == TUESDAY
    assert (moved.day, moved.override_reason) == (date(2022, 5, 11), "Bão số 3")
    # In the way of nothing there is no reason to give.
    assert (made().get().day, made().get().override_reason) == (date(2022, 5, 12), "")


# --- Whom it concerns -----------------------------------------------------------------------------------------


def test_those_expected_elsewhere_and_the_head_of_their_group_read_why(client):
    cast = evening()
    cell = meeting("cell", cast.tree.an1)
    own = agency_meeting(cast.interior, override_reason="Đoàn kiểm tra của tỉnh")
    assign(cast.binh, cast.tree.north, role="head")
    from assignments.tests.cast import user as login

    cast.binh.user = login("binh")
    cast.binh.save()
    address = reverse("meetings:meeting", args=[cell.pk])

    for who in (cast.signed, cast.binh.user, cast.clerk):
        client.force_login(who)
        assert "Đoàn kiểm tra của tỉnh" in client.get(address).content.decode()
        assert "Đoàn kiểm tra của tỉnh" in client.get("/meetings/clashes/?quarter=2022-Q2").content.decode()
    client.force_login(cast.elsewhere)
    assert client.get(address).status_code == 404
    assert client.get(reverse("meetings:meeting", args=[own.pk])).status_code == 404


def test_a_clash_without_an_end_is_told_on_both_meetings_as_assumed(client):
    cast = evening()
    cell = meeting("cell", cast.tree.an1)
    own = agency_meeting(cast.interior)
    Meeting.objects.update(ends_at=None)
    client.force_login(cast.clerk)

    for one in (cell, own):
        page = client.get(reverse("meetings:meeting", args=[one.pk]))
        assert [row.cadre.code for row in page.context["clashes"]] == ["P2"]
        assert "An end is not known: a usual length is assumed." in page.content.decode()


def test_whoever_moves_a_localitys_meeting_onto_an_agencys_is_told_and_the_agency_finds_it_with_a_free_time(client):
    cast = evening()
    cell = meeting("cell", cast.tree.an1, day=date(2022, 5, 12))
    own = agency_meeting(cast.interior, day=TUESDAY, hour=14, subject="Tổng kết")
    client.force_login(cast.recorder)
    response = client.post(
        reverse("meetings:meeting_edit", args=[cell.pk]),
        {"kind": "cell", "day": str(TUESDAY), "starts": "14:30", "ends": "16:00"},
        follow=True,
    )

    assert "The agency of 1 person expected here meets at that time" in response.content.decode()
    client.force_login(cast.clerk)
    for address in ("/meetings/clashes/?quarter=2022-Q2", ADDRESS):
        page = client.get(address)
        [one] = page.context["open"].shown
        assert (one.meeting.pk, one.slot.value) == (own.pk, "2022-05-10T08:00")
        assert "Move to Tuesday 10 May 2022, 08:00–09:30" in " ".join(page.content.decode().split())
    moved = client.post(
        reverse("meetings:meeting_move", args=[own.pk]), {"pick": one.slot.value, "was": "202205100700"}
    )
    assert moved.url == "/meetings/clashes/?quarter=2022-Q2"
    own.refresh_from_db()
    assert (own.starts_at, own.ends_at) == (at(TUESDAY, 8), at(TUESDAY, 9, 30))
    assert client.get(moved.url).context["open"].shown == []


def test_an_absence_that_the_own_agency_causes_is_filled_in_and_excuses_nobody(client):
    cast = evening()
    cell, other = meeting("cell", cast.tree.an1), meeting("cell", cast.tree.an2)
    agency_meeting(cast.interior, override_reason="Đoàn kiểm tra")
    with time_machine.travel(datetime(2022, 5, 9, 22, tzinfo=OFFICE), tick=False):
        absent = [
            record_attendance(
                one,
                marks=[Mark(cadre=who.pk, status="absent", was=("unrecorded", "", ""))],
                by=cast.office,
                on=TONIGHT,
                reason_later=True,
            )
            for one, who in ((cell, cast.chau), (other, cast.dung))
        ]
        # It is said like any other reason, and can be changed.
        record_attendance(
            cell, marks=[Mark(cadre=cast.chau.pk, status="absent", reason="personal")], by=cast.office, on=TONIGHT
        )

    assert [(row.status, row.reason) for [row] in absent] == [("absent", "agency_meeting"), ("absent", "")]
    assert Attendance.objects.get(meeting=cell).reason == "personal"


@pytest.mark.parametrize("reason, status", [("", "cancelled"), ("Bão số 3", "planned")])
def test_a_cancelled_meeting_does_not_come_back_onto_a_clash_without_a_reason(client, reason, status):
    cast = evening()
    meeting("cell", cast.tree.an1, day=TUESDAY)
    own = agency_meeting(cast.interior, day=TUESDAY, status="cancelled", override_reason=reason)
    client.force_login(cast.clerk)

    client.post(reverse("meetings:meeting_status", args=[own.pk]), {"status": "planned", "was": "cancelled"})

    own.refresh_from_db()
    assert own.status == status


# --- Moving out of the way ------------------------------------------------------------------------------------


def test_a_meeting_is_not_moved_onto_another_clash_nor_from_where_it_is_no_longer(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2022, 5, 12), hour=8)
    own = agency_meeting(cast.interior, day=TUESDAY, hour=14)
    client.force_login(cast.clerk)
    address = reverse("meetings:meeting_move", args=[own.pk])

    busy = client.post(address, {"pick": "2022-05-12T08:00", "was": "202205100700"})
    older = client.post(address, {"pick": "2022-05-13T08:00", "was": "202205100000"})
    nonsense = client.post(address, {"pick": "x", "was": "202205100700"})
    shown = client.get(address)

    edit = reverse("meetings:meeting_edit", args=[own.pk])
    assert busy.url.startswith(f"{edit}?day=")
    assert told(client.get(busy.url)) == ([], ["P2"], [])
    assert (older.url, nonsense.url, shown.url) == (edit, edit, own.get_absolute_url())
    own.refresh_from_db()
    assert own.starts_at == at(TUESDAY, 14)


@pytest.mark.parametrize("who, status", [("clerk", 302), ("recorder", 404), ("signed", 404)])
def test_only_whoever_enters_an_agencys_meetings_moves_one(client, who, status):
    cast = evening()
    own = agency_meeting(cast.interior, day=TUESDAY, hour=14)
    client.force_login(getattr(cast, who))

    response = client.post(reverse("meetings:meeting_move", args=[own.pk]), {"pick": "2022-05-12T08:00"})

    assert response.status_code == status


def test_a_localitys_meeting_is_not_moved_by_the_button(client):
    cast = evening()
    cell = meeting("cell", cast.tree.an1)
    client.force_login(cast.recorder)

    assert client.post(reverse("meetings:meeting_move", args=[cell.pk]), {}).status_code == 404


# --- The list -------------------------------------------------------------------------------------------------


def test_what_can_still_be_changed_comes_first(client):
    cast = evening()
    for number, day in enumerate((date(2022, 4, 20), date(2022, 5, 20), date(2022, 4, 5))):
        meeting("cell", cast.tree.an1, day=day)
        agency_meeting(cast.interior, day=day, code=f"E{number}")
    breach = agency_meeting(cast.interior, day=TONIGHT, hour=8)
    agency_meeting(cast.interior, day=date(2022, 5, 15), hour=8, extraordinary=True, convened_by="province")
    agency_meeting(cast.interior, day=date(2022, 5, 15), hour=8, status="cancelled")
    client.force_login(cast.clerk)

    page = client.get("/meetings/clashes/?quarter=2022-Q2")
    file = text(client.get("/meetings/clashes/?quarter=2022-Q2&format=csv")).splitlines()

    assert [row.agency_code for row in page.context["object_list"]] == ["E1", "E2", "E0"]
    assert [line.split(",")[0] for line in file[1:]] == ["E2", "E0", "E1"]
    assert [one.meeting.pk for one in page.context["open"].shown] == [breach.pk, made().get(code="E1").pk]
    assert page.context["breaches"] == 1
    culture = client.get("/meetings/clashes/?quarter=2022-Q2&agency=A-2").context
    assert (culture.get("breaches", 0), culture.get("open") and culture["open"].number) in ((0, 0), (0, None))


def test_whoever_may_not_move_them_sees_them_without_a_button(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=TUESDAY)
    agency_meeting(cast.interior, day=TUESDAY)
    client.force_login(cast.office)

    page = client.get("/meetings/clashes/?quarter=2022-Q2")

    assert [one.slot for one in page.context["open"].shown] == [None]
    assert "Move to" not in page.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_with_one_meeting_and_with_three(client, number, django_assert_num_queries):
    cast = evening()
    for step in range(number):
        meeting("cell", cast.tree.an1, day=TUESDAY + timedelta(days=step))
        agency_meeting(cast.interior, day=TUESDAY + timedelta(days=step))
    client.force_login(cast.clerk)
    client.get("/meetings/clashes/?quarter=2022-Q2")

    with django_assert_num_queries(20):
        client.get("/meetings/clashes/?quarter=2022-Q2")
