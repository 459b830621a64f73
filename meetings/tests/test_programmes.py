"""The programme of a cell's meeting: read beforehand, talked about in a sentence, and what became of that."""

from datetime import date

import pytest
import time_machine
from django.utils import translation

from assignments.tests.cast import assign, at, cadre, small_tree, user
from meetings.models import Feedback, Meeting
from meetings.rosters import keep_rosters
from meetings.tests.evening import meeting
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db

TODAY = date(2022, 12, 10)
SENT = {"programme-feedback": "Thêm việc hiến đất mở đường", "programme-was": ""}


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(at(TODAY), tick=False), translation.override("en"):
        yield


@pytest.fixture
def tree():
    return small_tree()


@pytest.fixture
def who(tree):
    made = cadre("P1", "Trần Thị Bình", user=user("hamlet"))
    assign(made, tree.an1)
    return made


@pytest.fixture
def coming(tree, who):
    made = meeting("cell", tree.an1, date(2022, 12, 15), programme="1. Nghị quyết tháng 11\n2. Rác thải")
    keep_rosters(Meeting.objects.all())
    return made


def test_the_programme_is_entered_with_the_meeting_and_read_beforehand(tree, who, coming):
    office = visitor(user("office", at=tree.an, level="recorder"))
    form = office.get(f"/meetings/{coming.pk}/edit/").context["form"]
    assert form["programme"].value() == "1. Nghị quyết tháng 11\n2. Rác thải"
    typed = {"kind": "cell", "day": "15/12/2022", "starts": "19:00", "programme": "1. Thu đảng phí\r\n2. Việc khác"}

    assert office.post(f"/meetings/{coming.pk}/edit/", typed).status_code == 302

    coming.refresh_from_db()
    assert coming.programme == "1. Thu đảng phí\n2. Việc khác"
    page = visitor(who.user).get(coming.get_absolute_url())
    assert "1. Thu đảng phí<br>2. Việc khác" in page.text


def test_the_card_of_tonight_shows_the_programme(tree, who):
    meeting("cell", tree.an1, TODAY, programme="1. Rác thải")
    keep_rosters(Meeting.objects.all())

    assert "1. Rác thải" in visitor(who.user).get("/").text


def test_feedback_before_the_meeting_is_a_sentence_and_says_yes(who, coming):
    client = visitor(who.user)

    assert client.post(f"/meetings/{coming.pk}/feedback/", SENT).status_code == 302
    # Sent twice it is there once.
    assert client.post(f"/meetings/{coming.pk}/feedback/", SENT).status_code == 302

    [row] = Feedback.objects.all()
    assert (row.cadre, row.text, row.given_on, row.taken_up) == (who, "Thêm việc hiến đất mở đường", TODAY, None)
    coming.refresh_from_db()
    assert coming.programme_feedback is True
    assert row.history.get().history_user == who.user


def test_an_empty_sentence_says_nothing(who, coming):
    visitor(who.user).post(f"/meetings/{coming.pk}/feedback/", {"programme-feedback": "  ", "programme-was": ""})

    assert not Feedback.objects.exists()
    coming.refresh_from_db()
    assert coming.programme_feedback is None


def test_words_from_a_page_that_is_out_of_date_are_not_written_over_newer_ones(who, coming):
    client = visitor(who.user)
    client.post(f"/meetings/{coming.pk}/feedback/", SENT)

    page = client.post(
        f"/meetings/{coming.pk}/feedback/", {"programme-feedback": "Khác", "programme-was": "cũ"}, follow=True
    )

    assert "meanwhile something else was written here" in page.text
    assert Feedback.objects.get().text == "Thêm việc hiến đất mở đường"


def test_whoever_records_there_says_whether_it_was_taken_up_and_new_words_are_answered_anew(tree, who, coming):
    client, office = visitor(who.user), visitor(user("office", at=tree.an, level="recorder"))
    client.post(f"/meetings/{coming.pk}/feedback/", SENT)
    row = Feedback.objects.get()
    answer = {"taken_up": "yes", "text": row.text, "was": "None"}

    assert office.post(f"/meetings/feedback/{row.pk}/", answer).status_code == 302
    row.refresh_from_db()
    assert (row.taken_up, row.answered_by.username) == (True, "office")
    assert "Taken up" in client.get(coming.get_absolute_url()).text

    client.post(f"/meetings/{coming.pk}/feedback/", {"programme-feedback": "Bàn kỹ hơn", "programme-was": row.text})
    row.refresh_from_db()
    assert (row.text, row.taken_up, row.answered_by) == ("Bàn kỹ hơn", None, None)
    # An answer to the words before is none to these.
    office.post(f"/meetings/feedback/{row.pk}/", answer)
    row.refresh_from_db()
    assert row.taken_up is None


def test_nobody_else_gives_or_answers(tree, who, coming):
    visitor(who.user).post(f"/meetings/{coming.pk}/feedback/", SENT)
    row = Feedback.objects.get()
    viewer = visitor(user("viewer", at=tree.an, level="viewer"))
    elsewhere = visitor(user("elsewhere", at=tree.binh, level="editor"))

    for client in (viewer, elsewhere):
        assert client.post(f"/meetings/{coming.pk}/feedback/", SENT).status_code == 404
        assert client.post(f"/meetings/feedback/{row.pk}/", {"taken_up": "yes"}).status_code == 404
    assert viewer.get(coming.get_absolute_url()).context["about"]["feedback"] == [row]
    row.refresh_from_db()
    assert row.taken_up is None


def test_of_another_kind_of_meeting_or_one_that_is_cancelled_nothing_is_asked(tree, who, coming):
    committee = meeting("commune_committee", tree.an, date(2022, 12, 14))
    keep_rosters(Meeting.objects.all())
    client = visitor(who.user)
    assert client.post(f"/meetings/{committee.pk}/feedback/", SENT).status_code == 404

    Meeting.objects.filter(pk=coming.pk).update(status="cancelled")
    assert client.post(f"/meetings/{coming.pk}/feedback/", SENT).status_code == 404
