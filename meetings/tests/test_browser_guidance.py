"""Guidance in a real browser: an item, where it is still missing, and the tick with a meeting, at both widths."""

import re
from datetime import timedelta

import pytest

from cadrenet.periods import today
from meetings.models import Guidance, Meeting, PassedOn
from meetings.rosters import keep_rosters
from meetings.tests.evening import evening, meeting

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_item_tells_where_it_is_missing_and_is_ticked_with_a_meeting(
    page, live_server, signed_in, assert_usable, assert_accessible, screenshot
):
    cast = evening()
    item = Guidance.objects.create(
        document="87-KL/HU",
        title="Lịch họp của cơ quan",
        level="district",
        issued_on=today() - timedelta(days=30),
        due_on=today() + timedelta(days=20),
        tier="hamlet",
        locality=cast.tree.district,
    )
    yesterday = meeting("cell", cast.tree.an1, today() - timedelta(days=1), status="held")
    meeting("cell", cast.tree.an2, today() + timedelta(days=5))
    keep_rosters(Meeting.objects.all())
    signed_in(page, cast.recorder)
    for path in ("/meetings/guidance/", item.get_absolute_url(), f"/meetings/guidance/{item.pk}/places/?show=left"):
        assert_usable(page, live_server.url + path)

    # From the list of items one tap leads to where it is missing.
    page.goto(f"{live_server.url}/meetings/guidance/")
    page.locator("td a[href*='show=left']").click()
    page.wait_for_url(re.compile("show=left"))
    assert page.locator("tbody tr").count() == 2
    screenshot(page, "guidance-places")
    page.goto(live_server.url + item.get_absolute_url())
    screenshot(page, "guidance-item")

    record = f"{live_server.url}/meetings/{yesterday.pk}/record/"
    assert_usable(page, record)
    page.goto(record)
    box = page.locator("input[name=guidance-passed_on]")
    box.focus()
    page.keyboard.press("Space")
    page.set_viewport_size({"width": 360, "height": 800})
    assert_accessible(page)
    screenshot(page, "guidance-tick")
    page.locator("form[data-roster] button.btn-primary").click()
    page.wait_for_url(re.compile(rf"/meetings/{yesterday.pk}/$"))

    assert list(PassedOn.objects.values_list("guidance", "locality", "meeting")) == [
        (item.pk, cast.tree.an1.pk, yesterday.pk)
    ]
    page.wait_for_selector("#passed-on")
    assert_accessible(page)
    page.goto(f"{live_server.url}/meetings/guidance/{item.pk}/places/?show=passed")
    assert page.locator("tbody tr").count() == 1
