"""What has not begun can be taken back: on the page of an assignment, the board, by leaving, by a decision."""

from datetime import date, datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from assignments.changes import Change, leaving, withdrawal
from assignments.decisions.actions import enact_draft
from assignments.models import Assignment, Decision, DecisionLine, Handover
from assignments.tests.cast import OFFICE, agency, assign, at, cadre, small_tree, user
from assignments.undo import take_back
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters, wrong_rosters
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db
TODAY, MAY, JUNE, JULY = date(2022, 5, 9), date(2022, 5, 31), date(2022, 6, 1), date(2022, 7, 1)
SENTENCE = "The assignment of Trần Thị Bình from 1 Jun 2022 has not begun: it is withdrawn and never takes effect."


@pytest.fixture(autouse=True)
def _ninth_of_may():
    with time_machine.travel(datetime(2022, 5, 9, 9, tzinfo=OFFICE), tick=False), translation.override("en"):
        yield


def office():
    """Ánh answers for neighbourhood 1 up to May, Bình follows in June; Châu could. A cell meets on 15 June."""
    tree = small_tree()
    work = agency("A", "Văn phòng", at=tree.district)
    tree.anh = cadre("P1", "Nguyễn Thị Ánh", agency=work)
    tree.binh = cadre("P2", "Trần Thị Bình", agency=work)
    tree.chau = cadre("P3", "Nguyễn Minh Châu", agency=work)
    tree.before = assign(tree.anh, tree.an1, first_day=date(2020, 1, 1), last_day=MAY)
    tree.coming = assign(tree.binh, tree.an1, first_day=JUNE)
    tree.handover = Handover.objects.create(ended=tree.before, successor=tree.coming)
    tree.cell = Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(date(2022, 6, 15)))
    keep_rosters(Meeting.objects.all())
    tree.user = user("office", at=tree.district, level="editor", is_staff=True)
    tree.client = visitor(tree.user)
    return tree


def held():
    rows = Assignment.objects.order_by("first_day", "pk")
    return list(rows.values_list("cadre__code", "first_day", "last_day"))


def expected():
    return list(
        Attendance.objects.filter(expected=True).order_by("cadre__code").values_list("cadre__code", flat=True)
    )


ANH_ALONE = [("P1", date(2020, 1, 1), MAY)]
CHAU_INSTEAD = [*ANH_ALONE, ("P3", JUNE, None)]


def gone():
    """The last record of the history of Bình's assignment."""
    last = Assignment.history.filter(cadre__code="P2").latest("history_date", "history_id")
    return last.history_type, last.first_day, last.end_reason


def test_one_that_has_not_begun_is_withdrawn_on_its_page_after_saying_so():
    tree = office()
    url = reverse("assignments:assignment_end", args=[tree.coming.pk])
    asked = {"last_day": str(TODAY), "end_reason": "other"}

    page = tree.client.get(tree.coming.get_absolute_url()).content.decode()
    first = tree.client.post(url, asked)
    unread = held()
    digest = first.context["form"].shown_digest
    second = tree.client.post(url, asked | {"seen": digest, "why": "Quyết định sai"}, follow=True)

    assert ("Withdraw it" in page, "End it" in page) == (True, False)
    assert SENTENCE in first.content.decode()
    assert unread == [*ANH_ALONE, ("P2", JUNE, None)]
    assert held() == ANH_ALONE
    assert gone() == ("-", JUNE, "other")
    assert "Withdrawn: Trần Thị Bình does not begin at Khu phố 1 on 1 Jun 2022." in second.content.decode()
    assert (expected(), wrong_rosters()) == ([], set())
    tree.handover.refresh_from_db()
    assert tree.handover.successor is None


def test_a_last_day_after_the_first_still_ends_one_that_has_not_begun():
    tree = office()
    url = reverse("assignments:assignment_end", args=[tree.coming.pk])
    asked = {"last_day": "2022-12-31", "end_reason": "other", "why": "Đã bàn"}

    digest = tree.client.post(url, asked).context["form"].shown_digest
    tree.client.post(url, asked | {"seen": digest})

    assert held() == [*ANH_ALONE, ("P2", JUNE, date(2022, 12, 31))]


def test_one_that_has_begun_still_has_its_last_day_after_its_first():
    tree = office()
    row = assign(tree.chau, tree.an2, first_day=date(2022, 5, 1))

    response = tree.client.post(
        reverse("assignments:assignment_end", args=[row.pk]), {"last_day": "2022-04-30", "end_reason": "other"}
    )

    assert response.context["form"].errors == {"last_day": ["The last day lies before the first day."]}
    assert Assignment.objects.get(pk=row.pk).last_day is None


