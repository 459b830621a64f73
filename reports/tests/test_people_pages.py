"""The pages of a cadre and of an agency: counts, and no ranking of persons."""

from datetime import date, timedelta

import pytest
from django.db.models import F
from django.urls import reverse

from assignments.models import AccessGrant, Limit
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
    return [(tile.label, tile.value, plain(tile.unit), plain(tile.count)) for tile in context["tiles"]]


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
    assert [(item["day"], item["url"], item["detail"]) for item in context["clashing"]] == [
        (
            date(2022, 5, 9),
            Meeting.objects.get(kind="agency").get_absolute_url(),
            "1 clash with locality meetings of own staff",
        )
    ]


def test_each_member_of_staff_has_counts_that_open_their_lists_sorted_by_name():
    tree = small_tree()
    office = agency("A", at=tree.district)
    one, other = cadre("P", "Đỗ Văn Ba", agency=office), cadre("Q", "Bùi Văn An", agency=office)
    cadre("R", "Lê Dung", agency=office)
    assign(one, tree.an1, first_day=date(2022, 1, 1))
    assign(other, tree.an1, first_day=date(2022, 1, 1))
    a_quarter(tree, one)
    client = visitor(user("head", of=office))

    context = shown(client, office.get_absolute_url(), quarter="2022-Q2")

    assert [
        (
            row.cadre.full_name,
            row.figures.attendance_present,
            row.figures.attendance_expected,
            row.figures.attendance_unrecorded,
        )
        for row in context["staff"]
    ] == [("Bùi Văn An", 0, 4, 4), ("Đỗ Văn Ba", 1, 4, 1), ("Lê Dung", 0, 0, 0)]
    for row in context["staff"]:
        for status in ("present", "expected", "unrecorded"):
            found = client.get(row.lists[status]).context["paginator"].count
            assert (row.cadre.code, status, found) == (
                row.cadre.code,
                status,
                getattr(row.figures, f"attendance_{status}"),
            )
    assert sum(row.figures.attendance_expected for row in context["staff"]) == 8


def test_the_time_served_stands_beside_each_assignment():
    tree = small_tree()
    office = agency("A", at=tree.district)
    assign(cadre("P", agency=office), tree.an1, first_day=today() - timedelta(days=400))

    page = visitor(user("head", of=office)).get(office.get_absolute_url()).content.decode()

    assert "Thị trấn An › Nhóm Bắc · In charge · 13 months" in page


def test_whoever_has_left_stands_there_while_the_quarter_counts_them_and_is_no_longer_counted_as_staff():
    tree = small_tree()
    office = agency("A", at=tree.district)
    gone, stays = cadre("P", "Bùi Văn An", agency=office), cadre("Q", "Đỗ Văn Ba", agency=office)
    gone.left_on = date(2022, 6, 30)
    gone.save()
    assign(gone, tree.an1, first_day=date(2022, 1, 1), last_day=date(2022, 6, 30))
    a_quarter(tree, gone)
    client = visitor(user("head", of=office))

    then = client.get(office.get_absolute_url(), {"quarter": "2022-Q2"})
    later = client.get(office.get_absolute_url(), {"quarter": "2022-Q4"})

    assert [row.cadre for row in then.context["staff"]] == [gone, stays]
    assert [row.cadre for row in later.context["staff"]] == [stays]
    # The staff is that of the quarter: who serves until its last day still serves then.
    assert (then.context["serving"], later.context["serving"]) == (2, 1)
    assert "served until 30 Jun 2022" in then.content.decode()


