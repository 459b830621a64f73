"""The calendar of a telephone: read back by a program that is not ours, and told of every change."""

import logging
from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest
import recurring_ical_events
import time_machine
from django.test import Client
from django.urls import reverse

from assignments.actions import localities_changed
from assignments.models import Acting, LocalityVersion
from assignments.tests.cast import assign, at
from meetings.actions import save_meeting, set_status
from meetings.feed.actions import make_feed, revoke_feed
from meetings.models import Attendance, CalendarFeed, Meeting, Pattern
from meetings.planning.actions import change_pattern, plan_meetings
from meetings.tests.evening import TONIGHT, evening, meeting

pytestmark = pytest.mark.django_db
NOW = at(TONIGHT, 8)
HELD, NOT_HELD, CANCELLED = "held", "not_held", "cancelled"


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def cast():
    return evening()


def address(token):
    return reverse("meetings:feed", args=[token])


def read(token, **headers):
    return Client().get(address(token), headers=headers)


def events(token):
    """Each event of a feed by its number, as a program elsewhere reads it."""
    calendar = icalendar.Calendar.from_ical(read(token).content)
    found = recurring_ical_events.of(calendar).between(
        datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    )
    return {str(event["UID"]): event for event in found}


def event_of(token, of):
    return events(token)[f"meeting-{of.pk}@cadrenet"]


# --- What is read ------------------------------------------------------------------------------------------------


def test_a_feed_holds_the_own_expected_meetings_and_nothing_else(cast):
    own = meeting("cell", cast.tree.an1)
    meeting("cell", cast.tree.an2)
    token = make_feed(cast.signed)

    assert set(events(token)) == {f"meeting-{own.pk}@cadrenet"}


def test_an_event_is_a_moment_of_utc_by_itself(cast):
    own = meeting("cell", cast.tree.an1, venue="Nhà văn hóa, phòng 2")
    lines = read(make_feed(cast.signed)).content.decode().split("\r\n")

    assert lines == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//cadrenet//cadrenet//VI",
        "CALSCALE:GREGORIAN",
        "NAME:Meetings at the grassroots",
        "X-WR-CALNAME:Meetings at the grassroots",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "X-WR-TIMEZONE:Asia/Ho_Chi_Minh",
        "BEGIN:VEVENT",
        "SUMMARY:Party cell meeting\\, Khu phố 1",
        "DTSTART:20220509T120000Z",
        "DTEND:20220509T133000Z",
        "DTSTAMP:20220509T010000Z",
        f"UID:meeting-{own.pk}@cadrenet",
        "SEQUENCE:0",
        "LAST-MODIFIED:20220509T010000Z",
        "LOCATION:Nhà văn hóa\\, phòng 2\\, Khu phố 1\\, Thị trấn An",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        f"URL:http://testserver/meetings/{own.pk}/",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_no_line_is_longer_than_75_octets_and_vietnamese_comes_back_whole(cast):
    venue = "Nhà sinh hoạt cộng đồng ấp Thạnh Hưng, đường Nguyễn Thị Định, gần trường mẫu giáo Hướng Dương; cửa sau"
    own = meeting("cell", cast.tree.an1, venue=venue)
    token = make_feed(cast.signed)
    lines = read(token).content.split(b"\r\n")

    assert max(len(line) for line in lines) == 75
    assert event_of(token, own)["LOCATION"] == f"{venue}, Khu phố 1, Thị trấn An"


def test_without_a_known_end_none_is_made_up(cast):
    own = Meeting.objects.create(kind="cell", locality=cast.tree.an1, starts_at=at(TONIGHT))
    localities_changed()
    Attendance.objects.create(meeting=own, cadre=cast.chau)

    text = read(make_feed(cast.signed)).content.decode()

    assert f"UID:meeting-{own.pk}@cadrenet" in text
    assert "DTEND" not in text


def test_nobody_is_named_and_no_reason_is_told(cast):
    own = meeting("cell", cast.tree.an1)
    other = meeting("cell", cast.tree.an1, day=TONIGHT + timedelta(days=9))
    set_status(other, CANCELLED, was="planned", by=cast.recorder, on=TONIGHT, why="Bí thư ốm")
    Attendance.objects.filter(meeting=own).update(status="absent", reason="personal", note="đi khám")
    text = read(make_feed(cast.signed)).content.decode()

    assert [
        word for word in ("Châu", "ốm", "khám", "recorder", "ATTENDEE", "ORGANIZER", "METHOD") if word in text
    ] == []


