"""Patterns of regular meetings, and what is planned from them."""

from datetime import date, datetime, time

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import F

from assignments.actions import localities_changed
from assignments.models import LocalityVersion
from assignments.places import misplaced
from assignments.tests.cast import OFFICE, assign, at, cadre
from meetings.actions import save_meeting, set_status
from meetings.models import Attendance, Holiday, Meeting, Pattern
from meetings.planning import actions
from meetings.planning.actions import Planned, Refused, begin_patterns, change_pattern, plan_meetings
from meetings.rosters import wrong_rosters
from meetings.tests.evening import evening, meeting, roster

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 8)


@pytest.fixture(autouse=True)
def _december():
    with time_machine.travel(datetime(2026, 12, 8, 9, tzinfo=OFFICE), tick=False):
        yield


def pattern(at, kind="cell", day=5, starts=time(19), minutes=90, **more):
    rule = {} if "week" in more else {"day_of_month": day}
    return Pattern(locality=at, kind=kind, starts=starts, minutes=minutes, **rule, **more)


def begun(at, **more):
    """A pattern that holds, with its meetings planned."""
    made = pattern(at, **more)
    made.full_clean()
    made.save()
    plan_meetings([at.pk], on=TODAY)
    return made


def days(of=None):
    """The days of the meetings of a pattern, or of all patterns, as people write them."""
    found = Meeting.objects.filter(pattern__isnull=False) if of is None else of.meetings.all()
    return [f"{row.day:%d/%m}" for row in found.order_by("starts_at")]


def occurrence(of, month):
    return of.meetings.get(planned_for__month=month)


# --- One pattern --------------------------------------------------------------------------------------------------


def test_a_pattern_plans_twelve_months_with_time_length_venue_and_roster():
    cast = evening()
    made = begun(cast.tree.an1, venue="Nhà văn hóa khu phố 1")

    assert days(made) == "05/01 11/02 05/03 05/04 05/05 05/06 05/07 05/08 05/09 05/10 05/11 05/12".split()
    first = occurrence(made, 1)
    assert (first.kind, first.locality, first.status) == ("cell", cast.tree.an1, "planned")
    assert (first.starts_at, first.ends_at) == (at(date(2027, 1, 5), 19), at(date(2027, 1, 5), 20, 30))
    assert (first.venue, first.place.name, first.area.code) == ("Nhà văn hóa khu phố 1", "Khu phố 1", "D")
    assert roster(first) == [("P2", True, "unrecorded", "", "")]
    assert (wrong_rosters(), misplaced()) == (set(), [])


def test_planned_again_nothing_is_new():
    begun(evening().tree.an1)
    before = list(Meeting.objects.order_by("pk").values())

    again = plan_meetings(on=TODAY)

    assert again == Planned()
    assert list(Meeting.objects.order_by("pk").values()) == before


def test_a_month_later_one_more_is_planned():
    made = begun(evening().tree.an1)

    later = plan_meetings(on=date(2027, 1, 8))

    assert later.new == 1
    assert days(made)[-1] == "05/01"


def test_an_occurrence_on_a_day_off_is_held_on_the_next_day_that_is_not_and_keeps_its_date():
    made = begun(evening().tree.an1)
    moved = made.meetings.get(planned_for=date(2027, 2, 5))

    assert (moved.day, moved.moved_from) == (date(2027, 2, 11), date(2027, 2, 5))
    assert occurrence(made, 3).moved_from is None


def test_a_day_off_that_is_announced_late_moves_what_nobody_has_touched():
    made = begun(evening().tree.an1)
    Holiday.objects.create(day=date(2027, 3, 5), name="Hoán đổi")

    found = plan_meetings(on=TODAY)

    # The year has rows of the office now: its new year, of which it says nothing, is a day like others.
    assert found == Planned(changed=2)
    assert days(made)[1:3] == ["05/02", "06/03"]
    assert wrong_rosters() == set()
    assert not Attendance.objects.exclude(day=F("meeting__day")).exists()


def test_nothing_is_planned_before_today_nor_outside_of_the_pattern():
    tree = evening().tree
    today = begun(tree.an1, day=8)
    past = begun(tree.an2, day=7)
    short = begun(tree.binh1, first_day=date(2027, 2, 1), last_day=date(2027, 4, 4))

    assert days(today)[0] == "08/12"
    assert days(past)[0] == "07/01"
    assert days(short) == ["11/02", "05/03"]


