"""Two entries about one attendance: neither overwrites the other, and whoever heads the group concludes."""

from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.tests.cast import agency, assign, cadre, user
from meetings.actions import BY_LINK, conclude_correction, record_attendance
from meetings.entries import Mark, Refused
from meetings.models import Attendance, Correction, Meeting
from meetings.tests.evening import TONIGHT, evening, meeting, roster

pytestmark = pytest.mark.django_db
LATER = TONIGHT + timedelta(days=30)


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


def say(made, by, status, reason="", on=TONIGHT, **more):
    """Somebody says of Châu whether he came."""
    key = Attendance.objects.get(meeting=made, cadre__code="P2").cadre_id
    return record_attendance(made, by=by, on=on, marks=[Mark(key, status, reason)], **more)


def kept():
    return list(
        Correction.objects.order_by("pk").values_list("cause", "status", "reason", "made_by__username", "outcome")
    )


def head_of(place, name="group-head"):
    login = user(name)
    assign(cadre(name.upper(), user=login), place, role="head")
    return login


def browser_of(login):
    browser = Client()
    browser.force_login(login)
    browser.cookies["django_language"] = "en"
    return browser


def test_the_roll_overwrites_no_entry_of_ones_own():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    say(tonight, cast.signed, "present")

    changed = say(tonight, cast.recorder, "absent", "personal")

    assert changed == []
    assert roster(tonight) == [("P2", True, "present", "", "")]
    assert kept() == [("differs", "absent", "personal", "recorder", "")]


def test_ones_own_entry_overwrites_no_roll():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    say(tonight, cast.recorder, "absent", "personal")

    say(tonight, cast.signed, "present")

    assert roster(tonight) == [("P2", True, "absent", "personal", "")]
    assert kept() == [("differs", "present", "", "chau", "")]


def test_who_agrees_or_adds_what_was_left_open_contradicts_nobody():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    say(tonight, cast.signed, "absent", reason_later=True)

    say(tonight, cast.recorder, "absent", "duty_trip")

    assert roster(tonight) == [("P2", True, "absent", "duty_trip", "")]
    assert kept() == []


def test_everybody_corrects_himself_and_a_recorder_another_recorder():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")

    say(tonight, cast.signed, "present")
    say(tonight, cast.signed, "absent", "personal")
    own = roster(tonight)
    say(tonight, cast.signed, "unrecorded")
    say(tonight, cast.recorder, "present")
    say(tonight, cast.office, "absent", "other")

    assert own == [("P2", True, "absent", "personal", "")]
    assert roster(tonight) == [("P2", True, "absent", "other", "")]
    assert kept() == []


def test_what_nobody_is_known_to_have_said_can_be_corrected():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    Attendance.objects.update(status="absent", reason="other")

    say(tonight, cast.signed, "present")

    assert roster(tonight) == [("P2", True, "present", "", "")]


def test_who_says_it_again_has_one_correction():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    say(tonight, cast.signed, "present")

    say(tonight, cast.recorder, "absent", "personal")
    say(tonight, cast.recorder, "absent", "duty_trip")

    assert kept() == [("differs", "absent", "duty_trip", "recorder", "")]


def test_of_oneself_nobody_writes_after_the_time_without_saying_why():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")

    with pytest.raises(Refused) as caught:
        say(tonight, cast.signed, "present", on=LATER)
    say(tonight, cast.signed, "present", on=LATER, why_late="quên ghi")

    assert caught.value.facts == {
        "why_late": [
            "This was due by 19 May 2022. Say in a few words why it comes late: then it is kept as a correction."
        ]
    }
    assert roster(tonight) == [("P2", True, "unrecorded", "", "")]
    assert kept() == [("late", "present", "", "chau", "")]
    assert Correction.objects.get().why == "quên ghi"


def test_who_takes_the_roll_late_is_marked_and_not_refused():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")

    say(tonight, cast.recorder, "present", on=LATER)

    assert roster(tonight) == [("P2", True, "present", "", "")]
    assert Attendance.history.get(status="present").history_change_reason == "late"


@pytest.mark.parametrize(
    "accepted, recorded, outcome",
    [
        (True, ("P2", True, "absent", "personal", ""), "accepted"),
        (False, ("P2", True, "present", "", ""), "declined"),
    ],
)
def test_the_head_concludes_once(accepted, recorded, outcome):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    say(tonight, cast.signed, "present")
    say(tonight, cast.recorder, "absent", "personal")
    head, correction = head_of(cast.tree.north), Correction.objects.get()

    conclude_correction(correction, accepted=accepted, by=head, on=TONIGHT)
    with pytest.raises(ValidationError, match="meanwhile this is concluded"):
        conclude_correction(correction, accepted=not accepted, by=head, on=TONIGHT)

    assert roster(tonight) == [recorded]
    correction.refresh_from_db()
    assert (correction.outcome, correction.concluded_by) == (outcome, head)
    assert Attendance.history.filter(history_user=head).count() == accepted


def test_what_cannot_have_been_is_not_accepted():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    say(tonight, cast.signed, "present", on=LATER, why_late="quên")
    Meeting.objects.update(status="not_held")

    with pytest.raises(ValidationError, match="did not take place"):
        conclude_correction(Correction.objects.get(), accepted=True, by=cast.office, on=LATER)

    assert kept() == [("late", "present", "", "chau", "")]


