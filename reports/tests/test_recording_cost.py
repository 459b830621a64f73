"""What recording costs: the evening on which everybody records at once is what the server is bought for."""

import json
from datetime import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from assignments.scope import reach_of
from assignments.tests.cast import OFFICE, assign, cadre
from meetings.actions import record_entries
from meetings.entries import Entry, Mark
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters
from meetings.tests.evening import TONIGHT, agency_meeting, evening, meeting

pytestmark = pytest.mark.django_db
UNSAID = ("unrecorded", "", "")
# What frames a transaction: SAVEPOINT in a test is BEGIN on a page, and PostgreSQL is asked nothing for it.
FRAMES = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


@pytest.fixture(autouse=True)
def _half_past_nine():
    with translation.override("en"), time_machine.travel(datetime(2022, 5, 9, 21, 30, tzinfo=OFFICE), tick=False):
        yield


def asked(action):
    """What an action asks of the database: the verb and the table of each statement."""
    with CaptureQueriesContext(connection) as captured:
        action()
    statements = [query["sql"] for query in captured if not query["sql"].startswith(FRAMES)]
    return [f"{sql.split()[0]} {table_of(sql)}" for sql in statements]


def table_of(sql):
    """The first name in quotes: what is written to, or the table of the first column that is read."""
    return sql.split('"')[1]


def test_one_tap_asks_nine_times(client):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    client.force_login(cast.signed)

    tap = asked(
        lambda: client.post(
            reverse("reports:meeting_attend", args=[tonight.pk]), {"status": "present", "was": "unrecorded"}
        )
    )

    assert tap == [
        # Who it is, three; what is recorded, two; and what was said, each with its history.
        "SELECT django_session",
        "SELECT assignments_user",
        "SELECT assignments_held",
        "SELECT meetings_meeting",
        "SELECT meetings_attendance",
        "UPDATE meetings_meeting",
        "INSERT meetings_historicalmeeting",
        "UPDATE meetings_attendance",
        "INSERT meetings_historicalattendance",
    ]
    # Calendars elsewhere are told that it was changed.
    assert Meeting.objects.values_list("status", "sequence").get() == ("held", 1)
    assert Attendance.objects.values_list("status", "held").get() == ("present", True)


@pytest.mark.parametrize("others", [0, 4])
def test_a_roster_asks_nine_times_however_long_it_is(client, others):
    cast = evening()
    for number in range(others):
        assign(cadre(f"Q{number}", f"Người {number}"), cast.tree.an1)
    tonight = meeting("cell", cast.tree.an1)
    keys = list(Attendance.objects.values_list("cadre", flat=True))
    client.force_login(cast.recorder)
    sent = {"status": "held", "were": json.dumps({"status": "planned"}), "quality_content": "good"}
    for key in keys:
        sent |= {f"status-{key}": "present", f"was-{key}": json.dumps(UNSAID)}

    statements = asked(lambda: client.post(reverse("meetings:meeting_record", args=[tonight.pk]), sent))

    assert len(keys) == others + 1
    assert len(statements) == 9
    assert set(Attendance.objects.values_list("status", "held")) == {("present", True)}


@pytest.mark.parametrize("number", [1, 3, 16])
def test_many_meetings_ask_as_often_as_one(number):
    cast = evening()
    meetings = [meeting("cell", cast.tree.an1, hour=2 + hour) for hour in range(number)]
    entries = {
        one.pk: Entry(marks=(Mark(cast.chau.pk, "present", was=UNSAID),), facts={"status": "held"})
        for one in meetings
    }

    # On a page, the reach is known by then.
    reach_of(cast.signed)

    statements = asked(lambda: record_entries(entries, by=cast.signed, on=TONIGHT))

    assert statements == [
        "SELECT meetings_meeting",
        "SELECT meetings_attendance",
        "UPDATE meetings_meeting",
        "INSERT meetings_historicalmeeting",
        "UPDATE meetings_attendance",
        "INSERT meetings_historicalattendance",
    ]
    assert Attendance.objects.filter(status="present", held=True).count() == number
    assert Attendance.history.filter(history_user=cast.signed, history_change_reason="").count() == number


def test_what_is_refused_of_one_meeting_keeps_no_other_from_being_written():
    cast = evening()
    good, ahead = meeting("cell", cast.tree.an1), meeting("cell", cast.tree.an1, day=TONIGHT.replace(day=20))
    entries = {one.pk: Entry(marks=(Mark(cast.chau.pk, "present"),)) for one in (good, ahead)}

    judged = record_entries(entries, by=cast.signed, on=TONIGHT)

    assert judged[good.pk].refused.sentences == []
    assert judged[ahead.pk].refused.sentences == ["The meeting lies in the future: nobody can have come yet."]
    assert list(Attendance.objects.order_by("day").values_list("status", flat=True)) == ["present", "unrecorded"]


def test_others_on_the_roster_learn_that_it_was_held():
    cast = evening()
    assign(cadre("Q1", "Người Một"), cast.tree.an1)
    tonight = meeting("cell", cast.tree.an1)

    record_entries(
        {tonight.pk: Entry((Mark(cast.chau.pk, "present"),), facts={"status": "held"})}, by=None, on=TONIGHT
    )
    held = set(Attendance.objects.values_list("held", flat=True))
    record_entries(
        {tonight.pk: Entry((Mark(cast.chau.pk, "unrecorded"),), facts={"status": "not_held"})}, by=None, on=TONIGHT
    )

    assert held == {True}
    assert set(Attendance.objects.values_list("held", flat=True)) == {False}
    assert keep_rosters(Meeting.objects.all()) == 0


def test_who_records_a_row_that_is_read_is_who_records_it_in_the_database():
    cast = evening()
    for kind, of in (("cell", cast.tree.an1), ("cell", cast.tree.an2), ("commune_committee", cast.tree.an)):
        meeting(kind, of)
    meeting("commune_committee", cast.tree.cam)
    agency_meeting(cast.interior)
    users = [value for name, value in vars(cast).items() if hasattr(value, "is_superuser")]
    assert len(users) == 7

    for user in users:
        reach = reach_of(user)
        for model in (Meeting, Attendance):
            rows = list(model.objects.all())
            recorded = {row.pk for row in rows if row.is_recorded_in(reach)}
            assert recorded == set(model.objects.editable_by(user).values_list("pk", flat=True)), user
