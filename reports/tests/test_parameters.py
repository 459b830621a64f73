"""Every parameter of every address: nonsense is no error, and what lies elsewhere is as if it were not there.

Which parameters an address has is not written here: it is seen from what its page looks for. What several addresses
share, because the same filter or the same page answers it, is tried once.
"""

from contextlib import contextmanager
from datetime import date

import pytest
from django.contrib import admin
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import resolve

from assignments.actions import localities_changed
from assignments.models import (
    Acting,
    Agency,
    Assignment,
    Cadre,
    Decision,
    Locality,
    LocalityType,
    LocalityVersion,
    User,
)
from assignments.tests.cast import at
from meetings.models import Meeting
from reports.models import Issue, PartyOrganisation, Resource
from reports.tests.test_admin_scope import two_communes, url
from reports.tests.test_scope_everywhere import APART, KEYS, ROWS, address_of, body, site_addresses

pytestmark = pytest.mark.django_db
DAY = date(2022, 5, 9)
# Key and code of a row of every kind in the other commune; and of none at all.
FOREIGN, MISSING = "777777", "888888"
# int("²") is no number, though it is a digit; and no column holds so large a one.
NONSENSE = ["²", "9" * 30]
# Asked by what all lists share.
SHARED = {"page", "format", "q", "p", "o", "all", "sort", "value"}
SHARED |= {"_changelist_filters", "_popup", "_to_field", "_selected_action"}


@contextmanager
def names_asked():
    """Collect under which names a page looks into what was sent."""
    asked, kept = set(), {name: getattr(QueryDict, name) for name in ("__getitem__", "getlist", "__contains__")}

    def recording(method):
        def ask(self, name, *args, **kwargs):
            if isinstance(name, str):
                asked.add(name)
            return method(self, name, *args, **kwargs)

        return ask

    for name, method in kept.items():
        setattr(QueryDict, name, recording(method))
    try:
        yield asked
    finally:
        for name, method in kept.items():
            setattr(QueryDict, name, method)


def elsewhere(tree):
    """A row of every kind in Binh, each with the same key, and the same code."""
    key = int(FOREIGN)
    made = Locality.objects.create(pk=key, code=FOREIGN, tier="hamlet")
    kind = LocalityType.objects.get(code="hamlet")
    LocalityVersion.objects.create(locality=made, type=kind, name="Ấp Ngoài", parent=tree.binh)
    localities_changed()
    office = Agency.objects.create(pk=key, code=FOREIGN, name="Phòng Ngoài", locality=tree.binh)
    who = Cadre.objects.create(pk=key, code=FOREIGN, full_name="Nguyễn Ngoài")
    away = Cadre.objects.create(code="AWAY", full_name="Trần Ngoài")
    who.postings.create(pk=key, agency=office)
    Assignment.objects.create(pk=key, cadre=who, locality=made, first_day=DAY)
    Acting.objects.create(pk=key, cadre=away, absent=who, first_day=DAY, last_day=DAY)
    Decision.objects.create(pk=key, number=FOREIGN, signed_on=DAY, first_day=DAY, locality=tree.binh)
    Meeting.objects.create(pk=key, code=FOREIGN, kind="cell", locality=made, starts_at=at(DAY), status="held")
    Issue.objects.create(pk=key, code=FOREIGN, locality=made, raised_on=DAY, kind="feedback", theme="x", summary="x")
    Resource.objects.create(pk=key, code=FOREIGN, locality=made, mobilised_on=DAY, kind="x", value_vnd=1)
    PartyOrganisation.objects.create(pk=key, code=FOREIGN, kind="cell", locality=made)
    login = User.objects.create(pk=key, username=FOREIGN)
    login.grants.create(pk=key, locality=tree.binh)


def own_addresses(own):
    """Every address of the site with a row of one's own, and the lists of the administration."""
    for name, parts in site_addresses():
        row = own.get(ROWS.get(name)) if set(parts) & KEYS else None
        if name not in APART and (row is not None or not set(parts) & KEYS):
            yield address_of(name, parts, row)
    for model in admin.site._registry:
        yield url(model, "changelist")
    yield url(Cadre, "add")


def answered_by(address, name):
    """What looks at a parameter of an address: its filter, or else the page."""
    view = getattr(resolve(address).func, "view_class", None)
    filters = getattr(getattr(view, "filterset_class", None), "base_filters", {})
    if name in filters:
        return name, type(filters[name])
    if "__" in name:
        # A column of the administration's own filters, and how it is compared.
        return name.rpartition("__")[2], None
    return (name, None) if name in SHARED else (name, view or address)


def parameters(client, own):
    """(address, name) of each parameter that is looked at in another way than those before it."""
    seen = set()
    for address in own_addresses(own):
        with names_asked() as asked:
            page = client.get(address)
        if (changes := (page.context_data or {}).get("cl") if hasattr(page, "context_data") else None) is not None:
            asked |= {name for spec in changes.filter_specs for name in spec.expected_parameters()}
            if changes.date_hierarchy:
                asked |= {f"{changes.date_hierarchy}__{part}" for part in ("year", "month", "day")}
            asked |= {"o"}
        for name in sorted(asked):
            if (key := answered_by(address, name)) not in seen:
                seen.add(key)
                yield address, name


