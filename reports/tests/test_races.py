"""Several at the same moment, with threads, connections and locks as on a server: one wins, the others are told."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from pathlib import Path
from threading import Barrier, Event
from time import sleep
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from assignments.actions import begin_acting, begin_assignment, carry_out
from assignments.changes import Change
from assignments.models import Acting, Assignment, Cadre, Decision, Locality, Receipt
from assignments.tests.cast import again, agency, assign, at, cadre, small_tree, user
from assignments.undo import take_back
from cadrenet import races
from cadrenet.races import Busy, one_import_at_a_time
from cadrenet.receipts import KEY
from meetings.actions import save_meeting
from meetings.models import Attendance, Meeting, Pattern, SentEntry
from meetings.phone.receiving import receive
from meetings.planning.actions import begin_patterns, change_pattern, plan_meetings
from meetings.rosters import keep_rosters
from meetings.tests.evening import evening, meeting
from reports.models import Issue, Resource
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = Path(__file__).parent / "sample" / "small"
MAY = date(2022, 5, 9)
AT_ONCE = 8


def at_once(*calls):
    """Make some calls at the same moment, each on a connection of its own; return what each returned or raised."""
    gate = Barrier(len(calls))

    def run(call):
        try:
            with translation.override("en"):
                connection.ensure_connection()
                gate.wait(10)
                return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def kinds(answers):
    """How many answers there are of each kind."""
    return Counter(
        type(answer).__name__ if isinstance(answer, Exception) else getattr(answer, "status_code", "done")
        for answer in answers
    )


def editor(tree):
    return visitor(user("editor", at=tree.district, level="editor"))


def posts(client, url, data, keys):
    """The same data posted at once, under each of some keys."""
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}

    def post(key):
        own = Client(raise_request_exception=False)
        own.cookies.load(cookies)
        return own.post(url, data | {KEY: key})

    return at_once(*(lambda key=key: post(key) for key in keys))


def locations(answers):
    return {answer.headers.get("Location") for answer in answers}


# --- An agency and a locality, at the same moment -----------------------------------------------------------------


def agency_form(office, **more):
    times = {"day": "10/05/2022", "starts": "14:00", "ends": "16:00"}
    return {"agency": office.pk, "subject": "Giao ban", "kind": "agency", **times, **more}


def an_agency_and_a_locality():
    """A client of each, the agency, and a meeting of the locality at which its only cadre is expected."""
    tree = small_tree()
    office = agency("A", "Phòng Nội vụ", at=tree.district)
    assign(cadre("P1", agency=office), tree.an1)
    cell = Meeting.objects.create(
        kind="cell", locality=tree.an1, starts_at=at(date(2022, 5, 12), 14), ends_at=at(date(2022, 5, 12), 16)
    )
    keep_rosters(Meeting.objects.filter(pk=cell.pk))
    clerk = visitor(user("clerk", of=office, level="recorder"))
    recorder = visitor(user("recorder", at=tree.an, level="recorder"))
    return clerk, recorder, office, cell


def test_an_agency_that_registers_while_a_locality_moves_onto_it_is_never_unaware():
    """Whoever comes second is told: the clerk before anything is saved, the locality beside what was saved."""
    clerk, recorder, office, cell = an_agency_and_a_locality()
    move = reverse("meetings:meeting_edit", args=[cell.pk])
    new = reverse("meetings:meeting_create") + "?of=agency"

    moved = {"kind": "cell", "day": "12/05/2022", "starts": "14:00", "ends": "16:00"}

    for number in range(6):
        Meeting.objects.filter(kind="agency").delete()
        recorder.post(move, moved)
        registered, told = at_once(
            lambda: clerk.post(new, agency_form(office)),
            lambda: recorder.post(move, {**moved, "day": "10/05/2022"}, follow=True),
        )

        assert told.status_code == 200, number
        assert Meeting.objects.get(pk=cell.pk).day == date(2022, 5, 10)
        saved = Meeting.objects.filter(kind="agency").count()
        assert saved == (registered.status_code == 302)
        assert ("meets at that time" in told.content.decode()) == bool(saved), number
        if not saved:
            assert len(registered.context["look"].same_time) == 1


def test_of_two_who_register_the_same_time_for_an_agency_one_is_told_of_the_other():
    _clerk, _recorder, office, _cell = an_agency_and_a_locality()
    clients = [visitor(user(f"clerk{number}", of=office, level="recorder")) for number in range(4)]
    new = reverse("meetings:meeting_create") + "?of=agency"

    answers = at_once(*(lambda one=one: one.post(new, agency_form(office)) for one in clients))

    assert kinds(answers) == {302: 1, 200: 3}
    assert Meeting.objects.filter(kind="agency").count() == 1
    told = [answer.context["look"].own for answer in answers if answer.status_code == 200]
    assert [len(own) for own in told] == [1, 1, 1]


# --- One form, many times at once ---------------------------------------------------------------------------------


def form_of(name, tree):
    if name == "resource":
        return (
            reverse("reports:resource_create"),
            Resource,
            {
                "locality": tree.an1.pk,
                "mobilised_on": "2022-05-09",
                "kind": "money",
                "value_vnd": "5000000",
                "status": "delivered",
                "description": "Cầu",
            },
        )
    if name == "issue":
        return (
            reverse("reports:issue_create"),
            Issue,
            {
                "locality": tree.an1.pk,
                "raised_on": "2022-05-09",
                "kind": "feedback",
                "theme": "roads",
                "summary": "Cầu",
            },
        )
    return (
        reverse("meetings:meeting_create") + "?locality=AN-1",
        Meeting,
        {
            "kind": "cell",
            "day": "09/05/2022",
            "starts": "19:00",
        },
    )


@pytest.mark.parametrize("name", ["resource", "issue", "meeting"])
def test_equal_posts_at_once_store_one_row_and_all_lead_to_it(name):
    tree = small_tree()
    url, model, data = form_of(name, tree)

    answers = posts(editor(tree), url, data, [uuid4()] * AT_ONCE)

    assert kinds(answers) == {302: AT_ONCE}
    assert len(locations(answers)) == 1
    assert (model.objects.count(), Receipt.objects.count()) == (1, 1)


def test_a_pattern_that_several_set_at_once_begins_once_and_is_planned_once():
    tree = small_tree()
    pattern = {"kind": "cell", "day_of_month": 5, "starts": time(19), "first_day": MAY}
    office = user("office", at=tree.district, level="editor")

    def begin():
        begin_patterns([Pattern(locality=tree.an1, **pattern)], by=office)
        return plan_meetings([tree.an1.pk], on=MAY)

    answers = at_once(*[begin] * AT_ONCE)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert Pattern.objects.count() == 1
    assert sum(answer.new for answer in answers) == Meeting.objects.count() == 12
    assert Meeting.history.count() == 12


def test_an_occurrence_that_somebody_moves_while_its_pattern_is_planned_stays_where_it_was_moved():
    tree = small_tree()
    office = user("office", at=tree.district, level="editor")
    pattern = Pattern(locality=tree.an1, kind="cell", day_of_month=5, starts=time(19), first_day=MAY)
    begin_patterns([pattern], by=office)
    plan_meetings([tree.an1.pk], on=MAY)
    moved, other = Meeting.objects.order_by("day")[:2]
    is_moved = Event()

    def move():
        with transaction.atomic():
            moved.starts_at = at(date(2022, 6, 7))
            save_meeting(moved, by=office, on=MAY, why="Trùng họp huyện")
            is_moved.set()
            sleep(0.5)

    def change():
        # On SQLite there is one writer at a time, and this one waits for the other to begin.
        is_moved.wait(10)
        pattern.starts = time(18)
        return change_pattern(pattern, by=office, on=MAY)

    answers = at_once(move, change)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    moved.refresh_from_db()
    other.refresh_from_db()
    assert (moved.starts_at, moved.by_hand) == (at(date(2022, 6, 7)), True)
    assert other.starts_at == at(date(2022, 7, 5), 18)


# --- Rules that no constraint holds ---------------------------------------------------------------------------------


def test_of_two_who_act_for_the_same_cadre_at_once_one_is_told():
    small_tree()
    away = cadre("P")
    others = [cadre(f"Q{number}") for number in range(AT_ONCE)]

    answers = at_once(
        *(
            lambda who=who: begin_acting(Acting(cadre=who, absent=away, first_day=MAY, last_day=date(2022, 6, 1)))
            for who in others
        )
    )

    assert kinds(answers) == {"done": 1, "ValidationError": AT_ONCE - 1}
    assert Acting.objects.count() == 1


def test_on_the_page_the_others_are_told_in_the_form():
    tree = small_tree()
    office = agency("C", at=tree.district)
    for code in ("P", "Q"):
        cadre(code, agency=office)
    data = {"absent": "P", "cadre": "Q", "first_day": "09/05/2022", "last_day": "01/06/2022"}

    answers = posts(editor(tree), reverse("assignments:acting_create"), data, [uuid4() for _time in range(AT_ONCE)])

    assert kinds(answers) == {302: 1, 200: AT_ONCE - 1}
    told = [answer for answer in answers if answer.status_code == 200]
    assert all("Somebody already acts for this cadre on some of these days." in one.content.decode() for one in told)
    assert Acting.objects.count() == 1


def test_a_cadre_takes_a_place_once_however_many_ask_for_overlapping_days():
    tree = small_tree()
    who = cadre("P")

    answers = at_once(
        *(
            lambda day=day: begin_assignment(
                Assignment(
                    cadre=Cadre.objects.get(pk=who.pk),
                    locality=Locality.objects.get(pk=tree.an1.pk),
                    first_day=date(2022, 5, 1 + day),
                    last_day=date(2022, 12, 1 + day),
                )
            )
            for day in range(AT_ONCE)
        )
    )

    assert kinds(answers) == {"done": 1, "ValidationError": AT_ONCE - 1}
    assert Assignment.objects.count() == 1


def test_of_many_successors_at_once_one_follows():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1)
    followers = [cadre(f"Q{number}") for number in range(AT_ONCE)]

    answers = at_once(
        *(
            lambda who=who: carry_out(
                [
                    Change(
                        tree.an1, "in_charge", who, MAY, replaces=row, last_day=date(2022, 5, 8), end_reason="retired"
                    )
                ]
            )
            for who in followers
        )
    )

    done = [answer for answer in answers if isinstance(answer, dict)]
    assert {type(answer).__name__ for answer in answers} <= {"dict", "Refused"}
    assert Assignment.objects.filter(last_day=None).count() == len(done)
    row.refresh_from_db()
    assert row.last_day == date(2022, 5, 8)


def test_taking_back_and_correcting_at_once_leave_one_of_the_two():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1)
    (made,) = carry_out(
        [
            Change(
                tree.an1, "in_charge", cadre("Q"), MAY, replaces=row, last_day=date(2022, 5, 8), end_reason="retired"
            )
        ]
    ).values()

    def correct():
        with transaction.atomic():
            found = Assignment.objects.select_for_update().get(pk=row.pk)
            found.decision_number = "7-QĐ/HU"
            found.save()

    answers = at_once(lambda: take_back(made), correct)

    row.refresh_from_db()
    if isinstance(answers[0], Exception):
        assert (row.last_day, Assignment.objects.count()) == (date(2022, 5, 8), 2)
    else:
        # Whoever corrects after that corrects what goes on again.
        assert (row.last_day, Assignment.objects.count()) == (None, 1)
    assert row.decision_number == "7-QĐ/HU"


# --- What a constraint holds ----------------------------------------------------------------------------------------


def test_decisions_with_one_number_at_once_are_told_in_the_form():
    tree = small_tree()
    data = {
        "number": "12-QĐ/HU",
        "signed_on": "02/05/2022",
        "first_day": "09/05/2022",
        "locality": "D",
        "signer": "",
    }

    answers = posts(editor(tree), reverse("assignments:decision_create"), data, [uuid4() for _time in range(AT_ONCE)])
    again = posts(
        visitor(user("other", at=tree.district, level="editor")), reverse("assignments:decision_create"), data, [""]
    )

    assert kinds(answers) == {302: 1, 200: AT_ONCE - 1}
    told = [answer for answer in [*answers, *again] if answer.status_code == 200]
    assert len(told) == AT_ONCE
    assert all(
        "A decision with this number and day is already recorded." in answer.content.decode() for answer in told
    )
    assert Decision.objects.count() == 1


def test_whatever_else_a_race_meets_is_told_on_a_page(monkeypatch):
    tree = small_tree()
    client = editor(tree)
    client.raise_request_exception = False
    url, model, data = form_of("issue", tree)

    def lost(*args, **kwargs):
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(model, "save", lost)
    told = [client.post(url, data | more) for more in ({}, {KEY: uuid4()})]

    assert kinds(told) == {409: 2}
    assert all("Somebody else saved the same at the same moment." in answer.content.decode() for answer in told)
    assert all(re.search(r'type="hidden" name="summary" value="Cầu"', answer.content.decode()) for answer in told)
    assert (Issue.objects.count(), Receipt.objects.count()) == (0, 0)


def test_what_is_no_race_stays_an_error(monkeypatch):
    tree = small_tree()
    client = editor(tree)
    client.raise_request_exception = False
    url, model, data = form_of("issue", tree)

    def broken(*args, **kwargs):
        raise OperationalError("no such table: reports_issue")

    monkeypatch.setattr(model, "save", broken)

    assert client.post(url, data).status_code == 500


def test_an_issue_that_was_closed_meanwhile_is_not_passed_on():
    tree = small_tree()
    office = agency("C", at=tree.district)
    issue = Issue.objects.create(locality=tree.an1, raised_on=MAY, kind="feedback", theme="roads", summary="Cầu")
    client = editor(tree)
    url = reverse("reports:issue_status", args=[issue.pk])
    client.post(url, {"step": "close", "close-closed_on": "2022-06-01"})

    response = client.post(url, {"step": "pass_on", "pass_on-responsible_agency": office.pk}, follow=True)

    assert [str(message) for message in response.context["messages"]] == [
        "The issue is closed.",
        "Nothing was changed: the issue is closed. Open it again first.",
    ][-len(response.context["messages"]) :]
    issue.refresh_from_db()
    assert (issue.status, issue.closed_on, issue.responsible_agency) == ("closed", date(2022, 6, 1), None)


# --- Imports --------------------------------------------------------------------------------------------------------


def test_two_imports_of_a_district_at_once_end_without_a_traceback():
    answers = at_once(*(lambda: call_command("import_district", SMALL, verbosity=0) for _time in range(2)))

    assert {type(answer) for answer in answers} <= {type(None), CommandError}
    assert None in answers
    assert Locality.objects.exists()


def test_an_import_that_waits_too_long_says_that_another_is_running(monkeypatch, settings):
    monkeypatch.setattr(races, "PATIENCE", 1)
    gate, done = Barrier(2), Barrier(2)

    def first():
        with one_import_at_a_time():
            gate.wait(10)
            done.wait(10)

    def second():
        gate.wait(10)
        try:
            if connection.vendor == "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout = 500")
            with one_import_at_a_time():
                return "in"
        finally:
            done.wait(10)

    answers = at_once(first, second)

    assert answers[0] is None
    assert isinstance(answers[1], Busy)
    assert str(answers[1]) == (
        "Another import is running, or somebody is saving. Nothing was written; start again when it has ended."
    )


def test_what_was_written_between_is_told_and_nothing_is_imported():
    small_tree()

    def meets_another():
        with translation.override("en"), one_import_at_a_time():
            Cadre.objects.create(code="P", full_name="A")
            Locality.objects.create(code="AN-1", tier="hamlet")

    with pytest.raises(Busy, match="Something was written at the same time that stands in the way."):
        meets_another()
    assert Cadre.objects.count() == 0


def test_one_entry_of_a_phone_that_many_send_at_once_is_stored_once():
    cast = evening()
    made = meeting("cell", cast.tree.an1, MAY)
    sent = {"key": str(uuid4()), "meeting": made.pk, "status": "present", "reason": "", "note": ""}
    sent |= {"was": ["unrecorded", "", ""], "noted_at": "2022-05-09T12:40:00Z"}
    now = timezone.now()

    answers = at_once(*[lambda: receive(sent, by=again(cast.signed), on=MAY, at=now)] * AT_ONCE)

    assert Counter(answer.state for answer in answers) == {"created": 1, "duplicate": AT_ONCE - 1}
    assert SentEntry.objects.count() == 1
    assert Attendance.history.filter(cadre=cast.chau, status="present").count() == 1
