"""What holds for every address of the site, whatever it shows: one that is new is walked by itself."""

import pytest
from django.forms import BaseForm, ChoiceField
from django.test import Client

from assignments.models import Locality, User
from cadrenet.tests.away import database_away
from reports.tests.test_scope_everywhere import (
    EACH_LOGIN,
    address_of,
    demo,
    district,
    lists_of_the_administration,
    lists_of_the_site,
    signed_in,
    site_addresses,
)

__all__ = ["demo", "district"]  # fixtures

pytestmark = pytest.mark.django_db
# No such row: the answer is "not found", which is held to the same.
NO_ROW = Locality(pk=987654321)


def everything():
    yield from (address_of(name, parts, NO_ROW) for name, parts in site_addresses())
    yield from lists_of_the_administration()
    yield from ["/localities/?format=csv", "/localities/?format=xlsx", "/nowhere/"]


@pytest.fixture
def client():
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("nam", password="ba con trâu đi học"))
    return client


@pytest.mark.parametrize("signed_in", [True, False])
def test_no_answer_is_kept_anywhere_and_each_says_what_it_may_not_use(client, signed_in):
    visitor = client if signed_in else Client()
    wrong = {}
    for address in everything():
        answer = visitor.get(address)
        headers = answer.headers
        if answer.streaming:
            # Of the others the client has done so itself; once more would end the connection.
            answer.close()
        kept = set(headers.get("Cache-Control", "").split(", "))
        if (
            not kept >= {"private", "no-store"}
            or "public" in kept
            or "camera=()" not in headers["Permissions-Policy"]
        ):
            wrong[address] = kept

    assert wrong == {}


def test_no_answer_is_an_error_of_the_site_when_the_database_is_away(client):
    addresses = list(everything())
    with database_away():
        found = {address: client.get(address).status_code for address in addresses}

    # Where the language is chosen, nothing is asked, and nothing for what opens without a network.
    silent = {"/language/setlang/", "/sw.js", "/manifest.webmanifest", "/offline/"}
    assert {address for address, status in found.items() if status != 503} == silent


@pytest.mark.parametrize("login", [*EACH_LOGIN, pytest.param("admin", marks=pytest.mark.one_database)])
def test_no_form_asks_for_a_choice_of_which_there_is_none(login, demo):
    """Whoever may not add a row has no form for it; a form that is there can be filled in."""
    visitor, empty, forms_met = signed_in(login), [], 0
    for address in lists_of_the_site([""]):
        for form in forms_shown(visitor.get(address)):
            forms_met += 1
            empty += [
                (address, name)
                for name, field in form.fields.items()
                if field.required
                and isinstance(field, ChoiceField)
                and not any(str(key) for key, _l in field.choices)
            ]

    assert empty == []
    assert forms_met > 5


def forms_shown(response):
    """Every form that a page was made with."""
    contexts = response.context if isinstance(response.context, list) else [response.context or {}]
    layers = [layer for context in contexts for layer in getattr(context, "dicts", [])]
    found = {id(value): value for layer in layers for value in layer.values()}
    return [value for value in found.values() if isinstance(value, BaseForm)]
