"""What the server answers to a phone: each entry once for ever, by itself, and nothing of anybody else."""

import json
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from assignments.models import Receipt
from assignments.tests.cast import OFFICE, at, user
from meetings.actions import record_attendance, save_meeting
from meetings.entries import Mark
from meetings.models import Attendance, Correction, Meeting, SentEntry
from meetings.tests.evening import TONIGHT, evening, meeting, roster

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 5, 9, 20, 30, tzinfo=OFFICE)
NOTED = "2022-05-09T12:40:00.000Z"


@pytest.fixture(autouse=True)
def _this_evening():
    with time_machine.travel(NOW, tick=False):
        yield


def phone_of(login, **more):
    client = Client(**more)
    client.cookies["django_language"] = "en"
    client.force_login(login)
    return client


def entry(made, status="present", was=("unrecorded", "", ""), key=None, **more):
    said = {"key": str(key or uuid4()), "meeting": made.pk, "status": status, "reason": "", "note": ""}
    return {**said, "was": list(was), "noted_at": NOTED, **more}


def send(client, *entries):
    response = client.post("/phone/entries/", json.dumps({"entries": entries}), content_type="application/json")
    assert response.status_code == 200, response.content
    return response.json()["answers"]


def states(client, *entries):
    return [answer["state"] for answer in send(client, *entries)]


def of_chau(made):
    return next(row[2:] for row in roster(made) if row[0] == "P2")


def tonight():
    cast = evening()
    return cast, meeting("cell", cast.tree.an1)


def test_an_entry_is_recorded_and_answered_with_when_it_was_received():
    cast, made = tonight()
    said = entry(made)

    (answer,) = send(phone_of(cast.signed), said)

    assert answer == {
        "key": said["key"],
        "state": "created",
        "why": "",
        "now": None,
        "received_at": answer["received_at"],
    }
    assert datetime.fromisoformat(answer["received_at"]) == NOW
    assert of_chau(made) == ("present", "", "")
    assert Meeting.objects.get(pk=made.pk).status == "held"
    receipt = SentEntry.objects.get()
    assert (receipt.user, receipt.state, receipt.meeting_id) == (cast.signed, "created", made.pk)
    assert receipt.noted_at == datetime.fromisoformat(NOTED)


def test_replayed_it_is_a_duplicate_for_ever_and_one_row():
    cast, made = tonight()
    said = entry(made)
    send(phone_of(cast.signed), said)
    history = Attendance.history.count()
    # It was corrected since.
    record_attendance(made, by=cast.signed, on=TONIGHT, marks=[Mark(cast.chau.pk, "absent", "personal")])

    with time_machine.travel(NOW + timedelta(days=400), tick=False):
        found = states(phone_of(cast.signed), said, said)

    assert found == ["duplicate", "duplicate"]
    assert of_chau(made) == ("absent", "personal", "")
    assert (SentEntry.objects.count(), Attendance.history.count()) == (1, history + 1)
    assert Receipt.objects.count() == 0


def test_the_same_twice_in_one_post_is_one():
    cast, made = tonight()
    said = entry(made)

    assert states(phone_of(cast.signed), said, said) == ["created", "duplicate"]


def test_other_content_under_the_same_key_is_refused():
    cast, made = tonight()
    said = entry(made)
    client = phone_of(cast.signed)

    answers = send(client, said, {**said, "status": "absent"})

    assert [answer["state"] for answer in answers] == ["created", "rejected"]
    assert answers[1]["why"] == "Something else was received under this key before. Record it anew."
    assert of_chau(made) == ("present", "", "")


def test_new_content_with_a_new_key_changes_it():
    cast, made = tonight()
    first = entry(made)
    second = entry(made, "absent", ("present", "", ""), reason="duty_trip", replaces=first["key"])

    assert states(phone_of(cast.signed), first, second) == ["created", "updated"]
    assert of_chau(made) == ("absent", "duty_trip", "")
    assert states(phone_of(cast.signed), first, second) == ["duplicate", "duplicate"]


def test_what_knows_less_than_what_is_recorded_is_stale_and_tells_what_stands_there():
    cast, made = tonight()
    record_attendance(made, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.chau.pk, "absent", "personal")])
    said = entry(made)
    client = phone_of(cast.signed)

    (answer,) = send(client, said)

    assert (answer["state"], answer["now"]) == ("stale", ["absent", "personal", ""])
    assert "Absent (Personal)" in answer["why"]
    assert of_chau(made) == ("absent", "personal", "")
    assert SentEntry.objects.count() == 0
    # "Mine all the same": with a new key, from what stands there. Both are kept, and the answer says so.
    (again,) = send(client, entry(made, was=answer["now"]))
    assert (again["state"], "Both are kept" in again["why"]) == ("updated", True)
    assert of_chau(made) == ("absent", "personal", "")
    assert Correction.objects.values_list("cause", "status").get() == ("differs", "present")


