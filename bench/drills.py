"""Drills: two editors at one row, the same form twenty times at once, and a server that is killed while it writes.

All of it against the production server with several processes, over the forms that pages carry: a form is opened,
filled in and sent as a browser without script would. What comes out is printed as rows of docs/reliability.md.
The database is written to; it should be one that ``bench data`` has filled.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urljoin, urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.urls import NoReverseMatch, reverse

from assignments.models import Receipt, User
from bench.pages import sign_in, wait_for
from reports.models import Issue
from reports.tests.creating import FORMS, form_of, opened, prepared
from reports.tests.forms_on_pages import forms_on

WORKERS = 4
AT_ONCE = 20
# So many writes are acknowledged between two kills.
BETWEEN_KILLS = 20
# Rows that say that others were written, or that are derived.
NOT_COUNTED = {"Receipt", "Session", "LogEntry", "Attendance", "HistoricalAttendance", "Place"}


def run(only="", kills=12):
    """Run all drills, or one of them, and print what each showed."""
    call_command("collectstatic", interactive=False, verbosity=0)
    for name, drill in (("twice", twice), ("editors", editors), ("kills", lambda: killed(kills))):
        if only in ("", name):
            drill()


# --- The server and a browser ---------------------------------------------------------------------------------------


class Server:
    """The production server on a port of its own; it can be killed and started again."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.kill()

    def start(self):
        command = [sys.executable, "-m", "gunicorn", "cadrenet.wsgi", "--workers", str(WORKERS)]
        command += ["--bind", f"127.0.0.1:{self.port}", "--log-level", "critical", "--no-control-socket"]
        # What the server calls an error is told beside the result.
        environment = os.environ | {"DEBUG": "0", "LOG_LEVEL": "ERROR"}
        # A group of its own: what is killed is the master with all its workers, and nothing else.
        self.process = subprocess.Popen(command, env=environment, start_new_session=True)
        wait_for(self.port, seconds=180)

    def kill(self):
        """End it as a power cut would, in the middle of whatever it does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(60)


class Lost(Exception):
    """No answer came: the server was killed, or was not there."""


class Browser:
    """Somebody signed in, without script. Safe to be used by several threads once it has been anywhere."""

    def __init__(self, port, user):
        self.port = port
        name, _equals, value = sign_in(user, settings.AUTHENTICATION_BACKENDS[0]).partition("=")
        self.cookies = {name: value, settings.LANGUAGE_COOKIE_NAME: "en"}

    def ask(self, method, url, body=None):
        """Return status, where it leads and the text of an answer; raises ``Lost``."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        browser = HTTPConnection("127.0.0.1", self.port, timeout=90)
        try:
            browser.request(method, url, body, headers)
            answer = browser.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, HTTPException) as error:
            raise Lost(str(error)) from error
        finally:
            browser.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            if name == settings.CSRF_COOKIE_NAME:
                self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), text

    def get(self, url):
        status, _location, text = self.ask("GET", url)
        if status != 200:
            raise LookupError(f"{url} answers {status}")
        return text

    def post(self, url, pairs):
        return self.ask("POST", url, urlencode(pairs))


def a_superuser():
    """Return a login that may do everything."""
    found = User.objects.filter(is_superuser=True).first()
    return found or User.objects.create_superuser("bench-superuser")


# --- The same form twenty times at once -----------------------------------------------------------------------------


def counted():
    """How many rows there are of each model that somebody writes."""
    models = [model for model in apps.get_models() if model._meta.managed and model.__name__ not in NOT_COUNTED]
    return Counter({model.__name__: model._base_manager.count() for model in models})


def grown(before):
    """Which models have more rows than before, and how many more; fewer is not counted."""
    return dict(+(counted() - before))


def twice():
    """Send each form once, then the same form twenty times at once, and compare what that stored."""
    answers, rows, wrong = Counter(), 0, []
    # What is typed differs from one run to the next in the same database.
    number = random.randrange(3, 78)
    with Server() as server:
        browser = Browser(server.port, a_superuser())
        for name, filling in FORMS.items():
            try:
                before = counted()
                once = prepared(browser, filling(number))
                single = grown(before)
                before = counted()
                last = at_once(browser, filling(number + 1))
                many = grown(before)
            except LookupError as error:
                wrong.append(f"{name}: left out, {error}")
                continue
            print(".", end="", flush=True)
            answers.update(status for status, _location in last)
            rows += 1
            places = {location for _status, location in last}
            ok = {once.status, *(status for status, _location in last)} == {302}
            if not ok or single != many or len(places) != 1:
                wrong.append(f"{name}: once {once.status} {single}, at once {Counter(last)} {many}")
    print(f"\n{connection.vendor}, {AT_ONCE} equal posts at once of {rows} forms: answers {dict(answers)}")
    print("\n".join(wrong) or "every one stored as much as one post, and led all to one page")


def at_once(browser, filling, most=4):
    """Send a form twenty times at once in each of its steps; return (status, where it leads) of the last ones."""
    sent, steps = opened(browser, filling), list(filling.steps[1:])
    for _round in range(most):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda _number: browser.post(sent.url, sent.data), range(AT_ONCE)))  # noqa: B023
        if any(status != 200 for status, *_rest in found):
            break
        typed = steps.pop(0) if steps else {}
        text = found[-1][2]
        again = form_of(text, filling, typed)
        if not typed and "why" in dict(again.data):
            again = form_of(text, filling, {"why": "Đã xem"})
        sent = again
    return [(status, location) for status, location, _text in found]


