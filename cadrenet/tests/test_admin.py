"""The site of the administration: who comes in, by which door, and under which policy."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from assignments.tests.cast import small_tree, user
from cadrenet.admin.tables import TableAdmin

pytestmark = pytest.mark.django_db


def directive(response, name):
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    return policy[name].split()


def test_the_way_in_is_the_sites_own_sign_in(client):
    answer = client.get("/admin/assignments/cadre/", follow=True)

    assert answer.redirect_chain[-1] == ("/account/login/?next=/admin/assignments/cadre/", 302)


def test_a_password_is_not_taken_at_the_admins_own_address(client):
    user("root", is_staff=True, is_superuser=True)

    answer = client.post("/admin/login/", {"username": "root", "password": "mật-khẩu-thử-nghiệm"})

    assert (answer.status_code, answer.url) == (302, "/account/login/?next=/admin/")
    assert "_auth_user_id" not in client.session


def test_who_is_not_staff_is_not_let_in(client):
    client.force_login(user("somebody"))

    assert client.get("/admin/", follow=True).status_code == 403


def test_staff_go_straight_to_the_administration(client):
    client.force_login(user("root", is_staff=True, is_superuser=True))

    answer = client.get("/admin/login/")

    assert (answer.status_code, answer.url) == (302, "/admin/")


def test_only_here_styles_may_be_inline_and_scripts_nowhere(client):
    client.force_login(user("root", is_staff=True, is_superuser=True))

    here, elsewhere = client.get("/admin/"), client.get("/health/")

    assert directive(here, "style-src") == ["'self'", "'unsafe-inline'"]
    assert directive(elsewhere, "style-src") == ["'self'"]
    assert directive(here, "script-src") == directive(elsewhere, "script-src") == ["'self'"]


def test_no_list_takes_a_regular_expression_from_its_address(client):
    """One that goes back and forth over a name keeps a server busy for hours."""
    client.force_login(user("root", is_staff=True, is_superuser=True))

    asked = {}
    for model, its_admin in admin.site._registry.items():
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert client.get(url).status_code == 200
        for field in model._meta.concrete_fields:
            for lookup in ("regex", "iregex", "pk__regex" if field.is_relation else "lower__iregex"):
                assert not its_admin.lookup_allowed(f"{field.name}__{lookup}", "(a+)+$")
        asked[url] = client.get(url, {"pk__iregex": "(a+)+$"}).status_code
        if isinstance(its_admin, TableAdmin):
            asked[f"{url}export/"] = client.get(f"{url}export/", {"pk__regex": "a"}).status_code

    assert len(asked) > 33
    assert set(asked.values()) == {400}
    assert client.get("/admin/assignments/cadre/", {"code__startswith": "P"}).status_code == 200


PAGES = [
    "/admin/",
    "/admin/assignments/locality/",
    "/admin/assignments/locality/add/",
    "/admin/assignments/assignment/add/",
    "/admin/assignments/cadre/import/",
    "/admin/meetings/meeting/add/",
]


def test_pages_keep_the_policy_in_a_browser(page, signed_in, live_server):
    signed_in(page, user("root", is_staff=True, is_superuser=True))

    for address in PAGES:
        assert page.goto(live_server.url + address).ok


def test_a_locality_is_searched_and_chosen_in_a_browser(page, signed_in, live_server):
    small_tree()
    signed_in(page, user("root", is_staff=True, is_superuser=True))
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(live_server.url + "/admin/assignments/assignment/add/")

    page.locator(".field-locality .select2-selection").click()
    page.locator(".select2-search__field").fill("ap 2")
    page.locator(".select2-results__option", has_text="Ấp 2 (Thị trấn An › Nhóm Bắc)").click()

    assert page.locator("#select2-id_locality-container").inner_text().endswith("Ấp 2 (Thị trấn An › Nhóm Bắc)")


def test_models_stand_in_the_order_of_the_readers_alphabet(client, settings):
    settings.LANGUAGE_CODE = "vi"
    client.force_login(user("root", is_staff=True, is_superuser=True))

    apps = {app["app_label"]: app["models"] for app in client.get("/admin/").context["app_list"]}
    names = [str(model["name"]) for model in apps["assignments"]]

    assert names.index("Cơ quan, đơn vị") < names.index("Địa bàn") < names.index("Giới hạn")


@pytest.mark.one_database
def test_the_page_of_a_new_row_says_no_word_of_the_program(client):
    client.force_login(user("root", is_staff=True, is_superuser=True))
    small_tree()
    silly = []
    for model, page in admin.site._registry.items():
        answer = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"))
        text = re.sub(r"<[^>]*>", "", answer.content.decode())
        if answer.status_code == 200 and re.search(r"\bNone\b", text):
            silly.append(page)

    assert silly == []
