"""Who is expected at a meeting, and that rosters stay in step with assignments, rules and the tree."""

from datetime import date, timedelta

import pytest

from assignments.actions import assignment_changed, localities_changed
from assignments.models import Assignment, LocalityVersion
from assignments.tests.cast import assign, at, cadre, small_tree, version
from meetings.actions import meeting_changed
from meetings.models import Attendance, ExpectationRule, Meeting
from meetings.rosters import expected_at, keep_rosters, wrong_rosters

pytestmark = pytest.mark.django_db
NINTH = date(2022, 5, 9)


def meeting(kind, of, day=NINTH, status="held"):
    made = Meeting.objects.create(kind=kind, locality=of, starts_at=at(day), status=status)
    keep_rosters(Meeting.objects.filter(pk=made.pk))
    return made


def roster(of):
    """(code of the cadre, expected, status) of everybody on the roster."""
    rows = Attendance.objects.filter(meeting=of).order_by("cadre__code")
    return list(rows.values_list("cadre__code", "expected", "status"))


def test_a_commune_committee_expects_its_own_the_hamlets_and_the_head_of_the_group():
    tree = small_tree()
    assign(cadre("commune"), tree.an)
    assign(cadre("hamlet"), tree.an1)
    assign(cadre("head"), tree.north, role="head")
    assign(cadre("support"), tree.north, role="support")
    assign(cadre("group"), tree.an1a)
    assign(cadre("other commune"), tree.binh)
    assign(cadre("other hamlet"), tree.binh1)
    assign(cadre("other head"), tree.south, role="head")

    made = meeting("commune_committee", tree.an)

    assert roster(made) == [
        ("commune", True, "unrecorded"),
        ("hamlet", True, "unrecorded"),
        ("head", True, "unrecorded"),
    ]


@pytest.mark.parametrize(
    "kind, where, expected",
    [("cell", "an1", ["hamlet"]), ("self_governing_group", "an1a", ["group"]), ("residence", "an1", [])],
)
def test_the_smaller_meetings_expect_who_is_in_charge_there(kind, where, expected):
    tree = small_tree()
    assign(cadre("commune"), tree.an)
    assign(cadre("hamlet"), tree.an1)
    assign(cadre("group"), tree.an1a)

    assert [code for code, *_ in roster(meeting(kind, getattr(tree, where)))] == expected


def test_somebody_expected_for_two_reasons_stands_once():
    tree = small_tree()
    both = cadre("both")
    assign(both, tree.an)
    assign(both, tree.an1)

    assert roster(meeting("commune_committee", tree.an)) == [("both", True, "unrecorded")]


@pytest.mark.parametrize(
    "first_day, last_day, expected",
    [
        (NINTH, NINTH, True),
        (NINTH + timedelta(days=1), None, False),
        (date(2022, 1, 1), NINTH - timedelta(days=1), False),
        (None, None, True),
    ],
)
def test_the_assignment_counts_that_is_in_force_on_the_day_itself(first_day, last_day, expected):
    tree = small_tree()
    assign(cadre("hamlet"), tree.an1, first_day=first_day, last_day=last_day)

    assert bool(roster(meeting("cell", tree.an1))) == expected


def test_a_hamlet_that_moved_is_expected_where_it_lies_on_the_day():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 14))
    version(tree.an2, "Ấp 2", tree.cam, first_day=date(2022, 5, 15))
    localities_changed()
    assign(cadre("moved"), tree.an2)

    found = {
        (place.code, day.day): [code for code, *_ in roster(meeting("commune_committee", place, day))]
        for place in (tree.an, tree.cam)
        for day in (date(2022, 5, 14), date(2022, 5, 15))
    }

    assert found == {("AN", 14): ["moved"], ("AN", 15): [], ("CA", 14): [], ("CA", 15): ["moved"]}


def test_rosters_follow_a_move_of_a_hamlet():
    tree = small_tree()
    assign(cadre("moved"), tree.an2)
    left, joined = meeting("commune_committee", tree.an), meeting("commune_committee", tree.cam)
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 8))
    version(tree.an2, "Ấp 2", tree.cam, first_day=NINTH)

    localities_changed()

    assert (roster(left), roster(joined)) == ([], [("moved", True, "unrecorded")])
    assert wrong_rosters() == set()


