"""A database that is away, stuck or locked: a page that says so, soon, and that asks for nothing."""

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.signals import connection_created
from django.test import Client
from django.urls import path

from assignments.models import User
from cadrenet import timeouts
from cadrenet.errors import RETRY_AFTER
from cadrenet.races import one_import_at_a_time
from cadrenet.tests.away import database_away
from cadrenet.urls import handler500, urlpatterns


def broken(request):
    raise ValueError("broken")


def gone(request):
    raise InterfaceError("connection already closed")


def mistaken(request):
    """A query that no database understands: an error of the one kind here and of another there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM WHERE")


class Urls:
    handler500 = handler500
    urlpatterns = [*urlpatterns, path("broken/", broken), path("gone/", gone), path("mistaken/", mistaken)]


@pytest.fixture
def visitor(settings, db):
    """Somebody signed in."""
    settings.ROOT_URLCONF = Urls
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("nam", password="x"))
    return client


def test_where_the_database_is_away_a_page_says_what_to_do(visitor):
    with database_away():
        page = visitor.get("/")

    assert (page.status_code, page["Retry-After"]) == (503, str(RETRY_AFTER))
    text = page.content.decode()
    assert all(f'lang="{language}"' in text for language in ("vi", "en", "es"))
    assert "Hệ thống tạm thời chưa đáp ứng" in text


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_sign_in_says_so_as_well(visitor, method):
    sent = {"login": "nam", "password": "x"}
    with database_away():
        assert getattr(visitor, method)("/account/login/", sent).status_code == 503
        assert Client(raise_request_exception=False).post("/account/login/", sent).status_code == 503


def test_a_connection_that_broke_is_no_fault_of_the_site(visitor):
    assert visitor.get("/gone/").status_code == 503


def test_a_query_that_the_database_does_not_understand_is_one(visitor):
    assert visitor.get("/mistaken/").status_code == 500


def test_a_fault_of_the_site_is_told_without_the_database(visitor, django_assert_num_queries):
    with django_assert_num_queries(2):
        page = visitor.get("/broken/")

    assert page.status_code == 500
    assert "Retry-After" not in page
    assert "Hệ thống gặp lỗi" in page.content.decode()


# --- Health ---------------------------------------------------------------------------------------------


def test_health_asks_neither_the_session_nor_over_the_pages_connection(visitor, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = visitor.get("/health/")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_health_tells_when_the_database_is_away(visitor):
    with database_away():
        answer = visitor.get("/health/")

    assert (answer.status_code, answer.json()) == (503, {"status": "database unavailable"})


def test_health_gives_up_after_two_seconds(visitor, monkeypatch):
    asked = []
    kind = type(connection.copy())
    connect = kind.get_new_connection

    def note(self, parameters):
        asked.append({name: parameters.get(name) for name in ("connect_timeout", "timeout")})
        return connect(self, parameters)

    monkeypatch.setattr(kind, "get_new_connection", note)
    visitor.get("/health/")

    name = "connect_timeout" if connection.vendor == "postgresql" else "timeout"
    assert [parameters[name] for parameters in asked] == [2]


# --- Bounds ---------------------------------------------------------------------------------------------


def bounds(asked):
    """What a connection waits for: (a statement, a lock); with SQLite for the one writer, in milliseconds."""
    questions = {"postgresql": ["SHOW statement_timeout", "SHOW lock_timeout"], "sqlite": ["PRAGMA busy_timeout"]}
    with asked.cursor() as cursor:
        return [cursor.execute(question).fetchone()[0] for question in questions[connection.vendor]]


@pytest.fixture
def served():
    """A connection as pages have it."""
    timeouts.limit_pages()
    found = connection.copy()
    yield found
    found.close()
    connection_created.disconnect(dispatch_uid="page timeouts")


@pytest.mark.django_db
def test_pages_wait_for_so_long_and_commands_as_long_as_it_takes(served):
    on_pages = {"postgresql": ["15s", "10s"], "sqlite": [20000]}
    in_commands = {"postgresql": ["0", "0"], "sqlite": [20000]}

    assert bounds(served) == on_pages[connection.vendor]
    assert bounds(connection) == in_commands[connection.vendor]


@pytest.mark.django_db(transaction=True)
def test_an_import_on_a_page_takes_as_long_as_it_takes():
    timeouts._limit(connection)
    try:
        with one_import_at_a_time():
            assert bounds(connection) == {"postgresql": ["0", "0"], "sqlite": [20000]}[connection.vendor]
        assert bounds(connection) == {"postgresql": ["15s", "10s"], "sqlite": [20000]}[connection.vendor]
    finally:
        connection.close()


@pytest.mark.django_db
def test_a_query_that_is_stuck_is_given_up(served):
    """The error is of the kind that a page answers with 503."""
    with served.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = '10ms'")
            with pytest.raises(OperationalError, match="statement timeout"):
                cursor.execute("SELECT pg_sleep(5)")
        else:
            # The test itself is the one writer.
            cursor.execute("PRAGMA busy_timeout = 10")
            with pytest.raises(OperationalError, match="locked"):
                cursor.execute("BEGIN IMMEDIATE")