def test_the_last_day_of_december_that_is_moved_into_january_is_still_planned_on_its_eve():
    Holiday.objects.create(day=date(2026, 12, 31), name="Nghỉ")
    made = begun(evening().tree.an1, day=31)

    # 1 January is off too, and 2027 has no row of the office yet.
    assert days(made)[:2] == ["02/01", "31/01"]
    with time_machine.travel(datetime(2027, 1, 1, 9, tzinfo=OFFICE), tick=False):
        assert plan_meetings(on=date(2027, 1, 1)).new == 1
    assert days(made)[:2] == ["02/01", "31/01"]


def test_one_whose_date_lay_in_the_month_before_is_planned_as_long_as_its_day_is_to_come():
    Holiday.objects.create(day=date(2026, 12, 31), name="Nghỉ")
    made = pattern(evening().tree.an1, day=31)
    made.save()

    plan_meetings(on=date(2027, 1, 1))

    assert days(made)[:2] == ["02/01", "31/01"]


def test_the_history_says_that_a_pattern_planned_it():
    made = begun(evening().tree.an1)
    records = Meeting.history.filter(id=occurrence(made, 1).pk)

    assert list(records.values_list("history_type", "history_change_reason", "pattern", "planned_for")) == [
        ("+", "pattern", made.pk, date(2027, 1, 5))
    ]


# --- What people have done stays ----------------------------------------------------------------------------------


def test_what_was_moved_or_cancelled_or_recorded_stays_and_does_not_come_back():
    cast = evening()
    made = begun(cast.tree.an1)
    moved, cancelled, told = (occurrence(made, month) for month in (1, 3, 4))
    moved.starts_at, moved.ends_at = at(date(2027, 1, 20), 14), None
    save_meeting(moved, by=cast.office, on=TODAY, why="Bí thư đi công tác")
    set_status(cancelled, "cancelled", was="planned", by=cast.office, on=TODAY, why="Hội trường bận")
    Attendance.objects.filter(meeting=told).update(status="absent", reason="duty_trip")

    again = plan_meetings(on=TODAY)
    made.day_of_month = 12
    changed = change_pattern(made, by=cast.office, on=TODAY)

    assert again == Planned(kept=3)
    # December's fifth is over, and its twelfth is not.
    assert changed == Planned(new=1, changed=9, kept=3)
    assert days(made) == "12/12 20/01 12/02 05/03 05/04 12/05 12/06 12/07 12/08 12/09 12/10 12/11 12/12".split()
    assert [occurrence(made, month).status for month in (1, 3, 4)] == ["planned", "cancelled", "planned"]
    assert occurrence(made, 1).moved_from == date(2027, 1, 5)


def test_one_moved_out_of_its_month_is_that_months_all_the_same():
    cast = evening()
    made = begun(cast.tree.an1, day=31)
    january = occurrence(made, 1)
    january.starts_at, january.ends_at = at(date(2027, 2, 2)), None
    save_meeting(january, by=cast.office, on=TODAY, why="Hội trường bận")
    early = occurrence(made, 3)
    early.starts_at, early.ends_at = at(date(2026, 12, 9)), None
    save_meeting(early, by=cast.office, on=TODAY, why="Hội trường bận")

    assert plan_meetings(on=date(2027, 2, 1)) == Planned(new=2, kept=1)
    assert days(made)[:4] == ["09/12", "31/12", "02/02", "28/02"]


def test_a_month_in_which_somebody_has_entered_the_meeting_gets_no_second():
    cast = evening()
    typed = meeting("cell", cast.tree.an1, day=date(2027, 1, 20))
    other = meeting("residence", cast.tree.an1, day=date(2027, 2, 20))
    made = begun(cast.tree.an1)

    assert days(made)[0] == "11/02"
    assert Meeting.objects.get(pk=typed.pk).pattern is None
    assert Meeting.objects.get(pk=other.pk).pattern is None


def test_one_that_has_become_another_kind_of_meeting_stands_for_the_regular_one_all_the_same():
    cast = evening()
    made = begun(cast.tree.an1)
    first = occurrence(made, 1)
    first.kind = "residence"
    save_meeting(first, by=cast.office, on=TODAY)

    assert plan_meetings(on=TODAY) == Planned(kept=1)
    made.day_of_month = 7
    assert change_pattern(made, by=cast.office, on=TODAY) == Planned(changed=11, kept=1)
    assert days(made)[:2] == ["05/01", "11/02"]


def test_an_extra_meeting_entered_afterwards_leaves_the_regular_one_alone():
    cast = evening()
    made = begun(cast.tree.an1)
    meeting("cell", cast.tree.an1, day=date(2027, 1, 20))

    assert plan_meetings(on=TODAY) == Planned()
    assert days(made)[0] == "05/01"


def test_meetings_of_today_stay_when_the_pattern_changes():
    cast = evening()
    made = begun(cast.tree.an1, day=8)
    made.day_of_month = 20

    change_pattern(made, by=cast.office, on=TODAY)

    assert days(made)[:2] == ["08/12", "20/01"]


