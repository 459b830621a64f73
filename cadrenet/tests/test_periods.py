from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cadrenet.periods import (
    Month,
    MonthConverter,
    Quarter,
    QuarterConverter,
    QuarterField,
    months_between,
    starts_before,
    today,
)


@time_machine.travel(datetime(2022, 12, 9, 17, 30, tzinfo=UTC), tick=False)
def test_today_is_the_day_in_the_office_and_not_in_greenwich():
    assert today() == date(2022, 12, 10)


def test_quarter_knows_its_days():
    quarter = Quarter.parse("2022-Q4")

    assert quarter == Quarter(2022, 4)
    assert str(quarter) == "2022-Q4"
    assert quarter.first_day == date(2022, 10, 1)
    assert quarter.last_day == date(2022, 12, 31)
    assert quarter.days == (date(2022, 10, 1), date(2022, 12, 31))
    assert quarter.months == [
        (date(2022, 10, 1), date(2022, 10, 31)),
        (date(2022, 11, 1), date(2022, 11, 30)),
        (date(2022, 12, 1), date(2022, 12, 31)),
    ]


def test_quarter_knows_its_neighbours_across_the_year():
    assert Quarter(2022, 4).next == Quarter(2023, 1)
    assert Quarter(2022, 1).previous == Quarter(2021, 4)
    assert Quarter(2022, 2).previous == Quarter(2022, 1)


@pytest.mark.parametrize(
    "day,quarter",
    [
        (date(2022, 1, 1), "2022-Q1"),
        (date(2022, 3, 31), "2022-Q1"),
        (date(2022, 4, 1), "2022-Q2"),
        (date(2022, 9, 30), "2022-Q3"),
        (date(2022, 12, 31), "2022-Q4"),
    ],
)
def test_quarter_of_a_day(day, quarter):
    assert str(Quarter.of(day)) == quarter


def test_quarters_sort_by_time():
    assert sorted([Quarter(2023, 1), Quarter(2022, 4), Quarter(2022, 3)]) == [
        Quarter(2022, 3),
        Quarter(2022, 4),
        Quarter(2023, 1),
    ]


NOT_QUARTERS = [
    "",
    "2022",
    "2022-Q5",
    "2022-Q0",
    "2022-4",
    "2022-q4",
    "2022-Q4 ",
    "2022-Q4\n",
    "٢٠٢٢-Q4",
    "0000-Q1",
    "9999-Q4",
]


@pytest.mark.parametrize("text", NOT_QUARTERS)
def test_what_is_not_a_quarter_is_refused(text):
    with pytest.raises(ValueError, match="2022-Q4"):
        Quarter.parse(text)


def test_the_refusal_says_what_to_write():
    with translation.override("en"), pytest.raises(ValueError) as refusal:  # noqa: PT011
        Quarter.parse("Q4/2022")

    assert str(refusal.value) == "“Q4/2022” is not a quarter. Write it like 2022-Q4."


@pytest.mark.parametrize(
    "language,label", [("vi", "Quý IV/2022"), ("en", "Q4 2022"), ("es", "4.º trimestre de 2022")]
)
def test_quarter_label_follows_the_language(language, label):
    with translation.override(language):
        assert Quarter(2022, 4).label == label


@pytest.mark.parametrize(
    "language,label", [("vi", "tháng 11/2022"), ("en", "November 2022"), ("es", "noviembre de 2022")]
)
def test_month_label_follows_the_language(language, label):
    with translation.override(language):
        assert Month(2022, 11).label == label


def test_month_knows_its_days_and_neighbours():
    month = Month.parse("2024-02")

    assert str(month) == "2024-02"
    assert month.days == (date(2024, 2, 1), date(2024, 2, 29))
    assert month.previous == Month(2024, 1)
    assert Month(2022, 12).next == Month(2023, 1)
    assert Month.of(date(2022, 12, 9)) == Month(2022, 12)


def test_month_weeks_begin_on_monday_and_are_whole():
    weeks = Month(2022, 12).weeks

    assert weeks[0][0] == date(2022, 11, 28)
    assert weeks[-1][-1] == date(2023, 1, 1)
    assert [len(week) for week in weeks] == [7, 7, 7, 7, 7]


@pytest.mark.parametrize("text", ["2022-13", "2022-00", "2022-1", "22-01", ""])
def test_what_is_not_a_month_is_refused(text):
    with pytest.raises(ValueError, match="2022-11"):
        Month.parse(text)


@pytest.mark.parametrize(
    "first,last,months",
    [
        (date(2022, 1, 1), date(2022, 12, 31), 12),
        (date(2022, 1, 1), date(2022, 1, 31), 1),
        (date(2022, 1, 1), date(2022, 1, 30), 0),
        (date(2022, 1, 15), date(2022, 2, 14), 1),
        (date(2022, 1, 15), date(2022, 2, 13), 0),
        (date(2022, 1, 31), date(2022, 2, 28), 1),
        (date(2021, 1, 1), date(2022, 10, 31), 22),
        (date(2022, 5, 1), date(2022, 4, 1), 0),
    ],
)
def test_months_between_counts_whole_months_with_both_days(first, last, months):
    assert months_between(first, last) == months


@pytest.mark.parametrize(
    "last, months, first",
    [
        (date(2022, 5, 9), 24, date(2020, 5, 10)),
        (date(2022, 12, 31), 12, date(2022, 1, 1)),
        (date(2022, 5, 30), 3, date(2022, 2, 28)),
        (date(2022, 3, 14), 0, date(2022, 3, 15)),
    ],
)
def test_the_latest_first_day_from_which_some_months_have_passed(last, months, first):
    assert starts_before(last, months) == first


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(0, 300))
def test_one_day_later_a_month_is_missing(last, months):
    first = starts_before(last, months)

    assert months_between(first, last) == months
    assert months_between(first + timedelta(days=1), last) == max(months - 1, 0)


def test_converters_read_and_write_addresses():
    assert QuarterConverter().to_python("2022-Q4") == Quarter(2022, 4)
    assert QuarterConverter().to_url(Quarter(2022, 4)) == "2022-Q4"
    assert MonthConverter().to_python("2022-11") == Month(2022, 11)
    assert MonthConverter().to_url(Month(2022, 11)) == "2022-11"


def test_quarter_field_cleans_to_a_quarter():
    assert QuarterField().clean(" 2022-Q4 ") == Quarter(2022, 4)
    assert QuarterField().clean(Quarter(2022, 4)) == Quarter(2022, 4)
    assert QuarterField(required=False).clean("") is None


def test_quarter_field_refuses_with_the_sentence():
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        QuarterField().clean("last")

    assert refusal.value.messages == ["“last” is not a quarter. Write it like 2022-Q4."]


def test_required_quarter_may_not_be_empty():
    with pytest.raises(ValidationError):
        QuarterField().clean("")


def test_quarter_field_shows_its_initial_value_as_it_is_typed():
    class Choice(forms.Form):
        quarter = QuarterField(initial=Quarter(2022, 4))

    assert 'value="2022-Q4"' in str(Choice()["quarter"])
    assert Choice({"quarter": "2022-Q4"}).has_changed() is False
    assert Choice({"quarter": "2022-Q3"}).has_changed() is True