def test_evenings_on_which_most_of_a_small_agency_are_out():
    tree = small_tree()
    office = agency("A", at=tree.district)
    one, two, three = (cadre(f"P{n}", name, agency=office) for n, name in enumerate(["Lê Dung", "Bùi An", "Đỗ Ba"]))
    assign(one, tree.an1)
    assign(two, tree.an2)
    assign(three, tree.cam1)
    all_out, most, one_out, at_noon, too_late = (today() + timedelta(days=days) for days in (2, 4, 6, 8, 31))
    for place in (tree.an1, tree.an2, tree.cam1):
        meet(place, all_out, "planned")
        meet(place, too_late, "planned")
        Meeting.objects.create(kind="cell", locality=place, starts_at=at(at_noon, 12), status="planned")
    for place in (tree.an1, tree.cam1):
        meet(place, most, "planned")
    meet(tree.an1, one_out, "planned")
    keep_rosters(Meeting.objects.all())
    client = visitor(user("head", of=office))

    context = shown(client, office.get_absolute_url())

    assert [(item["day"], item["text"], item["detail"]) for item in context["evenings"]] == [
        (all_out, "All 3 members of staff are out", "Bùi An: Ấp 2 · Đỗ Ba: Ấp 1 · Lê Dung: Khu phố 1"),
        (most, "2 of 3 members of staff are out", "Đỗ Ba: Ấp 1 · Lê Dung: Khu phố 1"),
    ]
    assert [client.get(item["url"]).context["paginator"].count for item in context["evenings"]] == [3, 2]
    Limit.objects.create(name="small_agency", value=2)
    assert shown(client, office.get_absolute_url())["evenings"] == []


def test_the_numbers_of_reports_open_their_lists_also_for_the_head_who_sees_no_places():
    tree = small_tree()
    office = agency("A", at=tree.district)
    who = cadre("P", agency=office)
    for place in (tree.an, tree.an1, tree.an2):
        assign(who, place)
    other = cadre("Q", agency=agency("B", at=tree.district))
    assign(other, tree.binh1)
    for place, day in ((tree.an, date(2022, 7, 1)), (tree.an1, date(2022, 8, 1))):
        QuarterlyReport.objects.create(
            cadre=who, locality=place, quarter="2022-Q2", submitted_on=day, status="submitted"
        )

    for reader in (user("head", of=office), user("all", at=tree.district)):
        client = visitor(reader)
        context = shown(client, office.get_absolute_url(), quarter="2022-Q2")
        assert context["reports"] == {"expected": 3, "on_time": 1, "late": 1, "missing": 1}
        for state, url in context["report_lists"].items():
            rows = client.get(url).context["object_list"]
            assert (state, {row.cadre for row in rows}, len(rows)) == (state, {who}, context["reports"][state])
    foreign = visitor(user("other", of=other.agency)).get(context["report_lists"]["expected"])
    assert list(foreign.context["filter"].form.errors) == ["agency"]


def test_the_navigation_of_an_agency_leads_to_its_page_and_the_clerk_enters_meetings_there():
    tree = small_tree()
    office, second = agency("A", at=tree.district), agency("B", at=tree.district)
    head, clerk = user("head", of=office), user("clerk", of=office, level="recorder")
    both = user("both", of=office)
    AccessGrant.objects.create(user=both, agency=second, level="viewer")

    def leads(who):
        context = shown(visitor(who), office.get_absolute_url())
        found = [
            (str(item["label"]), item["url"], item["current"])
            for item in context["nav"].bottom
            if item["icon"] == "building"
        ]
        return found, context["create_url"]

    assert leads(head) == ([("Own agency", office.get_absolute_url(), True)], "")
    assert leads(clerk) == ([("Own agency", office.get_absolute_url(), True)], "/meetings/new/?of=agency")
    assert leads(both) == ([("Own agency", "/agencies/", True)], "")


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


@pytest.mark.parametrize("name, number", [("cadre", 21), ("agency", 30)])
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
            Meeting.objects.create(
                kind="agency",
                agency=office,
                starts_at=at(today() - timedelta(days=3), 18),
                ends_at=at(today() - timedelta(days=3), 21),
            )
        Meeting.objects.filter(kind="cell").update(ends_at=F("starts_at") + timedelta(hours=1))
        keep_rosters(Meeting.objects.all())
        client.get(url)
        with django_assert_num_queries(number):
            client.get(url)
