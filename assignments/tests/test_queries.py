"""Who answers for where, since when, and what has nobody."""

from datetime import date, timedelta

import pytest

from assignments.actions import localities_changed
from assignments.coverage.queries import coverage_by_tier, ending, gaps_by_area, uncovered, vacancies, vacant
from assignments.models import Assignment, CoverageRule, LocalityVersion, Place, Tier
from assignments.queries import answering_on, counted_below, roots_on
from assignments.subtree import subtree
from assignments.tenure.figures import served, served_since, with_moment, with_place
from assignments.tests.cast import agency, assign, cadre, locality, small_tree, user, version

pytestmark = pytest.mark.django_db
DAY = date(2022, 5, 9)
GROUP = Tier.SELF_GOVERNING_GROUP


def codes(places):
    return [place.locality.code for place in places]


# --- Time in office ---------------------------------------------------------------------------------------------


def since(row):
    return served_since([row])[row.pk]


def test_time_in_office_joins_periods_that_follow_each_other_without_a_gap():
    tree = small_tree()
    who = cadre("P")
    assign(who, tree.an1, first_day=date(2020, 1, 1), last_day=date(2020, 12, 31))
    assign(who, tree.an1, first_day=date(2021, 1, 1), last_day=date(2021, 12, 31))
    row = assign(who, tree.an1, first_day=date(2022, 1, 1))

    assert since(row) == date(2020, 1, 1)


def test_a_day_without_an_assignment_begins_the_time_anew():
    tree = small_tree()
    who = cadre("P")
    assign(who, tree.an1, first_day=date(2020, 1, 1), last_day=date(2021, 12, 30))
    row = assign(who, tree.an1, first_day=date(2022, 1, 1))

    assert since(row) == date(2022, 1, 1)


def test_time_elsewhere_and_of_others_does_not_count():
    tree = small_tree()
    who = cadre("P")
    assign(who, tree.an2, first_day=date(2021, 1, 1), last_day=date(2021, 12, 31))
    assign(cadre("Q"), tree.an1, first_day=date(2021, 1, 1), last_day=date(2021, 12, 31))
    row = assign(who, tree.an1, first_day=date(2022, 1, 1))

    assert since(row) == date(2022, 1, 1)


def test_time_in_office_goes_on_through_a_change_of_role():
    tree = small_tree()
    who = cadre("P")
    assign(who, tree.north, role="support", first_day=date(2021, 1, 1), last_day=date(2021, 12, 31))
    row = assign(who, tree.north, role="head", first_day=date(2022, 1, 1))

    assert since(row) == date(2021, 1, 1)


def test_time_without_a_known_beginning_has_no_months():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1, first_day=None)
    rows = with_place(with_moment(Assignment.objects.filter(pk=row.pk), DAY))

    (found,) = served(rows, DAY, user("root", is_superuser=True))

    assert (found.since, found.months) == (None, None)


@pytest.mark.parametrize(
    "first_day, last_day, months",
    [
        (date(2022, 1, 1), None, 4),
        (date(2022, 1, 10), None, 4),
        (date(2022, 1, 11), None, 3),
        (date(2022, 1, 1), date(2022, 2, 28), 2),
        (date(2022, 6, 1), None, None),
    ],
)
def test_months_are_whole_and_end_with_the_last_day(first_day, last_day, months):
    tree = small_tree()
    row = assign(cadre("P"), tree.an1, first_day=first_day, last_day=last_day)
    rows = with_place(with_moment(Assignment.objects.filter(pk=row.pk), DAY))

    (found,) = served(rows, DAY, user("root", is_superuser=True))

    assert found.months == months


def test_an_assignment_shows_its_locality_where_it_stood_at_the_time():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 14))
    version(tree.an2, "Ấp 2 mới", tree.cam, first_day=date(2022, 5, 15))
    localities_changed()
    root = user("root", is_superuser=True)
    before = assign(cadre("P"), tree.an2, last_day=date(2022, 3, 31))
    after = assign(cadre("Q"), tree.an2, first_day=date(2022, 6, 1))

    def path(day):
        rows = with_place(with_moment(Assignment.objects.order_by("first_day"), day))
        return {row.assignment: row.where for row in served(rows, day, root)}

    old, new = "Huyện Mẫu › Nhóm Bắc › Thị trấn An › Ấp 2", "Huyện Mẫu › Nhóm Nam › Xã Cẩm › Ấp 2 mới"
    assert path(DAY) == {before: old, after: new}
    assert path(date(2022, 12, 31)) == {before: old, after: new}


# --- What has nobody --------------------------------------------------------------------------------------------


def test_coverage_by_tier_counts_what_exists_and_what_somebody_answers_for():
    tree = small_tree()
    assign(cadre("A"), tree.north, role="head")
    assign(cadre("B"), tree.south, role="support")
    assign(cadre("C"), tree.an)
    assign(cadre("D"), tree.an1a)
    assign(cadre("E"), tree.an1a)
    assign(cadre("F"), tree.an1b, last_day=DAY - timedelta(days=1))

    found = [(row.tier, row.covered, row.total, row.percent) for row in coverage_by_tier(DAY, subtree())]

    assert [(tier, covered, total, str(percent)) for tier, covered, total, percent in found] == [
        ("regional_group", 1, 2, "50.00"),
        ("commune", 1, 3, "33.33"),
        ("hamlet", 0, 4, "0.00"),
        ("self_governing_group", 1, 3, "33.33"),
    ]


