"""What is wrong with a form stands above it: which field, what to do, a link to it, and the focus; of filters, too.

Walked over every address: a form or a list that is new is walked by itself.
"""

import re
from urllib.parse import urlencode

import pytest
import time_machine

from assignments.models import User
from reports.tests.forms_on_pages import all_forms_on, forms_on
from reports.tests.test_scope_everywhere import NOW, demo, district, lists_of_the_site
from reports.tests.visits import visitor

__all__ = ["demo", "district"]  # fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

SUMMARY = re.compile(r'<div class="cn-msg is-bad[^>]* data-errors tabindex="-1" autofocus>(.*?)</ul>', re.S)


@pytest.fixture
def client(demo):
    with time_machine.travel(NOW, tick=False):
        yield visitor(User.objects.get(username="admin"))


def faults_of(page):
    """What a page leaves out of what its summary owes."""
    text = page.content.decode()
    errors = len(re.findall(r'class="invalid-feedback"', text))
    found = SUMMARY.findall(text)
    if len(found) != 1:
        return f"{len(found)} summaries of {errors} errors"
    links = re.findall(r'<li><a href="#([^"]*)">([^<]*)</a>: ([^<]+)</li>', found[0])
    lost = [target for target, _label, _said in links if f'id="{target}"' not in text]
    nameless = [said for _target, label, said in links if not label.strip()]
    return f"{lost} {nameless}" if lost or nameless else "" if len(links) >= min(errors, 1) else "no link to a field"


def test_every_filter_says_what_it_cannot_read(client):
    """A day that does not exist, and a choice that is none, in each filter by itself."""
    wrong, asked = {}, 0
    for address in lists_of_the_site([""]):
        page = client.get(address)
        if page.streaming or page.status_code != 200:
            continue
        filters = [form for form in all_forms_on(page.content.decode()) if form.method == "get" and not form.action]
        for name in {name for form in filters for name in form.names}:
            answer = client.get(f"{address}?{urlencode({name: '31/11'})}")
            if answer.status_code == 200 and "invalid-feedback" in answer.content.decode():
                asked += 1
                if fault := faults_of(answer):
                    wrong[f"{address} {name}"] = fault

    assert wrong == {}
    assert asked > 30


def test_every_form_says_what_it_lacks(client):
    """Each form of each page, sent with nothing in it."""
    wrong, asked = {}, 0
    for address in lists_of_the_site([""]):
        page = client.get(address)
        if page.streaming or page.status_code != 200:
            continue
        for form in forms_on(page.content.decode()):
            if form.action not in ("", address):
                continue
            kept = [(name, value) for name, value in form.values if name in ("form_key", "csrfmiddlewaretoken")]
            answer = client.post(address, urlencode(kept), content_type="application/x-www-form-urlencoded")
            if answer.status_code == 200 and "invalid-feedback" in answer.content.decode():
                asked += 1
                if fault := faults_of(answer):
                    wrong[address] = fault

    assert wrong == {}
    assert asked > 5