def test_a_cancelled_meeting_expects_nobody_and_one_not_held_does():
    tree = small_tree()
    assign(cadre("hamlet"), tree.an1)

    assert roster(meeting("cell", tree.an1, status="cancelled")) == []
    assert roster(meeting("cell", tree.an1, status="not_held")) == [("hamlet", True, "unrecorded")]


def test_what_was_recorded_stays_when_the_assignment_ends_earlier():
    tree = small_tree()
    came, silent = assign(cadre("came"), tree.an1), assign(cadre("silent"), tree.an1)
    made = meeting("cell", tree.an1)
    Attendance.objects.filter(meeting=made, cadre=came.cadre).update(status="present")

    for assignment in (came, silent):
        was = Assignment.objects.get(pk=assignment.pk)
        assignment.last_day = date(2022, 4, 30)
        assignment.save()
        assignment_changed(assignment, was=was)

    assert roster(made) == [("came", False, "present")]
    assert wrong_rosters() == set()


def test_a_guest_becomes_expected_when_the_assignment_is_entered_later():
    tree = small_tree()
    made = meeting("cell", tree.an1)
    Attendance.objects.create(meeting=made, cadre=cadre("guest"), status="present", expected=False)
    assignment = assign(Attendance.objects.get().cadre, tree.an1)

    assignment_changed(assignment)

    assert roster(made) == [("guest", True, "present")]


def test_an_assignment_changes_rosters_of_its_own_days_only():
    tree = small_tree()
    before, after = meeting("cell", tree.an1), meeting("cell", tree.an1, date(2022, 6, 9))

    assignment_changed(assign(cadre("new"), tree.an1, first_day=date(2022, 6, 1)))

    assert (roster(before), roster(after)) == ([], [("new", True, "unrecorded")])


def test_a_head_is_put_on_the_rosters_of_all_communes_of_the_group():
    tree = small_tree()
    an, binh, cam = (meeting("commune_committee", of) for of in (tree.an, tree.binh, tree.cam))

    assignment_changed(assign(cadre("head"), tree.north, role="head"))

    assert [len(roster(made)) for made in (an, binh, cam)] == [1, 1, 0]


def test_attendance_repeats_what_its_meeting_says_when_that_changes():
    tree = small_tree()
    assign(cadre("hamlet"), tree.an1)
    made = meeting("cell", tree.an1, status="planned")
    made.status, made.starts_at = "held", at(date(2022, 5, 12))
    made.save()

    meeting_changed(made)

    row = Attendance.objects.get()
    assert (row.held, row.day, row.place, row.area) == (True, date(2022, 5, 12), made.place, tree.district)


def test_a_rule_that_ended_expects_nobody_afterwards():
    tree = small_tree()
    ExpectationRule.objects.filter(kind="cell").update(last_day=date(2022, 5, 31))
    assign(cadre("hamlet"), tree.an1)

    assert roster(meeting("cell", tree.an1)) == [("hamlet", True, "unrecorded")]
    assert roster(meeting("cell", tree.an1, date(2022, 6, 9))) == []


def test_an_optional_guest_is_on_no_roster():
    tree = small_tree()
    ExpectationRule.objects.create(kind="cell", role="in_charge", tier="commune", expectation="optional")
    assign(cadre("commune"), tree.an)

    assert roster(meeting("cell", tree.an1)) == []


def test_a_wrong_roster_is_found():
    tree = small_tree()
    assign(cadre("hamlet"), tree.an1)
    made = meeting("cell", tree.an1)
    row = Attendance.objects.get()
    Attendance.objects.all().delete()

    assert wrong_rosters() == {(made.pk, row.cadre_id)}


@pytest.mark.parametrize("meetings", [1, 3])
def test_keeping_rosters_takes_as_many_queries_for_many_meetings_as_for_one(meetings, django_assert_num_queries):
    tree = small_tree()
    assign(cadre("hamlet"), tree.an1)
    for number in range(meetings):
        Meeting.objects.create(
            kind="commune_committee", locality=tree.an, starts_at=at(NINTH + timedelta(days=number))
        )

    # Keys, meetings, rules, places below, assignments, rows there are; four changes; and a savepoint.
    with django_assert_num_queries(9):
        keep_rosters(Meeting.objects.all())
    assert Attendance.objects.count() == meetings


def test_an_agency_meeting_expects_nobody(db):
    from assignments.tests.cast import agency

    made = Meeting.objects.create(kind="agency", agency=agency("A"), starts_at=at(NINTH))

    assert expected_at([made]) == set()
