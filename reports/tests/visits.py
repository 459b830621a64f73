"""What the tests of pages share: a visitor who reads English, and how many rows a list has."""

import io
import re
from html.parser import HTMLParser

from django.conf import settings
from django.test import Client
from openpyxl import load_workbook

# What a template prints of a value that it was not given, or not made to show.
PYTHON = re.compile(r">\s*(None|True|False|\[\]|\{\}|&lt;[A-Za-z]+[ :])\s*<")


def visitor(who):
    """A browser in which somebody is signed in, and reads English."""
    client = Client()
    client.force_login(who)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def book_of(response):
    """The workbook of an answer."""
    return load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def sheet_table(response):
    """The table of a sheet for people, from its lowest headings to the total."""
    sheet = book_of(response).worksheets[0]
    headings = int(sheet.print_title_rows.rpartition("$")[2])
    return [list(row) for row in sheet.iter_rows(min_row=headings, values_only=True)]


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


class Forms(HTMLParser):
    """The forms of a page and what a browser sends of each: ``found`` holds (action, method, {name: values})."""

    def __init__(self, text):
        super().__init__()
        self.found, self.select, self.area = [], None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name, value = attrs.get("name"), attrs.get("value") or ""
        if tag == "form":
            self.found.append((attrs.get("action", ""), attrs.get("method", "get").lower(), {}))
        elif not self.found or "disabled" in attrs:
            return
        elif tag == "input" and name and attrs.get("type", "text") not in ("submit", "file", "button"):
            if attrs.get("type") not in ("checkbox", "radio") or "checked" in attrs:
                self.add(name, value or ("on" if attrs.get("type") == "checkbox" else ""))
        elif tag == "select":
            self.select, self.first = name, None
            self.multiple = "multiple" in attrs
        elif tag == "option" and self.select:
            if "selected" in attrs:
                self.add(self.select, value)
            elif self.first is None and not self.multiple and not self.sent(self.select):
                self.first = value
        elif tag == "textarea" and name:
            self.area = name
            self.add(name, "")

    def handle_endtag(self, tag):
        if tag == "select":
            if self.select and self.first is not None and not self.sent(self.select):
                self.add(self.select, self.first)
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area:
            values = self.found[-1][2][self.area]
            # The line break after the tag is the page's and not the text's.
            values[-1] += data if values[-1] else data.removeprefix("\n")

    def sent(self, name):
        return self.found[-1][2].get(name)

    def add(self, name, value):
        self.found[-1][2].setdefault(name, []).append(value)


def posted_forms(response):
    """(action, data) of every form of a page that is sent by POST, with what it holds untouched."""
    found = Forms(response.content.decode()).found
    return [(action, data) for action, method, data in found if method == "post"]
