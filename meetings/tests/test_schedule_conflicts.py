"""What the meetings to come say against a change of hands."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from assignments.actions import carry_out
from assignments.changes import Change, objections
from assignments.models import Assignment, Cadre, Limit
from assignments.models.posting import all_postings
from assignments.tests.cast import OFFICE, again, agency, assign, at, cadre, small_tree, user
from meetings.models import ExpectationRule, Meeting
from meetings.rosters import expected_at, keep_rosters, wrong_rosters
from meetings.schedule_conflicts import Calendar

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY = date(2022, 5, 9), date(2022, 6, 9), date(2022, 7, 9)
FROM = date(2022, 5, 2)
KINDS = {"same_time", "agency_out"}


@pytest.fixture(autouse=True)
def _first_of_may():
    with time_machine.travel(datetime(2022, 5, 1, 9, tzinfo=OFFICE), tick=False):
        yield


def meet(place, day, hour=19, minute=0, kind="cell", ends=None, status="planned"):
    made = Meeting.objects.create(
        kind=kind, locality=place, starts_at=at(day, hour, minute), ends_at=ends and at(day, ends), status=status
    )
    keep_rosters(Meeting.objects.filter(pk=made.pk))
    return made


def staff(tree, *names):
    """An agency with a member of staff for each name."""
    office = agency("OFFICE", "Phòng Văn hóa", at=tree.district)
    return [cadre(f"P{number}", name, agency=office) for number, name in enumerate(names)]


def told(changes, who=None):
    """{position: [(kind, sentence)]} of what meetings say."""
    found = {
        position: [(each.kind, str(each)) for each in some if each.kind in KINDS]
        for position, some in objections(changes, who).items()
    }
    return {position: some for position, some in found.items() if some}


def kinds(changes):
    return {position: [kind for kind, _sentence in some] for position, some in told(changes).items()}


# --- Two meetings at the same time --------------------------------------------------------------------------------


def test_whoever_has_a_meeting_at_that_time_is_told_with_the_place():
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    assign(who, tree.an2)
    meet(tree.an2, MAY)
    meet(tree.an1, MAY, hour=20)

    assert told([Change(tree.an1, "in_charge", who, FROM)]) == {
        0: [
            (
                "same_time",
                "Lê Dung would have two meetings at the same time, 9 May 2022, 20:00; "
                "the other is: Party cell meeting, Ấp 2, Thị trấn An › Nhóm Bắc.",
            )
        ]
    }


def test_the_first_day_is_told_and_how_many_more_there_are():
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    assign(who, tree.an2)
    for day in (JULY, MAY, JUNE):
        meet(tree.an2, day)
        meet(tree.an1, day)

    ((_kind, sentence),) = told([Change(tree.an1, "in_charge", who, FROM)])[0]

    assert sentence.startswith("Lê Dung would have two meetings at the same time, 9 May 2022, 19:00; ")
    assert sentence.endswith(" The same on 2 more days.")


def test_a_place_that_the_reader_may_not_see_is_not_named():
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    assign(who, tree.cam1)
    meet(tree.cam1, MAY)
    meet(tree.an1, MAY)
    change = [Change(tree.an1, "in_charge", who, FROM)]

    assert told(change, user("an", at=tree.an, level="editor"))[0] == [
        (
            "same_time",
            "Lê Dung would have two meetings at the same time, 9 May 2022, 19:00: here and another meeting.",
        )
    ]
    assert "Ấp 1, Xã Cẩm › Nhóm Nam" in told(change, user("all", at=tree.district, level="editor"))[0][0][1]


@pytest.mark.parametrize(
    "hour, ends, other_hour, other_ends, found",
    [
        (19, 20, 20, 21, {}),
        (19, 21, 20, 21, {0: ["same_time"]}),
        # Without an end a meeting is taken to last two hours.
        (19, None, 20, None, {0: ["same_time"]}),
        (18, None, 20, None, {}),
        (20, None, 18, None, {}),
    ],
)
def test_touching_is_not_overlapping_and_two_hours_are_usual(hour, ends, other_hour, other_ends, found):
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    assign(who, tree.an2)
    meet(tree.an1, MAY, hour=hour, ends=ends)
    meet(tree.an2, MAY, hour=other_hour, ends=other_ends)

    assert kinds([Change(tree.an1, "in_charge", who, FROM)]) == found


def test_two_places_given_in_one_list_are_told_at_both():
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    meet(tree.an1, MAY)
    meet(tree.an2, MAY)

    changes = [Change(tree.an1, "in_charge", who, FROM), Change(tree.an2, "in_charge", who, FROM)]

    assert kinds(changes) == {0: ["same_time"], 1: ["same_time"]}


def test_a_place_given_away_in_the_same_list_stands_in_nobodys_way():
    tree = small_tree()
    who, other = staff(tree, "Lê Dung", "Bùi An")
    held = assign(who, tree.an2)
    meet(tree.an2, MAY)
    meet(tree.an1, MAY)

    changes = [
        Change(tree.an1, "in_charge", who, FROM),
        Change(tree.an2, "in_charge", other, FROM, replaces=held, last_day=date(2022, 5, 1)),
    ]

    assert kinds([changes[0]]) == {0: ["same_time"]}
    assert [kind for kind, _words in told(changes).get(0, []) if kind == "same_time"] == []


def test_to_go_on_under_a_new_decision_brings_no_meeting():
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    held = assign(who, tree.an1)
    assign(who, tree.an2)
    meet(tree.an1, MAY)
    meet(tree.an2, MAY)

    assert kinds([Change(tree.an1, "in_charge", who, FROM, replaces=held, last_day=date(2022, 5, 1))]) == {}


@pytest.mark.parametrize("status", ["cancelled", "not_held", "held"])
def test_only_meetings_that_are_planned_count(status):
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    assign(who, tree.an2)
    meet(tree.an2, MAY, status=status)
    meet(tree.an1, MAY)

    assert kinds([Change(tree.an1, "in_charge", who, FROM)]) == {}


@pytest.mark.parametrize(
    "first_day, day, found",
    [
        (date(2022, 5, 10), MAY, {}),
        (MAY, MAY, {0: ["same_time"]}),
        # From long ago: from today on, for 92 days.
        (date(2020, 1, 1), date(2022, 4, 30), {}),
        (date(2020, 1, 1), date(2022, 8, 1), {0: ["same_time"]}),
        (date(2020, 1, 1), date(2022, 8, 2), {}),
    ],
)
def test_meetings_from_the_first_day_or_today_on_for_three_months(first_day, day, found):
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    assign(who, tree.an2)
    meet(tree.an2, day)
    meet(tree.an1, day)

    assert kinds([Change(tree.an1, "in_charge", who, first_day)]) == found


def test_the_rules_say_who_is_expected_also_at_a_meeting_above():
    """In charge of a hamlet, one is expected at the committee of its commune; at that of another's one is not."""
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    assign(who, tree.cam1)
    meet(tree.cam1, MAY)
    meet(tree.an, MAY, kind="commune_committee")
    meet(tree.binh, MAY, kind="commune_committee")

    assert kinds([Change(tree.an1, "in_charge", who, FROM)]) == {0: ["same_time"]}
    ExpectationRule.objects.filter(kind="commune_committee", tier="hamlet").update(last_day=date(2022, 5, 8))
    assert kinds([Change(tree.an1, "in_charge", who, FROM)]) == {}


