"""Changes of hands: what speaks against them, and that all are made or none."""

from datetime import date

import pytest
from django.utils import timezone, translation

from assignments.actions import Refused, begin_assignment, carry_out, enact
from assignments.changes import Change, objections
from assignments.models import Assignment, Decision, DecisionLine, Handover, HolderRule, Limit, Lineage
from assignments.tenure.figures import served_since
from assignments.tests.cast import agency, assign, at, cadre, locality, small_tree, user
from assignments.undo import may_take_back, take_back
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters, wrong_rosters

pytestmark = pytest.mark.django_db
HEAD_TWICE = [
    "This regional group already has a head on some of these days.",
    "This regional group already has a head.",
]
JANUARY, MAY, JULY = date(2022, 1, 1), date(2022, 5, 9), date(2022, 7, 1)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def official(tree, code, **more):
    """Somebody whom the rules let hold a hamlet."""
    who = cadre(code, agency=agency(f"A-{code}", at=tree.district))
    for name, value in more.items():
        setattr(who, name, value)
    who.save()
    return who


def kinds(changes, **more):
    return {position: [found.kind for found in told] for position, told in objections(changes, **more).items()}


def test_nothing_speaks_against_an_official_for_an_empty_hamlet():
    tree = small_tree()

    assert objections([Change(tree.an1, "in_charge", official(tree, "P"), MAY)]) == {}


def test_somebody_who_stays_in_the_same_role_is_told():
    tree = small_tree()
    assign(cadre("P", "Lê Dung"), tree.an1)

    told = objections([Change(tree.an1, "in_charge", official(tree, "Q"), MAY)])

    assert {position: list(map(str, found)) for position, found in told.items()} == {
        0: ["Lê Dung holds this role there, too, and stays."]
    }


def test_a_newcomer_beside_another_change_is_told_and_whoever_goes_on_is_not():
    tree = small_tree()
    one = assign(official(tree, "P"), tree.an1, first_day=date(2020, 1, 1))
    goes_on = Change(tree.an1, "in_charge", one.cadre, MAY, replaces=one, last_day=date(2022, 5, 8))

    told = objections([goes_on, Change(tree.an1, "in_charge", official(tree, "Q"), MAY)])

    assert {position: list(map(str, found)) for position, found in told.items()} == {
        1: ["Lê Văn Tám gets this role there, too."]
    }


def test_whoever_is_replaced_in_the_same_list_is_not_in_the_way():
    tree = small_tree()
    one = assign(official(tree, "P"), tree.an1, first_day=date(2020, 1, 1))

    change = Change(tree.an1, "in_charge", official(tree, "Q"), MAY, replaces=one, last_day=date(2022, 5, 8))

    assert kinds([change]) == {}
    assert change.gap == 0


def test_a_place_left_with_nobody_an_early_move_and_their_sentences():
    tree = small_tree()
    one = assign(official(tree, "P"), tree.an1, first_day=JANUARY)

    told = objections(
        [Change(tree.an1, "in_charge", replaces=one, last_day=date(2022, 5, 31), end_reason="workload")]
    )

    assert list(map(str, told[0])) == [
        "After that nobody answers for this place.",
        "That makes 5 months at this locality. An assignment should last at least 12 months.",
    ]


def test_a_successor_in_another_line_of_the_list_covers_the_place():
    tree = small_tree()
    one = assign(official(tree, "P"), tree.an1, first_day=date(2020, 1, 1))

    assert (
        kinds(
            [
                Change(tree.an1, "in_charge", replaces=one, last_day=date(2022, 5, 8)),
                Change(tree.an1, "in_charge", official(tree, "Q"), MAY),
            ]
        )
        == {}
    )


def test_to_go_on_under_a_new_decision_is_no_early_move():
    tree = small_tree()
    who = official(tree, "P")
    one = assign(who, tree.an1, first_day=JANUARY)

    assert kinds([Change(tree.an1, "in_charge", who, MAY, replaces=one, last_day=date(2022, 5, 8))]) == {}


def test_too_many_counts_what_the_list_gives_and_takes():
    tree = small_tree()
    Limit.objects.create(name="most_assignments", value=1)
    who, other = official(tree, "P"), official(tree, "Q")
    one = assign(who, tree.an1, first_day=date(2020, 1, 1))

    assert kinds([Change(tree.an2, "in_charge", who, MAY)]) == {0: ["too_many"]}
    assert (
        kinds(
            [
                Change(tree.an1, "in_charge", other, MAY, replaces=one, last_day=date(2022, 5, 8)),
                Change(tree.an2, "in_charge", who, MAY),
            ]
        )
        == {}
    )


