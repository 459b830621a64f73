"""Personal links: made by whoever records, good for one cadre and one meeting, and never told twice."""

import logging
import re
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from assignments.models import Assignment, Cadre, User
from assignments.tests.cast import OFFICE, assign, at, cadre, user
from cadrenet.logs import JsonFormatter
from meetings.actions import record_attendance, save_meeting
from meetings.entries import Mark
from meetings.links import views
from meetings.links.actions import make_links
from meetings.models import Attendance, AttendanceLink, Meeting
from meetings.rosters import keep_rosters
from meetings.tests.evening import TONIGHT, evening, meeting, roster

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 5, 9, 20, 30, tzinfo=OFFICE)


@pytest.fixture(autouse=True)
def _this_evening():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield
    cache.clear()


def link_for(who, made, by):
    """The address of a new link."""
    rows = Attendance.objects.filter(meeting=made, cadre=who).select_related("meeting", "cadre")
    token = make_links(rows, by=by, at=NOW)[who.pk]
    return reverse("meetings:link", args=[token])


def tonight():
    cast = evening()
    made = meeting("commune_committee", cast.tree.an)
    return cast, made


def press(address, status, was="unrecorded", client=None):
    return (client or english()).post(address, {"status": status, "was": was})


def english(login=None):
    client = Client(enforce_csrf_checks=True)
    client.cookies["django_language"] = "en"
    if login:
        client.force_login(login)
    return client


def test_to_open_a_link_changes_nothing_however_often_it_is_done():
    cast, made = tonight()
    address = link_for(cast.binh, made, cast.recorder)
    before = roster(made), AttendanceLink.objects.values_list().get(), AttendanceLink.history.count()

    for ask in ("get", "head", "get"):
        response = getattr(english(), ask)(address)
        assert response.status_code == 200

    assert (roster(made), AttendanceLink.objects.values_list().get(), AttendanceLink.history.count()) == before
    assert "Trần Thị Bình" in response.content.decode()
    assert [response.headers[name] for name in ("Referrer-Policy", "X-Robots-Tag")] == [
        "no-referrer",
        "noindex, nofollow",
    ]
    assert "no-store" in response.headers["Cache-Control"]


def test_titles_and_previews_name_neither_person_nor_place():
    cast, made = tonight()
    text = english().get(link_for(cast.binh, made, cast.recorder)).content.decode()

    head = text[: text.index("</head>")]
    assert re.findall(r'<meta property="(og:\w+)" content="([^"]*)"', head) == [
        ("og:title", "Attendance of a meeting"),
        ("og:description", "cadrenet"),
        ("og:type", "website"),
    ]
    assert "Bình" not in head
    assert "An" not in re.search(r"<title>(.*?)</title>", head)[1]


def test_a_button_records_without_a_session_a_token_of_the_form_or_a_cookie():
    cast, made = tonight()
    address = link_for(cast.binh, made, cast.recorder)

    response = Client(enforce_csrf_checks=True).post(address, {"status": "present", "was": "unrecorded"})

    assert response.status_code == 200
    assert "sessionid" not in response.cookies
    assert roster(made)[0] == ("P1", True, "present", "", "")
    assert AttendanceLink.objects.get().last_used_at == NOW


def test_what_was_said_can_be_changed_until_the_link_expires_and_repeated_without_harm():
    cast, made = tonight()
    address = link_for(cast.binh, made, cast.recorder)

    press(address, "present")
    press(address, "present")
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        response = press(address, "absent", was="present")

    assert "Recorded: you were absent." in response.content.decode()
    assert roster(made)[0] == ("P1", True, "absent", "", "")
    assert Attendance.history.filter(cadre=cast.binh).exclude(status="unrecorded").count() == 2


def test_a_button_pressed_on_an_older_page_overwrites_nothing():
    cast, made = tonight()
    address = link_for(cast.binh, made, cast.recorder)
    mark = Mark(cadre=cast.binh.pk, status="absent", reason="personal", note="đưa con đi học")
    record_attendance(made, by=cast.recorder, on=TONIGHT, marks=[mark])

    response = press(address, "present")

    assert response.status_code == 409
    text = response.content.decode()
    assert "Nothing was recorded: meanwhile “Absent” was recorded of you. Look again." in text
    assert "đưa con đi học" not in text
    assert roster(made)[0] == ("P1", True, "absent", "personal", "đưa con đi học")


