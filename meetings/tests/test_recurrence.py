"""The date of a regular meeting in a month."""

from datetime import timedelta

import pytest
from dateutil.rrule import MONTHLY, rrule
from hypothesis import given
from hypothesis import strategies as st

from cadrenet.periods import Month
from meetings.recurrence import LAST, Rule

months = st.builds(Month, st.integers(1930, 2100), st.integers(1, 12))


def dates(rule, *numbers, year=2027):
    return [rule.date_in(Month(year, number)).day for number in numbers]


def test_a_day_of_the_month_is_that_day_and_where_a_month_lacks_it_the_last():
    assert dates(Rule(day_of_month=5), 1, 2, 12) == [5, 5, 5]
    assert dates(Rule(day_of_month=31), 1, 2, 3, 4) == [31, 28, 31, 30]
    assert dates(Rule(day_of_month=30), 1, 2, 4) == [30, 28, 30]
    assert dates(Rule(day_of_month=29), 2) == [28]
    assert dates(Rule(day_of_month=31), 2, year=2028) == [29]


def test_a_weekday_is_counted_from_the_first_and_the_last_is_the_fourth_or_the_fifth():
    # January 2027 begins on a Friday and has five Sundays, February has four of each.
    assert [dates(Rule(week=week, weekday=6), 1) for week in (1, 2, 3, 4, LAST)] == [[3], [10], [17], [24], [31]]
    assert dates(Rule(week=1, weekday=4), 1, 2, 3) == [1, 5, 5]
    assert dates(Rule(week=LAST, weekday=6), 2) == [28]
    assert dates(Rule(week=4, weekday=6), 2) == [28]


def test_a_rule_says_something():
    with pytest.raises(ValueError, match="names a day"):
        Rule().date_in(Month(2027, 1))


@given(months, st.integers(1, 31))
def test_a_day_of_the_month_is_what_a_library_of_rules_says(month, day):
    found = rrule(MONTHLY, dtstart=month.first_day, count=1, bymonthday=range(min(day, 28), day + 1), bysetpos=-1)
    assert Rule(day_of_month=day).date_in(month) == found[0].date()


@given(months, st.sampled_from([1, 2, 3, 4, LAST]), st.integers(0, 6))
def test_a_weekday_of_the_month_is_what_a_library_of_rules_says(month, week, weekday):
    position = -1 if week == LAST else week
    found = rrule(MONTHLY, dtstart=month.first_day, count=1, byweekday=weekday, bysetpos=position)

    day = Rule(week=week, weekday=weekday).date_in(month)

    assert day == found[0].date()
    assert (day.weekday(), Month.of(day)) == (weekday, month)
    assert week != LAST or Month.of(day + timedelta(days=7)) == month.next