def people(cast):
    support = user("support")
    assign(cadre("SUPPORT", user=support), cast.tree.north, role="support")
    return {
        "the cadre": cast.signed,
        "support of the group": support,
        "head of the agency": user("head", of=cast.interior),
        "recorder of the commune": cast.recorder,
        "viewer of the commune": cast.viewer,
        "editor of the district": cast.office,
        "editor elsewhere": cast.elsewhere,
        "superuser": user("root", is_superuser=True),
    }


def may(logins):
    return {name for name, login in logins.items() if Correction.objects.concluded_by(login).exists()}


def test_the_head_of_the_group_concludes_and_without_one_who_decides_there():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    say(tonight, cast.signed, "present")
    say(tonight, cast.recorder, "absent", "personal")
    logins = people(cast)

    without = may(logins)
    with_head = may(logins | {"head of the group": head_of(cast.tree.north)})

    assert without == {"editor of the district", "superuser"}
    assert with_head == {"head of the group"}


def test_nobody_concludes_what_he_said_himself():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    say(tonight, cast.signed, "present")
    say(tonight, cast.office, "absent", "personal")

    assert not Correction.objects.concluded_by(cast.office).exists()


def test_the_page_shows_both_and_concludes_what_it_showed():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    say(tonight, cast.signed, "present")
    say(tonight, cast.recorder, "absent", "personal")
    browser = browser_of(head_of(cast.tree.north))
    key = Correction.objects.get().pk

    page = browser.get(reverse("meetings:corrections"))
    line = page.context["lines"][0]
    stale = browser.post(
        reverse("meetings:correction", args=[key]), {"answer": "accepted", "opened": "status:000000000000"}
    )
    after_stale = kept()
    nonsense = browser.post(reverse("meetings:correction", args=[key]), {"answer": "x", "opened": line.opened})
    done = browser.post(
        reverse("meetings:correction", args=[key]), {"answer": "accepted", "opened": line.opened, "list": "1"}
    )

    assert (line.heading, line.recorded, line.said) == ("Two entries differ", "Present", "Absent (Personal)")
    assert after_stale == [("differs", "absent", "personal", "recorder", "")]
    assert "Nothing was saved" in str(list(get_messages(stale.wsgi_request))[0])
    assert nonsense.status_code == 302
    assert done.headers["Location"] == reverse("meetings:corrections")
    assert kept() == [("differs", "absent", "personal", "recorder", "accepted")]
    assert "No correction waits for you" in browser.get(reverse("meetings:corrections")).content.decode()


@pytest.mark.parametrize("who, status", [("signed", 404), ("recorder", 404), ("viewer", 404), ("elsewhere", 404)])
def test_whoever_is_not_asked_concludes_nothing(who, status):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    say(tonight, cast.signed, "present")
    say(tonight, cast.recorder, "absent", "personal")
    browser = browser_of(getattr(cast, who))

    answer = browser.post(reverse("meetings:correction", args=[Correction.objects.get().pk]), {"answer": "accepted"})

    assert answer.status_code == status
    assert kept()[0][-1] == ""


def test_the_record_page_asks_why_of_oneself_only_and_tells_what_is_kept():
    cast = evening()
    old = meeting("cell", cast.tree.an1, day=date(2022, 4, 1), status="held")
    own, other = browser_of(cast.signed), browser_of(cast.recorder)
    address = reverse("meetings:meeting_record", args=[old.pk])
    sent = {f"status-{cast.chau.pk}": "present", f"was-{cast.chau.pk}": '["unrecorded", "", ""]'}

    asked = ["why_late" in browser.get(address).context["form"].fields for browser in (own, other)]
    silent = own.post(address, sent)
    said = own.post(address, sent | {"why_late": "quên"}, follow=True)

    assert asked == [True, False]
    assert list(silent.context["form"].errors) == ["why_late"]
    assert [str(message) for message in said.context["messages"]][1:] == [
        "1 entry came after the time and is kept as a correction until it is concluded."
    ]
    assert roster(old) == [("P2", True, "unrecorded", "", "")]


def test_the_start_page_of_whoever_concludes_says_so():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    say(tonight, cast.signed, "present")
    say(tonight, cast.recorder, "absent", "personal")
    agency("A-9", "Phòng khác", at=cast.tree.district)

    page = browser_of(head_of(cast.tree.north)).get("/", follow=True)

    tasks = [*page.context.get("tasks", []), *page.context.get("excuses", [])]
    assert "1 correction waits for you" in [task["text"] for task in tasks]


@pytest.mark.parametrize("login", [True, False])
def test_what_was_said_by_a_personal_link_is_ones_own_entry(login):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    by = cast.signed if login else None

    say(tonight, by, "present", via=BY_LINK)
    say(tonight, by, "absent", "personal", via=BY_LINK)
    say(tonight, cast.recorder, "present")

    assert roster(tonight) == [("P2", True, "absent", "personal", "")]
    assert kept() == [("differs", "present", "", "recorder", "")]


def test_a_personal_link_overwrites_no_roll():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    say(tonight, cast.recorder, "absent", "personal")

    say(tonight, None, "present", via=BY_LINK)

    assert roster(tonight) == [("P2", True, "absent", "personal", "")]
    assert kept() == [("differs", "present", "", None, "")]