@pytest.mark.parametrize(
    "where, role, committee_role, told",
    [
        ("north", "head", "standing_committee", {}),
        ("north", "head", "district_committee", {0: ["unfit_holder"]}),
        ("an", "in_charge", "district_committee", {}),
        ("an", "in_charge", "", {0: ["unfit_holder"]}),
        ("an1", "in_charge", "", {}),
        ("an1a", "in_charge", "", {}),
    ],
)
def test_the_rule_of_the_tier_says_who_fits(where, role, committee_role, told):
    tree = small_tree()
    who = official(tree, "P", committee_role=committee_role)

    assert kinds([Change(getattr(tree, where), role, who, MAY)]) == told


def test_a_commune_official_fits_a_group_and_no_hamlet_until_the_rule_ends():
    tree = small_tree()
    who = cadre("P", agency=agency("A", at=tree.an))
    HolderRule.objects.filter(tier="hamlet").update(last_day=date(2022, 6, 30))

    assert kinds([Change(tree.an1, "in_charge", who, MAY)]) == {0: ["unfit_holder"]}
    assert kinds([Change(tree.an1, "in_charge", who, JULY)]) == {}
    assert kinds([Change(tree.an1a, "in_charge", who, MAY)]) == {}


def test_whoever_has_left_is_told():
    tree = small_tree()
    who = official(tree, "P", left_on=date(2022, 5, 8))

    assert kinds([Change(tree.an1, "in_charge", who, MAY)]) == {0: ["gone"]}


@pytest.mark.parametrize("number", [1, 3])
def test_objections_cost_the_same_for_one_and_for_three(django_assert_max_num_queries, number):
    tree = small_tree()
    places = [tree.an1, tree.an2, tree.binh1][:number]
    changes = []
    for index, place in enumerate(places):
        row = assign(official(tree, f"P{index}"), place)
        changes.append(
            Change(place, "in_charge", official(tree, f"Q{index}"), MAY, replaces=row, last_day=date(2022, 5, 8))
        )

    with django_assert_max_num_queries(13):
        objections(changes)


def test_a_replacement_ends_begins_opens_a_handover_and_rosters_follow():
    tree = small_tree()
    one, two = official(tree, "P"), official(tree, "Q")
    row = assign(one, tree.an1)
    for day in (MAY, JULY):
        Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(day))
    keep_rosters(Meeting.objects.all())

    made = carry_out(
        [
            Change(
                tree.an1,
                "in_charge",
                two,
                date(2022, 6, 1),
                replaces=row,
                last_day=date(2022, 5, 31),
                end_reason="retired",
                why="Theo nguyện vọng",
                decision_number="7-QĐ/HU",
            )
        ]
    )

    row.refresh_from_db()
    assert (row.last_day, row.end_reason) == (date(2022, 5, 31), "retired")
    assert (made[0].cadre, made[0].first_day, made[0].decision_number) == (two, date(2022, 6, 1), "7-QĐ/HU")
    assert [made[0].history.get().history_change_reason, row.history.first().history_change_reason] == [
        "Theo nguyện vọng",
        "Theo nguyện vọng",
    ]
    handover = Handover.objects.get()
    assert (handover.ended, handover.successor, handover.is_done) == (row, made[0], False)
    assert list(Attendance.objects.order_by("day").values_list("day", "cadre__code")) == [(MAY, "P"), (JULY, "Q")]
    assert wrong_rosters() == set()


def test_all_changes_are_made_or_none_and_every_fault_is_told():
    tree = small_tree()
    head = assign(cadre("H"), tree.north, role="head")
    row = assign(cadre("P"), tree.an1, last_day=date(2022, 3, 31))

    with pytest.raises(Refused) as refused:
        carry_out(
            [
                Change(tree.an2, "in_charge", cadre("Q"), MAY),
                Change(tree.north, "head", cadre("R"), MAY),
                Change(tree.an1, "in_charge", cadre("S"), MAY, replaces=row, last_day=date(2022, 5, 8)),
            ]
        )

    assert refused.value.faults == {
        1: HEAD_TWICE,
        2: ["This assignment has ended meanwhile. Look at the place again."],
    }
    assert set(Assignment.objects.values_list("pk", flat=True)) == {head.pk, row.pk}
    assert Handover.objects.count() == 0


