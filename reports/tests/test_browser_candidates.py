"""People for an empty place, and the page of an agency, in a browser: on a phone and at a desk."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assignments.models import Assignment, Cadre
from assignments.tests.cast import agency, assign, at, cadre, small_tree, user
from cadrenet.periods import today
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def district(page, signed_in, live_server):
    """A small district in which hamlet 1 of An has nobody, and four people of an agency come into question."""
    tree = small_tree()
    office = agency("C", "Phòng Nông nghiệp và Phát triển nông thôn", at=tree.district)
    people = [cadre(f"P{n}", name, agency=office) for n, name in enumerate(["Lê Dung", "Bùi An", "Đỗ Ba", "Vũ Cúc"])]
    assign(people[0], tree.an2, first_day=today() - timedelta(days=500))
    assign(people[1], tree.cam1, first_day=today() - timedelta(days=500))
    cadre("Q", "Trần Bảy", agency=agency("T", "Đảng ủy An", at=tree.an))
    for days, status in ((-8, "held"), (-3, "held"), (4, "planned"), (11, "planned")):
        for place in (tree.an1, tree.an2, tree.cam1):
            moment = at(today() + timedelta(days=days))
            Meeting.objects.create(
                kind="cell", locality=place, starts_at=moment, ends_at=moment + timedelta(hours=1), status=status
            )
    clash = at(today() - timedelta(days=3), 18)
    Meeting.objects.create(kind="agency", agency=office, starts_at=clash, ends_at=clash + timedelta(hours=3))
    keep_rosters(Meeting.objects.all())
    Attendance.objects.filter(day=today() - timedelta(days=8)).update(status="present")
    page.tree, page.office = tree, office
    page.address = lambda name, *args: live_server.url + reverse(name, args=args)
    page.enter = lambda who: signed_in(page, who)
    return page


@pytest.mark.parametrize("query", ["", "?others=1", "?q=nobody", "?agency=XX"])
def test_candidates_fit_and_are_accessible(district, assert_usable, query):
    district.enter(user("all", at=district.tree.district, level="editor"))

    assert_usable(district, district.address("reports:candidates", district.tree.an1.pk) + query)


@pytest.mark.parametrize("login", ["clerk", "all"])
def test_the_page_of_an_agency_fits_and_is_accessible(district, assert_usable, login):
    who = (
        user("clerk", of=district.office, level="recorder")
        if login == "clerk"
        else user("all", at=district.tree.district, level="editor")
    )
    # Of those who serve, most are out on two evenings.
    Cadre.objects.filter(full_name="Vũ Cúc").update(left_on=today() - timedelta(days=1))
    district.enter(who)

    assert_usable(district, district.address("reports:agency", district.office.pk))

    assert district.locator(".cn-list").nth(0).locator("li").count() == 2


def test_from_an_empty_place_to_somebody_in_charge(district):
    district.enter(user("all", at=district.tree.district, level="editor"))
    district.goto(district.address("assignments:coverage") + "?tier=hamlet")

    district.locator(f'a[href^="{reverse("reports:candidates", args=[district.tree.an1.pk])}"]').click()
    district.locator("tbody th a").first.wait_for()
    names = district.locator("tbody th a").all_inner_texts()
    district.locator("tbody tr").nth(1).locator("a.btn").click()
    district.locator(".cn-form .btn-primary").wait_for()
    district.locator("#id_first_day").fill("01/06/2022")
    district.locator(".cn-form .btn-primary").click()

    district.wait_for_url("**/assignments/coverage/?tier=hamlet")
    assert names == ["Lê Dung", "Đỗ Ba", "Vũ Cúc", "Bùi An"]
    assert Assignment.objects.get(locality=district.tree.an1).cadre.full_name == "Đỗ Ba"


def test_the_clerk_reaches_the_own_agency_from_the_bottom_bar_on_a_phone(district):
    district.enter(user("clerk", of=district.office, level="recorder"))
    district.goto(district.address("home"))

    district.locator(f'.cn-bottom a[href="{district.office.get_absolute_url()}"]').click()
    district.wait_for_url(f"**{district.office.get_absolute_url()}")

    assert district.locator("h1").inner_text() == "Phòng Nông nghiệp và Phát triển nông thôn"


def test_both_pages_in_pictures(district, screenshot):
    district.enter(user("all", at=district.tree.district, level="editor"))
    district.goto(district.address("reports:candidates", district.tree.an1.pk))
    screenshot(district, "candidates")
    district.goto(district.address("reports:agency", district.office.pk))
    screenshot(district, "agency")

    assert district.locator("h1").count() == 1
