"""Who sees and changes what: the union of grants, assignments in force today and own staff; no role, no rows."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from assignments.actions import localities_changed
from assignments.models import AccessGrant, Agency, Assignment, Cadre, Locality, LocalityVersion, Place
from assignments.scope import reach_of
from assignments.tests.cast import again, agency, assign, at, cadre, small_tree, user, version
from cadrenet.periods import today
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters

pytestmark = pytest.mark.django_db


def codes(queryset):
    return sorted(queryset.values_list("code", flat=True))


def test_no_role_no_rows():
    small_tree()
    cadre("P")
    nobody = user("nobody")

    for model in (Locality, Cadre, Agency, Assignment, Meeting, Attendance, Place):
        assert list(model.objects.visible_to(nobody)) == []
        assert list(model.objects.editable_by(nobody)) == []


def test_somebody_not_signed_in_or_switched_off_reaches_nothing():
    tree = small_tree()
    gone = user("gone", at=tree.district, level="editor", is_active=False)

    assert codes(Locality.objects.visible_to(gone)) == []
    assert codes(Locality.objects.visible_to(AnonymousUser())) == []


def test_a_grant_reaches_everything_at_and_below_its_locality():
    tree = small_tree()

    assert codes(Locality.objects.visible_to(user("clerk", at=tree.an))) == ["AN", "AN-1", "AN-1-A", "AN-1-B", "AN-2"]


def test_a_superuser_reaches_everything():
    small_tree()
    root = user("root", is_superuser=True)

    assert Locality.objects.visible_to(root).count() == Locality.objects.count() == 13


@pytest.mark.parametrize(
    "level, records, decides", [("viewer", False, False), ("recorder", True, False), ("editor", True, True)]
)
def test_the_level_of_a_grant_says_what_may_be_changed(level, records, decides):
    tree = small_tree()
    assign(cadre("P"), tree.an1)
    Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(date(2022, 5, 9)))
    who = user("who", at=tree.an, level=level)

    assert Meeting.objects.visible_to(who).exists()
    assert Meeting.objects.editable_by(who).exists() == records
    assert Assignment.objects.editable_by(who).exists() == decides


@pytest.mark.parametrize("days_ago, days_on, sees", [(10, 0, True), (10, -1, False), (-1, 5, False)])
def test_a_grant_counts_from_its_first_to_its_last_day(days_ago, days_on, sees):
    tree = small_tree()
    who = user("who")
    AccessGrant.objects.create(
        user=who,
        locality=tree.an,
        first_day=today() - timedelta(days=days_ago),
        last_day=today() + timedelta(days=days_on),
    )

    assert Locality.objects.visible_to(who).exists() == sees


def test_an_assignment_in_force_today_reaches_its_subtree_and_lets_record_there():
    tree = small_tree()
    who = user("who")
    assign(cadre("P", user=who), tree.an1)

    assert codes(Locality.objects.visible_to(who)) == ["AN-1", "AN-1-A", "AN-1-B"]
    assert reach_of(who).records == {("hamlet", tree.an1.pk)}
    assert reach_of(who).decides == frozenset()


def test_scope_ends_with_the_assignment_and_own_records_stay_readable():
    tree = small_tree()
    who = user("who")
    me = cadre("P", user=who)
    assign(me, tree.an1, last_day=today() - timedelta(days=1))
    mine = Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(date(2022, 5, 9)), status="held")
    Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(today()), status="planned")
    keep_rosters(Meeting.objects.all())

    assert codes(Locality.objects.visible_to(who)) == []
    assert list(Meeting.objects.visible_to(who)) == [mine]
    assert Attendance.objects.visible_to(who).count() == 1
    assert Assignment.objects.visible_to(who).count() == 1
    assert not Meeting.objects.editable_by(who).exists()


def test_an_agency_head_sees_own_staff_their_assignments_and_meetings_but_no_places():
    tree = small_tree()
    office, other = agency("A", at=tree.district), agency("B", at=tree.district)
    assign(cadre("ours", agency=office), tree.an1)
    assign(cadre("theirs", agency=other), tree.cam1)
    ours = Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(date(2022, 5, 9)))
    Meeting.objects.create(kind="cell", locality=tree.cam1, starts_at=at(date(2022, 5, 9)))
    own = Meeting.objects.create(kind="agency", agency=office, starts_at=at(date(2022, 5, 9)))
    keep_rosters(Meeting.objects.all())
    head = user("head", of=office)

    assert codes(Locality.objects.visible_to(head)) == []
    assert codes(Cadre.objects.visible_to(head)) == ["ours"]
    assert codes(Agency.objects.visible_to(head)) == ["A"]
    assert [a.cadre.code for a in Assignment.objects.visible_to(head)] == ["ours"]
    assert set(Meeting.objects.visible_to(head)) == {ours, own}
    assert [a.cadre.code for a in Attendance.objects.visible_to(head)] == ["ours"]
    assert not Meeting.objects.editable_by(head).exists()


def test_an_agency_clerk_enters_the_agencys_meetings_and_nothing_of_the_localities():
    tree = small_tree()
    office = agency("A", at=tree.district)
    assign(cadre("ours", agency=office), tree.an1)
    Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(date(2022, 5, 9)))
    own = Meeting.objects.create(kind="agency", agency=office, starts_at=at(date(2022, 5, 9)))
    keep_rosters(Meeting.objects.all())
    clerk = user("clerk", of=office, level="recorder")

    assert list(Meeting.objects.editable_by(clerk)) == [own]


def test_a_meeting_belongs_to_the_scope_in_which_the_place_lay_on_its_day():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 14))
    version(tree.an2, "Ấp 2", tree.cam, first_day=date(2022, 5, 15))
    localities_changed()
    before = Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(date(2022, 5, 9)))
    after = Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(date(2022, 5, 20)))

    assert list(Meeting.objects.visible_to(user("an", at=tree.an))) == [before]
    assert list(Meeting.objects.visible_to(user("cam", at=tree.cam))) == [after]


def test_cadres_of_a_commune_are_those_of_its_agencies_and_those_who_serve_there():
    tree = small_tree()
    cadre("committee", agency=agency("C", at=tree.an))
    assign(cadre("district official", agency=agency("A", at=tree.district)), tree.an1)
    cadre("elsewhere", agency=agency("C2", at=tree.cam))

    assert codes(Cadre.objects.visible_to(user("officer", at=tree.an))) == ["committee", "district official"]


def test_a_row_two_roles_reach_comes_once():
    tree = small_tree()
    who = user("who", at=tree.an)
    AccessGrant.objects.create(user=who, locality=tree.north)

    assert codes(Locality.objects.visible_to(again(who))) == sorted(
        set(codes(Locality.objects.visible_to(again(who))))
    )


def test_reach_costs_one_query(django_assert_num_queries):
    tree = small_tree()
    who = user("who", at=tree.an)
    assign(cadre("P", user=who), tree.cam1)
    who = again(who)

    with django_assert_num_queries(1):
        reach = reach_of(who)
        reach_of(who)

    assert reach.sees == {("commune", tree.an.pk), ("hamlet", tree.cam1.pk)}


@pytest.mark.parametrize("root", ["district", "north", "an", "an1"])
def test_narrowing_facts_to_a_part_of_the_tree_never_shows_more_than_the_scope_does(root):
    tree = small_tree()
    who = user("who", at=getattr(tree, root))
    assign(cadre("P", user=who, agency=agency("A", at=tree.district)), tree.cam1, role="in_charge")
    for place in (tree.an, tree.an1, tree.an2, tree.binh1, tree.cam1):
        kind = "commune_committee" if place.tier == "commune" else "cell"
        Meeting.objects.create(kind=kind, locality=place, starts_at=at(date(2022, 5, 9)))
    Meeting.objects.create(kind="agency", agency=Agency.objects.get(), starts_at=at(date(2022, 5, 9)))
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 14))
    version(tree.an2, "Ấp 2", tree.cam, first_day=date(2022, 5, 15))
    localities_changed()
    keep_rosters(Meeting.objects.all())
    who = again(who)

    for model in (Meeting, Attendance):
        seen = set(model.objects.visible_to(who))
        for within in (tree.district, tree.north, tree.an, tree.an1, tree.an2, tree.cam, tree.cam1):
            there = set(model.objects.filter(**{f"place__{within.tier}": within}))
            assert set(model.objects.visible_to(who, within)) == seen & there, (model, within.code)
            assert set(model.objects.all().under(within)) == there, (model, within.code)
