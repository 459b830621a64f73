"""A commune goes to another district: where its issues count, and that an index knows what has moved."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from assignments.actions import localities_changed
from assignments.models import LocalityVersion, Place, Tier
from assignments.places import misplaced
from assignments.tests.cast import locality, small_tree, version
from cadrenet.periods import Quarter
from cadrenet.tests.built_once import built_once
from reports import figures
from reports.models import Issue
from reports.tests.quarter import issue

pytestmark = pytest.mark.django_db

MOVED_ON = date(2022, 11, 15)
Q3, Q4 = Quarter(2022, 3), Quarter(2022, 4)


@pytest.fixture
@built_once
def tree():
    """The small district and a second one, E, to which the commune An goes on 15 November with all below it."""
    tree = small_tree()
    tree.other = locality("E", "district", "Huyện Khác")
    tree.south_east = locality("E-N", "regional_group", "Nhóm Đông", tree.other)
    LocalityVersion.objects.filter(locality=tree.an).update(last_day=date(2022, 11, 14))
    version(tree.an, "Thị trấn An", tree.south_east, first_day=MOVED_ON)
    localities_changed()
    return tree


def counts(district, quarter):
    (row,) = figures.rows(quarter, Tier.DISTRICT, district, None)
    return row.issues_raised, row.issues_closed, row.issues_open


def test_issues_count_where_the_locality_lay_when_they_were_raised_and_closed_and_are_brought_along_open(tree):
    for raised_on in (date(2022, 8, 1), date(2022, 9, 1), date(2022, 11, 20)):
        issue(tree.an1, raised_on)
    issue(tree.cam, date(2022, 8, 1), "land")
    issue(tree.an, date(2022, 7, 1), status="closed", closed_on=date(2022, 11, 14))
    issue(tree.an, date(2022, 7, 1), status="closed", closed_on=MOVED_ON)

    assert counts(tree.district, Q3) == (5, 0, 5)
    assert counts(tree.other, Q3) == (0, 0, 0)
    assert counts(tree.district, Q4) == (0, 1, 1)
    assert counts(tree.other, Q4) == (1, 1, 3)

    for district, open_now in ((tree.district, [("land", 1)]), (tree.other, [("roads", 3)])):
        rows = figures.open_issues_by_theme(Q4.last_day, district, None, Q4.last_day)
        assert [(row["theme"], row["open"]) for row in rows] == open_now
    # Of the commune alone, too, and of everything there is.
    whole = figures.summary_of(Q4, Tier.COMMUNE, tree.an, None).whole
    assert (whole.issues_raised, whole.issues_closed, whole.issues_open) == (1, 2, 3)
    assert sum(row.issues_open for row in figures.rows(Q4, Tier.COMMUNE, None, None)) == 4


def test_an_open_issue_of_a_district_that_is_no_more_counts_where_it_last_stood():
    tree = small_tree()
    province, other = locality("P", "province", "Tỉnh Mẫu"), locality("E", "district", "Huyện Khác")
    for district in (tree.district, other):
        district.versions.update(parent=province)
    localities_changed()
    issue(tree.cam1, date(2022, 8, 1))
    ended = LocalityVersion.objects.exclude(locality__in=[province, other])
    ended.update(last_day=date(2022, 10, 31))
    localities_changed()

    (row,) = figures.rows(Q4.next, Tier.PROVINCE, province, None)
    assert row.issues_open == 1
    assert figures.open_issues_by_theme(Q4.next.last_day, province, None, Q4.last_day)[0]["open"] == 1


def test_a_place_knows_whether_its_locality_has_stood_in_several_areas(tree):
    moved = set(Place.objects.filter(moved=True).values_list("locality__code", flat=True))

    assert moved == {"AN", "AN-1", "AN-1-A", "AN-1-B", "AN-2"}
    assert Place.objects.filter(locality=tree.an1).values_list("moved", flat=True).distinct().get() is True
    tree.an.versions.filter(first_day=MOVED_ON).delete()
    tree.an.versions.update(last_day=None)
    localities_changed()
    assert not Place.objects.filter(moved=True).exists()


def test_a_move_within_the_district_is_no_move_to_another_area():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 11, 14))
    version(tree.an2, "Ấp 2", tree.cam, first_day=MOVED_ON)
    localities_changed()

    assert not Place.objects.filter(moved=True).exists()


def test_closed_issues_know_their_area_whatever_changes(tree):
    closed = issue(tree.an1, date(2022, 8, 1), status="closed", closed_on=MOVED_ON)
    assert (closed.area, closed.closed_area) == (tree.district, tree.other)

    tree.an.versions.filter(first_day=MOVED_ON).delete()
    tree.an.versions.update(last_day=None)
    localities_changed()
    closed.refresh_from_db()
    assert (closed.area, closed.closed_area) == (tree.district, tree.district)

    Issue.objects.update(closed_area=tree.other)
    assert misplaced() == [f"reports.Issue {closed.pk}"]
    closed.status, closed.closed_on = "open", None
    closed.save()
    assert closed.closed_area is None
    assert misplaced() == []


def test_what_was_there_before_is_brought_up_to_date(tree):
    closed = issue(tree.an1, date(2022, 8, 1), status="closed", closed_on=MOVED_ON)
    Issue.objects.update(closed_area=None)
    Place.objects.update(moved=False)

    import_module("assignments.migrations.0003_moved_places").mark_moved(apps, None)
    import_module("reports.migrations.0004_fill_closed_area").fill(apps, None)

    closed.refresh_from_db()
    assert closed.closed_area == tree.other
    assert set(Place.objects.filter(moved=True).values_list("locality__code", flat=True)) == {
        "AN",
        "AN-1",
        "AN-1-A",
        "AN-1-B",
        "AN-2",
    }
