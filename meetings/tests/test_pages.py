"""The pages of meetings: what stands on them, for whom, and at which price."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from assignments.actions import localities_changed
from assignments.models import LocalityVersion
from assignments.tests.cast import OFFICE, assign, at, cadre, user, version
from meetings.counts import ATTENDANCE
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters
from meetings.tests.evening import TONIGHT, agency_meeting, evening, meeting

pytestmark = pytest.mark.django_db
ACTIONS = ["meeting", "meeting_record", "meeting_edit", "meeting_status"]
# What a page about Châu's evening would give away.
GIVEN_AWAY = ["Khu phố 1", "Nguyễn Minh Châu", "Trần Thị Bình", "Phòng Nội vụ", "cháy rừng"]


@pytest.fixture(autouse=True)
def _half_past_nine():
    with time_machine.travel(datetime(2022, 5, 9, 21, 30, tzinfo=OFFICE), tick=False):
        yield


def text(response):
    """What an answer says, also one that is sent in pieces."""
    return (b"".join(response) if response.streaming else response.content).decode()


def rows(response):
    """(place or agency, kind) of the meetings on a list."""
    return [(meeting.held_by, meeting.kind) for meeting in response.context["object_list"]]


# --- Scope ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["elsewhere", "nobody"])
@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_foreign_meeting_is_not_found(client, who, name, method):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    Attendance.objects.update(status="excused", reason="extreme_urgency", note="cháy rừng")
    client.force_login(getattr(cast, who))
    before = Meeting.objects.values().get(), Attendance.objects.values().get()

    response = getattr(client, method)(
        reverse(f"meetings:{name}", args=[tonight.pk]), {"status": "cancelled", f"status-{cast.chau.pk}": "present"}
    )

    # Nothing is posted to the page itself; that it takes no posts is no news about the meeting.
    assert response.status_code == (405 if (name, method) == ("meeting", "post") else 404)
    assert [words for words in GIVEN_AWAY if words in text(response)] == []
    assert (Meeting.objects.values().get(), Attendance.objects.values().get()) == before


@pytest.mark.parametrize("address", ["", "month/2022-05/", "attendances/", "clashes/", "new/"])
def test_the_lists_tell_a_stranger_nothing(client, address):
    cast = evening()
    meeting("cell", cast.tree.an1, status="held")
    agency_meeting(cast.interior)
    client.force_login(cast.elsewhere)

    for query in ("", "?format=csv", "?within=AN-1", "?q=Khu", "?agency=A-1", "?cadre=P2"):
        response = client.get(f"/meetings/{address}{query}")

        assert response.status_code == 200
        told = text(response).replace("AN-1", "")
        assert [words for words in GIVEN_AWAY if words in told] == []


@pytest.mark.parametrize("name", ["meeting_record", "meeting_edit", "meeting_status"])
def test_who_may_only_read_a_meeting_cannot_change_it(client, name):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    client.force_login(cast.viewer)

    seen = client.get(reverse("meetings:meeting", args=[tonight.pk]))
    posted = client.post(reverse(f"meetings:{name}", args=[tonight.pk]), {"status": "held"})

    assert (seen.status_code, seen.context["may_edit"], seen.context["may_record"]) == (200, False, False)
    assert posted.status_code == 404
    assert Meeting.objects.get().status == "planned"


def test_the_agency_sees_its_own_staff_on_the_roster_and_nothing_said_of_the_locality(client):
    cast = evening()
    tonight = meeting("commune_committee", cast.tree.an, status="held", quality_content="weak")
    Attendance.objects.filter(cadre=cast.chau).update(status="absent", reason="agency_meeting", note="họp ở tỉnh")
    client.force_login(cast.clerk)

    response = client.get(reverse("meetings:meeting", args=[tonight.pk]))
    page = text(response)

    assert [line.row.cadre.full_name for line in response.context["people"]] == ["Nguyễn Minh Châu"]
    assert "họp ở tỉnh" not in page
    assert ["Trần Thị Bình" in page, "Lê Dung" in page, "Weak" in page] == [False, False, False]
    assert "You see only yourself and your agency" in page


def test_numbers_in_the_list_agree_with_the_roster_that_the_reader_sees(client):
    cast = evening()
    meeting("commune_committee", cast.tree.an, status="held")
    Attendance.objects.filter(cadre=cast.binh).update(status="present")

    def counts(who):
        client.force_login(who)
        [row] = client.get(reverse("meetings:meetings")).context["rows"]
        return row.expected, row.present, row.unrecorded

    assert counts(cast.recorder) == (3, 1, 2)
    assert counts(cast.clerk) == (1, 0, 1)
    assert counts(cast.signed) == (1, 0, 1)


@time_machine.travel(datetime(2022, 5, 9, 21, 30, tzinfo=OFFICE), tick=False)
def test_a_cadre_expected_outside_his_place_records_himself_and_nothing_else(client):
    cast = evening()
    tonight = meeting("commune_committee", cast.tree.an)
    client.force_login(cast.signed)
    address = reverse("meetings:meeting_record", args=[tonight.pk])

    page = client.get(address)
    client.post(
        address,
        {
            f"status-{cast.chau.pk}": "present",
            f"was-{cast.chau.pk}": '["unrecorded", "", ""]',
            f"status-{cast.binh.pk}": "absent",
            f"reason-{cast.binh.pk}": "personal",
            "status": "cancelled",
            "guest": cast.dung.pk,
        },
    )

    assert [person.row.cadre for person in page.context["form"].people] == [cast.chau]
    assert page.context["form"].facts == []
    assert list(Attendance.objects.order_by("cadre__code").values_list("cadre__code", "status")) == [
        ("P1", "unrecorded"),
        ("P2", "present"),
        ("P3", "unrecorded"),
    ]
    assert Meeting.objects.get().status == "planned"


def test_words_about_an_absence_are_not_for_those_who_record_there(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    Attendance.objects.update(status="excused", reason="extreme_urgency", note="cháy rừng")

    def says(who):
        client.force_login(who)
        return "cháy rừng" in text(client.get(reverse("meetings:meeting", args=[tonight.pk])))

    assert [says(who) for who in (cast.recorder, cast.signed, cast.clerk, cast.viewer)] == [False, True, False, False]


def test_small_numbers_of_households_stay_in_the_commune(client):
    cast = evening()
    group = meeting(
        "self_governing_group",
        cast.tree.an1a,
        status="held",
        households_total=20,
        households_represented=3,
    )
    reader = user("reader", at=cast.tree.district)

    def households(who):
        client.force_login(who)
        return client.get(reverse("meetings:meeting", args=[group.pk])).context["households"]

    assert households(cast.recorder) == {"represented": 3, "total": 20}
    assert households(cast.viewer) == {"represented": 3, "total": 20}
    assert households(reader) == {"few": 5}


# --- The list -------------------------------------------------------------------------------------------------


def test_the_list_counts_what_the_figures_count(client):
    cast = evening()
    for day, status in ((2, "held"), (3, "not_held"), (4, "cancelled"), (10, "planned")):
        meeting("cell", cast.tree.an1, day=date(2022, 5, day), status=status)
    meeting("cell", cast.tree.an1, day=date(2022, 7, 1), status="planned")
    agency_meeting(cast.interior)
    client.force_login(cast.office)
    address = "/meetings/?quarter=2022-Q2&within=AN&localities=1"

    def days(query):
        return [row.day.day for row in client.get(address + query).context["object_list"]]

    assert days("&status=due") == [2, 3, 10]
    assert days("&status=held") == [2]
    assert days("&status=not_held") == [3]
    assert days("&status=cancelled") == [4]
    assert days("&status=to_record") == [2]
    assert days("&status=due&first_day=2022-05-03&last_day=09/05/2022") == [3]
    assert days("&sort=upcoming") == [10]
    assert days("&sort=newest&q=khu%20pho") == [10, 4, 3, 2]
    assert days("&q=am") == []


def test_filters_that_make_no_sense_say_so_and_show_nothing(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    client.force_login(cast.recorder)

    response = client.get("/meetings/?quarter=2022-Q9&within=CA")

    assert list(response.context["object_list"]) == []
    assert response.context["filter"].form.errors == {
        "quarter": ["“2022-Q9” is not a quarter. Write it like 2022-Q4."],
        "within": ["There is no such locality among those you may see."],
    }


def test_the_file_holds_the_rows_of_the_page_for_a_spreadsheet(client):
    cast = evening()
    meeting("cell", cast.tree.an1, status="held", code="M-1")
    agency_meeting(cast.interior, day=date(2022, 5, 3), code="M-2", ends_at=None)
    client.force_login(user("all", is_superuser=True))

    assert text(client.get("/meetings/?format=csv")) == (
        "\ufeffCode,Starts at,Ends at,Kind,Locality code,Locality,Lies in,Agency,Status,Expected,Present,"
        "Not recorded yet\r\n"
        "M-1,2022-05-09T19:00,2022-05-09T20:30,Party cell meeting,AN-1,Khu phố 1,"
        "Huyện Mẫu › Nhóm Bắc › Thị trấn An,,Held,1,0,1\r\n"
        "M-2,2022-05-03T19:00,,Agency meeting,,,,Phòng Nội vụ,Planned,0,0,0\r\n"
    )


def test_the_bare_list_shows_the_last_quarter_in_which_there_was_a_meeting(client):
    cast = evening()
    meeting("cell", cast.tree.an1, day=date(2021, 11, 9), status="held")
    meeting("cell", cast.tree.an1, day=date(2021, 3, 9), status="held")
    meeting("cell", cast.tree.an1, day=date(2022, 8, 9))
    client.force_login(cast.recorder)

    def days(query):
        return [str(row.day) for row in client.get(f"/meetings/{query}").context["object_list"]]

    assert days("") == ["2021-11-09"]
    assert days("?quarter=") == ["2021-03-09", "2021-11-09", "2022-08-09"]
    assert days("?sort=upcoming") == ["2022-08-09"]


def test_the_list_opens_at_today_under_its_days(client):
    cast = evening()
    for number in range(60):
        meeting("cell", cast.tree.an1, day=TONIGHT - timedelta(days=60 - number), status="held")
    for number in range(60):
        meeting("cell", cast.tree.an1, day=TONIGHT + timedelta(days=number))
    client.force_login(cast.recorder)

    opened = client.get("/meetings/?quarter=")

    page = opened.context["page_obj"]
    assert (page.number, page.paginator.num_pages) == (2, 3)
    assert TONIGHT in {row.day for row in opened.context["object_list"]}
    text_of = opened.content.decode()
    assert (
        '<tr class="cn-dayline is-today"><th colspan="6" scope="colgroup">Monday 9 May 2022 · Today</th></tr>'
        in text_of
    )
    assert text_of.count("is-today") == 1
    assert '<li aria-current="page">2</li>' in text_of
    assert 'aria-label="Page 3"' in text_of
    assert client.get("/meetings/?quarter=&page=1").context["page_obj"].number == 1
    assert client.get("/meetings/?quarter=&sort=newest").context["object_list"][0].day == date(2022, 7, 7)
    # What is over, and what is still to come, is read from its beginning.
    assert client.get("/meetings/?quarter=2022-Q1").context["page_obj"].number == 1
    assert client.get("/meetings/?quarter=2022-Q3").context["page_obj"].number == 1


def many(cast, number):
    """So many meetings, agencies and clashes, each with a roster, a history and an own place."""
    for index in range(number):
        meeting("commune_committee", cast.tree.an, day=TONIGHT - timedelta(days=index), status="held")
        meeting("cell", cast.tree.an1, day=TONIGHT - timedelta(days=index), hour=17, status="held")
        agency_meeting(cast.interior, day=TONIGHT - timedelta(days=index))
        agency_meeting(cast.culture, day=TONIGHT - timedelta(days=index))


# Of each, four are the session, the user, his reach and the name of the office.
@pytest.mark.parametrize(
    "who, address, queries",
    [
        ("office", "/meetings/", 13),
        ("office", "/meetings/?format=csv", 13),
        ("clerk", "/meetings/", 10),
        ("office", "/meetings/attendances/?quarter=2022-Q2", 10),
        ("office", "/meetings/clashes/?quarter=2022-Q2", 18),
        ("office", "/meetings/month/2022-05/", 8),
        ("clerk", "/meetings/month/2022-05/", 12),
    ],
)
def test_a_page_costs_the_same_at_one_row_and_at_three(client, django_assert_num_queries, who, address, queries):
    cast = evening()
    client.force_login(getattr(cast, who))

    many(cast, 1)
    with django_assert_num_queries(queries):
        text(client.get(address))
    Meeting.objects.all().delete()
    many(cast, 3)
    with django_assert_num_queries(queries):
        text(client.get(address))


@pytest.mark.parametrize("name, queries", [("meeting", 19), ("meeting_record", 9)])
def test_a_roster_costs_the_same_with_one_cadre_and_with_three(client, django_assert_num_queries, name, queries):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    address = reverse(f"meetings:{name}", args=[tonight.pk])
    client.force_login(cast.recorder)

    for number in (1, 3):
        while tonight.attendances.count() < number:
            assign(cadre(f"more {tonight.attendances.count()}"), cast.tree.an1)
            keep_rosters(Meeting.objects.all())
        with django_assert_num_queries(queries):
            client.get(address)


# --- The month ------------------------------------------------------------------------------------------------


def test_the_month_counts_per_day_marks_restricted_days_and_leads_to_the_list(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    meeting("cell", cast.tree.an2)
    meeting("commune_committee", cast.tree.an)
    meeting("cell", cast.tree.an1, status="cancelled", day=date(2022, 5, 10))
    client.force_login(cast.clerk)

    response = client.get("/meetings/month/2022-05/")
    days = {day["day"]: day for day in response.context["days"]}
    ninth = days[TONIGHT]

    assert min(days) == date(2022, 4, 25)
    assert max(days) == date(2022, 6, 5)
    assert [(str(line["label"]), line["count"]) for line in ninth["lines"]] == [("Commune", 1), ("Cell", 1)]
    assert (ninth["restricted"], ninth["today"], ninth["own"]) == (True, True, "Staff: 1")
    assert [day.day for day, found in days.items() if found["restricted"] and not found["outside"]] == [9, 15]
    assert days[date(2022, 5, 10)]["lines"] == []
    assert rows(client.get(ninth["lines"][1]["url"])) == [("Khu phố 1", "cell")]


def test_the_month_of_a_cadre_marks_where_he_is_expected(client):
    cast = evening()
    meeting("cell", cast.tree.an1)
    meeting("commune_committee", cast.tree.an)
    client.force_login(cast.signed)

    days = client.get("/meetings/month/2022-05/").context["days"]

    assert [(day["day"].day, day["own"]) for day in days if day["own"]] == [(9, "You: 2")]


# --- One meeting ----------------------------------------------------------------------------------------------


def test_the_roster_stands_in_the_order_of_given_names_and_guests_apart(client):
    cast = evening()
    assign(cadre("P9", "Trần Văn Ân"), cast.tree.an)
    tonight = meeting("commune_committee", cast.tree.an, status="held")
    Attendance.objects.create(meeting=tonight, cadre=cast.giang, expected=False, status="present")
    client.force_login(cast.recorder)

    context = client.get(reverse("meetings:meeting", args=[tonight.pk])).context

    names = [line.row.cadre.full_name for line in context["people"]]
    assert names == ["Trần Văn Ân", "Trần Thị Bình", "Nguyễn Minh Châu", "Lê Dung"]
    assert [line.row.cadre.full_name for line in context["guests"]] == ["Phạm Giang"]


def test_the_page_tells_who_said_what_and_what_came_late(client):
    cast = evening()
    old = meeting("cell", cast.tree.an1, day=date(2022, 4, 9))
    client.force_login(cast.recorder)

    client.post(
        reverse("meetings:meeting_record", args=[old.pk]),
        {"status": "held", "were": '{"status": "planned"}', f"status-{cast.chau.pk}": "present"},
    )
    context = client.get(reverse("meetings:meeting", args=[old.pk])).context

    assert [(event.by, event.text, event.late) for event in context["events"][:2]] == [
        ("recorder", "Nguyễn Minh Châu: Present", True),
        ("recorder", "Status: Planned → Held", True),
    ]
    assert [line.late for line in context["people"]] == [True]


# --- The roster -----------------------------------------------------------------------------------------------


def sent(cast, tonight, **said):
    """What a browser sends for the roster of a committee meeting when it was shown as nobody had recorded it."""
    data = {"were": '{"status": "planned"}'}
    for row in tonight.attendances.all():
        data |= {
            f"status-{row.cadre_id}": "unrecorded",
            f"reason-{row.cadre_id}": "",
            f"note-{row.cadre_id}": "",
            f"was-{row.cadre_id}": '["unrecorded", "", ""]',
        }
    return data | said


def test_the_form_keeps_what_was_typed_and_says_what_somebody_else_recorded(client):
    cast = evening()
    tonight = meeting("commune_committee", cast.tree.an, status="held")
    address = reverse("meetings:meeting_record", args=[tonight.pk])
    client.force_login(cast.recorder)
    mine = sent(cast, tonight, **{f"status-{cast.chau.pk}": "absent", f"reason-{cast.chau.pk}": "personal"})
    mine[f"note-{cast.chau.pk}"] = "việc nhà"
    mine["were"] = '{"status": "held"}'
    Attendance.objects.filter(cadre=cast.chau).update(status="present")

    first = client.post(address, mine)
    form = first.context["form"]
    person = next(person for person in form.people if person.row.cadre == cast.chau)
    again = client.post(address, mine | {f"was-{cast.chau.pk}": person.was.value()})

    assert person.errors == [
        "Meanwhile somebody else recorded “Present”, and you chose “Absent (Personal, việc nhà)”. "
        "Save again to keep yours."
    ]
    assert (person.status.value(), person.reason.value(), person.note.value()) == ("absent", "personal", "việc nhà")
    assert again.status_code == 302
    assert Attendance.objects.get(cadre=cast.chau).note == "việc nhà"


def test_one_button_answers_for_the_rest_without_saving(client):
    cast = evening()
    tonight = meeting("commune_committee", cast.tree.an)
    client.force_login(cast.recorder)
    said = {f"status-{cast.binh.pk}": "absent", f"reason-{cast.binh.pk}": "personal", "fill": "1"}

    form = client.post(reverse("meetings:meeting_record", args=[tonight.pk]), sent(cast, tonight, **said)).context[
        "form"
    ]

    assert [(person.row.cadre.code, person.status.value()) for person in form.people] == [
        ("P1", "absent"),
        ("P2", "present"),
        ("P3", "present"),
    ]
    assert set(Attendance.objects.values_list("status", flat=True)) == {"unrecorded"}


def test_a_guest_is_looked_for_among_the_cadres_one_may_see_and_then_added(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    address = reverse("meetings:meeting_record", args=[tonight.pk])
    client.force_login(cast.recorder)

    def found(name):
        response = client.post(address, sent(cast, tonight, find="1", guest_name=name))
        return [line["cadre"].full_name for line in response.context["candidates"]]

    assert [found("dung"), found("Châu"), found("Giang")] == [["Lê Dung"], [], []]
    client.post(address, sent(cast, tonight, status="held", guest=cast.dung.pk))
    refused = client.post(address, sent(cast, tonight, status="held", guest=cast.giang.pk))
    assert refused.status_code == 200
    guests = Attendance.objects.filter(ATTENDANCE["guest"], held=True).values_list("cadre__code", "meeting__status")
    assert list(guests) == [("P3", "held")]


def test_the_households_of_a_group_stand_there_already(client):
    cast = evening()
    assign(cadre("P5", "Vũ Em"), cast.tree.an1a)
    tonight = meeting("self_governing_group", cast.tree.an1a)
    address = reverse("meetings:meeting_record", args=[tonight.pk])
    client.force_login(cast.recorder)
    shown = client.get(address).context["form"]["households_total"].value()

    client.post(address, sent(cast, tonight, status="held", households_total=shown, households_represented=""))
    without = Meeting.objects.values_list("households_total", "households_represented").get()
    client.post(address, sent(cast, tonight, status="held", households_total=shown, households_represented="17"))

    assert (shown, without) == (20, (None, None))
    assert Meeting.objects.values_list("households_total", "households_represented").get() == (20, 17)


def test_a_form_that_was_tampered_with_records_nothing_it_should_not(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    client.force_login(cast.recorder)

    response = client.post(
        reverse("meetings:meeting_record", args=[tonight.pk]),
        {
            "status": "approved",
            "were": "[1",
            f"status-{cast.chau.pk}": "late",
            f"was-{cast.chau.pk}": '{"x": 1}',
            f"status-{cast.giang.pk}": "present",
            "guest": "x",
        },
    )

    assert response.status_code == 200
    assert sorted(response.context["form"].errors) == ["guest", "status", f"status-{cast.chau.pk}"]
    assert list(Attendance.objects.values_list("cadre__code", "status")) == [("P2", "unrecorded")]


# --- Entering and changing ------------------------------------------------------------------------------------


def test_a_locality_offers_only_the_kinds_of_its_tier(client):
    cast = evening()
    client.force_login(cast.recorder)

    def kinds(code):
        form = client.get(f"/meetings/new/?locality={code}").context["form"]
        return [kind for kind, _label in form.fields["kind"].choices]

    assert kinds("AN") == ["commune_committee", "residence"]
    assert kinds("AN-1") == ["cell", "residence"]
    assert kinds("AN-1-A") == ["self_governing_group", "residence"]


def test_a_meeting_is_entered_with_its_roster(client):
    cast = evening()
    client.force_login(cast.recorder)

    response = client.post(
        "/meetings/new/?locality=AN-1", {"kind": "cell", "day": "2022-06-09", "starts": "19:00", "ends": "20:30"}
    )

    made = Meeting.objects.get()
    assert response.url == made.get_absolute_url()
    assert (made.kind, made.starts_at, made.ends_at) == ("cell", at(date(2022, 6, 9)), at(date(2022, 6, 9), 20, 30))
    assert list(made.attendances.values_list("cadre__code", flat=True)) == ["P2"]
    assert Meeting.history.get().history_user == cast.recorder


@pytest.mark.parametrize("who, address", [("recorder", "?locality=CA"), ("viewer", ""), ("recorder", "?locality=D")])
def test_nobody_enters_a_meeting_where_he_does_not_record(client, who, address):
    cast = evening()
    client.force_login(getattr(cast, who))

    response = client.post(
        f"/meetings/new/{address}", {"kind": "commune_committee", "day": "2022-06-09", "starts": "19:00"}
    )

    assert response.status_code == 404
    assert Meeting.objects.count() == 0


def test_a_day_on_which_the_locality_lay_elsewhere_belongs_to_whoever_answered_there(client):
    cast = evening()
    LocalityVersion.objects.filter(locality=cast.tree.an2).update(last_day=date(2022, 4, 30))
    version(cast.tree.an2, "Ấp 2", cast.tree.cam, first_day=date(2022, 5, 1))
    localities_changed()
    typed = {"kind": "cell", "starts": "19:00"}
    client.force_login(cast.elsewhere)

    before = client.post("/meetings/new/?locality=AN-2", typed | {"day": "2022-04-30"})
    client.post("/meetings/new/?locality=AN-2", typed | {"day": "2022-05-01"})

    assert before.context["form"].errors == {
        "day": ["On that day the locality did not exist, or was not yours to record."]
    }
    assert [made.day for made in Meeting.objects.all()] == [date(2022, 5, 1)]


def test_an_agency_meeting_only_of_an_agency_whose_meetings_one_enters(client):
    cast = evening()
    client.force_login(cast.clerk)

    response = client.post(
        "/meetings/new/?of=agency",
        {
            "agency": cast.culture.pk,
            "subject": "Giao ban",
            "kind": "agency",
            "day": "2022-06-09",
            "starts": "08:00",
            "ends": "09:00",
        },
    )

    assert list(response.context["form"].errors) == ["agency"]
    assert Meeting.objects.count() == 0


def test_moving_a_meeting_brings_its_roster_along(client):
    cast = evening()
    coming = meeting("cell", cast.tree.an1, day=date(2022, 5, 20))
    late = assign(cadre("P6", "Hồ Sáu"), cast.tree.an1, first_day=date(2022, 6, 1))
    client.force_login(cast.recorder)

    client.post(
        reverse("meetings:meeting_edit", args=[coming.pk]),
        {"kind": "cell", "day": "2022-06-02", "starts": "18:30", "ends": ""},
    )

    moved = Meeting.objects.get()
    assert (moved.day, moved.ends_at) == (date(2022, 6, 2), None)
    assert set(moved.attendances.values_list("cadre", flat=True)) == {cast.chau.pk, late.cadre_id}


def test_a_status_is_posted_and_refused_when_it_cannot_be(client):
    cast = evening()
    tonight, coming = meeting("cell", cast.tree.an1), meeting("cell", cast.tree.an2, day=date(2022, 5, 20))
    client.force_login(cast.recorder)

    def post(of, status):
        response = client.post(
            reverse("meetings:meeting_status", args=[of.pk]), {"status": status, "was": "planned"}, follow=True
        )
        return [str(message) for message in response.context["messages"]]

    assert post(tonight, "not_held") == ["Recorded: Not held."]
    assert post(coming, "held") == ["This meeting lies in the future. It can be cancelled or moved to another day."]
    assert post(tonight, "held") == [
        "Meanwhile somebody else recorded “Not held”, and you chose “Held”. Save again to keep yours."
    ]
    assert post(coming, "whatever") == ["Nothing was recorded. Choose what happened to the meeting."]
    assert client.get(reverse("meetings:meeting_status", args=[coming.pk])).url == coming.get_absolute_url()


# --- The rows behind attendance -------------------------------------------------------------------------------


def test_the_rows_behind_the_figures_are_those_of_held_meetings(client):
    cast = evening()
    held = meeting("commune_committee", cast.tree.an, status="held")
    Attendance.objects.filter(cadre=cast.binh).update(status="present")
    Attendance.objects.filter(cadre=cast.chau).update(status="absent", reason="personal")
    Attendance.objects.create(meeting=held, cadre=cast.giang, expected=False, status="present")
    meeting("commune_committee", cast.tree.an, status="planned")
    client.force_login(cast.office)

    def codes(query):
        found = client.get(f"/meetings/attendances/?quarter=2022-Q2&{query}").context["object_list"]
        return [row.cadre.code for row in found]

    assert codes("status=expected") == ["P1", "P2", "P3"]
    assert codes("status=present") == ["P1"]
    assert codes("status=absent") == ["P2"]
    assert codes("status=unrecorded") == ["P3"]
    assert codes("status=guest") == ["P4"]
    assert codes("status=expected&agency=A-1") == ["P2"]
    assert codes("cadre=P3") == ["P3"]
    assert codes("within=CA") == []
    assert client.get("/meetings/attendances/?quarter=2022-Q1").context["object_list"].count() == 0


# --- Clashes --------------------------------------------------------------------------------------------------


def test_clashes_of_the_quarter_are_listed_to_whoever_sees_the_cadre(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held", code="M-1")
    agency_meeting(cast.interior, code="E-1")
    agency_meeting(cast.culture, code="E-2")

    def listed(who):
        client.force_login(who)
        found = client.get("/meetings/clashes/?quarter=2022-Q2").context["object_list"]
        return [(row.agency_code, row.meeting.code, row.cadre.code) for row in found]

    expected = [("E-1", "M-1", "P2")]
    assert [listed(cast.office), listed(cast.clerk), listed(cast.recorder)] == [expected] * 3
    assert listed(cast.elsewhere) == []
    client.force_login(cast.clerk)
    csv = text(client.get("/meetings/clashes/?quarter=2022-Q2&format=csv")).splitlines()
    assert csv[1].startswith("E-1,M-1,P2,Nguyễn Minh Châu,Phòng Nội vụ,2022-05-09T19:00,2022-05-09T20:30,")
    page = client.get(reverse("meetings:meeting", args=[tonight.pk]))
    assert [row.cadre.code for row in page.context["clashes"]] == ["P2"]


def test_agency_meetings_on_restricted_days_are_counted_and_listed(client):
    cast = evening()
    agency_meeting(cast.interior, code="breach")
    agency_meeting(cast.interior, day=date(2022, 5, 10))
    agency_meeting(cast.interior, extraordinary=True, convened_by="province")
    agency_meeting(cast.interior, status="cancelled")
    client.force_login(cast.clerk)

    context = client.get("/meetings/clashes/?quarter=2022-Q2").context
    behind = client.get(context["breaches_url"]).context["object_list"]

    assert context["breaches"] == 1
    assert [row.code for row in behind] == ["breach"]
    client.force_login(cast.office)
    assert client.get("/meetings/clashes/?quarter=2022-Q2").context["breaches"] == 1
    client.force_login(cast.recorder)
    assert client.get("/meetings/clashes/?quarter=2022-Q2").context["breaches"] == 0
