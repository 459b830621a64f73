"""What the server writes down: one line for each request, and nothing that must not stand there."""

import json
import logging
from contextlib import closing

import pytest
from django.core import mail
from django.core.cache import caches
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from assignments.models import AccessGrant, User
from assignments.tests.cast import small_tree
from cadrenet.logs import JsonFormatter
from cadrenet.urls import handler500, urlpatterns

PASSWORD = "ba con trâu đi học"
TOKEN = "t0ken-of-a-feed"


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.text = []

    def emit(self, record):
        self.text.append(self.format(record))

    @property
    def found(self):
        return [json.loads(line) for line in self.text]

    def of(self, event):
        return [line for line in self.found if line["event"] == event]


@pytest.fixture
def lines():
    handler = Lines()
    # Those that pass nothing on are heard as well.
    heard = [logging.getLogger(), logging.getLogger("django.security")]
    for logger in heard:
        logger.addHandler(handler)
    yield handler
    for logger in heard:
        logger.removeHandler(handler)


def without(line, *names):
    return {name: value for name, value in line.items() if name not in ("at", "ms", "id", *names)}


@pytest.mark.django_db
def test_a_request_is_one_line(lines, client):
    user = User.objects.create_user("lan", password=PASSWORD)
    client.force_login(user)
    lines.text.clear()

    client.get("/account/password/?q=Nguy%E1%BB%85n")
    client.get("/health/")
    client.get("/nowhere/")

    assert [without(line, "queries") for line in lines.found] == [
        {
            "level": "info",
            "logger": "cadrenet.requests",
            "event": "request",
            "user": user.pk,
            "method": "GET",
            "route": "account_change_password",
            "status": 200,
        },
        {
            "level": "info",
            "logger": "cadrenet.requests",
            "event": "request",
            "method": "GET",
            "route": "health",
            "status": 200,
        },
        {
            "level": "info",
            "logger": "cadrenet.requests",
            "event": "request",
            "method": "GET",
            "route": "–",
            "status": 404,
        },
    ]
    assert all(len(line["id"]) == 12 for line in lines.found)
    assert len({line["id"] for line in lines.found}) == 3
    assert all(isinstance(line["ms"], int) and line["at"].endswith("+07:00") for line in lines.found)


@pytest.mark.django_db
def test_a_line_counts_the_queries_of_its_page(lines, client, django_assert_num_queries):
    client.force_login(User.objects.create_user("lan", password=PASSWORD))
    lines.text.clear()

    with django_assert_num_queries(4):
        client.get("/account/password/")

    assert [line["queries"] for line in lines.found] == [4]


# --- Tokens ---------------------------------------------------------------------------------------------


def answer(status):
    def view(request, token):
        if status == 500:
            raise ValueError("broken")
        if status == 503:
            raise OperationalError("gone")
        return HttpResponse(status=status)

    view.login_required = False
    return view


STATUSES = [200, 302, 403, 404, 410, 500, 503]
WITH_TOKENS = [path(f"feed/{status}/<slug:token>/", answer(status), name=f"feed_{status}") for status in STATUSES]


class Urls:
    """The site, and addresses that hold a token."""

    handler500 = handler500
    urlpatterns = [*urlpatterns, *WITH_TOKENS]


@pytest.mark.django_db
@pytest.mark.parametrize("status", STATUSES)
def test_no_line_holds_what_an_address_holds(lines, status, settings):
    settings.ROOT_URLCONF = Urls
    client = Client(raise_request_exception=False)

    response = client.get(f"/feed/{status}/{TOKEN}/?key={TOKEN}")
    posted = Client(raise_request_exception=False, enforce_csrf_checks=True).post(f"/feed/{status}/{TOKEN}/")

    assert (response.status_code, posted.status_code) == (status, 403)
    assert TOKEN not in "\n".join(lines.text)
    assert [line["status"] for line in lines.of("request")] == [status, 403]
    assert {line["route"] for line in lines.of("request")} == {f"feed_{status}"}


# --- Errors ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("status", [500, 503])
def test_the_page_of_an_error_names_the_line_that_tells_it(lines, status, settings):
    settings.ROOT_URLCONF = Urls

    page = Client(raise_request_exception=False).get(f"/feed/{status}/{TOKEN}/").content.decode()

    told = next(line for line in lines.found if "traceback" in line)
    assert told["id"] in page
    assert told["id"] == lines.of("request")[0]["id"]
    assert {500: "ValueError: broken", 503: "OperationalError: gone"}[status] in told["traceback"]


@pytest.fixture
def mailing(settings):
    settings.ADMINS = [("", "it@example.vn")]
    settings.CACHES = {
        **settings.CACHES,
        "worker": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "mailing"},
    }
    caches["worker"].clear()


