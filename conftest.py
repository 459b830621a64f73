"""What all tests share: a clean start, a strict browser, and honesty about what did not run."""

import functools
import gc
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

# A busy machine is no reason to fail, and CI tries the same examples again when it is asked again.
hypothesis_settings.register_profile("cadrenet", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis_settings.load_profile("cadrenet")

# Playwright's synchronous API keeps an event loop running, in which Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://127.0.0.1:5432/postgres")


# --- What did not run here ------------------------------------------------------------------------------


def on_postgres():
    from django.db import connection

    return connection.vendor == "postgresql"


def unreachable(url):
    """Return the address (a URL may hold a password) where no PostgreSQL answers, None when one does."""
    import psycopg

    try:
        psycopg.connect(url, dbname="postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        parts = psycopg.conninfo.conninfo_to_dict(url)
        return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}"
    return None


def what_is_missing():
    """Return a sentence for each half of the suite that this machine cannot run."""
    missing = []
    if not CHROMIUM:
        missing.append(
            "No Chromium was found, so the browser tests did not run. "
            "Install it (apt-get install chromium) or name it in CHROMIUM."
        )
    if not on_postgres() and (address := unreachable(POSTGRES)):
        missing.append(
            f"No PostgreSQL answered at {address}, so the PostgreSQL half of the suite did not run. "
            "Name a server in TEST_POSTGRES_URL, or let .ci/run install one."
        )
    return missing


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, and at its end nobody left in it.

    A page that was closed while it was loading may still be served; PostgreSQL drops no database in use.
    """
    yield
    if on_postgres():
        from django.db import connection

        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def pytest_configure(config):
    if hasattr(config, "workerinput"):
        return
    if on_postgres() and (address := unreachable(os.environ["DATABASE_URL"])):
        raise pytest.UsageError(f"DATABASE_URL names a PostgreSQL at {address} that does not answer.")


def asks_the_database(item, fixtures):
    """Whether a test is let near the database: by its mark, a class of Django's or a fixture of pytest-django."""
    let_in = {"db", "transactional_db", "live_server", "django_db_setup"}
    return bool(item.get_closest_marker("django_db") or item.cls or fixtures & let_in)


def pytest_collection_modifyitems(items):
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "page" in fixtures:
            item.add_marker("browser")
        if not asks_the_database(item, fixtures):
            item.add_marker("one_database")
        if not CHROMIUM and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


def pytest_sessionfinish(session):
    """A green result must not hide a half that was left out where all of it was promised."""
    config = session.config
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    config.missing_halves = what_is_missing()
    if config.missing_halves and os.environ.get("CI") == "true" and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter, config):
    summary = yield  # pytest's own summary first: this belongs to the last lines
    missing = getattr(config, "missing_halves", [])
    if missing:
        terminalreporter.section("not everything ran on this machine", yellow=True)
        for sentence in missing:
            terminalreporter.write_line(sentence)
        if os.environ.get("CI") == "true":
            terminalreporter.write_line("CI=true asks for everything, so this run counts as failed.")
    elif not on_postgres():
        terminalreporter.write_line("Ran on SQLite. The other half: DATABASE_URL=postgres://… ./run test")
    return summary


# --- What only costs time -------------------------------------------------------------------------------


def pytest_collection_finish():
    """Modules stay in memory to the end, so Python need not look through them again and again for what is free."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _one_class_for_all_managers_of_history():
    """django-simple-history makes a new class for each row that it writes, which takes longer than writing it."""
    from simple_history.manager import HistoryManager

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(HistoryManager, "from_queryset", functools.cache(HistoryManager.from_queryset))
        yield


# --- A clean start for each test ------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_query_is_refused(monkeypatch):
    """A query that cannot be put together once is only slow on a server; here it is a mistake."""

    def refuse(message, *args):
        raise AssertionError(message % args)

    monkeypatch.setattr("cadrenet.prepared.log.error", refuse)


@pytest.fixture(scope="session", autouse=True)
def _a_combination_says_its_order():
    """What combines querysets says in which order, or ``order_by()``, and not only its parts do.

    From Django 6.1 on a union of a model with ``Meta.ordering`` is sorted by it, and refused where it selects no such
    column. Django 5.2 sorts none; here it treats every union as the later one, in all tests.
    """
    from django.db.models import QuerySet

    combined = QuerySet._combinator_query

    def ordered(queryset, *args, **kwargs):
        combination = combined(queryset, *args, **kwargs)
        combination.query.default_ordering = True
        return combination

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(QuerySet, "_combinator_query", ordered)
        yield


@pytest.fixture(autouse=True)
def _forget_earlier_tests():
    """Counters of failed logins and the language of the last request outlive a test otherwise."""
    from django.conf import settings
    from django.core.cache import cache
    from django.utils import translation

    cache.clear()
    translation.activate(settings.LANGUAGE_CODE)


# --- The browser ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "locale": "vi-VN",
        "timezone_id": "Asia/Ho_Chi_Minh",
        "viewport": {"width": 360, "height": 780},
    }


@pytest.fixture
def page_errors(context):
    """What went wrong in the pages: answers of 400 and above, uncaught errors, errors in the console.

    A breach of the content security policy is an error in the console. Any that is left at the end fails the
    test; a test that provokes one compares and clears the list.
    """
    errors = []

    def on_response(response):
        if response.status >= 400:
            errors.append(f"{response.status} {response.url}")

    def on_console(message):
        # Told again by the console, and late: the answer itself is on the list already.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            errors.append(message.text)

    context.on("response", on_response)
    context.on("console", on_console)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield errors
    for open_page in context.pages:
        open_page.evaluate("1")  # what the browser still has to say is delivered during a call
    assert errors == []


@pytest.fixture
def page(page, page_errors, live_server):
    """A phone's page that fails the test on any error (see ``page_errors``)."""
    return page


@pytest.fixture
def signed_in(client, live_server):
    """``signed_in(page, user)`` gives the page the session of that user, without the login form."""
    from django.conf import settings

    def sign_in(page, user):
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return page

    return sign_in


@pytest.fixture
def assert_accessible():
    """``assert_accessible(page)`` runs axe's rules on the page as it is shown now.

    The rules come in through the debugger and not as a script of the page, so the page keeps its policy.
    """
    from axe_playwright_python.sync_playwright import Axe

    def check(page):
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()

    return check


@pytest.fixture
def assert_usable(assert_accessible):
    """``assert_usable(page, address)`` opens a page on a phone and at a desk, where it fits and is accessible."""

    def check(page, address):
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(address)
            widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            assert widths[0] <= widths[1], f"{address} at {width}"
            assert_accessible(page)

    return check


@pytest.fixture
def screenshot(request):
    """``screenshot(page, "name")`` keeps pictures of a phone's and a desk's width under test-results/."""
    folder = Path(request.config.rootpath, "test-results", "pages")

    def take(page, name, widths=(360, 1280)):
        folder.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size(before)

    return take
