"""Two evenings in a real browser: one tap on a phone, and a whole roster at a desk."""

from datetime import timedelta

import pytest

from assignments.tests.cast import assign, at, cadre
from cadrenet.periods import today
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters
from meetings.tests.evening import evening

pytestmark = pytest.mark.django_db(transaction=True)


def tonight(kind, of):
    """A meeting of today, in the browser's own time."""
    made = Meeting.objects.create(kind=kind, locality=of, starts_at=at(today(), 0, 1))
    keep_rosters(Meeting.objects.filter(pk=made.pk))
    return made


def fits(page):
    """Nothing sticks out of the screen sideways."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.both_databases
def test_tonights_meeting_is_recorded_on_a_phone_with_one_tap(
    page, live_server, signed_in, assert_accessible, screenshot
):
    cast = evening()
    made = tonight("cell", cast.tree.an1)
    signed_in(page, cast.signed)

    page.goto(live_server.url)
    fits(page)
    assert_accessible(page)
    screenshot(page, "today")
    buttons = page.locator(".cn-two button")
    assert [round(buttons.nth(index).bounding_box()["height"]) >= 84 for index in range(2)] == [True, True]
    buttons.nth(0).click()

    page.wait_for_url(f"**/today/{made.pk}/")
    assert Attendance.objects.get().status == "present"
    assert Meeting.objects.get().status == "held"
    fits(page)
    assert_accessible(page)
    screenshot(page, "today-present")
    page.locator("label[for=id_quality_content_0]").click()
    page.locator("main form.cn-panel button[type=submit]").click()

    page.wait_for_url(live_server.url + "/")
    assert Meeting.objects.get().quality_content == "good"


def test_an_absence_is_said_first_and_explained_after(page, live_server, signed_in, assert_accessible, screenshot):
    cast = evening()
    made = tonight("cell", cast.tree.an1)
    signed_in(page, cast.signed)

    page.goto(live_server.url)
    page.locator(".cn-two button").nth(1).click()
    page.wait_for_url(f"**/today/{made.pk}/")
    said_first = Attendance.objects.values_list("status", "reason").get()
    fits(page)
    assert_accessible(page)
    screenshot(page, "today-absent")
    page.locator("input[value=extreme_urgency]").check()
    page.locator("main form.cn-panel button[type=submit]").click()

    page.locator("#id_note_error").wait_for()
    assert_accessible(page)
    page.locator("#id_note").fill("Cháy rừng ở Ấp 2")
    page.locator("main form.cn-panel button[type=submit]").click()

    page.wait_for_url(live_server.url + "/")
    assert said_first == ("absent", "")
    assert Attendance.objects.values_list("status", "reason").get() == ("absent", "extreme_urgency")


def test_a_roster_is_recorded_at_a_desk(page, live_server, signed_in, assert_accessible, screenshot):
    cast = evening()
    assign(cadre("P8", "Đặng Hoài Ân"), cast.tree.an)
    made = tonight("commune_committee", cast.tree.an)
    page.set_viewport_size({"width": 1280, "height": 800})
    signed_in(page, cast.recorder)
    of = {row.cadre.code: row.cadre_id for row in Attendance.objects.all()}

    page.goto(f"{live_server.url}/meetings/{made.pk}/record/")
    assert_accessible(page)
    reason = page.locator(f"#id_reason-{of['P2']}")
    hidden_at_first = reason.is_hidden()
    page.locator(f"label[for=id_status-{of['P2']}_1]").click()
    reason.select_option("duty_trip")
    page.locator(f"label[for=id_status-{of['P3']}_2]").click()
    page.locator(f"#id_note-{of['P3']}").fill("Cháy rừng")
    page.locator("[data-fill]").click()
    screenshot(page, "record")
    fits(page)
    page.locator("[name=guest_name]").fill("giang")
    page.locator("[name=find]").click()
    page.locator("#find fieldset").wait_for()
    kept = page.locator(f"#id_note-{of['P3']}").input_value()
    assert_accessible(page)
    page.locator("form[data-roster] .cn-actions button[type=submit]").click()

    page.wait_for_url(f"**/meetings/{made.pk}/")
    assert (hidden_at_first, kept) == (True, "Cháy rừng")
    assert list(Attendance.objects.order_by("cadre__code").values_list("cadre__code", "status", "reason")) == [
        ("P1", "present", ""),
        ("P2", "absent", "duty_trip"),
        ("P3", "absent", "extreme_urgency"),
        ("P8", "present", ""),
    ]
    assert Meeting.objects.get().status == "held"
    assert_accessible(page)
    screenshot(page, "meeting")


def test_the_lists_of_meetings_fit_a_phone_and_a_desk(page, live_server, signed_in, assert_accessible, screenshot):
    cast = evening()
    for days in range(3):
        tonight("cell", cast.tree.an1)
        Meeting.objects.update(starts_at=at(today() - timedelta(days=days), 19))
    for made in Meeting.objects.all():
        made.save()
    Meeting.objects.create(kind="agency", agency=cast.interior, starts_at=at(today(), 19), ends_at=at(today(), 21))
    signed_in(page, cast.clerk)

    for name, address in (
        ("meetings", "/meetings/"),
        ("month", f"/meetings/month/{today():%Y-%m}/"),
        ("attendances", "/meetings/attendances/"),
        ("clashes", "/meetings/clashes/"),
        ("new-meeting", "/meetings/new/"),
    ):
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(live_server.url + address)
            fits(page)
            assert_accessible(page)
        screenshot(page, name)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_day_that_does_not_exist_takes_the_focus_leads_to_its_field_and_is_filled_in(
    page, live_server, signed_in, assert_accessible, width
):
    cast = evening()
    signed_in(page, cast.office)
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(f"{live_server.url}/meetings/?first_day=31/11")

    page.locator("[data-errors]:focus").wait_for()
    fits(page)
    assert_accessible(page)
    page.locator("[data-errors] a").click()
    page.locator("#id_first_day:focus").wait_for()
    page.locator("#id_first_day + button").click()
    page.locator("#id_first_day:focus").wait_for()
    assert page.input_value("#id_first_day") == f"{today():%d/%m/%Y}"


def test_without_script_the_summary_takes_the_focus_all_the_same(
    browser, live_server, signed_in, browser_context_args
):
    cast = evening()
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    signed_in(page, cast.office)

    page.goto(f"{live_server.url}/meetings/?first_day=31/11")

    page.locator("[data-errors]:focus").wait_for()
    assert page.locator("#id_first_day + button").is_hidden()
    context.close()
