"""Days off: proposed by a library, confirmed by the office, and where an occurrence goes whose day is off."""

from datetime import date

import pytest

from assignments.tests.cast import at, user
from meetings.models import Holiday
from meetings.planning.actions import confirm_days_off, propose_days_off
from meetings.planning.days_off import DaysOff, proposed


def tet():
    return DaysOff(proposed(2027))


def day_off(day, name="Nghỉ", kind="off", **more):
    return Holiday.objects.create(day=day, name=name, kind=kind, **more)


def test_the_lunar_new_year_is_vietnams_and_commemorations_are_none():
    names = {row.day: row.name for row in proposed(2030) if "Tết Nguyên" in row.name}

    assert names[date(2030, 2, 2)] == "Tết Nguyên Đán"  # the Chinese one is a day later
    assert [row.name for row in proposed(2027) if row.day.month == 11] == ["Ngày Văn hóa Việt Nam"]
    assert date(2027, 2, 3) not in {row.day for row in proposed(2027)}  # the founding of the Party: people work


def test_a_swap_that_the_library_knows_makes_a_saturday_a_working_day():
    swapped = {row.day: row.kind for row in proposed(2026)}

    assert (swapped[date(2026, 8, 31)], swapped[date(2026, 8, 22)]) == ("off", "working")


def test_a_day_off_goes_to_the_next_day_that_is_not():
    found = tet()

    assert found.next_day(date(2027, 2, 5)) == date(2027, 2, 11)
    assert found.next_day(date(2027, 2, 3)) == date(2027, 2, 3)


def test_days_off_together_are_told_with_the_weekend_between_them():
    found = tet()

    new_year, liberation = found.around(date(2027, 2, 5)), found.around(date(2027, 4, 30))

    assert (new_year.name, new_year.first_day, new_year.last_day) == (
        "Tết Nguyên Đán",
        date(2027, 2, 4),
        date(2027, 2, 10),
    )
    # Friday and Saturday are off, and the Monday for the Saturday: nobody meets on the Sunday between.
    assert (liberation.first_day, liberation.last_day) == (date(2027, 4, 30), date(2027, 5, 3))
    assert found.next_day(date(2027, 5, 2)) == date(2027, 5, 4)
    assert found.around(date(2027, 5, 4)) is None


def test_a_plain_weekend_is_no_day_off_and_one_that_is_worked_is_none_between_two():
    found = DaysOff(
        [
            Holiday(day=date(2027, 4, 30), name="A", kind="off"),
            Holiday(day=date(2027, 5, 1), name="Làm bù", kind="working"),
            Holiday(day=date(2027, 5, 3), name="B", kind="off"),
        ]
    )

    assert not found.covers(date(2027, 6, 6))
    assert found.next_day(date(2027, 4, 30)) == date(2027, 5, 1)


@pytest.mark.django_db
def test_what_the_office_says_of_a_year_stands_in_place_of_what_the_library_says():
    day_off(date(2027, 2, 8), "Tết Nguyên Đán")

    found = DaysOff.between(date(2026, 12, 1), date(2027, 12, 31))

    assert [found.covers(date(2027, 2, day)) for day in (5, 8)] == [False, True]
    assert found.covers(date(2026, 12, 31)) is False
    assert found.unconfirmed == [2026, 2027]


@pytest.mark.django_db
def test_a_year_is_confirmed_when_each_of_its_days_is():
    office = user("office")
    first, second = day_off(date(2027, 1, 1)), day_off(date(2027, 2, 8))
    at_nine = at(date(2026, 11, 30), 9)

    one = confirm_days_off([first], by=office, at=at_nine)
    still = DaysOff.between(date(2027, 1, 1), date(2027, 12, 31)).unconfirmed
    again = confirm_days_off(Holiday.objects.all(), by=office, at=at_nine)

    assert (one, again) == (1, 1)
    assert still == [2027]
    assert DaysOff.between(date(2027, 1, 1), date(2027, 12, 31)).unconfirmed == []
    second.refresh_from_db()
    assert (second.confirmed_by, second.confirmed_at) == (office, at_nine)


@pytest.mark.django_db
def test_days_off_are_proposed_once_and_what_the_office_took_away_stays_away():
    added = propose_days_off([2027])
    Holiday.objects.get(day=date(2027, 11, 24)).delete()

    assert added == 15
    assert propose_days_off([2027]) == 0
    assert not Holiday.objects.filter(day=date(2027, 11, 24)).exists()
    assert Holiday.history.filter(history_type="+").count() == 15
