"""Every form that adds something, sent twice: one row, and the second answer is the first one's page.

The forms are found and not listed: a page that carries a key without being filled in here fails, and so does a
template that posts without a key and without a reason.
"""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import Agency, Receipt, User
from cadrenet.receipts import KEY
from reports.models import Issue
from reports.tests.creating import ADMINISTRATION, FORMS, SITE, adding, opened, prepared
from reports.tests.test_scope_everywhere import APART, KEYS, NOW, ROWS, address_of, site_addresses
from reports.tests.visits import PYTHON, visitor

TRACES = {"Receipt", "Session", "LogEntry"}


@pytest.fixture(scope="module")
def district(django_db_setup, django_db_blocker):
    """A demo district of two communes, loaded once."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOW, tick=False):
            call_command("demo", "--communes", "2", "--quarters", "2", "--yes", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(district, db):
    with time_machine.travel(NOW, tick=False):
        yield


class Browser:
    """What ``prepared`` needs, for a client of a test; without script, as no script runs in it."""

    def __init__(self, login="admin"):
        self.client = visitor(User.objects.get(username=login))

    def get(self, url):
        response = self.client.get(url)
        assert not PYTHON.search(response.content.decode()), f"{url} shows a value as Python writes it."
        assert response.status_code == 200, (url, response.status_code, response.headers.get("Location"))
        return response.content.decode()

    def post(self, url, pairs):
        response = self.client.post(url, urlencode(pairs), content_type="application/x-www-form-urlencoded")
        location = response.headers.get("Location", "")
        return response.status_code, location, "" if response.streaming else response.content.decode()


def errors_in(text):
    """What a page says is wrong, for whoever reads that a test failed."""
    found = re.findall(r'class="(?:errorlist|invalid-feedback|cn-msg)[^>]*>(.*?)</(?:ul|div)', text, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def rows():
    """How many rows there are of each model, the history among them."""
    models = [model for model in apps.get_models() if model._meta.managed and model.__name__ not in TRACES]
    return {model.__name__: model._base_manager.count() for model in models}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_sent_twice_makes_one_row(name, demo):
    browser, before = Browser(), rows()
    sent = prepared(browser, FORMS[name](1))
    assert sent.status == 302, errors_in(sent.text)
    after = rows()

    status, location, _text = browser.post(sent.url, sent.data)

    assert (status, location) == (302, sent.location)
    assert rows() == after
    assert before != after


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_comes_back_with_what_is_wrong_keeps_its_key(name, demo):
    browser = Browser()
    sent = opened(browser, FORMS[name](1))
    emptied = [(label, value if label in (KEY, "csrfmiddlewaretoken") else "") for label, value in sent.data]

    status, _location, text = browser.post(sent.url, emptied)

    # Where nothing is obligatory something was stored, and the key with it.
    kept = f'name="{KEY}" value="{dict(sent.data)[KEY]}"' in text
    assert kept if status == 200 else status == 302
    assert Receipt.objects.count() == (status == 302)


def carrying():
    """The names of all addresses of the site whose page carries a form with a key."""
    client = visitor(User.objects.get(username="admin"))
    for name, parts in site_addresses():
        if name in APART:
            continue
        if name in SITE:
            response = client.get(SITE[name](1).url)
        else:
            row = ROWS[name].objects.order_by("pk").first() if set(parts) & set(KEYS) else None
            if set(parts) & set(KEYS) and row is None:
                continue
            response = client.get(address_of(name, parts, row))
        if not response.streaming and f'name="{KEY}"' in response.content.decode():
            yield name


def test_every_form_with_a_key_is_sent_twice_above(demo):
    assert set(carrying()) == set(SITE)


def test_every_model_that_the_administration_adds_is_added_twice_above(demo, rf):
    request = rf.get("/")
    request.user = User.objects.get(username="admin")
    may_add = {model for model, page in admin.site._registry.items() if page.has_add_permission(request)}

    assert may_add == set(ADMINISTRATION)


# Forms that add nothing, or whose second sending finds what the first did.
WITHOUT_KEY = {
    "meetings/patterns/list.html": "plans; planned again, nothing is new",
    "meetings/patterns/edit.html": "changes a pattern; what follows from it is planned once",
    "meetings/programme.html": "travels with what it showed",
    "meetings/agency/open.html": "moves what is still where the page showed it",
    "meetings/correction_form.html": "concludes once: the second finds that it is concluded",
    "meetings/excuse_form.html": "decides once: the second finds that it was decided",
    "components/top_bar.html": "signs out",
    "account/login.html": "signs in",
    "account/form.html": "signs in, asks for the password, sets it",
    "gallery.html": "goes nowhere",
    "generic/confirm.html": "deletes, or ends; asked twice, once is kept",
    "admin/table_import.html": "the first of its forms only previews; the second carries a key",
    "meetings/feed.html": "makes a new link for the one before, and shows it",
    "meetings/remind.html": "one reminder by one login on a day",
    "meetings/record.html": "travels with what it showed",
    "meetings/beyond.html": "cancels what is planned; asked twice, nothing is left to cancel",
    "meetings/links/links.html": "a new link ends the one before; its text stands on the answer alone",
    "meetings/links/link.html": "travels with what it showed",
    "meetings/meeting.html": "travels with what it showed",
    "reports/today/card.html": "travels with what it showed",
    "reports/today/absent.html": "travels with what it showed",
    "reports/today/catching_up.html": "travels with what it showed",
    "reports/handovers/sheet.html": "the first tick stays; the text is one row's",
    "reports/quarterly_reports/report.html": "one report for a cadre, a place and a quarter",
    "reports/issues/step_form.html": "a step of one row, taken under a lock",
    "assignments/board/board.html": "takes back; what is gone is not found",
    "assignments/board/undo.html": "takes back; what is gone is not found",
    "assignments/coverage/coverage.html": "one review of a locality on a day",
    "assignments/decisions/enact.html": "a decision takes effect once",
    "assignments/decisions/draft.html": "reasons of rows that are there",
    "account/typed.html": "sends what another form carried, with a key of its own",
    "409.html": "sends what another form carried, with a key of its own",
}


def test_every_template_that_posts_carries_a_key_or_says_why_not():
    root = Path(settings.BASE_DIR, "templates")
    without = set()
    for path in root.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        posts = re.findall(r'<form(?:(?!</form>).)*?method="post".*?</form>', text, re.S)
        if any("{% once" not in form and "meetings/agency/fields.html" not in form for form in posts):
            without.add(path.relative_to(root).as_posix())

    # A draft is deleted from the page that changes it.
    assert without - {"assignments/decisions/form.html"} == set(WITHOUT_KEY)


# --- One form, looked at closely --------------------------------------------------------------------------------


def new_issue(browser):
    return opened(browser, FORMS["reports:issue_create"](1))


def test_the_second_answer_says_that_it_is_the_second(demo):
    browser = Browser()
    sent = new_issue(browser)
    first = browser.post(sent.url, sent.data)[1]

    response = browser.client.post(sent.url, dict(sent.data), follow=True)

    assert response.redirect_chain == [(first, 302)]
    assert "This form was received before and stored once. Here is what became of it." in {
        str(message) for message in response.context["messages"]
    }


def test_in_two_browsers_of_one_login_it_is_one_form_and_of_two_logins_two(demo):
    one, other, somebody = Browser(), Browser(), Browser("tochuc")
    sent = new_issue(one)
    number = Issue.objects.count()

    answers = [browser.post(sent.url, sent.data)[0] for browser in (one, other, somebody)]

    assert answers == [302, 302, 302]
    assert Issue.objects.count() == number + 2


def test_something_else_under_the_same_key_is_not_stored_and_not_lost(demo):
    browser = Browser()
    sent = new_issue(browser)
    stored = browser.post(sent.url, sent.data)[1]
    number = Issue.objects.count()

    status, _location, text = browser.post(sent.url, [*sent.data, ("summary", "Cầu sập")])

    assert status == 409
    assert "This form was received before, with something else in it. What you sent now was not stored." in text
    assert f'href="{stored}"' in text
    assert 'value="Cầu sập"' in text
    assert Issue.objects.count() == number


def test_what_was_typed_can_be_sent_from_there_as_a_form_of_its_own(demo):
    browser = Browser()
    sent = new_issue(browser)
    browser.post(sent.url, sent.data)
    other = [(name, "Cầu sập" if name == "summary" else value) for name, value in sent.data]
    text = browser.post(sent.url, other)[2]
    key = re.search(rf'name="{KEY}" value="([^"]+)"', text)[1]
    assert UUID(key) != UUID(dict(sent.data)[KEY])

    status, _location, _text = browser.post(
        sent.url, [(name, key if name == KEY else value) for name, value in other]
    )

    assert status == 302
    assert Issue.objects.filter(summary="Cầu sập").count() == 1


def test_a_password_is_never_put_on_the_page_that_asks_again(demo):
    browser = Browser()
    sent = opened(browser, adding(User)(1))
    assert browser.post(sent.url, sent.data)[0] == 302

    status, _location, text = browser.post(sent.url, [*sent.data, ("username", "khac")])

    assert status == 409
    assert "mật-khẩu-mới" not in text


def test_a_script_without_a_key_is_served_as_ever(demo):
    browser = Browser()
    sent = new_issue(browser)
    number = Issue.objects.count()
    without = [(name, value) for name, value in sent.data if name != KEY]

    answers = [browser.post(sent.url, without)[0] for _time in range(2)]

    assert answers == [302, 302]
    assert (Issue.objects.count(), Receipt.objects.count()) == (number + 2, 0)


def test_a_key_that_is_none_is_no_key(demo):
    browser = Browser()
    sent = new_issue(browser)

    status, _location, _text = browser.post(
        sent.url, [(name, "nonsense" if name == KEY else value) for name, value in sent.data]
    )

    assert (status, Receipt.objects.count()) == (302, 0)


def test_a_form_costs_one_row_and_one_change_more(demo):
    browser = Browser()
    sent = new_issue(browser)
    without = [(name, value) for name, value in sent.data if name != KEY]
    browser.post(sent.url, without)
    counts = []
    for data in (without, sent.data):
        with CaptureQueriesContext(connection) as queries:
            browser.post(sent.url, data)
        counts.append([query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]])

    plain, keyed = counts
    more = [sql.split()[0] for sql in keyed if "receipt" in sql]
    assert more == ["INSERT", "UPDATE"]
    assert len(keyed) == len(plain) + 2


def test_what_fails_leaves_no_receipt(demo, monkeypatch):
    browser = Browser()
    browser.client.raise_request_exception = False
    sent = new_issue(browser)

    def broken(*args, **kwargs):
        raise RuntimeError("The power went out.")

    monkeypatch.setattr(Issue, "save", broken)
    assert browser.post(sent.url, sent.data)[0] == 500
    monkeypatch.undo()

    assert Receipt.objects.count() == 0
    assert browser.post(sent.url, sent.data)[0] == 302


def test_a_window_of_the_administration_that_is_sent_twice_closes_twice_with_the_same_row(demo):
    browser = Browser()
    filling = adding(Agency)(1)
    filling.url += "?_popup=1"
    sent = opened(browser, filling)

    texts = [browser.client.post(sent.url, dict(sent.data), follow=True).content.decode() for _time in range(2)]

    made = Agency.objects.get(code="CQ-1")
    closing = f"{{&quot;value&quot;: &quot;{made.pk}&quot;"
    assert [closing in text for text in texts] == [True, True]


def test_receipts_are_forgotten_after_three_months(demo):
    login = User.objects.get(username="admin")
    kept, _gone = [
        Receipt.objects.create(user=login, key=uuid4(), digest="", at=NOW - timedelta(days=days)) for days in (89, 91)
    ]

    call_command("prepare", verbosity=0)

    assert list(Receipt.objects.all()) == [kept]


def test_no_key_is_needed_to_sign_in():
    assert KEY not in Client().get(reverse("account_login")).content.decode()