# --- Changed, ended, followed -------------------------------------------------------------------------------------


def test_a_changed_pattern_keeps_the_meetings_it_has_and_their_codes():
    cast = evening()
    made = begun(cast.tree.an1)
    codes = list(made.meetings.order_by("day").values_list("code", flat=True))
    made.starts, made.minutes, made.venue = time(14), None, "Trụ sở"

    found = change_pattern(made, by=cast.office, on=TODAY)

    assert found == Planned(changed=12)
    assert list(made.meetings.order_by("day").values_list("code", flat=True)) == codes
    first = occurrence(made, 1)
    assert (first.starts_at, first.ends_at, first.venue) == (at(date(2027, 1, 5), 14), None, "Trụ sở")
    assert first.by_hand is False


def test_an_ended_pattern_leaves_none_of_its_untouched_meetings():
    cast = evening()
    made = begun(cast.tree.an1)
    cancelled = occurrence(made, 6)
    set_status(cancelled, "cancelled", was="planned", by=cast.office, on=TODAY, why="Hội trường bận")
    made.last_day = date(2027, 3, 31)

    found = change_pattern(made, by=cast.office, on=TODAY)

    assert found == Planned(gone=8)
    assert days(made) == ["05/01", "11/02", "05/03", "05/06"]
    assert Meeting.history.filter(history_type="-", history_change_reason="pattern").count() == 8


def test_a_new_pattern_ends_the_one_before_it_and_takes_its_meetings_over():
    cast = evening()
    old = begun(cast.tree.an1)
    moved = occurrence(old, 4)
    moved.starts_at, moved.ends_at = at(date(2027, 4, 8)), None
    save_meeting(moved, by=cast.office, on=TODAY, why="Hội trường bận")

    new, *_rest = begin_patterns([pattern(cast.tree.an1, day=20, first_day=date(2027, 3, 1))], by=cast.office)
    plan_meetings([cast.tree.an1.pk], on=TODAY)

    old.refresh_from_db()
    assert old.last_day == date(2027, 2, 28)
    assert days(old) == ["05/01", "11/02", "08/04"]
    # April has its meeting, by hand.
    assert days(new) == "20/03 20/05 20/06 20/07 20/08 20/09 20/10 20/11 20/12".split()
    assert Meeting.history.filter(history_type="-").count() == 0


def test_a_pattern_that_says_what_holds_already_begins_nothing():
    cast = evening()
    made = begun(cast.tree.an1)

    found = begin_patterns([pattern(cast.tree.an1, first_day=date(2027, 3, 1))], by=cast.office)

    assert found == []
    assert list(Pattern.objects.all()) == [made]


def test_patterns_of_many_localities_begin_together_or_not_at_all():
    cast = evening()
    begun(cast.tree.an1, first_day=date(2027, 6, 1), day=9)

    with pytest.raises(Refused) as refused:
        begin_patterns([pattern(place) for place in (cast.tree.an1, cast.tree.an2)], by=cast.office)

    assert refused.value.faults == {
        cast.tree.an1.pk: ["Another pattern for this kind of meeting holds here on some of these days."]
    }
    assert Pattern.objects.count() == 1


# --- The tree -----------------------------------------------------------------------------------------------------


def end(locality, last_day):
    LocalityVersion.objects.filter(locality=locality).update(last_day=last_day)
    localities_changed()


def test_nothing_is_planned_after_a_locality_has_ended():
    tree = evening().tree
    end(tree.binh1, date(2027, 2, 28))

    assert days(begun(tree.binh1)) == ["05/01", "11/02"]


def test_a_locality_that_ends_later_leaves_no_occurrence_behind():
    cast = evening()
    made = begun(cast.tree.an2)
    moved = occurrence(made, 6)
    moved.starts_at, moved.ends_at = at(date(2027, 6, 9)), None
    save_meeting(moved, by=cast.office, on=TODAY, why="Hội trường bận")

    end(cast.tree.an2, date(2027, 2, 28))

    assert list(made.meetings.order_by("day").values_list("day", "status")) == [
        (date(2027, 1, 5), "planned"),
        (date(2027, 2, 11), "planned"),
        (date(2027, 6, 9), "cancelled"),
    ]
    assert not Meeting.objects.beyond_the_end().exists()
    assert wrong_rosters() == set()
    # It was a mistake: the locality goes on, and so do its meetings.
    end(cast.tree.an2, None)
    assert len(days(made)) == 12