def test_the_same_said_by_somebody_else_before_is_a_duplicate_and_absent_alone_takes_no_reason_away():
    cast, made = tonight()
    record_attendance(made, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.chau.pk, "absent", "personal")])

    assert states(phone_of(cast.signed), entry(made, "absent")) == ["duplicate"]
    assert of_chau(made) == ("absent", "personal", "")


def test_each_is_answered_by_itself():
    cast, made = tonight()
    ahead = meeting("cell", cast.tree.an1, TONIGHT + timedelta(days=3))
    foreign = meeting("cell", cast.tree.cam1)

    answers = send(phone_of(cast.signed), entry(ahead), entry(foreign), entry(made), "nonsense")

    assert [answer["state"] for answer in answers] == ["rejected", "rejected", "created", "rejected"]
    assert answers[0]["why"].startswith("The meeting lies in the future: nobody can have come yet.")
    assert answers[1]["why"] == "Nothing was recorded: you are not on the roster of this meeting any more."
    # What never was and what is somebody else's answer alike.
    missing = send(phone_of(cast.signed), {**entry(made), "meeting": 987654321})[0]["why"]
    assert missing == answers[1]["why"]
    assert SentEntry.objects.count() == 1


def test_late_is_judged_by_the_server_and_not_by_the_phone():
    cast, made = tonight()
    said = entry(made)
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        (answer,) = send(phone_of(cast.signed), said)
        again = states(phone_of(cast.signed), said)

    assert (answer["state"], again) == ("created", ["duplicate"])
    assert answer["why"] == "1 entry came after the time and is kept as a correction until it is concluded."
    assert Correction.objects.values_list("cause", "why").get() == ("late", "Noted on a phone on 9 May 2022")
    assert of_chau(made) == ("unrecorded", "", "")


def test_a_meeting_that_moved_meanwhile_is_not_recorded_for_the_wrong_day():
    cast, made = tonight()
    made.starts_at, made.ends_at = at(TONIGHT + timedelta(days=7)), None
    save_meeting(made, by=cast.office, on=TONIGHT)

    assert states(phone_of(cast.signed), entry(made)) == ["rejected"]


def test_the_key_of_one_login_is_none_of_anothers():
    cast, made = tonight()
    said = entry(made)
    send(phone_of(cast.signed), said)

    (answer,) = send(phone_of(cast.recorder), said)

    assert (answer["state"], "roster" in answer["why"]) == ("rejected", True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "x"},
        {"key": None},
        {"meeting": "1"},
        {"meeting": True},
        {"meeting": 2**70},
        {"status": "excused"},
        {"status": ["present"]},
        {"reason": "hunger"},
        {"note": "x" * 301},
        {"note": None},
        {"was": None},
        {"was": ["present"]},
        {"was": [1, 2, 3]},
        {"noted_at": "yesterday"},
        {"noted_at": "2022-05-09T20:00:00"},
        {"noted_at": 7},
    ],
)
def test_nonsense_is_rejected_and_told(wrong):
    cast, made = tonight()

    (answer,) = send(phone_of(cast.signed), {**entry(made), **wrong})

    assert answer["state"] == "rejected"
    assert answer["why"] == "This entry cannot be read. Copy what stands in it, and record it on the page."
    assert SentEntry.objects.count() == 0


@pytest.mark.parametrize("body", ["", "nonsense", "[]", "{}", '{"entries": 3}', json.dumps({"entries": [1] * 51})])
def test_a_body_that_is_none_is_refused_as_a_whole(body):
    cast = evening()
    response = phone_of(cast.signed).post("/phone/entries/", body, content_type="application/json")

    assert response.status_code == 400


@pytest.mark.parametrize("address", ["state", "meetings", "entries"])
def test_who_is_not_signed_in_is_told_so_and_led_nowhere(address):
    client = Client()
    ask = client.post if address == "entries" else client.get

    response = ask(reverse(f"phone:{address}"))

    assert (response.status_code, response.json()) == (401, {"user": None})


@pytest.mark.parametrize("address", ["state", "meetings", "entries"])
def test_a_password_that_must_be_changed_comes_first_here_too(address):
    login = user("new")
    login.must_change_password = True
    login.save()
    client = phone_of(login)
    ask = client.post if address == "entries" else client.get

    assert ask(reverse(f"phone:{address}")).status_code == 401


def test_an_entry_needs_the_token_that_the_state_gives():
    cast, made = tonight()
    client = phone_of(cast.signed, enforce_csrf_checks=True)
    body = json.dumps({"entries": [entry(made)]})
    without = client.post("/phone/entries/", body, content_type="application/json")

    told = client.get("/phone/state/").json()
    sent = client.post(
        "/phone/entries/", body, content_type="application/json", headers={"X-CSRFToken": told["token"]}
    )

    assert (without.status_code, sent.status_code) == (403, 200)
    assert told["user"] == cast.signed.pk


