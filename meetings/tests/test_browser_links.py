"""A personal link in a real browser: made at a desk, opened in the browser of a chat, without script too."""

import re

import pytest

from assignments.tests.cast import at
from cadrenet.periods import today
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters
from meetings.tests.evening import evening

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("script", [True, False])
def test_a_link_is_made_copied_and_answered(
    page, browser, live_server, signed_in, assert_accessible, screenshot, script
):
    cast = evening()
    made = Meeting.objects.create(kind="commune_committee", locality=cast.tree.an, starts_at=at(today(), 0, 1))
    keep_rosters(Meeting.objects.filter(pk=made.pk))
    page.set_viewport_size({"width": 1280, "height": 800})
    signed_in(page, cast.recorder)
    page.goto(f"{live_server.url}/meetings/{made.pk}/links/")
    assert_accessible(page)
    page.locator(f"button[name=make][value='{cast.binh.pk}']").click()
    page.locator(f"#text-{cast.binh.pk}").wait_for()
    assert_accessible(page)
    screenshot(page, "links")
    text = page.locator(f"#text-{cast.binh.pk}").input_value()
    address = re.search(r"http\S+", text)[0]

    chat = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=script)
    phone = chat.new_page()
    phone.goto(address)
    if script:
        assert_accessible(phone)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    screenshot(phone, "link")
    buttons = phone.locator(".cn-two button")
    assert [round(buttons.nth(index).bounding_box()["height"]) >= 44 for index in range(2)] == [True, True]
    buttons.nth(0).click()
    phone.locator(".cn-msg.is-good").wait_for()
    if script:
        assert_accessible(phone)
    screenshot(phone, "link-answered")
    cookies = [cookie["name"] for cookie in chat.cookies()]
    chat.close()

    assert Attendance.objects.values_list("status", flat=True).get(cadre=cast.binh) == "present"
    assert "sessionid" not in cookies
