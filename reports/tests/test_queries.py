"""The figures of a quarter and of a year, counted by hand in the small district."""

from datetime import date
from decimal import Decimal

import pytest

from assignments.actions import localities_changed
from assignments.models import Tier
from assignments.subtree import subtree
from assignments.tests.cast import again, agency, assign, cadre, locality, small_tree, user, version
from cadrenet.periods import Month, Quarter
from meetings.tests.evening import agency_meeting, meeting
from reports import figures
from reports.figures import Figures
from reports.figures.counts import Period, reports_owed, with_state
from reports.figures.forms import quarters_with_meetings
from reports.figures.ratings import Cap
from reports.models import QuarterlyReport, due_day
from reports.tests.quarter import Q4, attend, busy_quarter, issue, resource

pytestmark = pytest.mark.django_db

MONTHS = [Month(2022, number) for number in range(7, 13)]


def counts(row):
    """Those counts of a row that are not zero."""
    return {name: getattr(row, name) for name in Figures.__dataclass_fields__ if getattr(row, name)}


def by_code(rows):
    return {row.locality_code: counts(row) for row in rows}


def test_the_quarter_counted_by_hand():
    busy_quarter()

    rows = figures.rows(Q4, Tier.DISTRICT, None, None)

    assert by_code(rows) == {
        "D": {
            "meetings_due": 6,
            "meetings_held": 4,
            "meetings_not_held": 1,
            "attendance_expected": 6,
            "attendance_present": 3,
            "attendance_excused": 1,
            "attendance_absent": 1,
            "attendance_unrecorded": 1,
            "guests": 1,
            "households_total": 20,
            "households_represented": 15,
            "groups": 3,
            "groups_covered": 1,
            "issues_raised": 2,
            "issues_closed": 1,
            "issues_open": 2,
            "resources_value_vnd": 6_500_000,
            "reports_expected": 4,
            "reports_on_time": 1,
            "reports_late": 1,
        }
    }
    district = rows[0]
    assert (district.locality_name, district.quarter, district.reports_missing) == ("Huyện Mẫu", "2022-Q4", 2)
    assert district.present_of_expected_pct == Decimal("50.00")
    assert district.present_of_unexcused_pct == Decimal("60.00")
    assert district.participation_pct == Decimal("75.00")
    assert district.coverage_pct == Decimal("33.33")


def test_rows_of_a_lower_tier_add_up_to_what_lies_in_them():
    busy_quarter()

    rows = figures.rows(Q4, Tier.HAMLET, None, None)

    assert [row.locality_code for row in rows] == ["AN-1", "AN-2", "BI-1", "CA-1"]
    total = figures.total_of(rows)
    # Without the meeting of the commune itself, and what was raised and mobilised there.
    assert (total.meetings_due, total.attendance_expected, total.issues_open) == (5, 3, 1)
    assert total.reports_expected == 2


def test_what_cannot_be_divided_is_not_known():
    nothing = Figures()

    assert (nothing.present_of_expected_pct, nothing.present_of_unexcused_pct) == (None, None)
    assert (nothing.participation_pct, nothing.coverage_pct, nothing.reports_on_time_pct) == (None, None, None)
    # Everybody excused: nothing is left to divide by.
    excused = Figures(attendance_expected=2, attendance_excused=2)
    assert (excused.present_of_unexcused_pct, excused.present_of_expected_pct) == (None, Decimal("0.00"))


def test_percentages_of_several_come_from_their_counts():
    rows = [
        Figures(attendance_expected=3, attendance_present=1),
        Figures(attendance_expected=1, attendance_present=1),
    ]

    assert figures.total_of(rows).present_of_unexcused_pct == Decimal("50.00")


def test_households_count_where_both_numbers_are_known():
    tree = small_tree()
    for day, total, represented in ((1, 20, 10), (2, 20, None), (3, None, 5), (4, 10, 0)):
        meeting(
            "self_governing_group",
            tree.an1a,
            date(2022, 11, day),
            status="held",
            households_total=total,
            households_represented=represented,
        )

    row = figures.rows(Q4, Tier.COMMUNE, None, None)[0]

    assert (row.households_total, row.households_represented) == (30, 10)
    assert row.participation_pct == Decimal("33.33")


