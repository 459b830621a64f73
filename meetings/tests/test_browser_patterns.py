"""A pattern for two cells in a real browser: with the keyboard alone, on a phone and at a desk."""

import re
from datetime import time

import pytest

from meetings.models import Meeting, Pattern
from meetings.tests.evening import evening

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_pattern_is_set_with_the_keyboard(
    page, live_server, signed_in, assert_usable, assert_accessible, screenshot
):
    cast = evening()
    Pattern.objects.create(locality=cast.tree.an, kind="commune_committee", week=5, weekday="monday", starts=time(14))
    signed_in(page, cast.recorder)
    assert_usable(page, f"{live_server.url}/meetings/patterns/")
    assert_usable(page, f"{live_server.url}/meetings/patterns/new/")
    screenshot(page, "pattern-new")
    assert_usable(page, live_server.url + Pattern.objects.get().get_absolute_url())

    page.goto(f"{live_server.url}/meetings/patterns/new/")
    for box in page.locator("input[name=places]").all():
        box.focus()
        page.keyboard.press("Space")
    page.locator("input[name=repeats][value=weekday]").check()
    assert (page.locator("#id_weekday").is_visible(), page.locator("#id_day_of_month").is_visible()) == (True, False)
    page.locator("input[name=repeats][value=day]").check()
    assert (page.locator("#id_weekday").is_visible(), page.locator("#id_day_of_month").is_visible()) == (False, True)
    page.locator("#id_day_of_month").fill("31")
    page.locator("#id_starts").fill("19:00")
    page.keyboard.press("Enter")
    page.wait_for_selector("#preview")
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1]
    assert_accessible(page)
    screenshot(page, "pattern-preview")
    assert not Meeting.objects.exists()
    page.set_viewport_size({"width": 360, "height": 800})
    assert_accessible(page)
    page.locator("section[aria-labelledby=preview] button.btn-primary").press("Enter")

    page.wait_for_url(re.compile(r"/meetings/patterns/$"))
    assert Pattern.objects.filter(kind="cell", day_of_month=31).count() == 2
    assert Meeting.objects.filter(kind="cell").count() == 24
    screenshot(page, "patterns")
    assert_accessible(page)

    page.goto(f"{live_server.url}/meetings/{Meeting.objects.filter(kind='cell').earliest('day').pk}/record/")
    assert not page.locator("#id_why").is_visible()
    page.locator("label:has([value=cancelled]), [value=cancelled] + label").first.click()
    page.locator("#id_why").wait_for()
    assert_accessible(page)
