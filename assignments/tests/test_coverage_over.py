"""Coverage over time says of each day what is computed on that day, for days to come as for the past."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from assignments.actions import localities_changed
from assignments.coverage.queries import COVERED_TIERS, coverage_by_tier, ending
from assignments.coverage.timeline import CoverageTimeline, coverage_over
from assignments.models import CoverageRule, LocalityVersion, Tier
from assignments.subtree import subtree
from assignments.tests.cast import assign, cadre, small_tree, version

START = date(2022, 1, 1)
DAYS = st.integers(0, 300).map(lambda number: START + timedelta(days=number))
PERIODS = st.tuples(DAYS, st.none() | DAYS)
PLACES = ["north", "an", "an1", "an1a", "an1b", "an2", "cam1a"]


HELD = st.lists(st.tuples(st.sampled_from(PLACES), PERIODS, st.booleans()), max_size=8)


def some_district(held, minimum):
    """The small tree with some assignments; from March on a hamlet needs as many people as ``minimum`` says.

    In June hamlet an2 moves to another commune, and hamlet binh1 ends.
    """
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 31))
    version(tree.an2, "Ấp 2", tree.cam, first_day=date(2022, 6, 1))
    LocalityVersion.objects.filter(locality=tree.binh1).update(last_day=date(2022, 6, 30))
    localities_changed()
    CoverageRule.objects.filter(tier=Tier.HAMLET).update(minimum=minimum, first_day=date(2022, 3, 1))
    for number, (place, (first_day, last_day), head) in enumerate(held):
        if last_day is None or last_day >= first_day:
            role = "head" if place == "north" and head and number == 0 else "in_charge"
            assign(cadre(f"P{number}"), getattr(tree, place), role, first_day, last_day)
    return tree


class Forecast(TestCase):
    """A day's forecast equals the figure computed on that day when nothing changes in between."""

    @settings(max_examples=25)
    @given(held=HELD, minimum=st.integers(0, 2), days=st.lists(DAYS, min_size=1, max_size=5))
    def test_forecast_equals_the_figure_of_the_day(self, held, minimum, days):
        tree = some_district(held, minimum)

        for part in (None, tree.an):
            condition = subtree(within=part)
            found = coverage_over(days, condition)
            assert found == {day: {row.tier: row for row in coverage_by_tier(day, condition)} for day in days}

    @settings(max_examples=25)
    @given(held=HELD, minimum=st.integers(0, 2), day=DAYS, within=st.sampled_from([30, 60, 90]))
    def test_what_ends_is_the_list_of_what_ends(self, held, minimum, day, within):
        tree = some_district(held, minimum)
        within = timedelta(days=within)

        for part in (None, tree.an):
            condition = subtree(within=part)
            timeline = CoverageTimeline(day, day + within, condition)
            found = {tier: ending([tier], day, condition, within).count() for tier in COVERED_TIERS}
            assert {tier: timeline.ending(day, day + within, {tier}) for tier in COVERED_TIERS} == found

    @settings(max_examples=15)
    @given(held=HELD, minimum=st.integers(0, 2), first=DAYS, number=st.integers(1, 120))
    def test_days_with_nobody_are_what_each_day_lacks_together(self, held, minimum, first, number):
        tree = some_district(held, minimum)
        days = [first + timedelta(days=day) for day in range(number)]

        for part in (None, tree.an):
            timeline = CoverageTimeline(START, START + timedelta(days=500), subtree(within=part))
            by_day = coverage_over(days, subtree(within=part))
            for tier in COVERED_TIERS:
                gaps = timeline.gaps(days[0], days[-1], {tier})
                lacking = sum(found[tier].uncovered for found in by_day.values() if tier in found)
                assert sum(spell.days for spells in gaps.values() for spell in spells) == lacking


@pytest.mark.django_db
def test_days_with_nobody_that_touch_are_one_stretch():
    tree = small_tree()
    assign(cadre("P"), tree.an1, first_day=None, last_day=date(2022, 1, 31))
    assign(cadre("Q"), tree.an1, "support", first_day=date(2022, 2, 10), last_day=date(2022, 2, 19))
    assign(cadre("R"), tree.an1, first_day=date(2022, 3, 1), last_day=date(2022, 3, 9))

    timeline = CoverageTimeline(date(2022, 1, 1), date(2022, 12, 31), subtree(within=tree.an1))
    gaps = timeline.gaps(date(2022, 1, 1), date(2022, 3, 31), {Tier.HAMLET})

    assert [(spell.first_day, spell.last_day, spell.days) for spell in gaps[tree.an1.pk]] == [
        (date(2022, 2, 1), date(2022, 2, 28), 28),
        (date(2022, 3, 10), date(2022, 3, 31), 22),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 12])
def test_any_number_of_days_costs_three_queries(django_assert_num_queries, number):
    tree = small_tree()
    assign(cadre("P"), tree.an1)

    with django_assert_num_queries(3):
        coverage_over([START + timedelta(days=30 * step) for step in range(number)], subtree())
