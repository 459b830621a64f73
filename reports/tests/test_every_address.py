"""What holds for every address of the site, whatever it shows: one that is new is walked by itself."""

import pytest
from django.test import Client

from assignments.models import Locality, User
from cadrenet.tests.away import database_away
from reports.tests.test_scope_everywhere import address_of, lists_of_the_administration, site_addresses

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
