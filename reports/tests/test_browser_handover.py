"""A place changes hands in a browser: replaced, handed over, received; and a cadre leaves with all he holds."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from assignments.models import Acting, Assignment, Cadre, Handover
from assignments.tests.cast import agency, assign, at, cadre, small_tree, user
from cadrenet.periods import today
from meetings.models import Meeting
from meetings.rosters import keep_rosters
from reports.models import Issue

pytestmark = [pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("width", [360, 1280])


@pytest.fixture
def office(page, signed_in, live_server):
    """Ánh answers for neighbourhood 1 and hamlet 2, Bình for nothing; the page is that of somebody who decides."""
    tree = small_tree()
    home = agency("A", "Văn phòng", at=tree.district)
    page.logins = {"anh": user("anh"), "binh": user("binh")}
    anh = cadre("P1", "Nguyễn Thị Ánh", agency=home, user=page.logins["anh"])
    cadre("P2", "Trần Thị Bình", agency=home, user=page.logins["binh"])
    assign(anh, tree.an1, first_day=date(2020, 1, 1))
    assign(anh, tree.an2, first_day=date(2020, 1, 1))
    for days, status in ((-40, "held"), (-10, "held"), (20, "planned")):
        Meeting.objects.create(
            kind="cell", locality=tree.an1, starts_at=at(today() + timedelta(days=days)), status=status
        )
    keep_rosters(Meeting.objects.all())
    Issue.objects.create(
        locality=tree.an1, raised_on=date(2022, 3, 1), kind="difficulty", theme="roads", summary="Đường hỏng"
    )
    page.sign_in = lambda name: signed_in(page, page.logins[name])
    page.logins["office"] = user("office", at=tree.district, level="editor", display_name="Ban Tổ chức")
    page.sign_in("office")
    page.tree, page.anh = tree, anh
    page.address = lambda name, *args: live_server.url + reverse(name, args=args)
    return page


def fits(page):
    """Whether the page itself does not scroll sideways."""
    page.wait_for_load_state()  # a click may only just have begun to lead here
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def written(day):
    return day.strftime("%d/%m/%Y")


def replace(page):
    """Replace Ánh at neighbourhood 1 by Bình, after three days with nobody."""
    row = Assignment.objects.get(locality=page.tree.an1)
    page.goto(page.address("assignments:assignment", row.pk))
    page.locator(f'a[href="{reverse("assignments:assignment_replace", args=[row.pk])}"]').click()
    page.locator("#id_last_day").fill(written(today() - timedelta(days=4)))
    page.locator("#id_end_reason").select_option("transferred")
    page.locator("#id_cadre").fill("tran thi binh")
    page.locator("#matches-cadre input").first.check()
    page.locator("#id_first_day").fill(written(today()))
    page.locator("#id_decision_number").click()
    page.locator("#outlook .is-warn").wait_for()


@pytest.mark.parametrize("width", [pytest.param(360, marks=pytest.mark.both_databases), 1280])
def test_replaced_then_handed_over_then_received(office, assert_accessible, width):
    office.set_viewport_size({"width": width, "height": 800})
    replace(office)
    assert "3 " in office.locator("#outlook .is-warn").inner_text()
    assert fits(office)
    assert_accessible(office)
    office.locator(".cn-form .btn-primary").click()

    office.wait_for_url("**/handovers/*/")
    handover = Handover.objects.get()
    for name, side in (("anh", "given_on"), ("binh", "received_on")):
        office.sign_in(name)
        office.goto(office.address("home"))
        office.locator(f'.btn[href="{handover.get_absolute_url()}"]').click()
        office.wait_for_url(f"**{handover.get_absolute_url()}")
        assert fits(office)
        assert_accessible(office)
        office.locator("main .btn-primary").click()
        office.locator(".cn-messages").wait_for()
        handover.refresh_from_db()
        assert getattr(handover, side) == today()
    assert office.locator("main .btn-primary").count() == 0


@WIDTHS
def test_a_cadre_leaves_two_places(office, assert_accessible, width):
    office.set_viewport_size({"width": width, "height": 800})
    first, second = Assignment.objects.order_by("locality__code")
    office.goto(office.address("reports:cadre", office.anh.pk))
    office.locator(f'a[href="{reverse("assignments:cadre_leave", args=[office.anh.pk])}"]').click()
    office.locator("#id_end_reason").select_option("retired")
    field = office.locator(f"[name=cadre-{first.pk}]")
    field.fill("tran thi binh")
    office.locator(f"#matches-cadre-{first.pk} input").first.check()
    office.locator("#outlook", has_text="Trần Thị Bình").wait_for()
    assert fits(office)
    assert_accessible(office)
    office.locator("#id_why").fill("Nghỉ hưu")
    office.locator(".cn-form .btn-primary").click()

    office.wait_for_url(f"**{office.anh.get_absolute_url()}")
    assert Cadre.objects.get(code="P1").left_on == today()
    rows = Assignment.objects.order_by("locality__code", "first_day")
    assert list(rows.values_list("locality__code", "cadre__code", "last_day")) == [
        ("AN-1", "P1", today()),
        ("AN-1", "P2", None),
        ("AN-2", "P1", today()),
    ]
    assert_accessible(office)


def test_without_script_the_first_answer_shows_the_days_and_the_second_saves(office, browser):
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    context.add_cookies(office.context.cookies())
    page = context.new_page()
    row = Assignment.objects.get(locality=office.tree.an1)
    page.goto(office.address("assignments:assignment_replace", row.pk))
    page.locator("#id_end_reason").select_option("transferred")
    page.locator("#id_cadre").fill("tran thi binh")
    page.locator("#id_first_day").fill((today() + timedelta(days=4)).isoformat())
    page.locator(".cn-form .btn-primary").click()

    page.locator("#outlook .is-warn").wait_for()
    assert Handover.objects.count() == 0
    with page.expect_navigation():
        page.locator(".cn-form .btn-primary").click()

    assert page.url.endswith(Handover.objects.get().get_absolute_url())
    context.close()


@WIDTHS
def test_acting_is_entered_and_stands_on_the_start_page(office, assert_accessible, width):
    office.set_viewport_size({"width": width, "height": 800})
    office.goto(office.address("assignments:acting_create"))
    office.locator("#id_absent").fill("nguyen thi anh")
    office.locator("#matches-absent input").first.check()
    office.locator("#id_cadre").fill("tran thi binh")
    office.locator("#matches-cadre input").first.check()
    office.locator("#id_last_day").fill(written(today() + timedelta(days=9)))
    assert fits(office)
    assert_accessible(office)
    office.locator(".cn-form .btn-primary").click()
    office.wait_for_url("**/assignments/acting/")
    assert Acting.objects.count() == 1
    assert fits(office)
    assert_accessible(office)
    office.goto(office.address("reports:handovers"))
    assert fits(office)
    assert_accessible(office)

    office.sign_in("binh")
    office.goto(office.address("home"))
    assert "Nguyễn Thị Ánh" in office.locator("#acting-1").inner_text()
    assert fits(office)
    assert_accessible(office)