def test_heads_change_places_in_one_list():
    tree = small_tree()
    north = assign(cadre("H"), tree.north, role="head", first_day=date(2020, 1, 1))
    south = assign(cadre("I"), tree.south, role="head", first_day=date(2020, 1, 1))

    carry_out(
        [
            Change(tree.north, "head", south.cadre, MAY, replaces=north, last_day=date(2022, 5, 8)),
            Change(tree.south, "head", north.cadre, MAY, replaces=south, last_day=date(2022, 5, 8)),
        ]
    )

    assert sorted(Assignment.objects.on(MAY).values_list("locality__code", "cadre__code")) == [("N", "I"), ("S", "H")]


def test_what_was_just_made_is_taken_back_with_what_it_replaced():
    tree = small_tree()
    row = assign(official(tree, "P"), tree.an1, last_day=date(2022, 12, 31))
    Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(JULY))
    made = carry_out(
        [Change(tree.an1, "in_charge", official(tree, "Q"), MAY, replaces=row, last_day=date(2022, 5, 8))]
    )

    take_back(made[0])

    row.refresh_from_db()
    assert (row.last_day, row.end_reason) == (date(2022, 12, 31), "")
    assert list(Assignment.objects.values_list("cadre__code", flat=True)) == ["P"]
    assert list(Attendance.objects.values_list("cadre__code", flat=True)) == ["P"]
    assert Handover.objects.count() == 0


def test_only_who_made_it_takes_it_back_and_only_for_an_hour():
    tree = small_tree()
    who, other = user("a", at=tree.district), user("b", at=tree.district)
    row = Assignment(cadre=cadre("P"), locality=tree.an1, first_day=MAY)
    row._history_user = who
    begin_assignment(row)
    now = timezone.now()

    assert may_take_back(row, who, now)
    assert not may_take_back(row, other, now)
    assert not may_take_back(row, who, now + timezone.timedelta(minutes=61))
    row.save()
    assert not may_take_back(row, who, now)


def paper(tree):
    return Decision.objects.create(
        number="12-QĐ/HU", signed_on=date(2022, 5, 2), first_day=MAY, locality=tree.district
    )


def test_a_decision_takes_effect_once_and_as_a_whole():
    tree = small_tree()
    decision = paper(tree)
    lines = [
        DecisionLine.objects.create(decision=decision, locality=place, cadre=cadre(code))
        for place, code in ((tree.an1, "P"), (tree.an2, "Q"))
    ]
    changes = {line: Change(line.locality, line.role, line.cadre, MAY) for line in lines}

    enact(decision, changes, on=MAY)

    rows = Assignment.objects.order_by("locality__code")
    assert [(row.decision, row.decision_number, row.decision_on, row.line) for row in rows] == [
        (decision, "12-QĐ/HU", date(2022, 5, 2), line) for line in lines
    ]
    with pytest.raises(Refused) as refused:
        enact(decision, changes, on=MAY)
    assert refused.value.faults == {"": ["This decision has taken effect already."]}
    assert Assignment.objects.count() == 2


def test_a_line_that_cannot_be_keeps_the_whole_decision_a_draft():
    tree = small_tree()
    decision = paper(tree)
    assign(cadre("H"), tree.north, role="head")
    good = DecisionLine.objects.create(decision=decision, locality=tree.an1, cadre=cadre("P"))
    bad = DecisionLine.objects.create(decision=decision, locality=tree.north, role="head", cadre=cadre("Q"))

    with pytest.raises(Refused) as refused:
        enact(
            decision,
            {line: Change(line.locality, line.role, line.cadre, MAY) for line in (good, bad)},
            on=MAY,
        )

    assert refused.value.faults == {bad.pk: HEAD_TWICE}
    decision.refresh_from_db()
    assert (decision.is_draft, Assignment.objects.count()) == (True, 1)


def test_tenure_goes_on_through_a_merger_for_whoever_goes_on():
    tree = small_tree()
    old = locality("OLD", "hamlet", "Ấp cũ", tree.an, last_day=date(2021, 12, 31))
    Lineage.objects.create(predecessor=old, successor=tree.an1, effective_on=JANUARY, kind="merge")
    stays, comes = cadre("P"), cadre("Q")
    assign(stays, old, first_day=date(2019, 1, 1), last_day=date(2021, 12, 31))
    assign(comes, old, first_day=date(2019, 1, 1), last_day=date(2021, 6, 30))
    rows = [assign(stays, tree.an1, first_day=JANUARY), assign(comes, tree.an1, first_day=JANUARY)]

    assert served_since(rows) == {rows[0].pk: date(2019, 1, 1), rows[1].pk: JANUARY}
