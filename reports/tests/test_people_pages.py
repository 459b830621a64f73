"""The pages of a cadre and of an agency: counts, and no ranking of persons."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from assignments.tests.cast import agency, assign, at, cadre, small_tree, user
from cadrenet.periods import Quarter, today
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters
from reports.models import QuarterlyReport
from reports.tests.visits import plain, visitor

pytestmark = pytest.mark.django_db


def shown(client, url, **query):
    response = client.get(url, query)
    assert response.status_code == 200
    return response.context


def tiles(context):
    return [
        (tile["label"], tile["value"], plain(tile.get("unit", "")), plain(tile.get("count", "")))
        for tile in context["tiles"]
    ]


def meet(place, day, status="held", kind="cell", **more):
    return Meeting.objects.create(kind=kind, locality=place, starts_at=at(day), status=status, **more)


def a_quarter(tree, who):
    """Four cell meetings of an1 in the second quarter: present, excused, absent, not recorded; one not held."""
    for month, day, status in ((4, 9, "held"), (5, 9, "held"), (6, 9, "held"), (6, 20, "held"), (6, 25, "not_held")):
        meet(tree.an1, date(2022, month, day), status)
    keep_rosters(Meeting.objects.all())
    rows = Attendance.objects.filter(cadre=who)
    rows.filter(day=date(2022, 4, 9)).update(status="present")
    rows.filter(day=date(2022, 5, 9)).update(status="excused", reason="extreme_urgency")
    rows.filter(day=date(2022, 6, 9)).update(status="absent", reason="agency_meeting", note="Riêng tư")


# --- A cadre ----------------------------------------------------------------------------------------------------


def test_attendance_of_the_last_quarter_with_a_meeting_has_both_rates_and_their_counts():
    tree = small_tree()
    who = cadre("P", agency=agency("A", at=tree.district))
    assign(who, tree.an1)
    a_quarter(tree, who)
    guest = meet(tree.cam1, date(2022, 6, 1))
    Attendance.objects.create(meeting=guest, cadre=who, expected=False, status="present")

    context = shown(visitor(user("u", at=tree.district)), who.get_absolute_url())

    assert context["quarter"] == Quarter(2022, 2)
    assert tiles(context) == [
        ("Present of those expected", "1", "/ 4", "25.00%"),
        ("Present of those not excused", "1", "/ 3", "33.33%"),
        ("Absent", "1", "", ""),
        ("Not recorded yet", "1", "", ""),
    ]
    assert (context["figures"].attendance_excused, context["figures"].guests) == (1, 1)


def test_every_figure_of_a_cadre_opens_as_many_rows():
    tree = small_tree()
    who = cadre("P")
    assign(who, tree.an1)
    a_quarter(tree, who)
    client = visitor(user("u", at=tree.district))

    context = shown(client, who.get_absolute_url())

    figures = context["figures"]
    for status in ("present", "excused", "absent", "unrecorded", "expected"):
        found = client.get(context["lists"][status]).context["paginator"].count
        assert (status, found) == (status, getattr(figures, f"attendance_{status}"))


def test_last_and_next_meetings_of_a_cadre():
    tree = small_tree()
    who = cadre("P")
    assign(who, tree.an1)
    a_quarter(tree, who)
    meet(tree.an1, today() + timedelta(days=3), "planned")
    meet(tree.an1, today() + timedelta(days=5), "cancelled")
    keep_rosters(Meeting.objects.all())

    context = shown(visitor(user("u", at=tree.an)), who.get_absolute_url())

    assert [(item["meeting"].day.day, item["status"]) for item in context["last"]] == [
        (25, "not_held"),
        (20, "unrecorded"),
        (9, "absent"),
        (9, "excused"),
        (9, "present"),
    ]
    assert [(item["day"], item["detail"]) for item in context["next"]] == [
        (today() + timedelta(days=3), "Khu phố 1, Thị trấn An › Nhóm Bắc")
    ]


def test_assignments_of_a_cadre_have_one_tenure_over_consecutive_periods():
    tree = small_tree()
    who = cadre("P")
    assign(who, tree.an1, first_day=date(2020, 1, 1), last_day=date(2020, 12, 31), end_reason="term_ended")
    assign(who, tree.an1, first_day=date(2021, 1, 1))
    assign(who, tree.an, first_day=date(2019, 1, 1), last_day=date(2019, 12, 31))

    context = shown(visitor(user("u", at=tree.an)), who.get_absolute_url())

    assert [(row.assignment.first_day, row.since) for row in context["in_force"]] == [
        (date(2021, 1, 1), date(2020, 1, 1))
    ]
    assert [(row.place.name, row.months) for row in context["others"]] == [("Khu phố 1", 12), ("Thị trấn An", 12)]


def test_reports_a_cadre_owes_on_the_quarter():
    tree = small_tree()
    who = cadre("P")
    for place in (tree.an, tree.an1, tree.an2, tree.an1a):
        assign(who, place)
    for place, day, status in (
        (tree.an, date(2022, 7, 5), "submitted"),
        (tree.an1, date(2022, 7, 6), "accepted"),
        (tree.an2, None, "draft"),
    ):
        QuarterlyReport.objects.create(cadre=who, locality=place, quarter="2022-Q2", submitted_on=day, status=status)

    context = shown(visitor(user("u", at=tree.an)), who.get_absolute_url(), quarter="2022-Q2")

    assert [(report["served"].place.name, report["state"]) for report in context["reports"]] == [
        ("Thị trấn An", "on_time"),
        ("Khu phố 1", "late"),
        ("Ấp 2", "missing"),
    ]
    assert context["is_due"] is True


def test_of_a_cadre_who_serves_elsewhere_too_only_the_own_part_is_told():
    tree = small_tree()
    who = cadre("P")
    assign(who, tree.an1)
    assign(who, tree.cam1)
    meet(tree.cam1, date(2022, 5, 10))
    meet(tree.an1, date(2022, 5, 9))
    keep_rosters(Meeting.objects.all())
    Attendance.objects.update(status="present")
    client = visitor(user("u", at=tree.an))

    context = shown(client, who.get_absolute_url())

    assert tiles(context)[0] == ("Present of those expected", "1", "/ 1", "100.00%")
    assert [row.assignment.locality for row in context["in_force"]] == [tree.an1]
    assert "Cẩm" not in client.get(who.get_absolute_url()).content.decode()


def test_words_about_an_absence_do_not_stand_on_the_page():
    tree = small_tree()
    who = cadre("P")
    assign(who, tree.an1)
    a_quarter(tree, who)

    assert "Riêng tư" not in visitor(user("u", at=tree.an)).get(who.get_absolute_url()).content.decode()


def test_a_cadre_elsewhere_is_not_found():
    tree = small_tree()
    who = cadre("P", agency=agency("F", at=tree.cam))
    assign(who, tree.cam1)

    assert visitor(user("u", at=tree.an)).get(who.get_absolute_url()).status_code == 404


def test_a_cadre_sees_the_own_page_after_the_last_assignment_ended():
    tree = small_tree()
    me = user("me")
    who = cadre("P", user=me)
    assign(who, tree.an1, last_day=date(2022, 6, 30))
    a_quarter(tree, who)
    client = visitor(me)

    context = shown(client, who.get_absolute_url())

    assert tiles(context)[0][1:3] == ("1", "/ 4")
    assert tree.an1.get_absolute_url() not in client.get(who.get_absolute_url()).content.decode()


# --- An agency --------------------------------------------------------------------------------------------------


def test_the_page_of_an_agency_counts_its_staff_together():
    tree = small_tree()
    office = agency("A", at=tree.district)
    one, other = cadre("P", "Bùi Văn An", agency=office), cadre("Q", "Đỗ Văn Ba", agency=office)
    assign(one, tree.an1)
    assign(other, tree.an1)
    a_quarter(tree, one)
    client = visitor(user("head", of=office))

    context = shown(client, office.get_absolute_url())

    assert tiles(context) == [
        ("Present of those expected", "1", "/ 8", "12.50%"),
        ("Present of those not excused", "1", "/ 7", "14.29%"),
        ("Absent", "1", "", ""),
        ("Not recorded yet", "5", "", ""),
    ]
    assert [(row.cadre.code, row.number) for row in context["staff"]] == [("P", 1), ("Q", 1)]
    assert [(reason["label"], reason["number"]) for reason in context["reasons"]] == [("Agency meeting", 1)]
    for status in ("present", "absent", "unrecorded"):
        found = client.get(context["lists"][status]).context["paginator"].count
        assert found == getattr(context["figures"], f"attendance_{status}")


def test_clashes_that_the_agency_causes_open_their_list():
    tree = small_tree()
    office = agency("A", at=tree.district)
    assign(cadre("P", agency=office), tree.an1)
    meet(tree.an1, date(2022, 5, 9), ends_at=at(date(2022, 5, 9), 20))
    Meeting.objects.create(
        kind="agency", agency=office, starts_at=at(date(2022, 5, 9), 18), ends_at=at(date(2022, 5, 9), 21)
    )
    keep_rosters(Meeting.objects.all())
    client = visitor(user("u", at=tree.district))

    context = shown(client, office.get_absolute_url(), quarter="2022-Q2")

    assert context["clashes"] == 1
    assert client.get(context["clashes_url"]).context["paginator"].count == 1


def test_the_head_of_an_agency_is_told_whether_own_staff_reported():
    tree = small_tree()
    office = agency("A", at=tree.district)
    who = cadre("P", agency=office)
    assign(who, tree.an)
    assign(who, tree.an1)
    assign(cadre("Q", agency=agency("B", at=tree.district)), tree.an2)
    QuarterlyReport.objects.create(
        cadre=who, locality=tree.an, quarter="2022-Q2", submitted_on=date(2022, 7, 1), status="submitted"
    )

    context = shown(visitor(user("head", of=office)), office.get_absolute_url(), quarter="2022-Q2")

    assert context["reports"] == {"expected": 2, "on_time": 1, "late": 0, "missing": 1}


def test_next_meetings_are_the_agencys_own_and_those_of_its_staff():
    tree = small_tree()
    office = agency("A", at=tree.district)
    assign(cadre("P", "Bùi Văn An", agency=office), tree.an1)
    soon = today() + timedelta(days=2)
    meet(tree.an1, soon, "planned")
    Meeting.objects.create(kind="agency", agency=office, starts_at=at(soon, 8), status="planned")
    keep_rosters(Meeting.objects.all())

    context = shown(visitor(user("head", of=office)), office.get_absolute_url())

    assert [(item["text"], item["detail"]) for item in context["own_meetings"]] == [("Agency meeting", "")]
    assert [(item["text"], item["detail"]) for item in context["next"]] == [
        ("Party cell meeting", "Bùi Văn An · Khu phố 1, Thị trấn An › Nhóm Bắc")
    ]


def test_of_an_agency_only_what_its_staff_do_in_the_own_part_is_told():
    tree = small_tree()
    office = agency("A", at=tree.an)
    who = cadre("P", agency=office)
    assign(who, tree.cam1)
    meet(tree.cam1, date(2022, 5, 9))
    keep_rosters(Meeting.objects.all())
    client = visitor(user("u", at=tree.an))

    context = shown(client, office.get_absolute_url(), quarter="2022-Q2")

    assert tiles(context)[0] == ("Present of those expected", "0", "/ 0", "–")
    assert [row.number for row in context["staff"]] == [0]
    assert "Cẩm" not in client.get(office.get_absolute_url()).content.decode()


def test_an_agency_elsewhere_is_not_found():
    tree = small_tree()
    foreign, above = agency("F", at=tree.cam), agency("D", at=tree.district)
    client = visitor(user("u", at=tree.an))

    assert [client.get(office.get_absolute_url()).status_code for office in (foreign, above)] == [404, 404]


@pytest.mark.parametrize("quarter", ["2022-Q9", "x"])
def test_a_quarter_that_makes_no_sense_is_told_and_the_usual_one_shown(quarter):
    tree = small_tree()
    office = agency("A", at=tree.district)
    who = cadre("P", agency=office)

    for url in (office.get_absolute_url(), who.get_absolute_url()):
        context = shown(visitor(user(f"u{url}", at=tree.district)), url, quarter=quarter)
        assert (context["quarter"], list(context["form"].errors)) == (Quarter.of(today()), ["quarter"])


@pytest.mark.parametrize("name, number", [("cadre", 18), ("agency", 22)])
def test_cost_does_not_grow_with_what_is_shown(name, number, django_assert_num_queries):
    tree = small_tree()
    office = agency("A", at=tree.district)
    who = cadre("P", agency=office)
    url = reverse(f"reports:{name}", args=[who.pk if name == "cadre" else office.pk])
    client = visitor(user("u", at=tree.district))

    for places in ([tree.an1], [tree.an2, tree.cam1, tree.an]):
        for place in places:
            assign(who, place)
            kind = "commune_committee" if place == tree.an else "cell"
            assign(cadre(f"Q{place.pk}", agency=office), place)
            for days in (-3, 3):
                meet(place, today() + timedelta(days=days), "held" if days < 0 else "planned", kind=kind)
        keep_rosters(Meeting.objects.all())
        client.get(url)
        with django_assert_num_queries(number):
            client.get(url)