def test_a_locality_that_moves_takes_its_occurrences_along():
    cast = evening()
    made = begun(cast.tree.an1)
    person = cadre("P9", agency=cast.culture)
    LocalityVersion.objects.filter(locality=cast.tree.an1).update(parent=cast.tree.binh)
    localities_changed()
    assign(person, cast.tree.binh)

    assert len(days(made)) == 12
    assert {row.place.commune for row in made.meetings.select_related("place__commune")} == {cast.tree.binh}
    assert (wrong_rosters(), misplaced()) == (set(), [])


# --- Rules of the row ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more, sentence",
    [
        ({"day": None}, "Say either the day of the month, or which weekday of the month."),
        (
            {"day_of_month": 5, "week": 1, "weekday": "wednesday"},
            "Say either the day of the month, or which weekday of the month.",
        ),
        ({"week": 1}, "Say either the day of the month, or which weekday of the month."),
        ({"kind": "commune_committee"}, "This kind of meeting belongs to another tier of locality."),
        ({"kind": "agency"}, "Value 'agency' is not a valid choice."),
        ({"day": 32}, "Ensure this value is less than or equal to 31."),
        ({"first_day": date(2027, 2, 1), "last_day": date(2027, 1, 1)}, "The last day lies before the first day."),
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused(more, sentence):
    with pytest.raises(ValidationError) as refused:
        pattern(evening().tree.an1, **more).full_clean()

    assert sentence in refused.value.messages


@pytest.mark.parametrize("name, value", [("kind", "residence"), ("locality", "AN-2")])
def test_of_which_place_and_kind_a_pattern_is_stays(name, value):
    tree = evening().tree
    made = begun(tree.an1)
    setattr(made, name, tree.an2 if name == "locality" else value)

    with pytest.raises(ValidationError) as refused:
        made.full_clean()

    assert refused.value.messages == ["Of which place and kind a pattern is stays: end it, and begin another."]


def test_two_patterns_of_a_kind_share_no_day_and_of_two_kinds_they_may():
    tree = evening().tree
    begun(tree.an1, last_day=date(2027, 6, 30))

    with pytest.raises(ValidationError):
        pattern(tree.an1, day=9, first_day=date(2027, 6, 30)).full_clean()
    pattern(tree.an1, day=9, first_day=date(2027, 7, 1)).full_clean()
    pattern(tree.an1, kind="residence").full_clean()


def test_the_database_holds_one_occurrence_for_a_date():
    made = begun(evening().tree.an1)
    twin = occurrence(made, 1)
    twin.pk, twin.code = None, "twin"

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


@pytest.mark.parametrize(
    "more, words",
    [
        ({"day": 5}, "day 5 of the month, 19:00"),
        ({"week": 2, "weekday": "sunday"}, "second Sunday of the month, 19:00"),
        ({"week": 5, "weekday": "monday"}, "last Monday of the month, 19:00"),
    ],
)
def test_a_rule_is_told_in_words(more, words):
    assert pattern(evening().tree.an1, **more).in_words == words


# --- The command --------------------------------------------------------------------------------------------------


def test_the_command_plans_everywhere_proposes_days_off_and_says_how_many(capsys):
    tree = evening().tree
    pattern(tree.an1).save()
    pattern(tree.an2, day=6).save()

    call_command("plan_meetings", months=2, verbosity=0)
    call_command("plan_meetings", months=2, verbosity=0)

    assert capsys.readouterr().out.splitlines() == [
        "4 new, 0 changed, 0 removed, 0 left as they are by hand.",
        "0 new, 0 changed, 0 removed, 0 left as they are by hand.",
    ]
    assert set(Holiday.objects.values_list("day__year", flat=True)) == {2026, 2027}


def test_what_is_planned_is_read_once_its_localities_are_held(monkeypatch):
    """Or of two who plan at once, the second would carry out what it had read before the first was done."""
    cast = evening()
    Pattern.objects.create(locality=cast.tree.an1, kind="cell", day_of_month=5, starts=time(19))
    done, read = [], actions.plan_of
    monkeypatch.setattr(actions, "lock", lambda *rows: done.append(("held", [row.pk for row in rows])))
    monkeypatch.setattr(actions, "plan_of", lambda *args, **more: done.append(("read", [])) or read(*args, **more))

    plan_meetings(on=TODAY)

    assert done == [("held", [cast.tree.an1.pk]), ("read", [])]


def test_a_plan_that_somebody_else_has_carried_out_meanwhile_adds_nothing():
    cast = evening()
    Pattern.objects.create(locality=cast.tree.an1, kind="cell", day_of_month=5, starts=time(19))
    one, other = (actions.plan_of(Pattern.objects.all(), today=TODAY, months=12) for _number in range(2))

    first, second = (actions._carry_out(plan, None) for plan in (one, other))

    assert (first.new, second.new, Meeting.objects.count()) == (12, 0, 12)
    assert Meeting.history.count() == 12