def test_a_successor_takes_the_place_of_one_who_never_begins_and_the_handover_names_the_successor():
    tree = office()
    url = reverse("assignments:assignment_replace", args=[tree.coming.pk])
    asked = {"last_day": str(TODAY), "end_reason": "other", "cadre": "P3"}

    first = tree.client.post(url, asked)
    response = tree.client.post(url, asked | {"seen": first.context["form"].shown_digest})

    assert SENTENCE in first.content.decode()
    assert held() == CHAU_INSTEAD
    assert (expected(), wrong_rosters()) == (["P3"], set())
    tree.handover.refresh_from_db()
    assert tree.handover.successor.cadre == tree.chau
    assert response.url == tree.handover.get_absolute_url()
    assert Handover.objects.count() == 1


def test_the_board_offers_those_who_are_yet_to_begin_to_be_replaced():
    tree = office()
    url = reverse("assignments:board_row", args=[tree.an1.pk])
    asked = {f"cadre-{tree.an1.pk}": "P3", "first_day": str(JUNE), "replaces": tree.coming.pk, "end_reason": "other"}

    first = tree.client.post(url, asked)
    form = next(line.form for line in first.context["lines"] if line.form)
    tree.client.post(url, asked | {"seen": form.shown_digest})

    assert dict(form.fields["replaces"].choices)[str(tree.coming.pk)] == "Trần Thị Bình, from 1 Jun 2022"
    assert SENTENCE in first.content.decode()
    assert held() == CHAU_INSTEAD


def test_whoever_leaves_before_an_assignment_begins_never_begins_it():
    tree = office()
    url = reverse("assignments:cadre_leave", args=[tree.binh.pk])
    asked = {"last_day": str(TODAY), "end_reason": "retired", "why": "Nghỉ hưu"}

    first = tree.client.post(url, asked)
    tree.client.post(url, asked | {"seen": first.context["form"].shown_digest})

    assert SENTENCE in first.content.decode()
    assert held() == ANH_ALONE
    tree.binh.refresh_from_db()
    assert (tree.binh.left_on, gone()) == (TODAY, ("-", JUNE, "retired"))
    assert wrong_rosters() == set()


def test_whoever_leaves_can_be_followed_from_the_day_on_which_the_assignment_was_to_begin():
    tree = office()
    url = reverse("assignments:cadre_leave", args=[tree.binh.pk])
    asked = {"last_day": str(TODAY), "end_reason": "retired", f"cadre-{tree.coming.pk}": "P3"}

    first = tree.client.post(url, asked)
    tree.client.post(url, asked | {"seen": first.context["form"].shown_digest})

    assert held() == CHAU_INSTEAD


def decision(tree, **more):
    return Decision.objects.create(number="1-QĐ/HU", signed_on=TODAY, first_day=JUNE, locality=tree.district, **more)


def test_a_decision_withdraws_one_that_has_not_begun_and_keeps_who_was_meant():
    tree = office()
    paper = decision(tree)
    line = DecisionLine.objects.create(decision=paper, locality=tree.an1, cadre=tree.chau, why="Đã bàn")
    url = reverse("assignments:line_edit", args=[line.pk])

    offered = dict(tree.client.get(url).context["form"].fields["replaces"].choices)
    tree.client.post(url, {"cadre": "P3", "replaces": tree.coming.pk, "end_reason": "other", "why": "Đã bàn"})
    draft = tree.client.get(paper.get_absolute_url()).content.decode()
    enact_draft(paper, tree.user, TODAY)
    enacted = tree.client.get(paper.get_absolute_url()).content.decode()

    assert offered[str(tree.coming.pk)] == "Trần Thị Bình, from 1 Jun 2022, is withdrawn if it has not begun"
    assert "the assignment of Trần Thị Bình from 1 Jun 2022 is withdrawn before it begins" in " ".join(draft.split())
    assert held() == CHAU_INSTEAD
    line.refresh_from_db()
    assert (line.replaces, line.withdrew, line.withdrew_from) == (None, tree.binh, JUNE)
    assert line.assignment.cadre == tree.chau
    assert "the assignment of Trần Thị Bình from 1 Jun 2022 was withdrawn before it began" in " ".join(
        enacted.split()
    )