def test_absent_once_more_keeps_the_reason_that_was_given():
    cast, made = tonight()
    address = link_for(cast.binh, made, cast.recorder)
    record_attendance(made, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.binh.pk, "absent", "personal")])

    assert press(address, "absent").status_code == 200
    assert roster(made)[0] == ("P1", True, "absent", "personal", "")


def test_before_the_day_one_can_say_only_that_one_will_not_come():
    cast = evening()
    made = meeting("commune_committee", cast.tree.an, TONIGHT + timedelta(days=2))
    address = link_for(cast.binh, made, cast.recorder)

    page = english().get(address).content.decode()
    refused = press(address, "present")

    assert ('value="present"' in page, 'value="absent"' in page) == (False, True)
    assert refused.status_code == 409
    assert press(address, "absent").status_code == 200
    assert roster(made)[0] == ("P1", True, "absent", "", "")


def test_the_meeting_counts_as_held_only_where_that_is_the_persons_to_say():
    cast = evening()
    own = meeting("cell", cast.tree.an1)
    press(link_for(cast.chau, own, cast.recorder), "present")
    foreign = meeting("commune_committee", cast.tree.an)
    press(link_for(cast.chau, foreign, cast.recorder), "present")

    assert [Meeting.objects.get(pk=row.pk).status for row in (own, foreign)] == ["held", "planned"]


# --- What ends a link ---------------------------------------------------------------------------------------------


def revoked(cast, made):
    english(cast.recorder).get("/")
    client = Client()
    client.force_login(cast.recorder)
    client.post(reverse("meetings:meeting_links", args=[made.pk]), {"revoke": cast.chau.pk})


def replaced(cast, made):
    link_for(cast.chau, made, cast.office)


def account_closed(cast, made):
    User.objects.filter(pk=cast.signed.pk).update(is_active=False)


def left(cast, made):
    Cadre.objects.filter(pk=cast.chau.pk).update(left_on=TONIGHT - timedelta(days=1))


def assignment_ended(cast, made):
    Assignment.objects.filter(cadre=cast.chau).update(last_day=TONIGHT - timedelta(days=1))


def no_longer_expected(cast, made):
    Assignment.objects.filter(cadre=cast.chau).update(last_day=TONIGHT - timedelta(days=1))
    assign(cast.chau, cast.tree.binh1)
    keep_rosters(Meeting.objects.all())


def moved(cast, made):
    made.starts_at, made.ends_at = at(TONIGHT + timedelta(days=1)), None
    save_meeting(made, by=cast.office, on=TONIGHT)


ENDS = [revoked, replaced, account_closed, left, assignment_ended, no_longer_expected, moved]


@pytest.mark.parametrize("end", ENDS)
def test_a_dead_link_answers_like_one_that_never_was(end):
    cast, made = tonight()
    address = link_for(cast.chau, made, cast.recorder)
    unknown = re.sub(r"[^/]+/$", "nobody-has-this-one/", address)
    alive = english().get(address).status_code
    end(cast, made)
    before = roster(Meeting.objects.get(pk=made.pk))

    looked, pressed = english().get(address), press(address, "present")

    page = english().get(unknown)
    assert [alive, looked.status_code, pressed.status_code, page.status_code] == [200, 404, 404, 404]
    shown = [
        without_address(answer, path) for answer, path in [(looked, address), (pressed, address), (page, unknown)]
    ]
    assert shown[0] == shown[1] == shown[2]
    assert roster(Meeting.objects.get(pk=made.pk)) == before


def without_address(response, path):
    text = response.content.decode().replace(path, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)


def test_after_three_days_the_link_says_that_its_time_is_over_and_until_then_it_works():
    cast, made = tonight()
    address = link_for(cast.binh, made, cast.recorder)

    found = []
    for days in (3, 4):
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            found.append((english().get(address).status_code, press(address, "present").status_code))
            text = english().get(address).content.decode()

    assert found == [(200, 200), (410, 410)]
    assert "It was good until 12 May 2022." in " ".join(text.split())
    assert "Trần Thị Bình" not in text


def test_a_cancelled_meeting_asks_nothing():
    cast, made = tonight()
    address = link_for(cast.binh, made, cast.recorder)
    record_attendance(made, by=cast.recorder, on=TONIGHT, facts={"status": "cancelled"}, were={})

    text = english().get(address).content.decode()

    assert "Nobody meets there, so nothing is asked." in text
    assert '<button class="btn btn-primary" type="submit" name="status"' not in text
    press(address, "present")
    assert [row for row in roster(made) if row[2] == "present"] == []