def test_the_head_of_a_group_is_expected_at_the_committees_of_its_communes():
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    assign(who, tree.cam1)
    meet(tree.cam1, MAY)
    meet(tree.binh, MAY, kind="commune_committee")

    assert kinds([Change(tree.north, "head", who, FROM)]) == {0: ["same_time"]}
    assert kinds([Change(tree.north, "support", who, FROM)]) == {}


def test_at_one_meeting_somebody_is_expected_once():
    """Two assignments may lead to one meeting: that is no clash with itself."""
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    assign(who, tree.an1)
    meet(tree.an, MAY, kind="commune_committee")

    assert kinds([Change(tree.an, "in_charge", who, FROM)]) == {}


# --- A whole agency out -------------------------------------------------------------------------------------------


def test_a_small_agency_that_would_be_out_altogether_is_told():
    tree = small_tree()
    one, other = staff(tree, "Lê Dung", "Bùi An")
    assign(other, tree.cam1)
    for day in (MAY, JUNE):
        meet(tree.cam1, day, hour=19)
        meet(tree.an1, day, hour=17)

    assert told([Change(tree.an1, "in_charge", one, FROM)]) == {
        0: [
            (
                "agency_out",
                "In the evening of 9 May 2022 all staff of Phòng Văn hóa would be out. The same on 1 more day.",
            )
        ]
    }


def test_both_lines_of_a_list_that_together_empty_an_agency_are_told():
    tree = small_tree()
    one, other = staff(tree, "Lê Dung", "Bùi An")
    meet(tree.cam1, MAY)
    meet(tree.an1, MAY)

    changes = [Change(tree.an1, "in_charge", one, FROM), Change(tree.cam1, "in_charge", other, FROM)]

    assert kinds(changes) == {0: ["agency_out"], 1: ["agency_out"]}
    assert [kinds([change]) for change in changes] == [{}, {}]


