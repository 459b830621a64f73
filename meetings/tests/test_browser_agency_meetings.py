"""The clash guard in a real browser: from a clash to a saved free time with one tap, with script and without."""

from datetime import timedelta

import pytest

from assignments.tests.cast import assign, at, cadre
from cadrenet.periods import today
from meetings.models import Holiday, Meeting, RestrictedDay
from meetings.rosters import keep_rosters
from meetings.tests.evening import agency_meeting, evening
from meetings.tests.test_browser import fits

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = pytest.mark.parametrize("width", [pytest.param(360, marks=pytest.mark.both_databases), 1280])


def a_clash():
    """A cell that meets in the afternoon of a working day ahead, with one of the staff and one more."""
    cast = evening()
    RestrictedDay.objects.all().delete()
    Holiday.objects.all().delete()
    day = today() + timedelta(days=3)
    while day.weekday() > 2:
        day += timedelta(days=1)
    assign(cadre("P9", "Đặng Hữu Hiếu", agency=cast.interior), cast.tree.an2)
    for of, hour in ((cast.tree.an1, 14), (cast.tree.an2, 19)):
        made = Meeting.objects.create(kind="cell", locality=of, starts_at=at(day, hour), ends_at=at(day, hour + 2))
        keep_rosters(Meeting.objects.filter(pk=made.pk))
    for number in range(3):
        agency_meeting(cast.interior, day=today() - timedelta(days=10 + number), hour=8, status="held")
    return cast, day


def type_in(page, day, starts="15:00"):
    page.locator("#id_subject").fill("Hội ý cải cách hành chính")
    page.locator("#id_day").fill(f"{day:%d/%m/%Y}")
    page.locator("#id_starts").press_sequentially(starts)


def registered():
    return Meeting.objects.filter(kind="agency", subject="Hội ý cải cách hành chính")


@WIDTHS
def test_a_clash_is_told_while_the_clerk_types_and_a_free_time_is_saved_with_one_tap(
    page, live_server, signed_in, assert_accessible, screenshot, width
):
    cast, day = a_clash()
    page.set_viewport_size({"width": width, "height": 900})
    signed_in(page, cast.clerk)
    page.goto(f"{live_server.url}/meetings/new/?of=agency")
    fits(page)
    assert_accessible(page)
    reason_at_first = page.locator("#id_why").is_visible()

    type_in(page, day)
    page.locator("#look [data-clash]").wait_for()
    told = page.locator("#look").inner_text()
    focused = page.evaluate("document.activeElement.id")
    filled_in = page.locator("#id_ends").input_value()
    fits(page)
    assert_accessible(page)
    screenshot(page, f"agency-meeting-{width}")
    assert "Nguyễn Minh Châu" in told
    assert "Đặng Hữu Hiếu" in told
    assert (focused, filled_in) == ("id_starts", "16:30")
    assert (reason_at_first, page.locator("#id_why").is_visible()) == (False, True)
    assert registered().count() == 0
    slots = page.locator(".cn-slots button")
    assert slots.count() == 3
    value = slots.nth(1).get_attribute("value")
    slots.nth(1).click()

    page.wait_for_url("**/meetings/*/")
    assert f"{registered().get().starts_at.astimezone(at(day).tzinfo):%Y-%m-%dT%H:%M}" == value
    assert_accessible(page)


@WIDTHS
def test_enter_saves_what_was_typed_with_its_reason_and_takes_no_other_time(
    page, live_server, signed_in, assert_accessible, width
):
    cast, day = a_clash()
    page.set_viewport_size({"width": width, "height": 900})
    signed_in(page, cast.clerk)
    page.goto(f"{live_server.url}/meetings/new/?of=agency")
    type_in(page, day)
    page.locator("#look [data-clash]").wait_for()
    page.locator("#id_subject").press("Enter")

    page.locator("#id_why_error").wait_for()
    assert_accessible(page)
    page.locator("#id_why").fill("Đoàn kiểm tra của tỉnh")
    page.locator(".cn-save").click()

    page.wait_for_url("**/meetings/*/")
    saved = registered().get()
    assert (saved.starts_at, saved.override_reason) == (at(day, 15), "Đoàn kiểm tra của tỉnh")


@WIDTHS
def test_without_script_the_same_warning_stands_at_the_top_with_the_focus(
    browser, live_server, signed_in, assert_accessible, screenshot, width
):
    cast, day = a_clash()
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 900}, locale="en")
    page = context.new_page()
    signed_in(page, cast.clerk)
    page.goto(f"{live_server.url}/meetings/new/?of=agency")
    type_in(page, day)
    warning = page.locator("[data-errors]")
    page.locator(".cn-save").click()

    warning.wait_for()
    screenshot(page, f"agency-meeting-no-script-{width}")
    assert warning.is_visible()
    assert page.locator("[data-errors]:focus").count() == 1
    assert "Nguyễn Minh Châu" in warning.inner_text()
    assert page.locator("#id_subject").input_value() == "Hội ý cải cách hành chính"
    assert page.locator("#id_why").is_visible()
    assert registered().count() == 0
    page.locator(".cn-slots button").nth(0).click()
    page.wait_for_url("**/meetings/*/")
    assert registered().count() == 1
    context.close()


def test_a_meeting_that_a_locality_moved_onto_is_moved_away_from_the_list_with_one_tap(
    page, live_server, signed_in, assert_accessible, screenshot
):
    cast, day = a_clash()
    own = agency_meeting(cast.interior, day=day, hour=14, subject="Tổng kết công tác tổ chức")
    signed_in(page, cast.clerk)

    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{live_server.url}/meetings/clashes/?quarter={day.year}-Q{(day.month + 2) // 3}")
        fits(page)
        assert_accessible(page)
        screenshot(page, f"clashes-open-{width}")
    page.locator("[name=pick]").click()

    page.wait_for_url("**/meetings/clashes/*")
    page.locator(".cn-msg.is-good").wait_for()
    own.refresh_from_db()
    assert own.starts_at != at(day, 14)