def test_whoever_got_it_by_mistake_revokes_it():
    cast, made = tonight()
    address = link_for(cast.binh, made, cast.recorder)

    text = english().post(address, {"answer": "not_me"}).content.decode()

    assert "The link is revoked" in text
    assert english().get(address).status_code == 404
    assert AttendanceLink.history.first().history_user is None


# --- Who is told what ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["signed", None])
def test_it_is_marked_as_said_through_a_link_and_by_whom(login):
    cast, made = tonight()
    who = cast.chau if login else cast.binh
    # Whoever happens to be signed in in the same browser has nothing to do with it.
    press(link_for(who, made, cast.recorder), "present", client=english(cast.elsewhere))

    text = " ".join(english(cast.recorder).get(f"/meetings/{made.pk}/").content.decode().split())

    assert "Through a link" in text
    by = "chau" if login else "Trần Thị Bình"
    assert f"{by}, through a personal link" in text
    assert Attendance.history.filter(cadre=who).first().history_user == (cast.signed if login else None)


def test_the_person_sees_it_too_and_a_later_entry_of_his_own_is_not_marked():
    cast, made = tonight()
    press(link_for(cast.chau, made, cast.recorder), "present")
    before = "Through a link" in english(cast.signed).get(f"/meetings/{made.pk}/").content.decode()

    record_attendance(made, by=cast.signed, on=TONIGHT, marks=[Mark(cast.chau.pk, "absent", "personal")])

    after = "Through a link" in english(cast.signed).get(f"/meetings/{made.pk}/").content.decode()
    assert (before, after) == (True, False)


def test_late_and_by_link_are_both_told():
    from assignments.models import Limit

    cast, made = tonight()
    Limit.objects.filter(name="late_entry_days").delete()
    Limit.objects.create(name="late_entry_days", value=1)
    address = link_for(cast.binh, made, cast.recorder)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        press(address, "present")
        text = english(cast.recorder).get(f"/meetings/{made.pk}/").content.decode()

    assert ("Recorded late" in text, "Through a link" in text) == (True, True)


# --- Who makes one ------------------------------------------------------------------------------------------------


def page(login, made):
    return english(login).get(reverse("meetings:meeting_links", args=[made.pk]))


def test_links_are_made_by_whoever_records_and_by_oneself_for_oneself():
    cast, made = tonight()
    head = user("head")
    assign(cadre("H1", "Trưởng Nhóm", user=head), cast.tree.north, role="head")
    keep_rosters(Meeting.objects.all())

    told = {
        name: sorted(re.findall(r'name="make" value="(\d+)"', page(login, made).content.decode()))
        for name, login in {
            "recorder": cast.recorder,
            "office": cast.office,
            "head": head,
            "signed": cast.signed,
        }.items()
    }
    refused = [page(login, made).status_code for login in (cast.viewer, cast.clerk, cast.elsewhere, cast.nobody)]

    everybody = sorted(str(pk) for pk in Attendance.objects.values_list("cadre", flat=True))
    assert told == {
        "recorder": everybody,
        "office": everybody,
        "head": everybody,
        "signed": [str(cast.chau.pk)],
    }
    assert refused == [404, 404, 404, 404]


def test_the_button_to_that_page_stands_where_it_leads_somewhere():
    cast, made = tonight()
    stands = {
        name: reverse("meetings:meeting_links", args=[made.pk])
        in english(getattr(cast, name)).get(f"/meetings/{made.pk}/").content.decode()
        for name in ("recorder", "signed", "viewer", "clerk")
    }

    assert stands == {"recorder": True, "signed": True, "viewer": False, "clerk": False}


def test_one_makes_none_for_somebody_of_whom_one_does_not_record():
    cast, made = tonight()
    client = Client()
    client.force_login(cast.signed)

    client.post(reverse("meetings:meeting_links", args=[made.pk]), {"make": cast.binh.pk})
    client.post(reverse("meetings:meeting_links", args=[made.pk]), {"make": "nonsense"})

    assert AttendanceLink.objects.count() == 0