def test_a_locality_that_ended_in_the_quarter_keeps_its_row_and_the_name_it_bore_last():
    tree = small_tree()
    mine = tree.binh.versions.get()
    mine.last_day = date(2022, 10, 31)
    mine.save()
    version(tree.binh, "Xã Bình Mới", tree.north, first_day=date(2022, 11, 1), last_day=date(2022, 11, 30))
    hamlet = tree.binh1.versions.get()
    hamlet.last_day = date(2022, 11, 30)
    hamlet.save()
    localities_changed()

    names = {row.locality_code: row.locality_name for row in figures.rows(Q4, Tier.COMMUNE, None, None)}
    later = [row.locality_code for row in figures.rows(Q4.next, Tier.COMMUNE, None, None)]

    assert names["BI"] == "Xã Bình Mới"
    assert later == ["AN", "CA"]


def test_what_is_counted_at_the_end_of_the_quarter_goes_by_its_last_day():
    tree = small_tree()
    # Somebody who leaves on the last day still answers that day; somebody who comes a day later does not.
    assign(cadre("P1"), tree.an1a, last_day=date(2022, 12, 31))
    assign(cadre("P2"), tree.an1b, first_day=date(2023, 1, 1))

    row = figures.rows(Q4, Tier.COMMUNE, None, None)[0]

    assert (row.groups, row.groups_covered) == (2, 1)


def test_figures_of_one_district_hold_nothing_of_another():
    it = busy_quarter()
    before = counts(figures.rows(Q4, Tier.DISTRICT, None, it.committee)[0])
    other = locality("E", "district", "Huyện Khác")
    commune = locality("E-1", "commune", "Xã Khác", other)
    hamlet = locality("E-1-1", "hamlet", "Ấp Khác", commune)
    locality("E-1-1-A", "self_governing_group", "Tổ Khác", hamlet)
    localities_changed()
    who = cadre("E9")
    assign(who, hamlet)
    attend(meeting("cell", hamlet, date(2022, 11, 8), status="held"), who, "present")
    issue(hamlet, date(2022, 11, 8))
    resource(hamlet, date(2022, 11, 8), 1)

    rows = figures.rows(Q4, Tier.DISTRICT, None, None)
    seen = figures.rows(Q4, Tier.DISTRICT, None, again(it.committee))

    assert {row.locality_code: row.meetings_held for row in rows} == {"D": 4, "E": 1}
    assert [counts(row) for row in seen] == [before]


def test_months_are_told_apart_by_the_localities_asked_for():
    it = busy_quarter()

    found = figures.attendance_by_month(MONTHS, None, None, Tier.REGIONAL_GROUP, Tier.COMMUNE)

    north, an, south, cam = (it.tree.north.pk, it.tree.an.pk, it.tree.south.pk, it.tree.cam.pk)
    assert {key: (row.attendance_present, row.attendance_unexcused) for key, row in found.items()} == {
        (north, an, Month(2022, 8)): (0, 1),
        (north, an, Month(2022, 11)): (3, 4),
        (south, cam, Month(2022, 12)): (0, 1),
    }
    by_group = figures.grouped_by(found, lambda group, commune, month: group)
    assert by_group[north].attendance_expected == 6


def test_months_of_the_whole_need_no_tier():
    busy_quarter()

    found = figures.attendance_by_month(MONTHS, None, None)

    assert {key: row.attendance_expected for key, row in found.items()} == {
        (Month(2022, 8),): 1,
        (Month(2022, 11),): 5,
        (Month(2022, 12),): 1,
    }


def test_reasons_are_those_of_the_absent_who_were_expected():
    it = busy_quarter()
    cell = meeting("cell", it.tree.an1, date(2022, 10, 8), status="held")
    attend(cell, it.chau, "absent", "personal")
    attend(cell, it.giang, "absent", "personal")  # nobody expected him

    assert figures.reasons_of_absence(Q4, None, None) == [{"reason": "personal", "n": 2}]
    assert figures.reasons_of_absence(Q4.previous, None, None) == [{"reason": "duty_trip", "n": 1}]


