"""What was cleared is erased from history by whoever decides at the top; that it was, is kept."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.erasing import erasable_fields
from assignments.models import Cadre, Erasure
from assignments.tests.cast import agency, cadre, small_tree, user

pytestmark = pytest.mark.django_db
PHONE = "0903 123 456"


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


def desk(**more):
    login = user("clerk", is_staff=True, **more)
    login.user_permissions.set(Permission.objects.all())
    browser = Client()
    browser.force_login(login)
    return browser, login


def renamed_and_cleared(office=None):
    """A cadre whose name was corrected, and whose telephone number was taken out."""
    who = cadre("P", "Trần Thị Bình", agency=office)
    who.full_name, who.phone = "Trần Thị Bính", PHONE
    who.save()
    who.phone = ""
    who.save()
    return who


def history(who, field):
    return list(who.history.order_by("history_id").values_list(field, flat=True))


def erases(browser, who, field="phone", reason="Số riêng", table="assignments.cadre"):
    data = {"table": table, "row": who.pk, "field": field, "reason": reason}
    return browser.post(reverse("admin:assignments_erasure_add"), data)


def test_a_cleared_number_goes_from_history_and_who_did_it_stays():
    small_tree()
    browser, root = desk(is_superuser=True)
    who = renamed_and_cleared()

    assert erases(browser, who).status_code == 302

    assert history(who, "phone") == ["", "", ""]
    assert history(who, "full_name") == ["Trần Thị Bình", "Trần Thị Bính", "Trần Thị Bính"]
    made = Erasure.objects.get()
    assert (made.table, made.row, made.field, made.records) == ("assignments.cadre", who.pk, "phone", 1)
    assert (made.by, made.reason) == (root, "Số riêng")
    page = browser.get(reverse("admin:assignments_cadre_history", args=[who.pk])).content.decode()
    assert PHONE not in page
    for name, value in vars(made).items():
        assert PHONE not in str(value), name


def test_an_earlier_name_goes_also_from_the_log_and_the_name_of_today_stays():
    small_tree()
    browser, root = desk(is_superuser=True)
    who = renamed_and_cleared()
    LogEntry.objects.log_actions(user_id=root.pk, queryset=[cadre("X")], action_flag=2, single_object=True)
    LogEntry.objects.update(object_id=who.pk, object_repr="Trần Thị Bình")

    erases(browser, who, "full_name")

    assert history(who, "full_name") == ["", "Trần Thị Bính", "Trần Thị Bính"]
    assert "Trần Thị Bình" not in LogEntry.objects.values_list("object_repr", flat=True)
    assert Cadre.objects.get(pk=who.pk).full_name == "Trần Thị Bính"


def test_what_stands_there_now_is_cleared_first():
    small_tree()
    browser, _root = desk(is_superuser=True)
    who = cadre("P", "Lê Văn Tám")

    page = erases(browser, who, "full_name")

    assert page.status_code == 409 or "Clear the field first" in page.content.decode()
    assert history(who, "full_name") == ["Lê Văn Tám"]
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("reason", ["", " "])
def test_a_reason_is_given(reason):
    small_tree()
    browser, _root = desk(is_superuser=True)

    page = erases(browser, renamed_and_cleared(), reason=reason)

    assert page.context["adminform"].errors == {"reason": ["This field is required."]}


def test_it_is_for_whoever_decides_at_the_top_and_about_the_row():
    tree = small_tree()
    browser, _clerk = desk(at=tree.an, level="editor")
    who = renamed_and_cleared(agency("A", at=tree.an))
    here = reverse("admin:assignments_cadre_history", args=[who.pk])
    link = reverse("admin:assignments_erasure_add")

    assert link not in browser.get(here).content.decode()
    assert erases(browser, who).status_code == 403

    login = user("district", at=tree.district, level="editor", is_staff=True)
    login.user_permissions.set(Permission.objects.all())
    browser.force_login(login)
    elsewhere = cadre("Q", "Lê Văn Chín")
    begun = browser.get(link, {"table": "assignments.cadre", "row": who.pk}).content.decode()
    assert "cadre: Trần Thị Bính (Phòng Mẫu)" in begun
    assert "Chín" not in browser.get(link, {"table": "assignments.cadre", "row": elsewhere.pk}).content.decode()
    assert link in browser.get(here).content.decode()
    foreign, missing = erases(browser, elsewhere), erases(browser, Cadre(pk=999_999))
    assert foreign.context["adminform"].errors == missing.context["adminform"].errors
    assert foreign.context["adminform"].errors == {"__all__": ["There is no such row that you may change."]}
    assert erases(browser, who).status_code == 302
    assert PHONE not in history(who, "phone")


@pytest.mark.parametrize("table", ["", "x", "assignments.receipt", "auth.permission", "assignments.cadre.x"])
def test_what_is_no_row_of_the_administration_is_refused(table):
    small_tree()
    browser, _root = desk(is_superuser=True)

    page = erases(browser, renamed_and_cleared(), table=table)

    assert page.status_code == 200
    assert page.context["adminform"].errors


def test_nobody_changes_or_deletes_what_was_erased():
    small_tree()
    browser, _root = desk(is_superuser=True)
    erases(browser, renamed_and_cleared())
    made = Erasure.objects.get()

    for page in ("change", "delete"):
        address = reverse(f"admin:assignments_erasure_{page}", args=[made.pk])
        assert browser.post(address, {"reason": "x", "post": "yes"}).status_code == 403


def test_every_text_that_somebody_types_can_be_erased():
    """Of all models with a history: a new column of text is erasable without being named."""
    found = {model._meta.label: set(erasable_fields(model)) for model in admin.site._registry}

    assert found["assignments.Cadre"] == {"code", "full_name", "email", "phone"}
    assert found["meetings.Attendance"] == {"note"}
    assert found["reports.Issue"] == {"code", "summary"}
    assert found["assignments.Handover"] == {"situation"}
    kept = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        if model in admin.site._registry and hasattr(model, "history")
        for field in model.history.model.tracked_fields
        if field.get_internal_type() in ("CharField", "TextField", "EmailField") and not field.choices
    }
    # Those by which a row is named in an address or a file, and what nobody types.
    assert {(label, name) for label, name in kept if name not in found[label]} == set()