def test_the_text_is_told_once_and_a_new_link_ends_the_one_before():
    cast, made = tonight()
    client = english(cast.recorder)
    address = reverse("meetings:meeting_links", args=[made.pk])

    def made_now():
        client.handler.enforce_csrf_checks = False
        text = client.post(address, {"make": cast.binh.pk}).content.decode()
        return re.findall(r"For comrade Trần Thị Bình only.*?(http\S+)</textarea>", text, re.S)

    (first,), (second,) = made_now(), made_now()

    again = client.get(address).content.decode()
    assert [part in again for part in (first, second)] == [False, False]
    assert [english().get(urlsplit(url).path).status_code for url in (first, second)] == [404, 200]
    assert AttendanceLink.objects.standing().count() == 1


def test_links_for_all_who_have_not_answered_cost_no_more_queries_to_show(django_assert_num_queries):
    cast, made = tonight()
    record_attendance(made, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.dung.pk, "present")])
    client = Client()
    client.force_login(cast.recorder)

    text = client.post(reverse("meetings:meeting_links", args=[made.pk]), {"make": "unrecorded"}).content.decode()

    assert sorted(AttendanceLink.objects.values_list("cadre__code", flat=True)) == ["P1", "P2"]
    assert len(re.findall(r"https?://\S+/attend/", text)) == 2
    counts = []
    for number in range(2):
        with django_assert_num_queries(8):
            counts.append(client.get(reverse("meetings:meeting_links", args=[made.pk])).status_code)
        assign(cadre(f"X{number}", f"Người {number}"), cast.tree.an)
        keep_rosters(Meeting.objects.all())


def test_the_text_for_a_group_names_nobody_and_leads_to_the_sign_in():
    cast, made = tonight()
    text = page(cast.recorder, made).content.decode()

    (group,) = re.findall(r'id="group-text"[^>]*>(.*?)</textarea>', text, re.S)
    assert [name for name in ("Bình", "Châu", "Dung", "attend/") if name in group] == []
    address = urlsplit(re.search(r"http\S+", group)[0]).path
    assert english().get(address).headers["Location"].startswith("/account/login/")


def test_no_link_is_made_for_a_meeting_that_is_cancelled_or_long_over():
    cast = evening()
    cancelled = meeting("cell", cast.tree.an1, status="cancelled")
    over = meeting("cell", cast.tree.an1, date(2022, 5, 5))
    client = Client()
    client.force_login(cast.recorder)

    for made in (cancelled, over):
        client.post(reverse("meetings:meeting_links", args=[made.pk]), {"make": "unrecorded"})

    assert AttendanceLink.objects.count() == 0


# --- Secrets, and too much of it ----------------------------------------------------------------------------------


def test_the_token_stands_in_no_row_no_history_and_no_line_of_the_log(caplog):
    cast, made = tonight()
    address = link_for(cast.binh, made, cast.recorder)
    token = address.split("/")[-2]
    with caplog.at_level(logging.INFO):
        for ask in (english().get, english().head):
            ask(address)
        press(address, "present")
        press(address, "nonsense")
        english().get(address + "nothing/")

    lines = [JsonFormatter().format(record) for record in caplog.records if record.name.startswith("cadrenet")]
    assert any('"link used"' in line for line in lines)
    rows = repr([*AttendanceLink.objects.values(), *AttendanceLink.history.values()])
    assert [found for found in (*lines, rows) if token in found] == []
    assert "token_hash" not in {field.name for field in AttendanceLink.history.model._meta.get_fields()}


def test_too_many_answers_by_one_link_are_refused_for_a_while(monkeypatch):
    monkeypatch.setattr(views, "BY_TOKEN", 3)
    cast, made = tonight()
    one, other = (link_for(who, made, cast.recorder) for who in (cast.binh, cast.dung))

    answers = [press(one, "present", was).status_code for was in ("unrecorded", "present", "present", "present")]

    assert answers == [200, 200, 200, 429]
    assert press(other, "present").status_code == 200
    assert english().get(one).status_code == 200


def test_too_many_tokens_that_are_none_close_the_door_for_that_address(monkeypatch):
    monkeypatch.setattr(views, "WRONG", 3)
    cast, made = tonight()
    address = link_for(cast.binh, made, cast.recorder)
    for number in range(3):
        english().get(reverse("meetings:link", args=[f"wrong-{number}"]))

    assert english().get(address).status_code == 404
    elsewhere = Client(REMOTE_ADDR="10.1.1.1")
    assert elsewhere.get(address).status_code == 200