def test_the_phone_keeps_the_own_meetings_and_no_other_name():
    cast, made = tonight()
    coming = meeting("commune_committee", cast.tree.an, TONIGHT + timedelta(days=20))
    meeting("cell", cast.tree.an2)
    meeting("cell", cast.tree.an1, TONIGHT + timedelta(days=2), status="cancelled")
    said = meeting("cell", cast.tree.an1, TONIGHT - timedelta(days=3), status="held")
    record_attendance(said, by=cast.signed, on=TONIGHT, marks=[Mark(cast.chau.pk, "present")])

    text = phone_of(cast.signed).get("/phone/meetings/").content.decode()

    kept = json.loads(text)
    assert kept["user"] == cast.signed.pk
    assert [row["meeting"] for row in kept["meetings"]] == [made.pk, coming.pk]
    assert kept["meetings"][0] == {
        "meeting": made.pk,
        "title": "Party cell meeting, Khu phố 1",
        "above": kept["meetings"][0]["above"],
        "when": "Monday 9 May 2022, 19:00",
        "day": "2022-05-09",
        "venue": "",
        "was": ["unrecorded", "", ""],
    }
    assert [name for name in ("Bình", "Dung") if name in text] == []
    assert phone_of(cast.nobody).get("/phone/meetings/").json()["meetings"] == []


@pytest.mark.parametrize("more", [0, 2])
def test_what_is_kept_costs_as_many_queries_for_one_as_for_three(more, django_assert_num_queries):
    cast, _made = tonight()
    for number in range(more):
        meeting("cell", cast.tree.an1, TONIGHT + timedelta(days=1 + number))
    client = phone_of(cast.signed)

    # The session, the login, its reach, the rows.
    with django_assert_num_queries(4):
        client.get("/phone/meetings/")


def test_what_opens_without_a_network_is_the_same_for_everybody_and_holds_no_token():
    cast = evening()
    pages = []
    for client in (Client(), phone_of(cast.office)):
        client.cookies["django_language"] = "en"
        pages.append(client.get("/offline/").content.decode())

    assert pages[0] == pages[1]
    assert "csrfmiddlewaretoken" not in pages[0]


def test_the_worker_has_a_fixed_address_and_names_what_it_keeps():
    script = Client().get("/sw.js")

    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    text = script.content.decode()
    assert text.startswith('const VERSION = "')
    assert "'/offline/'" in text.splitlines()[1]
    assert "skipWaiting()" in text
    # Only when a page asks for it.
    assert text.count("skipWaiting()") == 1


def test_the_site_can_be_installed():
    said = Client().get("/manifest.webmanifest").json()

    assert (said["start_url"], said["scope"], said["display"]) == ("/", "/", "standalone")
    assert [icon["sizes"] for icon in said["icons"]] == ["192x192", "512x512", "any"]


# --- Signing out, and a session that was over ----------------------------------------------------------------------


def test_signing_out_empties_the_browser_and_does_so_for_nobody_else():
    cast = evening()

    out = phone_of(cast.signed).post("/account/logout/")
    stranger = Client().post("/account/logout/")

    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in stranger.headers
    assert "Clear-Site-Data" not in phone_of(cast.signed).get("/account/logout/").headers


def issue(**more):
    return {"summary": "Đường ngập <b>sâu</b>", "kind": "feedback", "form_key": str(uuid4()), **more}


def test_what_was_typed_outlives_the_session_as_a_preview_and_is_executed_by_nobody(client):
    login = user("chau2")
    client.cookies["django_language"] = "en"

    asked = client.post("/meetings/new/?x=1", issue())
    assert asked.status_code == 401
    carried = asked.context["typed"]
    assert json.loads(carried)["url"] == "/meetings/new/?x=1"
    wrong = client.post("/account/login/", {"login": "chau2", "password": "no", "typed": carried})
    assert wrong.context["typed"] == carried
    said = {"login": "chau2", "password": "mật-khẩu-thử-nghiệm", "typed": carried}
    signed = client.post("/account/login/", said)
    shown = client.get(signed.headers["Location"])

    assert signed.headers["Location"] == "/account/typed/"
    text = shown.content.decode()
    assert "Đường ngập &lt;b&gt;sâu&lt;/b&gt;" in text
    assert 'action="/meetings/new/?x=1"' in text
    assert client.get("/account/typed/").headers["Location"] == "/"
    assert (Meeting.objects.count(), login.pk is not None) == (0, True)


@pytest.mark.parametrize(
    "data",
    [{}, {"form_key": "x"}, {"password": "geheim", "summary": "x"}, {"summary": "x" * 70_000}],
)
def test_nothing_a_secret_or_too_much_is_not_carried(data):
    response = Client().post("/meetings/new/", data)

    assert response.headers["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    "carried",
    ["nonsense", "{}", '{"url": "https://elsewhere.example/", "fields": []}', '{"url": "//elsewhere", "fields": []}'],
)
def test_what_a_stranger_puts_in_the_place_of_what_was_typed_leads_nowhere(carried):
    user("chau2")
    said = {"login": "chau2", "password": "mật-khẩu-thử-nghiệm", "typed": carried}

    assert Client().post("/account/login/", said).headers["Location"] == "/"