def test_an_issue_is_old_when_it_is_older_than_the_limit():
    tree = small_tree()
    issue(tree.an, date(2022, 10, 2), "land", urgent=True)
    issue(tree.an, date(2022, 10, 1), "land")
    issue(tree.an, date(2022, 9, 30), "roads")

    # 90 days before 31 December is 2 October: what was raised that day is not older yet.
    assert figures.open_issues_by_theme(date(2022, 12, 31), None, None, date(2022, 12, 31)) == [
        {"theme": "land", "open": 2, "urgent": 1, "old": 1},
        {"theme": "roads", "open": 1, "urgent": 0, "old": 1},
    ]


@pytest.mark.parametrize(
    "submitted_on, status, state",
    [
        (date(2023, 1, 5), "submitted", "on_time"),
        (date(2022, 12, 1), "accepted", "on_time"),
        (date(2023, 1, 6), "submitted", "late"),
        (date(2023, 1, 5), "returned", "missing"),
        (None, "draft", "missing"),
    ],
)
def test_a_report_is_on_time_up_to_the_fifth_day(submitted_on, status, state):
    tree = small_tree()
    who = cadre("P1")
    assign(who, tree.an)
    QuarterlyReport.objects.create(
        cadre=who, locality=tree.an, quarter="2022-Q4", status=status, submitted_on=submitted_on
    )

    (row,) = with_state(reports_owed(Period.of(Q4), subtree()), Period.of(Q4))

    assert due_day(Q4) == date(2023, 1, 5)
    assert row.state == state
    (counted,) = figures.rows(Q4, Tier.DISTRICT, None, None)
    numbers = (counted.reports_on_time, counted.reports_late, counted.reports_missing)
    assert dict(zip(("on_time", "late", "missing"), numbers, strict=True)) == {
        "on_time": 0,
        "late": 0,
        "missing": 0,
        state: 1,
    }


def test_support_and_heads_of_groups_owe_no_report():
    tree = small_tree()
    assign(cadre("P1"), tree.north, role="head")
    assign(cadre("P2"), tree.an1a)
    assign(cadre("P3"), tree.an)

    rows = reports_owed(Period.of(Q4), subtree())

    assert [row.cadre.code for row in rows] == ["P3"]


def test_quarters_are_offered_from_the_first_meeting_to_the_last_that_was():
    tree = small_tree()
    office, elsewhere = user("office", at=tree.district), user("elsewhere", at=tree.cam)
    interior = agency("A-1", at=tree.district)
    clerk = user("clerk", of=interior)
    now = date(2023, 1, 10)
    assert quarters_with_meetings(office, now) == (Quarter(2023, 1), Quarter(2023, 1))

    for day in (date(2022, 5, 9), date(2022, 11, 8), date(2023, 6, 1)):
        meeting("cell", tree.an1, day)
    agency_meeting(interior, date(2022, 8, 8))

    assert quarters_with_meetings(office, now) == (Quarter(2022, 2), Quarter(2022, 4))
    assert quarters_with_meetings(office, date(2023, 7, 1)) == (Quarter(2022, 2), Quarter(2023, 2))
    assert quarters_with_meetings(elsewhere, now) == (Quarter(2023, 1), Quarter(2023, 1))
    assert quarters_with_meetings(clerk, now) == (Quarter(2022, 3), Quarter(2022, 3))


@pytest.mark.parametrize(
    "excellent, base, allowed, left",
    [(3, 18, 3, 0), (22, 110, 22, 0), (1, 4, 0, -1), (0, 0, 0, 0), (18, 92, 18, 0)],
)
def test_a_cap_is_rounded_down(excellent, base, allowed, left):
    cap = Cap(None, excellent, base, 20)

    assert (cap.allowed, cap.left) == (allowed, left)
