"""The link to one's calendar in a real browser: made, copied, replaced and revoked, on a phone and at a desk."""

import pytest

from meetings.models import CalendarFeed
from meetings.tests.evening import evening

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_link_is_made_and_revoked(page, live_server, signed_in, assert_usable, assert_accessible, screenshot):
    cast = evening()
    signed_in(page, cast.signed)
    assert_usable(page, f"{live_server.url}/meetings/calendar/")
    page.on("dialog", lambda dialog: dialog.accept())
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.locator("button[name=make]").press("Enter")
        page.wait_for_selector("#link-made")
        widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert widths[0] <= widths[1]
        assert_accessible(page)
        screenshot(page, f"calendar-link-{width}")
        address = page.locator("#feed-url").input_value()
        answer = page.request.get(address)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")

    page.locator("button[name=revoke]").press("Enter")
    page.wait_for_selector("text=Đã thu hồi liên kết.")
    assert page.request.get(address).status == 404
    assert not CalendarFeed.objects.exists()
    assert_accessible(page)
