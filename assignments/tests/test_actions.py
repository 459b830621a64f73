"""An assignment begins and ends: who is expected follows, and nothing happens twice."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from assignments.actions import begin_assignment, end_assignment
from assignments.models import Assignment
from assignments.tests.cast import assign, at, cadre, small_tree
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters, wrong_rosters

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY = date(2022, 3, 9), date(2022, 4, 9), date(2022, 5, 9)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def cells(tree):
    for day in (MARCH, APRIL, MAY):
        Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(day), status="held")
    keep_rosters(Meeting.objects.all())


def expected():
    return sorted(Attendance.objects.filter(expected=True).values_list("cadre__code", "day"))


def test_who_begins_is_expected_from_the_first_day_on():
    tree = small_tree()
    cells(tree)

    begin_assignment(Assignment(cadre=cadre("P"), locality=tree.an1, first_day=APRIL))

    assert expected() == [("P", APRIL), ("P", MAY)]


def test_the_second_of_two_that_came_at_once_is_told():
    tree = small_tree()
    who = cadre("P")
    first, second = (Assignment(cadre=who, locality=tree.an1, first_day=MARCH) for _time in range(2))
    begin_assignment(first)

    with pytest.raises(ValidationError) as error:
        begin_assignment(second)

    assert error.value.messages == ["This cadre already holds this role at this locality on some of these days."]
    assert Assignment.objects.count() == 1


def test_a_group_gets_no_second_head_at_once():
    tree = small_tree()
    one, other = (
        Assignment(cadre=cadre(code), locality=tree.north, role="head", first_day=MARCH) for code in ("P", "Q")
    )
    begin_assignment(one)

    with pytest.raises(ValidationError) as error:
        begin_assignment(other)

    assert error.value.messages == ["This regional group already has a head on some of these days."]


def test_who_ends_is_expected_up_to_the_last_day():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1)
    cells(tree)

    ended = end_assignment(row, last_day=APRIL, reason="retired")

    assert (ended.last_day, ended.end_reason) == (APRIL, "retired")
    assert expected() == [("P", MARCH), ("P", APRIL)]
    assert wrong_rosters() == set()


def test_what_was_recorded_after_the_last_day_stays_as_a_guests():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1)
    cells(tree)
    Attendance.objects.filter(day=MAY).update(status="present")

    end_assignment(row, last_day=APRIL, reason="retired")

    assert list(Attendance.objects.filter(day=MAY).values_list("status", "expected")) == [("present", False)]


def test_an_end_can_be_put_off():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1, last_day=MARCH)
    cells(tree)

    end_assignment(row, last_day=APRIL, reason="term_ended")

    assert expected() == [("P", MARCH), ("P", APRIL)]
    assert wrong_rosters() == set()


def test_to_end_twice_changes_nothing_the_second_time():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1)
    end_assignment(row, last_day=APRIL, reason="retired")

    end_assignment(row, last_day=APRIL, reason="retired")

    assert Assignment.history.filter(id=row.pk).count() == 2


def test_an_assignment_cannot_end_before_it_began():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1, first_day=APRIL)

    with pytest.raises(ValidationError) as error:
        end_assignment(row, last_day=MARCH, reason="retired")

    assert "The last day lies before the first day." in error.value.messages
    row.refresh_from_db()
    assert row.last_day is None