def test_a_tier_alone_lacks_what_the_command_lists():
    tree = small_tree()
    assign(cadre("P"), tree.an1a)

    assert codes(vacant([GROUP], DAY, subtree())) == codes(uncovered(GROUP, DAY, subtree())) == ["AN-1-B", "CA-1-A"]


def test_tiers_together_stand_from_the_highest_down():
    tree = small_tree()
    for place in (tree.south, tree.an, tree.binh, tree.an1, tree.an2, tree.binh1, tree.cam1, tree.an1a):
        assign(cadre(place.code), place, role="head" if place == tree.south else "in_charge")

    assert codes(vacant(list(Tier)[2:], DAY, subtree())) == ["N", "CA", "AN-1-B", "CA-1-A"]


def test_a_rule_may_ask_for_two_people():
    tree = small_tree()
    CoverageRule.objects.filter(tier=GROUP).update(minimum=2)
    assign(cadre("A"), tree.an1a)
    assign(cadre("B"), tree.an1a)
    assign(cadre("C"), tree.an1b)

    (row,) = vacancies(vacant([GROUP], DAY, subtree(within=tree.an)), DAY, Assignment.objects.all())

    assert row.place.locality == tree.an1b
    assert [person.cadre.code for person in row.people] == ["C"]
    assert (row.since, row.days) == (None, None)


def test_a_vacancy_knows_who_was_there_last_and_since_when_nobody_is():
    tree = small_tree()
    assign(cadre("old"), tree.an1a, first_day=date(2020, 1, 1), last_day=date(2020, 12, 31))
    last = assign(cadre("last"), tree.an1a, first_day=date(2021, 1, 1), last_day=date(2022, 4, 30))
    assign(cadre("next"), tree.an1a, first_day=date(2022, 6, 1))

    (row,) = vacancies(Place.objects.on(DAY).filter(locality=tree.an1a), DAY, Assignment.objects.all())

    assert (row.previous, row.since, row.days) == (last, date(2022, 5, 1), 9)


def test_where_nobody_ever_was_a_vacancy_begins_with_the_locality():
    tree = small_tree()
    locality("AN-1-C", "self_governing_group", "Tổ số 3", tree.an1, first_day=date(2022, 5, 1))
    localities_changed()

    young, always = vacancies(
        Place.objects.on(DAY).filter(locality__code__in=["AN-1-B", "AN-1-C"]).order_by("-locality__code"),
        DAY,
        Assignment.objects.all(),
    )

    assert (young.since, young.days) == (date(2022, 5, 1), 9)
    assert (always.since, always.days) == (None, None)


def test_coverage_ends_soon_unless_somebody_follows_or_stays():
    tree = small_tree()
    soon = DAY + timedelta(days=29)
    assign(cadre("A"), tree.an1a, last_day=soon)
    assign(cadre("B"), tree.an1b, last_day=soon)
    assign(cadre("C"), tree.an1b, first_day=soon + timedelta(days=1))
    assign(cadre("D"), tree.cam1a, last_day=DAY + timedelta(days=30))

    assert codes(ending([GROUP], DAY, subtree())) == ["AN-1-A"]


def test_areas_stand_by_how_much_they_lack():
    tree = small_tree()
    for place in (tree.an1, tree.an2, tree.an1a):
        assign(cadre(place.code), place)

    found = [
        (row.place.name, row.hamlets.uncovered, row.groups.covered, row.groups.total)
        for row in gaps_by_area(Tier.COMMUNE, DAY, subtree())
    ]

    assert found == [("Xã Cẩm", 1, 0, 1), ("Thị trấn An", 0, 1, 2), ("Xã Bình", 1, 0, 0)]


# --- The tree ---------------------------------------------------------------------------------------------------


def test_roots_leave_out_what_lies_below_another():
    tree = small_tree()
    who = user("who", at=tree.an)
    assign(cadre("P", user=who), tree.an1)
    assign(who.cadre, tree.cam1)

    assert codes(roots_on(who, DAY)) == ["AN", "CA-1"]
    assert codes(roots_on(user("root", is_superuser=True), DAY)) == ["D"]
    assert roots_on(user("nobody"), DAY) == []


def test_what_lies_below_is_counted_by_tier():
    tree = small_tree()
    places = Place.objects.on(DAY).filter(locality__in=[tree.north, tree.an1, tree.binh1])

    assert counted_below(places, DAY) == {
        tree.north.pk: {"commune": 2, "hamlet": 3, "self_governing_group": 2},
        tree.an1.pk: {"self_governing_group": 2},
    }


def test_heads_answer_for_groups_and_support_does_not():
    tree = small_tree()
    head = assign(cadre("A"), tree.north, role="head")
    assign(cadre("B"), tree.north, role="support")
    both = [assign(cadre("C"), tree.an), assign(cadre("D"), tree.an)]

    assert answering_on(DAY, [tree.north, tree.an]) == {tree.north.pk: [head], tree.an.pk: both}


def test_cost_does_not_grow(django_assert_num_queries):
    tree = small_tree()
    office = agency("A", at=tree.district)
    for place in (tree.an1a, tree.an1b, tree.cam1a):
        assign(cadre(place.code, agency=office), place, last_day=DAY - timedelta(days=1))

    for places in ([tree.an1a], [tree.an1a, tree.an1b, tree.cam1a]):
        with django_assert_num_queries(3):
            rows = list(Place.objects.on(DAY).filter(locality__in=places))
            vacancies(rows, DAY, Assignment.objects.all())