def test_whoever_acts_for_somebody_reads_those_meetings_for_as_long(cast, morning):
    own, others = meeting("cell", cast.tree.an1), meeting("cell", cast.tree.an2)
    Acting.objects.create(cadre=cast.chau, absent=cast.dung, first_day=TONIGHT, last_day=TONIGHT + timedelta(days=1))
    token = make_feed(cast.signed)
    both = {f"meeting-{one.pk}@cadrenet" for one in (own, others)}

    assert set(events(token)) == both
    morning.move_to(at(TONIGHT + timedelta(days=2), 8))
    assert set(events(token)) == {f"meeting-{own.pk}@cadrenet"}


@pytest.mark.parametrize("days, there", [(-60, True), (-61, False), (300, True)])
def test_what_is_over_stays_for_sixty_days_and_what_comes_is_there(cast, days, there):
    meeting("cell", cast.tree.an1, day=TONIGHT + timedelta(days=days), status=HELD if days < 0 else "planned")

    assert bool(events(make_feed(cast.signed))) == there


# --- What has changed --------------------------------------------------------------------------------------------


def moved(own, cast, **values):
    own = Meeting.objects.get(pk=own.pk)
    for name, value in values.items():
        setattr(own, name, value)
    return save_meeting(own, by=cast.recorder, on=TONIGHT)


@pytest.mark.parametrize(
    "values",
    [
        {"starts_at": at(TONIGHT, 18)},
        {"ends_at": at(TONIGHT, 22)},
        {"ends_at": None},
        {"venue": "Trường tiểu học"},
    ],
)
def test_every_change_of_time_and_place_raises_the_sequence_once_and_back_again(cast, morning, values):
    own = meeting("cell", cast.tree.an1)
    token = make_feed(cast.signed)
    before = {name: getattr(own, name) for name in values}
    told = []
    for some in (values, values, before):
        morning.shift(60)
        moved(own, cast, **some)
        event = event_of(token, own)
        told.append((event["SEQUENCE"], event["LAST-MODIFIED"].dt))

    assert told == [
        (1, NOW + timedelta(minutes=1)),
        (1, NOW + timedelta(minutes=1)),
        (2, NOW + timedelta(minutes=3)),
    ]


def test_recording_who_came_raises_nothing_and_that_nobody_met_does(cast):
    own = meeting("cell", cast.tree.an1)
    Meeting.objects.filter(pk=own.pk).update(programme_feedback=True)
    assert Meeting.objects.get(pk=own.pk).sequence == 0

    own = Meeting.objects.get(pk=own.pk)
    set_status(own, NOT_HELD, was="planned", by=cast.recorder, on=TONIGHT)
    event = event_of(make_feed(cast.signed), own)

    assert (event["SEQUENCE"], event["STATUS"]) == (1, "CANCELLED")
    assert event["SUMMARY"] == "NOT HELD – Party cell meeting, Khu phố 1"


def test_what_is_written_many_at_a_time_is_compared_row_by_row(cast):
    one, other, third = (meeting("cell", place) for place in (cast.tree.an1, cast.tree.an2, cast.tree.cam1))
    one.ends_at, other.ends_at, third.venue = None, other.ends_at, "Đình làng"
    Meeting.objects.filter(pk=third.pk).update(ends_at=None)
    third.ends_at = None

    Meeting.objects.bulk_update([one, other, third], ["ends_at", "venue"])

    assert [Meeting.objects.get(pk=row.pk).sequence for row in (one, other, third)] == [1, 0, 2]


def test_a_row_that_was_read_long_ago_raises_what_is_stored(cast):
    own = meeting("cell", cast.tree.an1)
    old = Meeting.objects.get(pk=own.pk)
    moved(own, cast, venue="Đình làng")
    old.venue = "Trường tiểu học"
    old.save()

    assert (old.sequence, old.rescheduled_at, Meeting.objects.get(pk=own.pk).sequence) == (2, NOW, 2)


def test_saving_some_columns_tells_of_those_alone(cast):
    own = Meeting.objects.only("pk", "venue", "starts_at").get(pk=meeting("cell", cast.tree.an1).pk)
    own.starts_at, own.venue = at(TONIGHT, 15), "Đình làng"

    own.save(update_fields=["venue"])

    stored = Meeting.objects.get(pk=own.pk)
    assert (stored.venue, stored.starts_at, stored.sequence) == ("Đình làng", at(TONIGHT), 1)


