"""The words about an absence are read by the cadre, and by those who decide about an excuse: by nobody else."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.tests.cast import assign, cadre, user
from cadrenet.history import sign_change
from meetings.models import Attendance
from meetings.tests.evening import evening, meeting

pytestmark = pytest.mark.django_db
WORDS = "trực chống tràn kênh 3"
BEFORE = "trực bờ bao kênh 7"


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


@pytest.fixture
def row():
    cast = evening()
    made = meeting("cell", cast.tree.an1, status="held")
    found = Attendance.objects.get(meeting=made, cadre=cast.chau)
    found.status, found.reason = "absent", "extreme_urgency"
    for found.note in (BEFORE, WORDS):
        # Not by the cadre: what differs from his own entry would stand beside it.
        sign_change(found, by=cast.recorder)
        found.save()
    found.cast = cast
    return found


def readers(cast):
    head_of_group = user("group-head")
    assign(cadre("HEAD", user=head_of_group), cast.tree.north, role="head")
    other_group = user("other-group")
    assign(cadre("HEAD-2", user=other_group), cast.tree.south, role="head")
    support = user("support")
    assign(cadre("SUPPORT", user=support), cast.tree.north, role="support")
    root = user("root", is_superuser=True, is_staff=True)
    staff = user("staff", at=cast.tree.district, level="editor", is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    return {
        "the cadre": (cast.signed, True),
        "head of the agency": (user("head", of=cast.interior), True),
        "head of the group": (head_of_group, True),
        "head of another group": (other_group, False),
        "support of the group": (support, False),
        "clerk of the agency": (cast.clerk, False),
        "recorder of the commune": (cast.recorder, False),
        "viewer of the commune": (cast.viewer, False),
        "editor of the district": (cast.office, False),
        "administrator": (staff, False),
        "superuser": (root, False),
    }


def pages(row):
    yield row.meeting.get_absolute_url()
    yield reverse("meetings:meeting_record", args=[row.meeting_id])
    yield reverse("meetings:excuses")
    yield reverse("meetings:attendances") + f"?quarter={row.day.year}-Q2"
    yield from (reverse("meetings:attendances") + f"?quarter={row.day.year}-Q2&format={kind}" for kind in ("csv",))
    yield reverse("reports:cadre", args=[row.cadre_id])
    yield reverse("search") + "?q=k%C3%AAnh"
    yield reverse("home")
    for name, key in (("meetings_meeting", row.meeting_id), ("meetings_attendance", row.pk)):
        yield reverse(f"admin:{name}_changelist") + "?q=k%C3%AAnh"
        yield reverse(f"admin:{name}_change", args=[key])
        yield reverse(f"admin:{name}_history", args=[key])


def text_of(answer):
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def test_whoever_reads_the_words_reads_them_and_nobody_else_does_anywhere(row):
    told = {}
    for who, (login, reads) in readers(row.cast).items():
        browser = Client()
        browser.force_login(login)
        found = {
            url
            for url in pages(row)
            if {WORDS, BEFORE} & {w for w in (WORDS, BEFORE) if w in text_of(browser.get(url))}
        }
        told[who] = (bool(found), reads, found if not reads else set())

    assert {who: said[2] for who, said in told.items() if said[2]} == {}
    assert {who for who, said in told.items() if said[0]} == {"the cadre", "head of the agency", "head of the group"}


def recorded(browser, row, **values):
    """Send the page of attendance as it came, with some values of the cadre changed; return what is stored then."""
    url = reverse("meetings:meeting_record", args=[row.meeting_id])
    form = browser.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if name not in ("guest", "topics")}
    answer = browser.post(url, sent | {f"{name}-{row.cadre_id}": value for name, value in values.items()})
    row.refresh_from_db()
    return answer, (row.status, row.reason, row.note)


@pytest.fixture
def recorder(client, row):
    client.force_login(row.cast.recorder)
    return client


def test_whoever_records_and_reads_no_words_leaves_them(recorder, row):
    _answer, stored = recorded(recorder, row)
    assert stored == ("absent", "extreme_urgency", WORDS)

    _answer, stored = recorded(recorder, row, status="absent", reason="duty_trip")
    assert stored == ("absent", "duty_trip", WORDS)


def test_new_words_take_the_place_of_those_that_are_not_shown(recorder, row):
    _answer, stored = recorded(recorder, row, note="họp tỉnh")

    assert stored == ("absent", "extreme_urgency", "họp tỉnh")


def test_a_page_says_that_there_are_words(recorder, row):
    page = recorder.get(reverse("meetings:meeting_record", args=[row.meeting_id])).content.decode()

    assert "There are words that only the cadre and the heads of the agency and of the group read." in page


def test_not_even_a_contradiction_tells_them(recorder, row):
    url = reverse("meetings:meeting_record", args=[row.meeting_id])
    form = recorder.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if name not in ("guest", "topics")}
    key = row.cadre_id
    sent |= {f"status-{key}": "present", f"was-{key}": json.dumps(["absent", "duty_trip", ""])}

    answer = recorder.post(url, sent)

    assert answer.status_code == 200
    assert WORDS not in answer.content.decode()
    assert "Extreme urgency, …" in answer.content.decode()


def test_the_administration_keeps_words_that_it_does_not_show(row):
    from meetings.tests.test_excusing import saved, staff

    login = staff("clerk-of-an", at=row.cast.tree.an, level="editor")
    saved(login, row, status="absent", reason="duty_trip", note="")

    assert (row.status, row.reason, row.note) == ("absent", "duty_trip", WORDS)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_attendance_costs_one_query_more_where_somebody_wrote(
    recorder, row, rows, django_assert_num_queries
):
    for number in range(rows - 1):
        assign(cadre(f"M{number}"), row.cast.tree.an1)
    Attendance.objects.filter(meeting=row.meeting).update(status="absent", reason="extreme_urgency", note=WORDS)
    url = reverse("meetings:meeting_record", args=[row.meeting_id])
    recorder.get(url)

    with django_assert_num_queries(9):
        recorder.get(url)
