"""Assigning, ending and reading, in a browser: on a phone and at a desk."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from assignments.models import Assignment
from assignments.tests.cast import agency, assign, at, cadre, small_tree, user
from cadrenet.periods import today
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(page, signed_in, live_server):
    """A small district with something of everything, and the page of somebody who decides in commune An."""
    tree = small_tree()
    who = cadre("P1", "Nguyễn Thị Ánh", agency=agency("C", "Đảng ủy Thị trấn An", at=tree.an))
    cadre("P2", "Nguyễn Thị Ánh", agency=who.agency)
    head = cadre("H", "Đỗ Văn Ba", agency=agency("D", "Văn phòng", at=tree.district))
    head.phone = "0275 000 001"
    head.save()
    assign(head, tree.north, role="head", first_day=date(2021, 1, 1))
    assign(who, tree.an1, first_day=today() - timedelta(days=60), decision_number="046-QĐ/HU")
    for days, status in ((-40, "held"), (-10, "held"), (20, "planned")):
        Meeting.objects.create(
            kind="cell", locality=tree.an1, starts_at=at(today() + timedelta(days=days)), status=status
        )
    keep_rosters(Meeting.objects.all())
    signed_in(page, user("office", at=tree.an, level="editor", display_name="Đảng ủy Thị trấn An"))
    page.tree, page.address = tree, lambda name, *args: live_server.url + reverse(name, args=args)
    return page


WIDTHS = pytest.mark.parametrize("width", [360, 1280])


def fits(page):
    """Whether the page itself does not scroll sideways."""
    page.wait_for_load_state()  # a click may only just have begun to lead here
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(
    "name",
    [
        "localities",
        "assignments",
        "coverage",
        "cadres",
        "agencies",
        "assignment_create",
        "assignment",
        "assignment_end",
        "locality",
        "cadre",
    ],
)
def test_every_page_fits_and_is_accessible(office, assert_usable, name):
    row = Assignment.objects.get(cadre__code="P1")
    args = {
        "assignment": [row.pk],
        "assignment_end": [row.pk],
        "locality": [office.tree.an1.pk],
        "cadre": [row.cadre_id],
    }.get(name, [])

    address = office.address(f"{'reports' if name in ('locality', 'cadre') else 'assignments'}:{name}", *args)

    assert_usable(office, address)


def test_a_place_with_nobody_gets_somebody_while_one_types(office):
    office.goto(office.address("assignments:coverage"))
    office.get_by_role("link", name="Giao người phụ trách Tổ số 1, Khu phố 1").click()
    office.locator("#id_cadre").fill("nguyen thi anh")
    office.locator("#matches-cadre label", has_text="Nguyễn Thị Ánh").nth(1).click()
    office.locator("#id_first_day").fill("01/06/2022")
    office.locator("#id_decision_number").fill("12-QĐ/ĐU")
    office.locator(".cn-form .btn-primary").click()

    office.wait_for_url("**/assignments/coverage/")
    row = Assignment.objects.get(locality=office.tree.an1a)
    assert (row.cadre.code, row.first_day, row.decision_number) == ("P2", date(2022, 6, 1), "12-QĐ/ĐU")
    office.locator(".cn-messages").wait_for()


def test_what_was_typed_before_the_script_came_is_looked_up_once_it_is_there(office):
    held_back = []
    office.route("**/htmx*.js", lambda route: held_back.append(route))
    office.goto(office.address("assignments:assignment_create"), wait_until="commit")
    office.locator("#id_cadre").fill("nguyen thi anh")
    held_back[0].continue_()

    office.locator("#matches-cadre label").nth(1).wait_for()
    assert office.locator("#matches-cadre label").count() == 2


def test_an_early_end_is_asked_for_twice_and_rosters_follow(office):
    row = Assignment.objects.get(cadre__code="P1")
    office.goto(office.address("assignments:assignment", row.pk))
    office.locator(f'a[href="{reverse("assignments:assignment_end", args=[row.pk])}"]').click()
    office.locator("#id_end_reason").select_option("workload")
    office.locator(".cn-form .btn-primary").click()

    office.locator("#id_why").fill("Chuyển công tác")
    office.locator(".cn-form .btn-primary").click()

    office.wait_for_url(f"**{row.get_absolute_url()}")
    row.refresh_from_db()
    assert (row.last_day, row.end_reason) == (today(), "workload")
    assert Attendance.objects.filter(day__gt=today()).count() == 0


def test_a_form_works_without_script(office, browser, live_server):
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    context.add_cookies(office.context.cookies())
    page = context.new_page()
    page.goto(office.address("assignments:assignment_create"))
    page.locator("#id_locality").fill("to so 2")
    page.locator("#id_cadre").fill("nguyen thi anh")
    page.locator("#id_first_day").fill("2022-06-01")
    page.locator(".cn-form .btn-primary").click()

    page.locator("#matches-cadre input").first.check()
    with page.expect_navigation():
        page.locator(".cn-form .btn-primary").click()

    assert Assignment.objects.get(locality=office.tree.an1b).cadre.code == "P1"
    context.close()


def test_the_tree_is_walked_down_to_a_page_as_of_a_day(office):
    office.goto(office.address("assignments:localities") + "?day=2022-05-09")
    office.get_by_role("link", name="Khu phố 1").first.click()

    office.wait_for_url(f"**{office.tree.an1.get_absolute_url()}?day=2022-05-09")
    assert office.locator("h1").inner_text() == "Khu phố 1"
    assert office.locator("#id_day").input_value() == "09/05/2022"


def test_the_page_of_a_locality_in_pictures(office, screenshot):
    office.goto(office.address("reports:locality", office.tree.an1.pk))
    screenshot(office, "locality")

    assert office.locator(".cn-strip li").count() == 12
    assert office.locator('a[href="tel:0275 000 001"]').count() == 1
