"""Recording who came: the rules speak, nothing is lost when two people write, and history says who said what."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from assignments.models import Limit
from meetings.actions import LATE, record_attendance, save_meeting, set_status
from meetings.entries import Mark, Refused
from meetings.models import Attendance, Meeting
from meetings.tests.evening import TONIGHT, evening, meeting, roster

pytestmark = pytest.mark.django_db
UNSAID = ("unrecorded", "", "")


def refused(*args, **kwargs):
    with pytest.raises(Refused) as caught:
        record_attendance(*args, **kwargs)
    return caught.value


def test_marks_are_written_with_who_said_them_and_a_held_meeting_counts():
    cast = evening()
    tonight = meeting("commune_committee", cast.tree.an)

    changed = record_attendance(
        tonight,
        by=cast.recorder,
        on=TONIGHT,
        marks=[
            Mark(cast.binh.pk, "present", was=UNSAID),
            Mark(cast.chau.pk, "absent", "duty_trip", "  ở   tỉnh ", was=UNSAID),
            Mark(cast.dung.pk, "unrecorded", was=UNSAID),
        ],
        facts={"status": "held"},
        were={"status": "planned"},
    )

    assert [row.cadre.code for row in changed] == ["P1", "P2"]
    assert roster(tonight) == [
        ("P1", True, "present", "", ""),
        ("P2", True, "absent", "duty_trip", "ở tỉnh"),
        ("P3", True, "unrecorded", "", ""),
    ]
    assert set(Attendance.objects.values_list("held", flat=True)) == {True}
    said = Attendance.history.order_by("pk").values_list("cadre__code", "status", "history_user__username")
    assert list(said) == [("P1", "present", "recorder"), ("P2", "absent", "recorder")]
    assert Meeting.history.latest("pk").history_user == cast.recorder


def test_the_same_form_sent_twice_changes_nothing_the_second_time():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    sent = {
        "by": cast.recorder,
        "on": TONIGHT,
        "marks": [Mark(cast.chau.pk, "present", was=UNSAID)],
        "guests": [cast.dung.pk],
        "facts": {"status": "held"},
        "were": {"status": "planned"},
    }

    record_attendance(tonight, **sent)
    said = Attendance.history.count(), Meeting.history.count()

    assert record_attendance(tonight, **sent) == []
    assert (Attendance.history.count(), Meeting.history.count()) == said
    assert roster(tonight) == [("P2", True, "present", "", ""), ("P3", False, "present", "", "")]


def test_two_people_at_once_keep_each_others_rows():
    cast = evening()
    tonight = meeting("commune_committee", cast.tree.an, status="held")
    one = [Mark(cast.binh.pk, "present", was=UNSAID), Mark(cast.chau.pk, "unrecorded", was=UNSAID)]
    other = [Mark(cast.binh.pk, "unrecorded", was=UNSAID), Mark(cast.chau.pk, "present", was=UNSAID)]

    record_attendance(tonight, by=cast.recorder, on=TONIGHT, marks=one)
    record_attendance(tonight, by=cast.office, on=TONIGHT, marks=other)

    assert [(code, status) for code, _, status, *_ in roster(tonight)] == [
        ("P1", "present"),
        ("P2", "present"),
        ("P3", "unrecorded"),
    ]


def test_two_people_who_say_different_things_of_one_cadre_are_told_both():
    cast = evening()
    tonight = meeting("commune_committee", cast.tree.an, status="held")
    record_attendance(tonight, by=cast.signed, on=TONIGHT, marks=[Mark(cast.chau.pk, "present", was=UNSAID)])

    told = refused(
        tonight,
        by=cast.recorder,
        on=TONIGHT,
        marks=[
            Mark(cast.chau.pk, "absent", "personal", was=UNSAID),
            Mark(cast.binh.pk, "present", was=UNSAID),
        ],
    )

    assert told.marks == {
        cast.chau.pk: [
            "Meanwhile somebody else recorded “Present”, and you chose “Absent (Personal)”. Save again to keep yours."
        ]
    }
    assert told.now[cast.chau.pk] == ("present", "", "")
    # All of it or nothing: the other row waits, too.
    assert [(code, status) for code, _, status, *_ in roster(tonight)] == [
        ("P1", "unrecorded"),
        ("P2", "present"),
        ("P3", "unrecorded"),
    ]


def test_who_was_told_and_saves_again_has_the_last_word():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    record_attendance(tonight, by=cast.office, on=TONIGHT, marks=[Mark(cast.chau.pk, "present", was=UNSAID)])

    again = Mark(cast.chau.pk, "absent", "personal", was=("present", "", ""))
    record_attendance(tonight, by=cast.recorder, on=TONIGHT, marks=[again])

    assert roster(tonight) == [("P2", True, "absent", "personal", "")]


def test_two_people_who_say_different_things_of_the_meeting_are_told_both():
    cast = evening()
    tonight = meeting("self_governing_group", cast.tree.an1a, status="held")
    shown = {"households_represented": None}
    record_attendance(tonight, by=cast.recorder, on=TONIGHT, facts={"households_represented": 12}, were=shown)

    told = refused(tonight, by=cast.office, on=TONIGHT, facts={"households_represented": 15}, were=shown)

    assert told.facts == {
        "households_represented": [
            "Meanwhile somebody else recorded “12”, and you chose “15”. Save again to keep yours."
        ]
    }


@pytest.mark.parametrize(
    "status, reason, note, sentence",
    [
        ("excused", "personal", "bận", "Only extreme urgency excuses. With any other reason, choose “Absent”."),
        ("excused", "", "", "Say in a few words what was extremely urgent."),
        ("absent", "", "", "Choose the reason of the absence."),
        ("absent", "extreme_urgency", "", "Say in a few words what was extremely urgent."),
    ],
)
def test_only_extreme_urgency_excuses_and_every_absence_has_a_reason(status, reason, note, sentence):
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")

    told = refused(
        tonight, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.chau.pk, status, reason, note, was=UNSAID)]
    )

    assert told.marks == {cast.chau.pk: [sentence]}
    assert roster(tonight) == [("P2", True, "unrecorded", "", "")]


def test_choosing_excused_sets_the_reason_and_asks_whoever_may_excuse():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")

    record_attendance(
        tonight, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.chau.pk, "excused", "", "cháy rừng", was=UNSAID)]
    )

    assert roster(tonight) == [("P2", True, "absent", "extreme_urgency", "cháy rừng")]


def test_who_was_absent_and_came_after_all_keeps_no_reason():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")
    record_attendance(tonight, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.chau.pk, "absent", "personal")])

    record_attendance(
        tonight,
        by=cast.recorder,
        on=TONIGHT,
        marks=[Mark(cast.chau.pk, "present", "personal", was=("absent", "personal", ""))],
    )

    assert roster(tonight) == [("P2", True, "present", "", "")]


def test_a_meeting_to_come_cannot_have_been_held_nor_attended_but_an_absence_can_be_announced():
    cast = evening()
    coming = meeting("cell", cast.tree.an1, day=date(2022, 5, 10))

    told = refused(
        coming,
        by=cast.recorder,
        on=TONIGHT,
        marks=[Mark(cast.chau.pk, "present", was=UNSAID)],
        facts={"status": "held"},
    )
    record_attendance(coming, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.chau.pk, "absent", "duty_trip")])

    assert told.facts == {"status": ["This meeting lies in the future. It can be cancelled or moved to another day."]}
    assert told.marks == {cast.chau.pk: ["The meeting lies in the future: nobody can have come yet."]}
    assert roster(coming) == [("P2", True, "absent", "duty_trip", "")]


def test_more_households_than_the_group_has_are_refused():
    cast = evening()
    tonight = meeting("self_governing_group", cast.tree.an1a, status="held")

    told = refused(
        tonight, by=cast.recorder, on=TONIGHT, facts={"households_total": 20, "households_represented": 21}
    )

    assert told.facts == {"households_represented": ["More households are represented than the group has."]}


def test_nobody_comes_to_a_meeting_that_did_not_take_place():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)

    told = refused(
        tonight,
        by=cast.recorder,
        on=TONIGHT,
        marks=[Mark(cast.chau.pk, "present", was=UNSAID)],
        facts={"status": "not_held"},
    )

    assert told.marks == {cast.chau.pk: ["Nobody can have come to a meeting that did not take place."]}


def test_a_guest_is_added_once_and_removed_when_he_did_not_come():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")

    record_attendance(tonight, by=cast.recorder, on=TONIGHT, guests=[cast.dung.pk, cast.chau.pk])
    with_guest = roster(tonight)
    record_attendance(tonight, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.dung.pk, "unrecorded")])

    assert with_guest == [("P2", True, "unrecorded", "", ""), ("P3", False, "present", "", "")]
    assert roster(tonight) == [("P2", True, "unrecorded", "", "")]
    removed = Attendance.history.filter(cadre=cast.dung, history_type="-").get()
    assert removed.history_user == cast.recorder


def test_somebody_who_left_the_roster_meanwhile_is_told_of_and_not_invented():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1, status="held")

    told = refused(tonight, by=cast.recorder, on=TONIGHT, marks=[Mark(cast.giang.pk, "present", was=UNSAID)])

    assert told.marks == {cast.giang.pk: ["This cadre is no longer on the roster; nothing was recorded."]}


@pytest.mark.parametrize("on, reason", [(date(2022, 5, 14), ""), (date(2022, 5, 15), LATE)])
def test_an_entry_is_late_after_the_days_that_the_office_allows(on, reason):
    cast = evening()
    Limit.objects.create(name="late_entry_days", value=5, first_day=date(2022, 1, 1))
    tonight = meeting("cell", cast.tree.an1)

    record_attendance(
        tonight, by=cast.recorder, on=on, marks=[Mark(cast.chau.pk, "present")], facts={"status": "held"}
    )

    assert Attendance.history.get(status="present").history_change_reason == reason
    assert Meeting.history.latest("pk").history_change_reason == reason


def test_cancelling_empties_the_roster_and_taking_it_back_fills_it_again():
    cast = evening()
    coming = meeting("cell", cast.tree.an1, day=date(2022, 6, 9))

    set_status(coming, "cancelled", was="planned", by=cast.recorder, on=TONIGHT)
    cancelled = roster(coming)
    set_status(coming, "planned", was="cancelled", by=cast.recorder, on=TONIGHT)

    assert (cancelled, roster(coming)) == ([], [("P2", True, "unrecorded", "", "")])


def test_a_held_meeting_cannot_be_moved_into_the_future():
    cast = evening()
    held = meeting("cell", cast.tree.an1, status="held")
    held.starts_at, held.ends_at = held.starts_at.replace(day=10), held.ends_at.replace(day=10)

    with pytest.raises(ValidationError) as caught:
        save_meeting(held, by=cast.recorder, on=TONIGHT)

    assert caught.value.message_dict == {
        "starts_at": ["What was recorded says that the meeting is over. It cannot lie after 9 May 2022."]
    }
