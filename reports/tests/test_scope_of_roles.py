"""Scope where the walk over every address does not come: somebody who serves in two areas, and readers who write."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client, RequestFactory

from assignments.models import Cadre, Locality, User
from assignments.tests.cast import assign, user
from cadrenet.receipts import KEY
from meetings.models import Meeting
from meetings.rosters import keep_rosters
from reports.tests.test_admin_parity import roles
from reports.tests.test_admin_scope import ALL, SCOPED, told, two_communes, url
from reports.tests.test_admin_scope import text as text_of
from reports.tests.test_parameters import own_addresses
from reports.tests.visits import Forms

pytestmark = pytest.mark.django_db


def browser_of(login):
    client = Client(raise_request_exception=False)
    client.force_login(login)
    return client


def test_no_login_of_staff_sees_a_row_of_another_commune():
    own, other, logins = roles()
    found, seen = set(), set()
    for name, login in logins.items():
        request = RequestFactory().get("/")
        request.user = User.objects.get(pk=login.pk)
        for model in SCOPED:
            rows = admin.site._registry[model].get_queryset(request)
            if name != "district" and rows.filter(pk=other[model].pk).exists():
                found.add((name, model.__name__))
            if rows.filter(pk=own[model].pk).exists():
                seen.add(name)

    assert found == set()
    assert seen == logins.keys() - {"nobody"}


@pytest.mark.one_database
def test_who_serves_in_two_communes_tells_neither_of_the_other():
    """Nor does a cadre of the one whose agency lies there: what he holds beyond it is not the commune's to read."""
    tree, own, other, clerk = two_communes()
    who, there = own[Cadre], other[Locality]
    assign(who, there)
    keep_rosters(Meeting.objects.filter(locality=there))
    assert who.attendances.filter(meeting__locality=there).exists()
    client = browser_of(clerk)

    addresses = list(own_addresses(own))
    addresses += [url(Cadre, page, who.pk) for page in ("change", "history")]
    telling = {address: names for address in addresses if (names := told(text_of(client.get(address))))}

    assert telling == {}
    assert len(addresses) > 80


class FormsWithButtons(Forms):
    """As a browser sends them with a tap on the first button that says something."""

    def handle_starttag(self, tag, attrs):
        super().handle_starttag(tag, attrs)
        attrs = dict(attrs)
        if tag == "button" and attrs.get("name") and self.found and not self.sent(attrs["name"]):
            self.add(attrs["name"], attrs.get("value", ""))


def kept():
    """How often anything was ever stored, by model."""
    found = {model._meta.label: model.history.count() for model in apps.get_models() if hasattr(model, "history")}
    return found | {model._meta.label: model.objects.count() for model in ALL if not hasattr(model, "history")}


@pytest.mark.one_database
def test_a_form_that_is_valid_for_whoever_decides_stores_nothing_for_whoever_reads():
    tree, own, _other, clerk = two_communes()
    writer = browser_of(clerk)
    readers = [user("viewer-of-an", at=tree.an), user("viewer-of-all", at=tree.district)]
    readers.append(user("staff-viewer", at=tree.an, is_staff=True))
    readers[-1].user_permissions.set(clerk.user_permissions.all())
    forms = []
    addresses = [*own_addresses(own), *(url(model, "change", row.pk) for model, row in own.items())]
    for address in addresses:
        page = writer.get(address)
        if page.status_code == 200 and not page.streaming:
            for action, method, data in FormsWithButtons(page.content.decode()).found:
                if method == "post" and "/language/" not in action and "/logout/" not in action:
                    forms.append((action or address, {name: data[name] for name in data if name != KEY}))
    browsers = [browser_of(login) for login in readers]
    before = kept()

    codes = {reader.post(address, data).status_code for reader in browsers for address, data in forms}

    assert kept() == before
    assert len(forms) > 40
    assert max(codes) < 500