# --- Two editors ----------------------------------------------------------------------------------------------------


def pages_to_edit():
    """Yield name and address of each page on which a row is changed, of the site and of the administration."""
    for name, filling in FORMS.items():
        if name.endswith("_edit"):
            yield name, filling(3).url
    for model in admin.site._registry:
        row = model._base_manager.order_by("pk").first()
        if row is None:
            continue
        try:
            yield (
                model.__name__,
                reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk]),
            )
        except NoReverseMatch:
            continue


def main_form(text):
    """Return the form of a page by which its row is changed; None where there is nothing to type into."""
    found = [form for form in forms_on(text) if form.texts]
    return max(found, key=lambda form: len(form.values), default=None)


def editors():
    """One opens a row, the other changes it, the first saves what was opened: what becomes of the other's change."""
    found = Counter()
    with Server() as server:
        one, other = (Browser(server.port, a_superuser()) for _time in range(2))
        for name, url in pages_to_edit():
            outcome = two_at(one, other, url)
            found[outcome] += 1
            if outcome == "lost":
                print(f"{name}: the earlier change is gone without a word")
    print(f"{connection.vendor}, two editors: {dict(found)}")


def two_at(one, other, url):
    """Let two people change one row; return what became of the first change that was saved."""
    try:
        stale = main_form(one.get(url))
    except LookupError:
        return "not to be changed"
    if stale is None:
        return "nothing to type"
    was = dict(stale.values)
    for field in stale.texts:
        form = main_form(other.get(url))
        said = dict(form.values).get(field, "")
        said = f"{said} B" if not said.isdecimal() else str(int(said) + 1)
        data = form.filled({field: said}, choosing=False)
        if "/admin/" in url:
            data.append(("_save", "1"))
        status, _location, _text = other.post(urljoin(url, form.action), data)
        if status == 302 and dict(main_form(other.get(url)).values).get(field) == said:
            break
    else:
        return "nothing could be changed"
    data = stale.filled({field: f"{was[field]} A" if not was[field].isdecimal() else was[field]}, choosing=False)
    if "/admin/" in url:
        data.append(("_save", "1"))
    status, location, _text = one.post(urljoin(url, stale.action), data)
    if dict(main_form(other.get(url)).values).get(field) == said:
        return "kept, and the second is asked" if status != 302 or urlsplit(location).path == url else "kept"
    return "lost"


# --- Kills ----------------------------------------------------------------------------------------------------------


class Writer(threading.Thread):
    """Somebody who enters one issue after the other, and sends each until an answer comes."""

    def __init__(self, number, port, user, stop):
        super().__init__(daemon=True)
        self.number, self.stop = number, stop
        self.browser = Browser(port, user)
        self.acknowledged, self.again, self.wrong, self.open = [], 0, Counter(), []

    def run(self):
        count = 0
        while not self.stop.is_set():
            count += 1
            text = f"Diễn tập {self.number}-{count}"
            self.open.append(text)
            sent = self.until_answered(lambda text=text: self.opened(text))
            status, _location, _text = self.until_answered(lambda sent=sent: self.browser.post(sent.url, sent.data))
            if status == 302:
                self.acknowledged.append(text)
            else:
                self.wrong[status] += 1

    def opened(self, text):
        filling = FORMS["reports:issue_create"](self.number)
        filling.steps = [{"summary": text}]
        return opened(self.browser, filling)

    def until_answered(self, ask):
        """Ask until an answer comes; the same again, as a phone does whose connection went."""
        while True:
            try:
                return ask()
            except (Lost, LookupError):
                self.again += 1
                time.sleep(0.1)


def written_by(writers):
    """How many writes were acknowledged so far."""
    return sum(len(writer.acknowledged) for writer in writers)


def killed(kills):
    """Kill the server while people write, again and again; count what was acknowledged and is gone, or is doubled."""
    stop, user = threading.Event(), a_superuser()
    Issue.objects.filter(summary__startswith="Diễn tập").delete()
    with Server() as server:
        writers = [Writer(number, server.port, user, stop) for number in range(6)]
        for writer in writers:
            writer.start()
        for _time in range(kills):
            # In the middle of writing: not before some have been answered, however slow the machine is.
            enough, until = written_by(writers) + BETWEEN_KILLS, time.monotonic() + 60
            while written_by(writers) < enough and time.monotonic() < until:
                time.sleep(0.05)
            time.sleep(random.uniform(0, 0.3))
            server.kill()
            server.start()
        time.sleep(2)
        stop.set()
        for writer in writers:
            writer.join(90)
    stored = Counter(Issue.objects.filter(summary__startswith="Diễn tập").values_list("summary", flat=True))
    acknowledged = [text for writer in writers for text in writer.acknowledged]
    lost = [text for text in acknowledged if not stored[text]]
    doubled = [text for text, number in stored.items() if number > 1]
    again, wrong = sum(writer.again for writer in writers), sum((writer.wrong for writer in writers), Counter())
    print(
        f"{connection.vendor}, {kills} kills: {len(acknowledged)} acknowledged writes, {len(lost)} of them lost, "
        f"{len(doubled)} stored twice, {again} times sent again, other answers {dict(wrong)}, "
        f"{Receipt.objects.count()} receipts"
    )
