"""What was just done is taken back exactly, or not at all and with a sentence why."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from assignments.actions import begin_assignment, carry_out, enact, leave, tick
from assignments.changes import Change
from assignments.models import Assignment, Decision, DecisionLine, Handover, Undo
from assignments.tests.cast import assign, at, cadre, small_tree, user
from assignments.undo import just_made, take_back
from cadrenet.history import sign_change
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters
from reports.models import QuarterlyReport

MAY = date(2022, 5, 9)
BEFORE = date(2022, 5, 8)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def replaced(tree, **more):
    """Somebody who answered for a hamlet, and the assignment of whoever follows."""
    row = assign(cadre("P", "Lê Văn Tám"), tree.an1)
    change = Change(
        tree.an1, "in_charge", cadre("Q"), MAY, replaces=row, last_day=BEFORE, end_reason="retired", **more
    )
    (made,) = carry_out([change]).values()
    row.refresh_from_db()
    return row, made


def all_rows():
    """Every assignment and handover as it stands, without keys."""
    return (
        sorted(
            Assignment.objects.values_list("cadre__code", "first_day", "last_day", "end_reason", "decision_number")
        ),
        sorted(Handover.objects.values_list("ended__cadre__code", "successor__cadre__code", "situation", "given_on")),
    )


def refused(made):
    """The sentence with which taking back is refused, after which everything stands as before."""
    before = all_rows()
    with pytest.raises(ValidationError) as error:
        take_back(made)
    assert all_rows() == before
    (sentence,) = error.value.messages
    return sentence.partition(" at ")[0], sentence.rpartition(". ")[2]


def test_what_a_colleague_corrected_since_is_not_written_over():
    tree = small_tree()
    row, made = replaced(tree)
    row.decision_number = "7-QĐ/HU"
    sign_change(row, by=user("binh", display_name="Chị Bình"))
    row.save()

    assert refused(made) == (
        "Nothing was taken back: Chị Bình has changed the assignment of Lê Văn Tám, which was replaced here,",
        "End the new assignment, and correct that one on its page.",
    )


def test_what_an_import_changed_since_is_not_written_over():
    tree = small_tree()
    row, made = replaced(tree)
    row.last_day = date(2022, 5, 1)
    row.save()

    assert refused(made)[0].startswith("Nothing was taken back: an import has changed the assignment of Lê Văn Tám")


def test_a_handover_with_a_text_is_not_thrown_away():
    tree = small_tree()
    row, made = replaced(tree)
    row.handover.situation = "Hai hộ chờ nước sạch."
    sign_change(row.handover, by=user("an", display_name="Anh An"))
    row.handover.save()

    assert refused(made) == (
        "Nothing was taken back: Anh An has written in the handover or ticked it,",
        "End the new assignment instead.",
    )


def test_a_handover_with_a_tick_is_not_thrown_away():
    tree = small_tree()
    row, made = replaced(tree)
    tick(row.handover, "given_on", on=MAY)

    assert refused(made)[0] == "Nothing was taken back: an import has written in the handover or ticked it,"


def test_a_handover_that_was_there_before_stays_and_names_who_followed_before():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1)
    earlier = assign(cadre("R"), tree.an1, first_day=date(2022, 7, 1))
    Handover.objects.create(ended=row, successor=earlier, situation="Đã ghi")
    before = all_rows()
    (made,) = carry_out(
        [Change(tree.an1, "in_charge", cadre("Q"), MAY, replaces=row, last_day=BEFORE, end_reason="retired")]
    ).values()
    assert Handover.objects.get().successor == made

    take_back(made)

    assert all_rows() == before


def test_what_was_recorded_of_the_successor_meanwhile_is_not_made_a_guest():
    tree = small_tree()
    row, made = replaced(tree)
    meeting = Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(MAY), status="held")
    keep_rosters(Meeting.objects.all())
    attended = Attendance.objects.get(meeting=meeting)
    assert (attended.cadre, attended.expected) == (made.cadre, True)
    attended.status = "present"
    attended.save()

    sentence, advice = refused(made)

    assert sentence == (
        f"Nothing was taken back: meanwhile somebody has recorded whether {made.cadre.full_name} came. "
        "End the new assignment instead."
    )
    assert advice == "End the new assignment instead."
    attended.refresh_from_db()
    assert (attended.expected, attended.status) == (True, "present")


def test_what_was_recorded_of_the_successor_before_is_no_obstacle():
    tree = small_tree()
    meeting = Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(MAY), status="held")
    guest = Attendance.objects.create(meeting=meeting, cadre=cadre("Q"), expected=False, status="present")
    Attendance.history.update(history_date=at(BEFORE))
    row = assign(cadre("P"), tree.an1)
    change = Change(tree.an1, "in_charge", guest.cadre, MAY, replaces=row, last_day=BEFORE, end_reason="retired")
    (made,) = carry_out([change]).values()

    take_back(made)

    assert Attendance.objects.get(cadre=guest.cadre).expected is False


def test_a_report_that_the_successor_handed_in_is_not_left_behind():
    tree = small_tree()
    _row, made = replaced(tree)
    QuarterlyReport.objects.create(
        cadre=made.cadre, locality=tree.an1, quarter="2022-Q2", status="submitted", submitted_on=MAY
    )

    assert refused(made)[0] == (
        f"Nothing was taken back: meanwhile a report of {made.cadre.full_name} was recorded here. "
        "End the new assignment instead."
    )


def test_who_goes_on_with_another_decision_goes_on_as_before():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1, last_day=date(2022, 12, 31), end_reason="term_ended")
    before = all_rows()
    (made,) = carry_out(
        [Change(tree.an1, "in_charge", row.cadre, MAY, replaces=row, last_day=BEFORE, end_reason="other")]
    ).values()

    take_back(made)

    assert all_rows() == before


def test_taken_back_once_it_is_gone_for_the_second():
    tree = small_tree()
    _row, made = replaced(tree)
    twin = Assignment.objects.get(pk=made.pk)
    take_back(made)

    assert refused(twin) == (
        "This can no longer be taken back. End the assignment instead.",
        "End the assignment instead.",
    )
    assert Undo.objects.count() == 0


def may_be_undone(row, who):
    return just_made([row], who, timezone.now()) == {row.pk}


def test_what_was_added_alone_is_taken_back():
    tree = small_tree()
    who = user("a", at=tree.district)
    row = Assignment(cadre=cadre("P"), locality=tree.an1, first_day=MAY)
    sign_change(row, by=who)
    begin_assignment(row)
    assert may_be_undone(row, who)

    take_back(row)

    assert all_rows() == ([], [])


def test_what_was_made_together_with_more_is_not_taken_back_row_by_row():
    tree = small_tree()
    leaver, follower = cadre("P"), cadre("Q")
    row = assign(leaver, tree.an1)
    leave(
        leaver,
        [Change(tree.an1, "in_charge", follower, MAY, replaces=row, last_day=BEFORE, end_reason="retired")],
        last_day=BEFORE,
    )
    paper = Decision.objects.create(number="1", signed_on=MAY, first_day=MAY, locality=tree.district)
    line = DecisionLine.objects.create(decision=paper, locality=tree.an2, cadre=follower)
    enact(paper, {line: Change(tree.an2, "in_charge", follower, MAY)}, on=MAY)

    for made in Assignment.objects.filter(cadre=follower):
        assert refused(made)[0] == "This can no longer be taken back. End the assignment instead."


def test_what_was_imported_was_never_done_here():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1)

    assert just_made([row], user("a", at=tree.district), timezone.now()) == set()