def test_a_pattern_that_changes_moves_its_events_under_the_same_number(cast):
    pattern = Pattern.objects.create(
        locality=cast.tree.an1, kind="cell", day_of_month=15, starts=time(19), minutes=90
    )
    plan_meetings(on=TONIGHT)
    token = make_feed(cast.signed)
    before = events(token)
    pattern.starts = time(18)
    change_pattern(pattern, by=cast.office, on=TONIGHT)
    after = events(token)

    assert len(before) == 13
    assert set(before) == set(after)
    assert {event["SEQUENCE"] for event in before.values()} == {0}
    assert {event["SEQUENCE"] for event in after.values()} == {1}
    assert {event["DTSTART"].dt.hour for event in after.values()} == {18}


def test_a_moved_occurrence_says_from_which_day(cast):
    Pattern.objects.create(locality=cast.tree.an1, kind="cell", day_of_month=15, starts=time(19), minutes=90)
    plan_meetings(on=TONIGHT)
    own = Meeting.objects.get(planned_for=date(2022, 5, 15))
    own.starts_at, own.ends_at = at(date(2022, 5, 17)), None
    save_meeting(own, by=cast.recorder, on=TONIGHT, why="Bầu cử")

    assert event_of(make_feed(cast.signed), own)["DESCRIPTION"] == "Moved from 15 May 2022."


# --- Cancelled ---------------------------------------------------------------------------------------------------


def test_a_cancelled_meeting_stays_for_sixty_days_and_says_so_twice(cast, morning):
    day = TONIGHT + timedelta(days=200)
    own = meeting("cell", cast.tree.an1, day=day)
    token = make_feed(cast.signed)
    set_status(own, CANCELLED, was="planned", by=cast.recorder, on=TONIGHT)
    event = event_of(token, own)

    # Nobody is expected any more, so no row of attendance tells whose it was.
    assert not Attendance.objects.filter(meeting=own).exists()
    assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CANCELLED", 1, "TRANSPARENT")
    assert event["SUMMARY"] == "CANCELLED – Party cell meeting, Khu phố 1"
    morning.move_to(NOW + timedelta(days=60))
    assert set(events(token)) == {f"meeting-{own.pk}@cadrenet"}
    morning.move_to(NOW + timedelta(days=61))
    assert events(token) == {}


def test_what_others_cancelled_is_not_told(cast):
    other = meeting("cell", cast.tree.an2)
    set_status(other, CANCELLED, was="planned", by=cast.recorder, on=TONIGHT)

    assert events(make_feed(cast.signed)) == {}


def test_what_takes_place_after_all_is_confirmed_with_a_higher_sequence(cast):
    own = meeting("cell", cast.tree.an1)
    set_status(own, CANCELLED, was="planned", by=cast.recorder, on=TONIGHT)
    set_status(own, "planned", was=CANCELLED, by=cast.recorder, on=TONIGHT)
    event = event_of(make_feed(cast.signed), own)

    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 2)


# --- Whoever looks again -----------------------------------------------------------------------------------------


def test_whoever_knows_it_all_is_sent_nothing(cast):
    own = meeting("cell", cast.tree.an1)
    token = make_feed(cast.signed)
    first = read(token)
    again = read(token, if_none_match=first["ETag"])
    weak = read(token, if_none_match=f"W/{first['ETag']}")
    moved(own, cast, venue="Đình làng")
    changed = read(token, if_none_match=first["ETag"])

    assert (first.status_code, again.status_code, weak.status_code, changed.status_code) == (200, 304, 304, 200)
    assert again.content == b""
    assert again["ETag"] == first["ETag"] != changed["ETag"]


def test_a_name_that_changes_is_read_anew(cast):
    meeting("cell", cast.tree.an1)
    token = make_feed(cast.signed)
    before = read(token)["ETag"]
    LocalityVersion.objects.filter(locality=cast.tree.an1).update(name="Khu phố Một")
    localities_changed()

    assert read(token, if_none_match=before).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_a_look_costs_as_much_for_one_as_for_three(cast, rows, django_assert_num_queries):
    for number in range(rows):
        meeting("cell", cast.tree.an1, day=TONIGHT + timedelta(days=number))
        gone = meeting("cell", cast.tree.an1, day=TONIGHT + timedelta(days=30 + number))
        set_status(gone, CANCELLED, was="planned", by=cast.recorder, on=TONIGHT)
    token = make_feed(cast.signed)

    with django_assert_num_queries(8):
        read(token)