def test_a_line_that_only_takes_somebody_away_means_whoever_is_to_come_where_nobody_holds_the_place():
    tree = office()
    paper = decision(tree)

    tree.client.post(
        reverse("assignments:line_create", args=[paper.pk]),
        {"locality": "AN-1", "role": "in_charge", "first_day": str(JUNE)},
    )
    line = paper.lines.get()
    replaced = line.replaces
    line.why = "Sai"
    line.save()
    enact_draft(paper, tree.user, TODAY)

    line.refresh_from_db()
    assert (replaced, held()) == (tree.coming, ANH_ALONE)
    assert (line.cadre, line.replaces, line.withdrew, line.withdrew_from) == (None, None, tree.binh, JUNE)


def test_drafts_that_replace_what_is_withdrawn_follow():
    tree = office()
    first = Decision.objects.create(number="1", signed_on=TODAY, first_day=JULY, locality=tree.district)
    second = Decision.objects.create(number="2", signed_on=TODAY, first_day=JULY, locality=tree.district)
    with_somebody = DecisionLine.objects.create(
        decision=first, locality=tree.an1, cadre=tree.chau, replaces=tree.coming
    )
    only_leaves = DecisionLine.objects.create(decision=second, locality=tree.an1, replaces=tree.coming)
    url = reverse("assignments:assignment_end", args=[tree.coming.pk])
    asked = {"last_day": str(TODAY), "end_reason": "other", "why": "Sai"}

    digest = tree.client.post(url, asked).context["form"].shown_digest
    tree.client.post(url, asked | {"seen": digest})

    assert held() == ANH_ALONE
    with_somebody.refresh_from_db()
    assert (with_somebody.replaces, with_somebody.withdrew) == (None, None)
    assert not DecisionLine.objects.filter(pk=only_leaves.pk).exists()
    assert DecisionLine.history.filter(id=only_leaves.pk, history_type="-").exists()


def test_an_assignment_that_was_to_follow_the_withdrawn_one_takes_the_handover_over():
    tree = office()
    tree.coming.last_day = date(2022, 6, 30)
    tree.coming.save()
    after = assign(tree.chau, tree.an1, first_day=JULY)
    own = Handover.objects.create(ended=tree.coming, successor=after)
    url = reverse("assignments:assignment_end", args=[tree.coming.pk])
    asked = {"last_day": str(TODAY), "end_reason": "other", "why": "Sai"}

    digest = tree.client.post(url, asked).context["form"].shown_digest
    tree.client.post(url, asked | {"seen": digest})

    tree.handover.refresh_from_db()
    assert tree.handover.successor == after
    assert not Handover.objects.filter(pk=own.pk).exists()
    assert Handover.history.filter(id=own.pk, history_type="-").exists()


def test_the_administration_withdraws_what_has_not_begun_and_leaves_what_has():
    tree = office()
    client = visitor(user("root", is_staff=True, is_superuser=True))

    response = client.post(
        reverse("admin:assignments_assignment_changelist"),
        {"action": "withdraw_selected", "_selected_action": [tree.before.pk, tree.coming.pk]},
        follow=True,
    )

    page = response.content.decode()
    assert held() == ANH_ALONE
    assert SENTENCE in page
    assert "1 assignment has begun, or is not yours to decide, and stays as it is." in page
    assert (expected(), wrong_rosters()) == ([], set())


def test_a_handover_that_was_there_before_is_not_taken_back_with_a_change():
    tree = office()
    url = reverse("assignments:assignment_replace", args=[tree.coming.pk])
    asked = {"last_day": str(TODAY), "end_reason": "other", "cadre": "P3"}
    first = tree.client.post(url, asked)
    tree.client.post(url, asked | {"seen": first.context["form"].shown_digest})
    made = Assignment.objects.get(cadre=tree.chau)

    with pytest.raises(Exception, match="This can no longer be taken back"):
        take_back(made)

    assert Handover.objects.filter(pk=tree.handover.pk).exists()


def test_what_is_said_of_an_assignment_depends_on_whether_it_has_begun():
    tree = office()

    coming = leaving(tree.coming, TODAY, TODAY)
    begun = leaving(tree.before, TODAY, TODAY)

    assert coming == {"replaces": tree.coming, "last_day": MAY, "withdraws": True}
    assert begun == {"replaces": tree.before, "last_day": TODAY}
    assert leaving(tree.coming, date(2022, 6, 30), TODAY) == {"replaces": tree.coming, "last_day": date(2022, 6, 30)}
    assert withdrawal(Change(tree.an1, "in_charge", **coming)) == SENTENCE