@pytest.mark.django_db
def test_a_fault_is_written_to_the_administrators_once_however_many_meet_it(mailing, settings):
    settings.ROOT_URLCONF = Urls
    for _ in range(5):
        Client(raise_request_exception=False).get(f"/feed/500/{TOKEN}/", headers={"Cookie": f"c={TOKEN}"})
    for _ in range(5):
        Client(raise_request_exception=False).post(f"/feed/503/{TOKEN}/", {"text": TOKEN})

    assert len(mail.outbox) == 2
    first = mail.outbox[0]
    assert first.to == ["it@example.vn"]
    assert first.subject == "[cadrenet] ERROR: django.request"
    assert "\nevent: Internal Server Error: feed_500\n" in first.body
    assert first.body.endswith('raise ValueError("broken")\nValueError: broken')
    assert not any(TOKEN in message.body + message.subject for message in mail.outbox)


@pytest.mark.django_db
def test_for_what_a_visitor_does_wrong_no_mail_is_written(mailing, settings):
    settings.ALLOWED_HOSTS = ["cadrenet.example.vn"]

    assert Client(raise_request_exception=False).get("/help/").status_code == 400
    assert mail.outbox == []


@pytest.mark.django_db
def test_a_mail_server_that_is_away_breaks_no_page(mailing, settings):
    settings.ROOT_URLCONF = Urls
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert Client(raise_request_exception=False).get(f"/feed/500/{TOKEN}/").status_code == 500


@pytest.mark.django_db
def test_without_administrators_no_mail_is_tried(settings):
    settings.ROOT_URLCONF, settings.ADMINS = Urls, []
    Client(raise_request_exception=False).get(f"/feed/500/{TOKEN}/")

    assert mail.outbox == []


# --- Sign-ins, rights, files ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_sign_ins_failures_and_locks_are_lines_without_what_was_typed(lines, client):
    user = User.objects.create_user("lan", password=PASSWORD)
    for name, password in [("lan", "wrong-one"), ("my-secret-word", "x"), *[("lan", "wrong-one")] * 6]:
        client.post("/account/login/", {"login": name, "password": password})
    client.post("/account/login/", {"login": "lan", "password": PASSWORD})
    other = User.objects.create_user("nam", password=PASSWORD)
    client.post("/account/login/", {"login": "nam", "password": PASSWORD})
    client.post("/account/logout/")

    said = [
        (line["event"], line.get("login"), line.get("user"), line.get("address"))
        for line in lines.found
        if line["logger"] == "cadrenet.sign_in"
    ]
    assert said == [
        ("sign-in failed", user.pk, None, "127.0.0.1"),
        ("sign-in failed", None, None, "127.0.0.1"),
        *[("sign-in failed", user.pk, None, "127.0.0.1")] * 4,
        *[("locked", None, None, "127.0.0.1")] * 3,
        ("signed in", None, other.pk, None),
        ("signed out", other.pk, None, None),
    ]
    text = "\n".join(lines.text)
    assert not any(typed in text for typed in (PASSWORD, "wrong-one", "my-secret-word"))


@pytest.mark.django_db
def test_changes_of_rights_are_lines(lines, client):
    tree = small_tree()
    admin = User.objects.create_superuser("nam", password=PASSWORD)
    client.force_login(admin)
    other = User.objects.create_user("lan", password="x")
    lines.text.clear()

    client.post(
        f"/admin/assignments/user/{other.pk}/password/",
        {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"},
    )
    other.refresh_from_db()
    other.is_staff = True
    other.save()
    grant = AccessGrant.objects.create(user=other, locality=tree.an, level="editor")
    grant.delete()
    other.user_permissions.add(1)

    said = [without(line) for line in lines.found if line["logger"] == "cadrenet.rights"]
    about = {"level": "info", "logger": "cadrenet.rights", "user": admin.pk}
    state = {"login": other.pk, "active": True, "superuser": False}
    scope = {"grant": said[2]["grant"], "login": other.pk, "locality_id": tree.an.pk, "agency_id": None}
    scope |= {"first_day": said[2]["first_day"], "last_day": None}
    assert said == [
        about | state | {"event": "login changed", "staff": False, "password_set": True},
        about | state | {"event": "login changed", "staff": True, "password_set": False},
        about | scope | {"event": "grant added", "may": "editor"},
        about | scope | {"event": "grant deleted", "may": "editor"},
        about
        | {"event": "permissions add", "of": "user", "row": other.pk, "what": "User_user_permissions"}
        | {"number": 1, "which": [1]},
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_goes_out_is_a_line_with_who_what_and_how_many_rows(lines, client, kind):
    small_tree()
    admin = User.objects.create_superuser("nam")
    client.force_login(admin)
    lines.text.clear()

    with closing(client.get(f"/localities/?format={kind}")) as response:
        rows = len(b"".join(response.streaming_content).splitlines()) - 1

    [line] = lines.of("export")
    assert (line["user"], line["file"].endswith(f".{kind}")) == (admin.pk, True)
    assert kind == "xlsx" or line["rows"] == rows
    assert line["rows"] == 2
    assert line["id"] == lines.of("request")[0]["id"]
