"""Tenure as figures: medians, classes, shares and changes of hands, computed by hand on the small cast."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from assignments.actions import localities_changed
from assignments.models import Assignment, Limit, Lineage, Tier
from assignments.tenure.figures import (
    CLASSES,
    Span,
    Tenure,
    changed_places,
    left,
    of_span,
    serving,
    spans_of,
    standing_within,
    tenure_of,
    with_moment,
)
from assignments.tests.cast import agency, assign, cadre, locality, small_tree
from cadrenet.tests.built_once import built_once

pytestmark = pytest.mark.django_db
DAY = date(2022, 5, 9)


def rows():
    return with_moment(Assignment.objects.all(), DAY)


def figures(tenure):
    """(everybody, median, the five classes, under the minimum, unknown)."""
    classes = [tenure.number[span] for span in CLASSES]
    return tenure.total, tenure.median, classes, tenure.short, tenure.number[Span.UNKNOWN]


def of(*months):
    tenure = Tenure()
    for number in months:
        tenure.add(number, 12)
    return tenure


@built_once
def a_district():
    """Months on the day: an1 4, an2 11, binh1 12, an 25, north 36, an1a 40 (renewed once), cam1 not known."""
    tree = small_tree()
    office = agency("A", "Ban Mẫu", at=tree.district)
    renewed = cadre("renewed")
    assign(cadre("an1", agency=office), tree.an1, first_day=date(2022, 1, 1))
    assign(cadre("an2", agency=office), tree.an2, first_day=date(2021, 6, 1))
    assign(cadre("binh1"), tree.binh1, first_day=date(2021, 5, 10))
    assign(cadre("cam1"), tree.cam1, first_day=None)
    assign(cadre("an", agency=office), tree.an, first_day=date(2020, 4, 10))
    assign(cadre("north"), tree.north, "head", first_day=date(2019, 5, 10))
    assign(renewed, tree.an1a, first_day=date(2019, 1, 1), last_day=date(2021, 12, 31))
    assign(renewed, tree.an1a, first_day=date(2022, 1, 1))
    # Neither answers for a place on the day.
    assign(cadre("support"), tree.north, "support", first_day=date(2022, 5, 1))
    assign(cadre("later"), tree.binh, first_day=date(2022, 5, 10))
    return tree


@pytest.mark.parametrize(
    "months, median",
    [
        ([], None),
        ([None, None], None),
        ([7], Decimal(7)),
        ([12, 25], Decimal("18.5")),
        ([3, 9, 30], Decimal(9)),
        ([30, 3, 9, 11], Decimal(10)),
        ([0, 0, 1, None], Decimal(0)),
    ],
)
def test_the_median_is_exact_and_leaves_out_what_is_not_known(months, median):
    assert of(*months).median == median


@pytest.mark.parametrize(
    "months, span",
    [
        (0, Span.UNDER_6),
        (5, Span.UNDER_6),
        (6, Span.FROM_6),
        (11, Span.FROM_6),
        (12, Span.FROM_12),
        (23, Span.FROM_12),
        (24, Span.FROM_24),
        (35, Span.FROM_24),
        (36, Span.FROM_36),
        (400, Span.FROM_36),
    ],
)
def test_every_number_of_months_is_in_one_class(months, span):
    assert spans_of(months, 12) & set(CLASSES) == {span}


def test_what_is_not_known_is_in_no_class_and_never_short():
    assert spans_of(None, 12) == {Span.ANY, Span.UNKNOWN}


def test_a_district_together():
    a_district()
    tenure = tenure_of(serving(rows(), DAY), 12)[None]

    assert figures(tenure) == (7, Decimal("18.5"), [1, 1, 1, 1, 2], 2, 1)
    assert tenure.short_percent == Decimal("33.33")


def test_a_district_by_tier():
    a_district()
    by_tier = tenure_of(serving(rows(), DAY), 12, lambda row: row.tier)

    assert {tier: figures(tenure) for tier, tenure in by_tier.items()} == {
        Tier.REGIONAL_GROUP: (1, Decimal(36), [0, 0, 0, 0, 1], 0, 0),
        Tier.COMMUNE: (1, Decimal(25), [0, 0, 0, 1, 0], 0, 0),
        Tier.HAMLET: (4, Decimal(11), [1, 1, 1, 0, 0], 2, 1),
        Tier.SELF_GOVERNING_GROUP: (1, Decimal(40), [0, 0, 0, 0, 1], 0, 0),
    }
    assert by_tier[Tier.HAMLET].short_percent == Decimal("66.67")


def test_a_district_by_agency():
    a_district()
    by_agency = tenure_of(serving(rows(), DAY), 12, lambda row: row.agency)
    office = next(key for key in by_agency if key)

    assert figures(by_agency[office]) == (3, Decimal(11), [1, 1, 0, 1, 0], 2, 0)
    assert figures(by_agency[None]) == (4, Decimal(36), [0, 0, 1, 0, 2], 0, 1)


def test_a_part_of_the_tree_has_what_stands_there():
    tree = a_district()
    tenure = tenure_of(serving(standing_within(rows(), tree.an), DAY), 12)[None]

    assert figures(tenure) == (4, Decimal(18), [1, 1, 0, 1, 1], 2, 0)


def test_the_minimum_is_that_of_the_day():
    a_district()
    tenure = tenure_of(serving(rows(), DAY), 26)[None]

    assert (tenure.short, tenure.short_percent) == (4, Decimal("66.67"))


def test_nobody_has_no_figures():
    small_tree()

    assert tenure_of(serving(rows(), DAY), 12) == {}
    assert (Tenure().median, Tenure().short_percent) == (None, None)


def test_tenure_goes_on_through_a_merger():
    tree = small_tree()
    who = cadre("P")
    old = locality("OLD", "hamlet", "Ấp cũ", tree.an, last_day=date(2021, 12, 31))
    localities_changed()
    Lineage.objects.create(predecessor=old, successor=tree.an1, effective_on=date(2022, 1, 1), kind="merge")
    assign(who, old, first_day=date(2020, 5, 10), last_day=date(2021, 12, 31))
    assign(who, tree.an1, first_day=date(2022, 1, 1))

    assert [row.months for row in serving(rows(), DAY)] == [24]


# --- Changes of hands ---


def changes():
    """{code: changes of hands} in the 24 months up to the day."""
    return {place.code: place.number for place in changed_places(left(rows(), DAY))}


def test_somebody_who_leaves_is_a_change_whether_or_not_somebody_follows():
    tree = small_tree()
    assign(cadre("P"), tree.an1, first_day=date(2020, 1, 1), last_day=date(2020, 12, 31))
    assign(cadre("Q"), tree.an1, first_day=date(2021, 1, 1), last_day=date(2021, 12, 31))
    assign(cadre("R"), tree.an1, first_day=date(2022, 1, 1))
    assign(cadre("S"), tree.binh1, last_day=date(2022, 5, 8))

    assert changes() == {"AN-1": 2, "BI-1": 1}


@pytest.mark.parametrize(
    "last_day, counted",
    [
        (date(2020, 5, 8), False),
        (date(2020, 5, 9), True),
        (date(2022, 5, 8), True),
        (date(2022, 5, 9), False),
        (None, False),
    ],
)
def test_a_change_is_felt_on_the_day_after_and_counts_in_the_24_months_up_to_the_day(last_day, counted):
    tree = small_tree()
    assign(cadre("P"), tree.an1, first_day=date(2019, 1, 1), last_day=last_day)

    assert changes() == ({"AN-1": 1} if counted else {})


def test_who_goes_on_has_not_left():
    tree = small_tree()
    renewed, gap = cadre("P"), cadre("Q")
    assign(renewed, tree.an1, last_day=date(2022, 1, 31))
    assign(renewed, tree.an1, first_day=date(2022, 2, 1))
    # One day with nobody, and it is somebody who left and came again.
    assign(gap, tree.an2, last_day=date(2022, 1, 31))
    assign(gap, tree.an2, first_day=date(2022, 2, 2))

    assert changes() == {"AN-2": 1}


def test_support_of_a_group_is_no_change_of_hands():
    tree = small_tree()
    assign(cadre("P"), tree.north, "support", last_day=date(2022, 1, 31))
    assign(cadre("Q"), tree.north, "head", last_day=date(2022, 1, 31))

    assert changes() == {"N": 1}


def test_a_merger_is_a_change_only_for_whoever_does_not_go_on():
    tree = small_tree()
    end, begin = date(2021, 12, 31), date(2022, 1, 1)
    first = locality("OLD-1", "hamlet", "Ấp cũ 1", tree.an, last_day=end)
    second = locality("OLD-2", "hamlet", "Ấp cũ 2", tree.an, last_day=end)
    new = locality("NEW", "hamlet", "Ấp mới", tree.an, first_day=begin)
    localities_changed()
    for old in (first, second):
        Lineage.objects.create(predecessor=old, successor=new, effective_on=begin, kind="merge")
    stays, leaves = cadre("P"), cadre("Q")
    assign(stays, first, first_day=date(2020, 1, 1), last_day=end)
    assign(stays, new, first_day=begin)
    assign(leaves, second, first_day=date(2020, 1, 1), last_day=end)

    assert changes() == {"OLD-2": 1}


def test_places_stand_in_order_of_their_number_then_of_tier_and_code():
    tree = small_tree()
    for number, place in enumerate((tree.an2, tree.an1, tree.binh, tree.binh1, tree.binh1)):
        assign(cadre(f"P{number}"), place, last_day=date(2022, 1, 31) + timedelta(days=number))

    assert list(changes().items()) == [("BI-1", 2), ("BI", 1), ("AN-1", 1), ("AN-2", 1)]


# --- The rows behind the figures ---


@pytest.mark.parametrize("span", [span for span in Span if span != Span.LEFT])
def test_the_rows_of_a_span_are_as_many_as_the_figure_says(span):
    a_district()
    Limit.objects.create(name=Limit.Name.MINIMUM_TENURE_MONTHS, value=13)
    tenure = tenure_of(serving(rows(), DAY), 13)[None]

    assert of_span(rows(), span, DAY).count() == tenure.number[span]


def test_the_rows_of_what_was_left_are_the_changes():
    tree = a_district()
    row = assign(cadre("gone"), tree.cam, last_day=date(2022, 1, 31))

    assert list(of_span(rows(), Span.LEFT, DAY)) == [row]


@pytest.mark.parametrize("number", [1, 3])
def test_figures_cost_the_same_for_one_row_and_for_three(django_assert_num_queries, number):
    tree = small_tree()
    for place in (tree.an1, tree.an2, tree.binh1)[:number]:
        assign(cadre(f"P-{place.code}"), place)
        assign(cadre(f"Q-{place.code}"), place, first_day=date(2021, 1, 1), last_day=date(2021, 12, 31))

    with django_assert_num_queries(6):
        serving(rows(), DAY)
        left(rows(), DAY)