def test_the_answer_is_private_and_tells_no_other_site(cast):
    answer = read(make_feed(cast.signed))
    named = ("Content-Type", "Cache-Control", "Referrer-Policy", "X-Robots-Tag")

    assert {name: answer[name] for name in named} == {
        "Content-Type": "text/calendar; charset=utf-8",
        "Cache-Control": "private, no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    assert not answer.cookies


# --- The link ----------------------------------------------------------------------------------------------------


@pytest.fixture
def signed(client, cast):
    client.force_login(cast.signed)
    return client


PAGE = "/meetings/calendar/"


def test_a_link_is_shown_once_and_stored_nowhere(signed, cast):
    made = signed.post(PAGE, {"make": ""})
    url = made.context["url"]
    token = url.removeprefix("http://testserver/meetings/calendar/").removesuffix(".ics")
    feed = CalendarFeed.objects.get()

    assert len(token) == 43
    assert url in made.content.decode()
    assert url not in signed.get(PAGE).content.decode()
    assert token not in [str(value) for row in CalendarFeed.objects.values_list() for value in row]
    assert token not in [str(value) for row in CalendarFeed.history.values_list() for value in row]
    assert "token_digest" not in {field.name for field in CalendarFeed.history.model._meta.fields}
    assert (feed.user, feed.made_at) == (cast.signed, NOW)
    assert read(token).status_code == 200


def test_a_new_link_closes_the_one_before_and_a_revoked_one_is_as_unknown(cast):
    first, second = make_feed(cast.signed), make_feed(cast.signed)
    assert [read(token).status_code for token in (first, second)] == [404, 200]

    assert (revoke_feed(cast.signed), revoke_feed(cast.signed)) == (True, False)

    revoked, unknown = read(second), read("x" * 43)
    assert (revoked.status_code, unknown.status_code) == (404, 404)
    assert revoked.content == unknown.content
    assert list(CalendarFeed.history.order_by("pk").values_list("history_type", "history_user__username")) == [
        ("+", "chau"),
        ("~", "chau"),
        ("-", "chau"),
    ]


def test_a_link_dies_with_the_login(cast):
    token = make_feed(cast.signed)
    cast.signed.is_active = False
    cast.signed.save()

    assert read(token).status_code == 404


def test_a_link_dies_with_the_service_of_its_cadre(cast, morning):
    token = make_feed(cast.signed)
    cast.chau.left_on = TONIGHT
    cast.chau.save()

    assert read(token).status_code == 200
    morning.move_to(at(TONIGHT + timedelta(days=1), 8))
    assert read(token).status_code == 404


def test_whoever_has_no_cadre_is_offered_no_link(client, cast):
    client.force_login(cast.nobody)
    page = client.get(PAGE)

    assert 'name="make"' not in page.content.decode()
    assert client.post(PAGE, {"make": ""}).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_nobody_signs_in_by_a_link_and_nobody_posts_to_it(cast):
    token = make_feed(cast.signed)
    visitor = Client()
    visitor.get(address(token))

    assert visitor.get(PAGE).status_code == 302
    assert visitor.post(address(token)).status_code == 405
    assert visitor.head(address(token)).status_code == 200


def test_revoking_on_the_page(signed, cast):
    token = make_feed(cast.signed)
    answer = signed.post(PAGE, {"revoke": ""}, follow=True)

    assert "The link is revoked. Calendars that used it read nothing any more." in answer.content.decode()
    assert read(token).status_code == 404


@pytest.mark.parametrize("path", ["", "?key=1"])
def test_no_line_of_the_log_holds_a_token(cast, caplog, signed, path):
    token = make_feed(cast.signed)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("django.request").propagate = True
        Client().get(address(token) + path)
        Client(enforce_csrf_checks=True).post(address(token) + path)
        revoke_feed(cast.signed)
        Client().get(address(token) + path)
        shown = signed.post(PAGE, {"make": ""}).context["url"]

    said = "\n".join(str(vars(record)) for record in caplog.records if record.name != "django.db.backends")
    assert "meetings:feed" in said
    assert token not in caplog.text
    assert shown not in caplog.text


def test_the_language_is_that_in_which_the_link_was_made(signed, cast):
    own = meeting("cell", cast.tree.an1)
    signed.cookies["django_language"] = "es"
    token = signed.post(PAGE, {"make": ""}).context["url"].split("/")[-1].removesuffix(".ics")

    assert read(token)["Content-Language"] == "es"
    assert event_of(token, own)["SUMMARY"] == "Reunión de la célula del Partido, Khu phố 1"


def test_an_assignment_that_ends_takes_its_meetings_along(cast):
    meeting("cell", cast.tree.an1)
    token = make_feed(cast.signed)
    assert len(events(token)) == 1

    assign(cast.chau, cast.tree.an2)
    other = meeting("cell", cast.tree.an2, day=TONIGHT + timedelta(days=3))

    assert f"meeting-{other.pk}@cadrenet" in events(token)
