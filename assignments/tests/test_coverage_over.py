"""Coverage over time says of each day what is computed on that day, for days to come as for the past."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from assignments.models import CoverageRule, Tier
from assignments.queries import coverage_by_tier, coverage_over, where
from assignments.tests.cast import assign, cadre, small_tree

START = date(2022, 1, 1)
DAYS = st.integers(0, 300).map(lambda number: START + timedelta(days=number))
PERIODS = st.tuples(DAYS, st.none() | DAYS)
PLACES = ["north", "an", "an1", "an1a", "an1b", "cam1a"]


class Forecast(TestCase):
    """A day's forecast equals the figure computed on that day when nothing changes in between."""

    @settings(max_examples=25)
    @given(
        held=st.lists(st.tuples(st.sampled_from(PLACES), PERIODS, st.booleans()), max_size=8),
        minimum=st.integers(0, 2),
        days=st.lists(DAYS, min_size=1, max_size=5),
    )
    def test_forecast_equals_the_figure_of_the_day(self, held, minimum, days):
        tree = small_tree()
        CoverageRule.objects.filter(tier=Tier.HAMLET).update(minimum=minimum, first_day=date(2022, 3, 1))
        for number, (place, (first_day, last_day), head) in enumerate(held):
            if last_day is None or last_day >= first_day:
                role = "head" if place == "north" and head and number == 0 else "in_charge"
                assign(cadre(f"P{number}"), getattr(tree, place), role, first_day, last_day)

        for part in (None, tree.an):
            condition = where(within=part)
            found = coverage_over(days, condition)
            assert found == {day: {row.tier: row for row in coverage_by_tier(day, condition)} for day in days}


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 12])
def test_any_number_of_days_costs_three_queries(django_assert_num_queries, number):
    tree = small_tree()
    assign(cadre("P"), tree.an1)

    with django_assert_num_queries(3):
        coverage_over([START + timedelta(days=30 * step) for step in range(number)], where())
