"""Coverage to come, its review, and tenure, in a browser: on a phone and at a desk."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assignments.models import CoverageReview
from assignments.tests.cast import agency, assign, cadre, small_tree, user
from cadrenet.periods import today

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(page, signed_in, live_server):
    """A commune where somebody leaves soon, somebody left, and somebody is new; the page of who decides there."""
    tree = small_tree()
    office = agency("C", "Đảng ủy Thị trấn An", at=tree.an)
    assign(cadre("P1", "Nguyễn Thị Ánh", agency=office), tree.an1, last_day=today() + timedelta(days=40))
    assign(cadre("P2", "Lê Văn Cũ", agency=office), tree.an1a, last_day=today() - timedelta(days=40))
    assign(cadre("P3", "Đỗ Văn Ba", agency=office), tree.an, first_day=today() - timedelta(days=200))
    assign(cadre("P4", "Trần Thị Tư"), tree.an2, first_day=None)
    CoverageReview.objects.create(
        locality=tree.an, day=today() - timedelta(days=90), by=user("earlier", display_name="Ban Tổ chức Huyện ủy")
    )
    signed_in(page, user("office", at=tree.an, level="editor", display_name="Đảng ủy Thị trấn An"))
    page.tree, page.address = tree, lambda name, query="": live_server.url + reverse(f"assignments:{name}") + query
    return page


PAGES = {
    "coverage": ("coverage", "?within=AN"),
    "coverage-ending": ("coverage", "?within=AN&state=ending&days=60"),
    "coverage-gaps": ("coverage", "?within=AN&state=gaps"),
    "coverage-to-come": ("coverage", "?day={ahead}&tier=hamlet"),
    "tenure": ("tenure", ""),
    "tenure-nobody": ("tenure", "?day=1999-01-01"),
    "list-under-12-months": ("assignments", "?tenure=short"),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_fits_and_is_accessible(office, assert_usable, screenshot, name):
    address, query = PAGES[name]

    assert_usable(office, office.address(address, query.format(ahead=today() + timedelta(days=60))))

    screenshot(office, name)


def test_a_commune_is_reviewed_with_the_keyboard(office):
    office.goto(office.address("coverage", "?within=AN"))
    button = office.locator("form[action$='/reviewed/'] button")
    button.focus()
    # The page comes back under the same address.
    with office.expect_navigation():
        office.keyboard.press("Enter")

    assert [review.by.username for review in CoverageReview.objects.filter(day=today())] == ["office"]
    office.locator(".cn-messages").wait_for()


def test_a_commune_is_reviewed_without_script(office, browser):
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    context.add_cookies(office.context.cookies())
    page = context.new_page()
    page.goto(office.address("coverage", "?within=AN"))
    with page.expect_navigation():
        page.locator("form[action$='/reviewed/'] button").click()

    assert CoverageReview.objects.filter(day=today()).count() == 1
    context.close()


def test_a_number_to_come_leads_to_who_leaves_and_when(office):
    office.goto(office.address("coverage", "?within=AN"))
    # The third day of the table is 60 days ahead; hamlets are the second tier of a commune.
    with office.expect_navigation():
        office.locator("table").first.locator("tbody tr").nth(1).locator("td").nth(2).locator("a").click()

    row = office.locator(".cn-table--stack tbody tr")
    assert row.count() == 1
    assert "Nguyễn Thị Ánh" in row.inner_text()
    assert f"{today() + timedelta(days=40):%d/%m/%Y}" in row.inner_text()


def test_a_number_of_tenure_leads_to_its_assignments(office):
    office.goto(office.address("tenure"))
    # A class with nobody in it has no list: the first that has one is that of 6 to 11 months.
    office.locator("ul.cn-bars a").first.click()

    office.wait_for_url("**tenure=6-11**")
    assert office.locator(".cn-table--stack tbody tr").count() == 1
    assert "Đỗ Văn Ba" in office.locator(".cn-table--stack tbody").inner_text()
