"""What the tests of pages share: a visitor who reads English, and how many rows a list has."""

import re

from django.conf import settings
from django.test import Client


def visitor(who):
    """A browser in which somebody is signed in, and reads English."""
    client = Client()
    client.force_login(who)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def plain(text):
    """Text as one types it, with plain blanks."""
    return text and text.replace("\N{NO-BREAK SPACE}", " ")


def without_token(response):
    """The text of a page without what differs from one request to the next."""
    return re.sub(r'name="(csrfmiddlewaretoken|form_key)" value="[^"]*"', "", response.content.decode())


def listed(client, url):
    """How many rows a list has on all its pages, and the rows."""
    response = client.get(url)
    assert response.status_code == 200, url
    paginator = response.context["paginator"]
    return paginator.count, list(paginator.object_list)


# What a list behind a figure has to come to; the others simply have as many rows as the figure says.
SUMS = {
    "households_represented": lambda rows: sum(row.households_represented or 0 for row in rows),
    "resources_value_vnd": lambda rows: sum(row.value_vnd for row in rows),
}


def assert_lists_agree(client, figures, urls):
    """Follow the address of every figure, and compare the list with the figure."""
    assert urls
    for name, url in urls.items():
        number, rows = listed(client, url)
        assert {name: SUMS[name](rows) if name in SUMS else number} == {name: getattr(figures, name)}, url


def file_body(response):
    """The text of a file that was asked for."""
    return b"".join(response.streaming_content).decode()
