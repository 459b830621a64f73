"""The pages of reports in a browser: on a phone and on a desk, readable by everybody, under a strict policy."""

import pytest
import time_machine
from playwright.sync_api import expect

from assignments.tests.cast import at
from reports.tests.quarter import TODAY, busy_quarter, issue, rated_year

pytestmark = pytest.mark.django_db(transaction=True)

DESK = {"width": 1280, "height": 800}


@pytest.fixture(autouse=True)
def _on_the_tenth_of_january():
    with time_machine.travel(at(TODAY), tick=True):
        yield


def fits(page):
    """Whether nothing but a table scrolls sideways."""
    page.wait_for_load_state()  # a click may only just have begun to lead here
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("path", ["/", "/reports/quarterly/", "/reports/ratings/", "/issues/", "/resources/"])
def test_pages_fit_and_are_accessible(path, page, signed_in, live_server, assert_usable):
    it = busy_quarter()
    rated_year(it.tree)

    assert_usable(signed_in(page, it.committee), live_server.url + path)


@pytest.mark.parametrize("path", ["/issues/{issue}/", "/issues/new/", "/reports/quarterly-reports/"])
def test_pages_of_one_thing_are_accessible(path, page, signed_in, live_server, assert_accessible):
    it = busy_quarter()
    signed_in(page, it.committee)

    page.goto(live_server.url + path.format(issue=it.old.pk))

    assert fits(page)
    assert_accessible(page)


def test_a_number_leads_to_its_list_and_a_choice_applies_at_once(page, signed_in, live_server):
    it = busy_quarter()
    signed_in(page, it.committee).set_viewport_size(DESK)

    page.goto(f"{live_server.url}/?quarter=2022-Q4")
    page.locator("select[name=within]").select_option("N")
    expect(page).to_have_url(f"{live_server.url}/?quarter=2022-Q4&within=N")
    page.locator(".cn-tile").first.click()

    expect(page).to_have_url(
        f"{live_server.url}/meetings/attendances/?quarter=2022-Q4&within=N&counted=N&status=present"
    )


def test_the_summary_keeps_its_names_in_sight(page, signed_in, live_server):
    it = busy_quarter()
    signed_in(page, it.committee)

    page.goto(f"{live_server.url}/reports/quarterly/?quarter=2022-Q4")
    name = page.get_by_role("rowheader", name="Thị trấn An")
    before = name.bounding_box()["x"]
    page.locator(".cn-scroll--figures").evaluate("table => table.scrollLeft = 300")

    assert name.bounding_box()["x"] == before


def test_the_overview_prints_on_one_sheet(page, signed_in, live_server):
    it = busy_quarter()
    rated_year(it.tree)
    for theme in ("water", "environment", "prices", "social_policy", "security", "administration", "other"):
        issue(it.tree.an, TODAY.replace(year=2022, month=11), theme)
    signed_in(page, it.committee)

    page.goto(live_server.url)
    paper = page.pdf(prefer_css_page_size=True)

    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") == 1


def test_the_question_about_personal_data_is_asked_and_answered(page, signed_in, live_server, assert_accessible):
    it = busy_quarter()
    signed_in(page, it.commune)

    page.goto(f"{live_server.url}/issues/new/?within=AN-1")
    page.locator("[name=kind]").select_option("feedback")
    page.locator("[name=theme]").select_option("water")
    page.locator("[name=summary]").fill("Ông Ba, 0903 123 456, thiếu nước")
    page.locator(".cn-form button[type=submit]").click()
    assert_accessible(page)
    expect(page.locator("[name=summary]")).to_have_value("Ông Ba, 0903 123 456, thiếu nước")
    page.locator("[name=sure]").check()
    page.locator(".cn-form button[type=submit]").click()

    expect(page.locator(".cn-msg")).to_be_visible()
    expect(page.get_by_text("Ông Ba, 0903 123 456, thiếu nước")).to_be_visible()
