"""Excused only by the head (R11): whoever was absent says why, and until the head has decided it is an absence."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.models import Acting
from assignments.tests.cast import agency, assign, cadre, post, user
from cadrenet.periods import today
from meetings.actions import meeting_changed, record_attendance
from meetings.counts import ATTENDANCE
from meetings.entries import Mark
from meetings.models import Attendance, Meeting
from meetings.tests.evening import TONIGHT, evening, meeting, roster

pytestmark = pytest.mark.django_db
ASKED = {"status": "absent", "reason": "extreme_urgency", "note": "cháy rừng"}


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


def browser_of(login):
    browser = Client()
    browser.force_login(login)
    return browser


def asked(cast):
    """Châu of the office of the interior asks to be excused from the cell meeting of neighbourhood 1."""
    made = meeting("cell", cast.tree.an1, status="held")
    row = Attendance.objects.get(meeting=made, cadre=cast.chau)
    row.status, row.reason, row.note = ASKED.values()
    row.save()
    return row


def answers(login, row, answer="excused", **more):
    """The status of the answer to somebody who decides, and what is recorded then."""
    page = browser_of(login).post(reverse("meetings:attendance_excuse", args=[row.pk]), {"answer": answer} | more)
    row.refresh_from_db()
    return page.status_code, row.status


def head_of_group(cast, place, **more):
    login = user("group-head")
    assign(cadre("HEAD", user=login), place, role="head", **more)
    return login


def people(cast):
    """Everybody who might think that it is his, by what he is."""
    other = agency("A-9", "Phòng khác", at=cast.tree.district)
    support = user("support")
    assign(cadre("SUPPORT", user=support), cast.tree.north, role="support")
    return {
        "head of the agency": user("head", of=cast.interior),
        "editor for the agency": user("editor-of", of=cast.interior, level="editor"),
        "head of the group": head_of_group(cast, cast.tree.north),
        "the absent": cast.signed,
        "clerk of the agency": cast.clerk,
        "head of another agency": user("other-head", of=other),
        "support of the group": support,
        "recorder of the commune": cast.recorder,
        "viewer of the commune": cast.viewer,
        "editor of the district": cast.office,
        "superuser": user("root", is_superuser=True),
    }


def test_only_the_head_of_the_agency_or_of_the_group_excuses():
    cast = evening()
    row = asked(cast)

    excused = set()
    for who, login in people(cast).items():
        Attendance.objects.filter(pk=row.pk).update(status="absent", excuse_answered_by=None)
        status, recorded = answers(login, row)
        assert (status, recorded) in [(302, "excused"), (404, "absent")], who
        if recorded == "excused":
            excused.add(who)

    assert excused == {"head of the agency", "editor for the agency", "head of the group"}


def test_the_head_of_another_group_or_of_yesterday_excuses_nobody():
    cast = evening()
    row = asked(cast)

    assert answers(head_of_group(cast, cast.tree.south), row) == (404, "absent")
    former = user("former")
    assign(cadre("FORMER", user=former), cast.tree.north, role="head", last_day=today() - timedelta(days=1))
    assert answers(former, row) == (404, "absent")


def test_the_agency_is_that_of_the_day_of_the_meeting():
    cast = evening()
    row = asked(cast)
    cast.chau.postings.update(last_day=TONIGHT)
    post(cast.chau, cast.culture, first_day=TONIGHT + timedelta(days=1))

    assert answers(user("new-head", of=cast.culture), row) == (404, "absent")
    assert answers(user("head", of=cast.interior), row) == (302, "excused")


def test_nobody_excuses_himself_or_whom_he_acts_for():
    cast = evening()
    row = asked(cast)
    head, other = user("head", of=cast.interior), user("other", of=cast.interior)
    cast.chau.user = head
    cast.chau.save()
    acts = cadre("ACTS", agency=cast.interior, user=other)
    Acting.objects.create(cadre=acts, absent=cast.chau, first_day=today(), last_day=today())

    assert answers(head, row) == (404, "absent")
    assert answers(other, row) == (404, "absent")


def test_what_is_asked_for_counts_as_absent_and_what_is_excused_does_not():
    cast = evening()
    row = asked(cast)

    def counted():
        return {name for name in ("excused", "absent") if Attendance.objects.filter(ATTENDANCE[name]).exists()}

    before = counted()
    answers(user("head", of=cast.interior), row)

    assert (before, counted()) == ({"absent"}, {"excused"})


def test_who_decided_is_kept_and_told():
    cast = evening()
    row = asked(cast)
    head = user("head", of=cast.interior, display_name="Trưởng phòng Nội vụ")

    assert answers(head, row, "absent") == (302, "absent")
    page = browser_of(head).get(row.meeting.get_absolute_url())

    assert (row.excuse_answered_by, row.asks_excuse) == (head, False)
    latest = page.context["events"][0]
    assert (latest.by, latest.text) == ("Trưởng phòng Nội vụ", "Nguyễn Minh Châu: not excused")
    # It was decided: nobody decides a second time.
    assert answers(head, row) == (302, "absent")


def test_other_words_are_asked_anew_and_whoever_records_excuses_nobody():
    cast = evening()
    row = asked(cast)
    answers(user("head", of=cast.interior), row)
    said = ("excused", "extreme_urgency", "cháy rừng")

    untouched = record_attendance(
        row.meeting, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.chau.pk, *said, was=said)]
    )
    assert (untouched, roster(row.meeting)[0][2]) == ([], "excused")

    record_attendance(
        row.meeting, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.chau.pk, *said[:2], "lũ quét", was=said)]
    )
    row.refresh_from_db()
    assert roster(row.meeting) == [("P2", True, "absent", "extreme_urgency", "lũ quét")]
    assert (row.excuse_answered_by, row.asks_excuse) == (None, True)


def test_a_meeting_that_moves_takes_the_answer_back():
    cast = evening()
    row = asked(cast)
    answers(user("head", of=cast.interior), row)
    made = Meeting.objects.get()
    made.starts_at, made.ends_at = made.starts_at + timedelta(days=1), None
    made.save()
    meeting_changed(made)

    row.refresh_from_db()
    assert (row.status, row.reason, row.excuse_answered_by) == ("unrecorded", "", None)


def test_what_an_import_says_is_decided_and_asks_nobody():
    cast = evening()
    row = asked(cast)
    Attendance.objects.update(status="excused")
    head = user("head", of=cast.interior)

    page = browser_of(head).get(reverse("meetings:excuses"))

    assert list(page.context["object_list"]) == []
    assert answers(head, row, "absent") == (302, "excused")


def test_the_page_of_a_meeting_has_the_buttons_for_whoever_decides_alone():
    cast = evening()
    row = asked(cast)
    buttons = f'action="{reverse("meetings:attendance_excuse", args=[row.pk])}"'

    def page(login):
        return browser_of(login).get(row.meeting.get_absolute_url()).content.decode()

    assert buttons in page(user("head", of=cast.interior))
    assert "cháy rừng" in page(head_of_group(cast, cast.tree.north))
    assert buttons not in page(cast.recorder)
    assert "Asks to be excused" in page(cast.signed)


def test_an_answer_on_a_page_of_before_is_not_kept():
    cast = evening()
    row = asked(cast)
    head = user("head", of=cast.interior)
    page = browser_of(head).get(reverse("meetings:excuses"))
    (_row, form), *_ = page.context["lines"]
    Attendance.objects.filter(pk=row.pk).update(note="đi chơi")

    assert answers(head, row, opened=form.opened) == (302, "absent")
    row.refresh_from_db()
    assert row.excuse_answered_by is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(rows, django_assert_num_queries):
    cast = evening()
    for number in range(rows):
        made = meeting("cell", cast.tree.an1, day=TONIGHT - timedelta(days=number), status="held")
        Attendance.objects.filter(meeting=made).update(**ASKED)
    browser = browser_of(user("head", of=cast.interior))
    browser.get(reverse("meetings:excuses"))

    with django_assert_num_queries(8):
        page = browser.get(reverse("meetings:excuses"))
    assert len(page.context["lines"]) == rows


def test_the_head_finds_it_from_the_lists_of_meetings_and_the_start_page():
    cast = evening()
    asked(cast)
    head, group = browser_of(user("head", of=cast.interior)), browser_of(head_of_group(cast, cast.tree.north))
    link = f'href="{reverse("meetings:excuses")}"'

    assert link in head.get(reverse("meetings:meetings")).content.decode()
    assert link in group.get(reverse("meetings:meetings")).content.decode()
    assert link not in browser_of(cast.recorder).get(reverse("meetings:meetings")).content.decode()
    tasks = group.get(reverse("home")).context["excuses"]
    assert [task["text"] for task in tasks] == ["1 absence is to be excused"]


# --- In the administration -----------------------------------------------------------------------------------------


def saved(login, row, **values):
    made = row.meeting
    data = {
        "kind": made.kind,
        "locality": made.locality_id,
        "starts_at_0": f"{made.day:%d/%m/%Y}",
        "starts_at_1": "19:00",
        "ends_at_0": f"{made.day:%d/%m/%Y}",
        "ends_at_1": "20:30",
        "status": "held",
        "code": made.code,
        "attendances-TOTAL_FORMS": 1,
        "attendances-INITIAL_FORMS": 1,
        "attendances-2-TOTAL_FORMS": 0,
        "attendances-2-INITIAL_FORMS": 0,
        "attendances-0-id": row.pk,
        "attendances-0-meeting": made.pk,
    } | {f"attendances-0-{name}": value for name, value in values.items()}
    page = browser_of(login).post(reverse("admin:meetings_meeting_change", args=[made.pk]), data)
    row.refresh_from_db()
    return page


def staff(name, **more):
    login = user(name, is_staff=True, **more)
    login.user_permissions.set(Permission.objects.all())
    return login


@pytest.mark.parametrize("is_superuser", [False, True])
def test_the_administration_excuses_nobody_either(is_superuser):
    cast = evening()
    row = asked(cast)
    login = staff("clerk-of-an", at=cast.tree.an, level="editor", is_superuser=is_superuser)

    page = saved(login, row, **ASKED | {"status": "excused"})

    assert page.status_code == 200
    assert (row.status, row.excuse_answered_by) == ("absent", None)


def test_whoever_may_excuse_may_do_it_in_the_administration_and_it_is_kept_who_did():
    cast = evening()
    row = asked(cast)
    login = staff("clerk-of-an", at=cast.tree.an, level="editor")
    login.grants.create(agency=cast.interior, level="viewer")

    saved(login, row, **ASKED | {"status": "excused"})
    assert (row.status, row.excuse_answered_by) == ("excused", login)

    saved(login, row, **ASKED | {"note": "lũ quét"})
    assert (row.status, row.excuse_answered_by, row.asks_excuse) == ("absent", None, True)
