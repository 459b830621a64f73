"""Places follow from versions, and facts are re-pointed when a place changes."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from assignments.actions import localities_changed
from assignments.models import Locality, LocalityType, LocalityVersion, Place
from assignments.places import Tree, derive, misplaced
from assignments.tests.cast import at, locality, small_tree, version
from meetings.models import Meeting

pytestmark = pytest.mark.django_db
ALWAYS = (date.min, date.max)


def stood(of):
    """Where a locality stood: (name, path, first day, last day, counts until) of each place."""
    rows = Place.objects.filter(locality=of).order_by("first_day")
    return [(p.name, p.path, p.first_day, p.last_day, p.counts_until) for p in rows]


def test_a_place_holds_the_locality_of_every_tier_above_and_itself():
    tree = small_tree()

    place = Place.objects.get(locality=tree.an1a)

    assert (place.district, place.regional_group, place.commune, place.hamlet, place.self_governing_group) == (
        tree.district,
        tree.north,
        tree.an,
        tree.an1,
        tree.an1a,
    )
    assert place.province is None
    assert place.area == tree.district
    assert place.path == "Huyện Mẫu › Nhóm Bắc › Thị trấn An › Khu phố 1"
    assert (place.first_day, place.last_day) == ALWAYS


def test_a_move_of_the_commune_ends_one_place_and_begins_another_everywhere_below():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an).update(last_day=date(2022, 11, 9))
    version(tree.an, "Thị trấn An", tree.south, first_day=date(2022, 11, 10))

    derive()

    path = "Huyện Mẫu › {} › Thị trấn An › Khu phố 1"
    assert stood(tree.an1a) == [
        ("Tổ số 1", path.format("Nhóm Bắc"), date.min, date(2022, 11, 9), date(2022, 11, 9)),
        ("Tổ số 1", path.format("Nhóm Nam"), date(2022, 11, 10), date.max, date.max),
    ]
    assert len(stood(tree.cam1a)) == 1


def test_a_new_name_above_begins_a_new_place_with_the_new_path():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an).update(last_day=date(2022, 6, 30))
    version(tree.an, "Phường An", tree.north, first_day=date(2022, 7, 1))

    derive()

    assert [row[1] for row in stood(tree.an2)] == [
        "Huyện Mẫu › Nhóm Bắc › Thị trấn An",
        "Huyện Mẫu › Nhóm Bắc › Phường An",
    ]


def test_the_last_place_of_an_ended_locality_counts_for_what_comes_after():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 8, 10))

    derive()

    [(*_, last_day, counts_until)] = stood(tree.an2)
    assert (last_day, counts_until) == (date(2022, 8, 10), date.max)
    after = date(2022, 12, 31)
    assert not Place.objects.on(after).filter(locality=tree.an2).exists()
    assert Place.objects.counting_on(after).filter(locality=tree.an2).exists()


def test_a_gap_between_two_versions_counts_for_the_place_before_it():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 1, 31))
    version(tree.an2, "Ấp 2", tree.an, first_day=date(2022, 3, 1))

    derive()

    assert [(row[3], row[4]) for row in stood(tree.an2)] == [
        (date(2022, 1, 31), date(2022, 2, 28)),
        (date.max, date.max),
    ]


def test_deriving_again_changes_nothing():
    small_tree()

    assert derive() == set()


def test_facts_follow_when_the_tree_changes_and_only_from_that_day():
    tree = small_tree()
    before = Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(date(2022, 5, 9)))
    after = Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(date(2022, 5, 20)))
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 14))
    version(tree.an2, "Ấp 2", tree.cam, first_day=date(2022, 5, 15))
    assert len(misplaced()) == 0  # nothing has been derived yet, and nothing is wrong yet

    localities_changed()

    before.refresh_from_db()
    after.refresh_from_db()
    assert before.place.commune == tree.an
    assert after.place.commune == tree.cam
    assert misplaced() == []


def test_a_fact_pointed_at_the_wrong_place_is_found():
    tree = small_tree()
    meeting = Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(date(2022, 5, 9)))
    Meeting.objects.filter(pk=meeting.pk).update(place=Place.objects.get(locality=tree.cam1))

    assert misplaced() == [f"meetings.Meeting {meeting.pk}"]


def test_a_place_that_is_no_more_is_taken_away_after_its_facts_have_moved():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 14))
    moved = version(tree.an2, "Ấp 2", tree.cam, first_day=date(2022, 5, 15))
    localities_changed()
    meeting = Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(date(2022, 5, 20)))
    moved.delete()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=None)

    localities_changed()

    meeting.refresh_from_db()
    assert meeting.place.commune == tree.an
    assert Place.objects.filter(locality=tree.an2).count() == 1


@pytest.mark.parametrize("first_day", [date(2022, 2, 1), None])
def test_facts_follow_when_a_version_turns_out_to_begin_later_or_earlier(first_day):
    tree = small_tree()
    versions = LocalityVersion.objects.filter(locality=tree.an2)
    versions.update(first_day=date(2022, 1, 1))
    localities_changed()
    meeting = Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(date(2022, 5, 20)))
    versions.update(first_day=first_day)

    localities_changed()

    meeting.refresh_from_db()
    assert [row[2] for row in stood(tree.an2)] == [meeting.place.first_day] == [first_day or date.min]
    assert misplaced() == []


def test_where_versions_overlap_nothing_is_said_and_all_else_is_derived():
    tree = small_tree()
    before = stood(tree.an1a)
    version(tree.an1, "Khu phố 1B", tree.an, first_day=date(2022, 5, 15), last_day=date(2022, 5, 31))
    LocalityVersion.objects.filter(locality=tree.cam).update(name="Xã Mới")

    assert Tree().unsettled() == {tree.an1.pk, tree.an1a.pk, tree.an1b.pk}
    derive(leave=Tree().unsettled())

    assert stood(tree.an1a) == before
    assert [row[1] for row in stood(tree.cam1)] == ["Huyện Mẫu › Nhóm Nam › Xã Mới"]


def test_what_lies_in_itself_has_an_end():
    """No form lets it happen; whoever verifies the database has to get to the end of it."""
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an).update(parent=tree.an1)

    assert Tree().unsettled() == {tree.an.pk, tree.an1.pk, tree.an2.pk, tree.an1a.pk, tree.an1b.pk}


def test_deriving_takes_as_many_queries_for_many_localities_as_for_few(django_assert_num_queries):
    tree = small_tree()
    for number in range(3):
        locality(f"X-{number}", "hamlet", f"Ấp {number}", tree.an)
    derive()

    with django_assert_num_queries(5):
        derive()


def test_an_address_leaves_out_the_district_at_the_top_and_only_that():
    small_tree()

    above = {place.locality.code: place.above for place in Place.objects.select_related("locality")}

    assert above["AN-1-A"] == "Khu phố 1 › Thị trấn An › Nhóm Bắc"
    assert above["N"] == "Huyện Mẫu"
    assert above["D"] == ""


def test_below_a_province_an_address_names_the_district():
    province = locality("P", "province", "Tỉnh Mẫu")
    district = locality("D", "district", "Huyện Mẫu", province)
    locality("C", "commune", "Xã An", district)
    derive()

    assert Place.objects.get(locality__code="C").above == "Huyện Mẫu › Tỉnh Mẫu"


class EveryTree(TestCase):
    """Whatever the versions, the places of a locality tell exactly its days, without gaps of their own making."""

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(st.integers(0, 60), min_size=1, max_size=5, unique=True),
        st.lists(st.integers(0, 60), min_size=1, max_size=5, unique=True),
    )
    def test_places_cover_the_days_of_the_version_and_of_its_parent(self, commune_days, hamlet_days):
        start = date(2022, 1, 1)
        north, south = (locality(code, "regional_group", code) for code in ("N", "S"))
        commune = Locality.objects.create(code="C", tier="commune")
        hamlet = Locality.objects.create(code="H", tier="hamlet")
        self.cut(commune, "commune", [north, south], sorted(commune_days))
        self.cut(hamlet, "hamlet", [commune], sorted(hamlet_days))

        derive()

        versions = [list(of.versions.all()) for of in (commune, hamlet)]
        places = list(Place.objects.filter(locality=hamlet))
        for offset in range(-2, 63):
            day = start + timedelta(days=offset)
            both = all(any(v.holds_on(day) for v in rows) for rows in versions)
            assert sum(place.first_day <= day <= place.last_day for place in places) == both
        assert derive() == set()

    def cut(self, of, type, parents, days):
        """Versions that begin on each of the days and lie in the parents in turn; the last one ends."""
        kind = LocalityType.objects.get(code=type)
        start = date(2022, 1, 1)
        for index, day in enumerate(days):
            until = days[index + 1] - 1 if index + 1 < len(days) else 60
            if until < day:
                continue
            version(
                of,
                f"{type} {index}",
                parents[index % len(parents)],
                start + timedelta(days=day),
                start + timedelta(days=until),
                type=kind,
            )
