"""A decision from the first paste to its annex, in a browser: on a phone, at a desk, and without script."""

from datetime import date

import pytest
from django.urls import reverse

from assignments.models import Assignment, Decision
from assignments.tests.cast import agency, assign, cadre, small_tree, user

pytestmark = [pytest.mark.django_db(transaction=True)]
TEXT = "Họ và tên\tĐịa bàn\nTrần Thị Tư\tKhu phố 1, Thị trấn An\nLạ Mặt\tẤp 2\nTrần Thị Tư\tThị trấn An › Ấp 2\n"


@pytest.fixture
def office(page, signed_in, live_server):
    """A small district, a draft without lines, and the page of somebody who decides in all of it."""
    tree = small_tree()
    home = agency("VP", "Văn phòng Huyện ủy", at=tree.district)
    assign(cadre("P", "Lê Văn Tám", agency=home), tree.an1, first_day=date(2026, 1, 1))
    cadre("Q", "Trần Thị Tư", agency=home)
    page.draft = Decision.objects.create(
        number="12-QĐ/HU", signed_on=date(2026, 5, 20), first_day=date(2026, 6, 1), locality=tree.district
    )
    signed_in(page, user("office", at=tree.district, level="editor"))
    page.tree, page.address = tree, lambda name, *args: live_server.url + reverse(f"assignments:{name}", args=args)
    return page


def fits(page):
    """Whether the page itself does not scroll sideways."""
    page.wait_for_load_state()  # a click may only just have begun to lead here
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def nothing(page):
    """What is looked at where there is no script to look with."""


def journey(page, address, draft, look):
    """Paste, preview, add, give reasons, let it take effect, read the annex; ``look`` is called on every page."""
    page.goto(address("decision_paste", draft.pk))
    look(page)
    page.locator("#id_text").fill(TEXT)
    page.locator("button[name=preview]").click()
    page.locator("#unmatched").wait_for()
    look(page)
    assert draft.lines.count() == 0
    page.locator("button[name=add]").click()
    page.locator("#unmatched").wait_for()
    look(page)
    assert page.locator("#id_text").input_value() == "Họ và tên\tĐịa bàn\nLạ Mặt\tẤp 2"

    page.goto(address("decision", draft.pk))
    look(page)
    page.locator("#id_why_all").fill("Theo phân công nhiệm kỳ mới")
    page.locator("form[action$='/reasons/'] button:not([formaction])").click()
    page.locator(".cn-messages").wait_for()
    look(page)

    page.locator("a[href$='/enact/']").click()
    page.wait_for_url("**/enact/")
    look(page)
    page.locator(".cn-form .btn-primary").click()
    page.wait_for_url(f"**{draft.get_absolute_url()}")
    look(page)
    page.locator("a[href$='/annex/']").click()
    page.wait_for_url("**/annex/")
    look(page)
    assert page.locator("tbody td.num").count() == 2


def took_effect(draft):
    draft.refresh_from_db()
    rows = Assignment.objects.on(draft.first_day).values_list("locality__code", "cadre__code")
    return not draft.is_draft and sorted(rows) == [("AN-1", "Q"), ("AN-2", "Q")]


@pytest.mark.parametrize("width", [360, 1280])
def test_the_whole_journey_fits_and_is_accessible(office, assert_accessible, screenshot, width):
    office.set_viewport_size({"width": width, "height": 800})

    def look(page):
        assert fits(page), page.url
        assert_accessible(page)

    journey(office, office.address, office.draft, look)

    assert took_effect(office.draft)


@pytest.mark.both_databases
def test_the_whole_journey_works_without_script(office, browser):
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    context.add_cookies(office.context.cookies())

    journey(context.new_page(), office.address, office.draft, nothing)

    assert took_effect(office.draft)
    context.close()


@pytest.mark.parametrize(
    "name", ["decisions", "decision_create", "decision", "decision_edit", "line_create", "decision_copy"]
)
def test_the_other_pages_fit_and_are_accessible(office, assert_usable, name):
    args = [] if name in ("decisions", "decision_create") else [office.draft.pk]

    assert_usable(office, office.address(name, *args))


def test_lines_are_added_one_after_the_other_changed_and_removed(office, assert_accessible):
    office.goto(office.address("line_create", office.draft.pk))
    office.locator("#id_locality").fill("khu pho 1")
    office.locator("#matches-locality label").first.click()
    office.locator("#id_cadre").fill("tran thi tu")
    office.locator("#matches-cadre label").first.click()
    office.locator("button[name=more]").click()
    office.locator(".cn-messages").wait_for()
    assert office.url.endswith("/lines/")

    office.goto(office.address("decision", office.draft.pk))
    office.locator("tbody a.btn").first.click()
    office.wait_for_url("**/decisions/lines/*/")
    assert_accessible(office)
    office.locator("input[name=replaces][value='']").check()
    office.locator(".cn-form .btn-primary").click()
    office.wait_for_url(f"**{office.draft.get_absolute_url()}")
    assert office.draft.lines.get().replaces is None
    office.locator("button[formaction]").click()
    office.locator(".cn-messages").wait_for()
    assert office.draft.lines.count() == 0
