"""Journey 7.2 in a real browser: two taps after the meeting, what may follow, and an evening of catching up."""

from datetime import timedelta

import pytest

from assignments.tests.cast import at
from cadrenet.periods import today
from meetings.models import Attendance, Correction, Meeting
from meetings.rosters import keep_rosters
from meetings.tests.evening import evening
from reports.models import Issue

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = [360, 1280]


def cell(of, days_ago=0):
    """A cell meeting some days ago, in the browser's own time."""
    made = Meeting.objects.create(kind="cell", locality=of, starts_at=at(today() - timedelta(days=days_ago), 0, 1))
    keep_rosters(Meeting.objects.filter(pk=made.pk))
    return made


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("width", WIDTHS)
def test_after_the_tap_all_the_rest_is_one_page(page, live_server, signed_in, assert_accessible, screenshot, width):
    cast = evening()
    made = cell(cast.tree.an1)
    page.set_viewport_size({"width": width, "height": 780})
    signed_in(page, cast.signed)
    page.goto(live_server.url)
    page.locator(".cn-two button").nth(0).click()
    page.wait_for_url(f"**/today/{made.pk}/")

    theme = page.locator("#id_issue-theme")
    hidden_at_first = theme.is_hidden()
    fits(page)
    assert_accessible(page)
    page.locator("label[for=id_quality_content_0]").click()
    page.locator("#id_topics_0").check()
    page.locator("#id_issue-summary").fill("Đường vào tổ 6 ngập khi triều cường")
    theme.wait_for()
    fits(page)
    assert_accessible(page)
    screenshot(page, f"more-{width}")
    page.locator("main form.cn-panel button[type=submit]").click()
    page.locator("#id_issue-theme_error").wait_for()
    assert_accessible(page)
    theme.select_option("roads")
    page.locator("main form.cn-panel button[type=submit]").click()

    page.wait_for_url(live_server.url + "/")
    assert hidden_at_first
    assert Meeting.objects.values_list("quality_content", "topics").get() == ("good", "environment")
    assert Issue.objects.values_list("summary", "theme", "locality", "raised_on").get() == (
        "Đường vào tổ 6 ngập khi triều cường",
        "roads",
        cast.tree.an1.pk,
        today(),
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_sixteen_meetings_are_caught_up_with_in_two_taps(
    page, live_server, signed_in, assert_accessible, screenshot, width
):
    cast = evening()
    for days_ago in range(1, 17):
        cell(cast.tree.an1, days_ago)
    page.set_viewport_size({"width": width, "height": 780})
    signed_in(page, cast.signed)
    page.goto(live_server.url)
    page.locator("a[href$='catching-up/']").click()
    page.wait_for_url("**/catching-up/")

    assert page.locator("[type=radio]:checked").count() == 0
    fits(page)
    assert_accessible(page)
    page.locator("[data-fill]").click()
    page.locator("[data-chosen]", has_text="16").wait_for()
    first = page.locator("fieldset.cn-quick").nth(0)
    first.locator("label").nth(1).click()
    first.locator("select").wait_for()
    screenshot(page, f"catching-up-{width}")
    page.locator("#id_why_late").fill("Ghi sổ giấy, nay cập nhật đủ")
    page.locator(".cn-savebar button").click()

    page.locator(".cn-msg.is-good").wait_for()
    assert Attendance.objects.filter(status="present").count() == 9
    assert Attendance.objects.filter(status="absent").count() == 1
    assert Correction.objects.count() == 6
    assert page.locator("fieldset.cn-quick").count() == 0
    fits(page)
    assert_accessible(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_without_script_it_is_a_plain_form(browser, live_server, client, assert_accessible, screenshot, width):
    cast = evening()
    made = [cell(cast.tree.an1, days_ago) for days_ago in (1, 2)]
    client.force_login(cast.signed)
    cookie = client.cookies["sessionid"]
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 780})
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()

    page.goto(f"{live_server.url}/today/catching-up/")
    page.locator("[name=fill]").click()
    page.locator("[type=radio]:checked").nth(1).wait_for(state="attached")
    filled, saved_by_filling = page.locator("[type=radio]:checked").count(), Meeting.objects.filter(status="held")
    assert (filled, saved_by_filling.count()) == (2, 0)
    page.locator("fieldset.cn-quick").nth(0).locator("label").nth(2).click()
    page.locator(".cn-savebar button").click()
    page.locator(".cn-msg.is-good").wait_for()
    context.close()

    assert list(Meeting.objects.order_by("-day").values_list("status", flat=True)) == ["not_held", "held"]
    assert Attendance.objects.get(meeting=made[1]).status == "present"


@pytest.mark.parametrize("width", WIDTHS)
def test_two_entries_are_concluded_side_by_side(page, live_server, signed_in, assert_accessible, screenshot, width):
    from assignments.tests.cast import assign, cadre, user
    from meetings.actions import record_attendance
    from meetings.entries import Mark

    cast = evening()
    made = cell(cast.tree.an1)
    head = user("group-head")
    assign(cadre("HEAD", user=head), cast.tree.north, role="head")
    for by, status, reason in ((cast.signed, "present", ""), (cast.recorder, "absent", "personal")):
        record_attendance(made, by=by, on=today(), marks=[Mark(cast.chau.pk, status, reason)])
    page.set_viewport_size({"width": width, "height": 780})
    signed_in(page, head)

    page.goto(f"{live_server.url}/meetings/corrections/")
    fits(page)
    assert_accessible(page)
    screenshot(page, f"corrections-{width}")
    page.locator("button[value=accepted]").click()

    page.locator(".cn-msg.is-good").wait_for()
    assert Attendance.objects.get().status == "absent"
    page.goto(live_server.url + made.get_absolute_url())
    assert_accessible(page)
