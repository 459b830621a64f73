from decimal import Decimal

import pytest

from cadrenet.figures import change_in_points, each, percent


@pytest.mark.parametrize(
    "part,whole,places,expected",
    [
        (18, 21, 2, "85.71"),
        (2, 21, 2, "9.52"),
        (1, 21, 2, "4.76"),
        (110, 117, 2, "94.02"),
        (110, 117, 0, "94"),
        (7, 117, 2, "5.98"),
        (7, 117, 0, "6"),
        (124, 164, 2, "75.61"),
        (21, 21, 2, "100.00"),
        (0, 21, 2, "0.00"),
    ],
)
def test_percent_is_computed_from_counts(part, whole, places, expected):
    assert str(percent(part, whole, places)) == expected


@pytest.mark.parametrize(
    "part,whole,places,expected", [(1, 8, 0, "13"), (3, 8, 0, "38"), (1, 800, 2, "0.13"), (3, 800, 2, "0.38")]
)
def test_percent_rounds_a_half_up_and_not_to_the_even_digit(part, whole, places, expected):
    assert str(percent(part, whole, places)) == expected


@pytest.mark.parametrize("part,whole", [(0, 0), (3, 0), (3, None), (None, 3), (None, None)])
def test_percent_is_none_where_there_is_nothing_to_divide_by(part, whole):
    assert percent(part, whole) is None


def test_percentages_are_left_as_they_are_when_they_do_not_add_up():
    assert sum(percent(count, 21) for count in (18, 2, 1)) == Decimal("99.99")


def test_change_is_the_difference_in_points():
    assert change_in_points((18, 21), (17, 21)) == Decimal("4.76")
    assert change_in_points((17, 21), (18, 21)) == Decimal("-4.76")
    assert change_in_points((17, 21), (18, 21), places=0) == Decimal("-5")


@pytest.mark.parametrize(
    "now, before, expected",
    [((2, 21), (3, 21), "-4.76"), ((2, 3), (1, 3), "33.33"), ((1, 3), (2, 3), "-33.33"), ((1, 8), (1, 8), "0.00")],
)
def test_change_comes_from_the_counts_and_is_rounded_once(now, before, expected):
    assert str(change_in_points(now, before)) == expected


@pytest.mark.parametrize("now,before", [((None, 4), (1, 4)), ((1, 4), (1, 0)), ((1, None), (None, None))])
def test_change_is_none_when_either_side_is_unknown(now, before):
    assert change_in_points(now, before) is None


@pytest.mark.parametrize("part, whole, expected", [(25, 117, "0.21"), (1, 8, "0.13"), (0, 4, "0.00"), (9, 4, "2.25")])
def test_how_many_come_to_each_is_rounded_half_up(part, whole, expected):
    assert each(part, whole) == Decimal(expected)


@pytest.mark.parametrize("part, whole", [(1, 0), (1, None), (None, 4)])
def test_how_many_come_to_each_is_none_where_there_is_nothing_to_divide_by(part, whole):
    assert each(part, whole) is None