@pytest.mark.parametrize("hour, found", [(17, {0: ["agency_out"]}), (16, {})])
def test_the_evening_begins_at_five(hour, found):
    tree = small_tree()
    one, other = staff(tree, "Lê Dung", "Bùi An")
    assign(other, tree.cam1)
    meet(tree.cam1, MAY)
    meet(tree.an1, MAY, hour=hour)

    assert kinds([Change(tree.an1, "in_charge", one, FROM)]) == found


def test_somebody_stays_at_home_or_everybody_was_out_already():
    tree = small_tree()
    one, other, third = staff(tree, "Lê Dung", "Bùi An", "Trần Ba")
    assign(other, tree.cam1)
    meet(tree.cam1, MAY, hour=19, ends=20)
    meet(tree.an1, MAY, hour=17, ends=18)
    change = [Change(tree.an1, "in_charge", one, FROM)]

    assert kinds(change) == {}
    # The third has left: those who serve are out.
    third.left_on = date(2022, 5, 8)
    third.save()
    assert kinds(change) == {0: ["agency_out"]}
    # They were out that evening before the change, which makes it no worse.
    assign(one, tree.an2)
    meet(tree.an2, MAY, hour=20, ends=21)
    assert kinds(change) == {}


def test_one_person_alone_and_a_large_agency_are_no_agency_out():
    tree = small_tree()
    (alone,) = staff(tree, "Lê Dung")
    meet(tree.an1, MAY)

    assert kinds([Change(tree.an1, "in_charge", alone, FROM)]) == {}

    large = agency("LARGE", at=tree.district)
    one, other = cadre("L1", agency=large), cadre("L2", agency=large)
    assign(other, tree.cam1)
    meet(tree.cam1, MAY)
    assert kinds([Change(tree.an1, "in_charge", one, FROM)]) == {0: ["agency_out"]}
    Limit.objects.create(name="small_agency", value=1)
    assert kinds([Change(tree.an1, "in_charge", one, FROM)]) == {}


def test_somebody_without_an_agency_and_changes_that_only_end():
    tree = small_tree()
    held = assign(cadre("P"), tree.an1)
    meet(tree.an1, MAY)

    assert kinds([Change(tree.an1, "in_charge", replaces=held, last_day=FROM)]) == {}
    assert kinds([Change(tree.an2, "in_charge", cadre("Q"), FROM)]) == {}
    assert kinds([]) == {}


# --- The same as rosters, and at the same cost ------------------------------------------------------------------


def test_what_is_foretold_is_what_the_rosters_then_say():
    tree = small_tree()
    who, _other = staff(tree, "Lê Dung", "Bùi An")
    for place in (tree.an1, tree.an2, tree.binh1, tree.cam1):
        meet(place, MAY)
    for place in (tree.an, tree.binh, tree.cam):
        meet(place, JUNE, kind="commune_committee")
    meet(tree.an1a, JULY, kind="self_governing_group")
    meet(tree.an1, JULY, kind="residence")

    for place, role in (
        (tree.north, "head"),
        (tree.north, "support"),
        (tree.an, "in_charge"),
        (tree.an1, "in_charge"),
        (tree.an1a, "in_charge"),
    ):
        calendar = Calendar({(place.pk, role)}, FROM, FROM + timedelta(days=92))
        foretold = {meeting.pk for meeting in calendar.meetings_of(place.pk, role)}
        carry_out([Change(place, role, who, FROM)])
        assert (place.name, role, foretold) == (
            place.name,
            role,
            {meeting for meeting, _cadre in expected_at(list(Meeting.objects.select_related("place")))},
        )
        assert wrong_rosters() == set()
        Assignment.objects.all().delete()
        keep_rosters(Meeting.objects.all())


@pytest.mark.parametrize("number", [1, 3])
def test_one_change_or_many_cost_the_same(number, django_assert_num_queries):
    tree = small_tree()
    places = [tree.an1, tree.cam1, tree.binh1][:number]
    changes = []
    for position, place in enumerate(places):
        office = agency(f"A{position}", at=tree.district)
        one, other = cadre(f"P{position}", agency=office), cadre(f"Q{position}", agency=office)
        assign(one, tree.an2)
        assign(other, tree.cam)
        meet(place, MAY, hour=17)
        changes.append(
            Change(place, "in_charge", Cadre.objects.prefetch_related(all_postings()).get(pk=one.pk), FROM)
        )
    meet(tree.an2, MAY, hour=16)
    meet(tree.cam, MAY, kind="commune_committee")
    who = again(user("an", at=tree.an, level="editor"))

    with django_assert_num_queries(10):
        found = objections(changes, who)

    said = {position: {each.kind for each in some} & KINDS for position, some in found.items()}
    assert said == dict.fromkeys(range(number), KINDS)
