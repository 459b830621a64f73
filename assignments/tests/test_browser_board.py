"""The assignment board in a browser: on a phone and at a desk, with the keyboard alone, and without script."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from assignments.models import Assignment
from assignments.tests.cast import agency, assign, cadre, small_tree, user
from assignments.tests.test_browser_assignments import WIDTHS, fits
from cadrenet.periods import today

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(page, signed_in, live_server):
    """A small district with somebody in one hamlet, and the board of somebody who decides in all of it."""
    tree = small_tree()
    office = agency("A", "Văn phòng Huyện ủy", at=tree.district)
    cadre("P1", "Nguyễn Thị Ánh", agency=office)
    cadre("P2", "Nguyễn Thị Ánh", agency=office)
    cadre("C1", "Lê Văn Tám", agency=agency("C", "Đảng ủy xã", at=tree.an))
    assign(cadre("H", "Đỗ Văn Ba", agency=office), tree.an1, first_day=today() - timedelta(days=60))
    signed_in(page, user("office", at=tree.district, level="editor", display_name="Ban Tổ chức"))
    page.tree = tree
    page.address = lambda query="": live_server.url + reverse("assignments:board") + query
    return page


def row(page, place):
    return page.locator(f"#row-{place.pk}")


@WIDTHS
def test_the_board_fits_and_is_accessible_with_a_row_open_and_a_warning(office, assert_accessible, width):
    office.set_viewport_size({"width": width, "height": 800})
    office.goto(office.address("?q=khu%20pho"))
    assert fits(office)
    assert_accessible(office)

    open_row = row(office, office.tree.an1)
    open_row.locator("a[data-next]").click()
    office.locator(f"#id_cadre-{office.tree.an1.pk}").fill("C1")
    # What is found moves the button below it: nobody clicks while it does.
    office.locator(f"#matches-cadre-{office.tree.an1.pk} > *").first.wait_for()
    open_row.locator("select[name=end_reason]").select_option("retired")
    open_row.locator(".cn-hand [type=submit]").click()
    open_row.locator("[name=why]").wait_for()

    assert fits(office)
    assert_accessible(office)


def test_on_a_phone_the_tab_that_is_open_lies_in_sight(office):
    office.set_viewport_size({"width": 360, "height": 800})
    office.goto(office.address("?show=short"))
    sides = """tab => { const [t, row] = [tab, tab.parentElement].map(e => e.getBoundingClientRect());
        const hidden = tab.parentElement.scrollWidth - row.width;
        return [t.left + 1 >= row.left, t.right - 1 <= row.right, hidden > 0, scrollX, scrollY] }"""

    assert office.locator(".cn-tabs [aria-current]").last.evaluate(sides) == [True, True, True, 0, 0]


@pytest.mark.both_databases
def test_with_the_keyboard_alone_one_place_after_the_other_is_assigned(office):
    office.set_viewport_size({"width": 1280, "height": 800})
    tree = office.tree
    office.goto(office.address("?tier=hamlet&show=nobody"))
    keys = office.keyboard
    office.locator("#id_decision_number").focus()
    keys.type("152-QĐ/HU")
    keys.press("Tab")
    keys.type("04/01/2023")
    keys.press("Tab")
    keys.press("Control+A")
    keys.type("09/01/2023")
    # Over the button, the name of the first place and whoever was there before, into its field.
    for _ in range(9):
        keys.press("Tab")
        if office.evaluate("document.activeElement.id") == f"id_cadre-{tree.an2.pk}":
            break
    keys.type("anh")
    office.locator(f"#matches-cadre-{tree.an2.pk} label").nth(1).wait_for()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    row(office, tree.an2).locator(".cn-undo").wait_for()

    office.locator(f"#id_cadre-{tree.binh1.pk}:focus").wait_for()
    keys.type("P1")
    keys.press("Enter")
    row(office, tree.binh1).locator(".cn-undo").wait_for()

    made = Assignment.objects.exclude(cadre__code="H").order_by("pk")
    assert list(made.values_list("locality__code", "cadre__code", "first_day", "decision_number", "decision_on")) == [
        ("AN-2", "P2", date(2023, 1, 9), "152-QĐ/HU", date(2023, 1, 4)),
        ("BI-1", "P1", date(2023, 1, 9), "152-QĐ/HU", date(2023, 1, 4)),
    ]
    assert "Nguyễn Thị Ánh" in office.locator("#board-said").inner_text()


def test_a_warning_asks_for_a_reason_in_the_row_and_undo_takes_it_back(office):
    tree = office.tree
    office.goto(office.address("?tier=hamlet"))
    office.locator(f"#id_cadre-{tree.an2.pk}").fill("C1")
    office.keyboard.press("Enter")

    office.locator(f"#id_why-{tree.an2.pk}:focus").wait_for()
    assert Assignment.objects.filter(locality=tree.an2).count() == 0
    office.keyboard.type("Thiếu cán bộ huyện")
    office.keyboard.press("Enter")
    row(office, tree.an2).locator(".cn-undo button").click()

    office.locator(f"#id_cadre-{tree.an2.pk}").wait_for()
    assert Assignment.objects.filter(locality=tree.an2).count() == 0


def test_somebody_is_replaced_and_brought_back(office):
    tree = office.tree
    office.goto(office.address("?tier=hamlet"))
    row(office, tree.an1).locator("a[data-next]").click()
    office.locator(f"#id_cadre-{tree.an1.pk}:focus").wait_for()
    office.keyboard.type("P2")
    row(office, tree.an1).locator("select[name=end_reason]").select_option("workload")
    row(office, tree.an1).locator(".cn-hand [type=submit]").click()
    row(office, tree.an1).locator("[name=why]").fill("Đổi phân công")
    row(office, tree.an1).locator(".cn-hand [type=submit]").click()
    row(office, tree.an1).locator(".cn-undo").wait_for()
    held = Assignment.objects.on(today()).filter(locality=tree.an1)
    assert list(held.values_list("cadre__code", flat=True)) == ["P2"]

    row(office, tree.an1).locator(".cn-undo button").click()
    row(office, tree.an1).locator(".cn-undo").wait_for(state="detached")
    assert list(held.values_list("cadre__code", "last_day")) == [("H", None)]


def test_a_line_that_breaks_is_not_silent(office, page_errors):
    tree = office.tree
    office.goto(office.address("?tier=hamlet"))
    office.route("**/assignments/board/*/**", lambda route: route.abort())
    office.locator(f"#id_cadre-{tree.an2.pk}").fill("P1")
    office.keyboard.press("Enter")

    office.locator("#board-said:not(.visually-hidden)").wait_for()
    assert office.locator(f"#id_cadre-{tree.an2.pk}").input_value() == "P1"
    office.evaluate("1")
    page_errors.clear()


def test_without_script_the_board_assigns_warns_and_undoes(office, browser):
    tree = office.tree
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    context.add_cookies(office.context.cookies())
    page = context.new_page()
    page.goto(office.address("?tier=hamlet&show=nobody"))
    page.locator("#id_decision_number").fill("152-QĐ/HU")
    page.locator("#paper [type=submit]").click()
    page.locator(f"#id_cadre-{tree.an2.pk}").fill("le van")
    page.locator(f"#id_cadre-{tree.an2.pk}").press("Enter")
    page.locator(f"#matches-cadre-{tree.an2.pk} [type=radio]").check()
    row(page, tree.an2).locator("[type=submit]").click()
    page.locator(f"#id_why-{tree.an2.pk}").fill("Thiếu cán bộ huyện")
    with page.expect_navigation():
        row(page, tree.an2).locator("[type=submit]").click()

    made = Assignment.objects.get(locality=tree.an2)
    assert (made.cadre.code, made.decision_number) == ("C1", "152-QĐ/HU")
    assert "show=nobody" in page.url
    page.locator(".cn-messages [type=submit]").click()
    page.locator(f"#id_cadre-{tree.an2.pk}").wait_for()
    assert Assignment.objects.filter(locality=tree.an2).count() == 0
    context.close()


def test_the_board_in_pictures(office, screenshot):
    office.goto(office.address())
    screenshot(office, "board")

    assert office.locator(".cn-board tbody tr").count() == 12