@pytest.fixture
def desk():
    """Rows of An, a browser in which an editor of An sits with every permission, and rows of Binh."""
    tree, own, _other, clerk = two_communes()
    elsewhere(tree)
    client = Client(raise_request_exception=False)
    client.force_login(clerk)
    return own, client


def said(page, value):
    """What a page answers to a value, without the value itself."""
    text = body(page)
    text = text.replace(value.encode(), b"") if isinstance(text, bytes) else text
    return page.status_code, page.headers.get("Location", "").replace(value, ""), text


def test_no_parameter_of_any_address_breaks_a_page_or_tells_what_lies_elsewhere(desk):
    own, client = desk
    broken, telling, asked = [], [], list(parameters(client, own))

    for address, name in asked:
        foreign, missing = (said(client.get(address, {name: value}), value) for value in (FOREIGN, MISSING))
        if foreign != missing:
            telling.append((address, name))

    for address in sorted({address for address, _name in asked}):
        names = {name for of, name in asked if of == address}
        for value in NONSENSE:
            if client.get(address, dict.fromkeys(names, value)).status_code >= 500:
                broken.append((address, names))
    assert (broken, telling) == ([], [])
    assert len(asked) > 80
    assert {"cadre", "within", "locality", "agency", "saved", "absent", "commune"} <= {name for _a, name in asked}


@pytest.mark.one_database
def test_no_key_in_an_address_of_the_administration_tells_what_lies_elsewhere(desk):
    _own, client = desk
    telling, post = [], client.post
    for model in admin.site._registry:
        asked = [(client.get, "change"), (client.get, "history"), (post, "change"), (post, "delete")]
        asked = [(ask, url(model, page, MISSING)) for ask, page in asked]
        if model is User:
            asked += [
                (ask, url(model, "change", MISSING).replace("change", "password")) for ask in (client.get, post)
            ]
        for ask, address in asked:
            # Followed, so that no message waits for the next page.
            foreign, missing = (
                said(ask(address.replace(MISSING, key), follow=True), key) for key in (FOREIGN, MISSING)
            )
            if foreign != missing:
                telling.append((address, foreign[:2], missing[:2]))

    assert telling == []


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize("step", ["change", "delete", "history", "password"])
def test_no_key_in_an_address_of_the_administration_breaks_it(desk, step, value):
    _own, client = desk
    address = url(User, "change", MISSING).replace("change", step).replace(MISSING, value)

    assert client.get(address).status_code < 500
    assert client.post(address).status_code < 500


@pytest.mark.parametrize("key", [FOREIGN, MISSING])
def test_the_administration_leads_to_no_page_of_a_row_by_itself(desk, key):
    _own, client = desk

    assert client.get(f"/admin/r/1/{key}/").status_code == 404


def posted(client, address, names, value):
    """The status of a form that is sent with the same value in each of some fields."""
    with transaction.atomic():
        status = client.post(address, dict.fromkeys(names, value)).status_code
        transaction.set_rollback(True)
    return status


def test_no_field_of_any_form_breaks_a_page(desk):
    own, client = desk
    broken = []
    addresses = [*own_addresses(own), *(url(model, "change", row.pk) for model, row in own.items())]
    for address in addresses:
        with names_asked() as asked:
            if client.post(address, {}).status_code in (403, 404, 405):
                continue
        names = asked - {"csrfmiddlewaretoken", "form_key"}
        broken += [(address, value) for value in NONSENSE if posted(client, address, names, value) >= 500]

    assert broken == []


NUL = "a\0b"


@pytest.mark.parametrize("address", ["/", "/meetings/", "/admin/assignments/cadre/", "/account/login/"])
def test_what_nobody_types_is_kept_out_wherever_it_stands(desk, address):
    _own, client = desk

    for data in ({"q": NUL}, {NUL: "q"}):
        plain = {name.replace("\0", ""): value.replace("\0", "") for name, value in data.items()}
        for ask in (client.get, client.post):
            assert ask(address, data).status_code == ask(address, plain).status_code < 500
    assert client.get(f"{address}a%00b/").status_code == 400
    assert Client().get(address, headers={"cookie": 'sessionid="a\\000bcdefghij"'}).status_code == 400


def test_the_name_of_a_file_holds_no_nul_either(desk):
    _own, client = desk
    boundary, start = "xXx", b"--xXx\r\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8''a%00b.csv"
    content = start + b"\r\nContent-Type: text/csv\r\n\r\ncode\r\n\r\n--xXx--\r\n"

    page = client.post(url(Cadre, "import"), content, content_type=f"multipart/form-data; boundary={boundary}")

    assert page.status_code == 200
    assert NUL.encode() not in page.content
