"""The sample district gives the answers that another program computed, from the commands and from the pages."""

import io
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

from assignments.tests.cast import user
from reports.tests.visits import file_body, visitor

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).parent / "sample"
EXPECTED = sorted((SAMPLE / "expected").glob("small-*.csv"))
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
# name of the file -> command, and where a page gives the same: its address
PATTERNS = [
    (
        r"\w+?-quarterly-(?P<quarter>\d{4}-Q\d)-(?P<level>\w+?)(?:-within-(?P<within>\w+))?",
        lambda it: (["quarterly_summary", it["quarter"]], {"level": it["level"], "within": it["within"]}),
        "/reports/quarterly/",
    ),
    (
        r"\w+?-ratings-(?P<year>\d{4})-(?P<kind>\w+)",
        lambda it: (["annual_ratings", it["year"]], {"kind": it["kind"]}),
        "/reports/ratings/",
    ),
    (
        r"\w+?-coverage-(?P<day>[\d-]+)-(?P<level>\w+)",
        lambda it: (["coverage", it["day"]], {"level": it["level"]}),
        None,
    ),
    (r"\w+?-clashes-(?P<quarter>\d{4}-Q\d)", lambda it: (["clashes", it["quarter"]], {}), None),
]


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker):
    """A login that sees the sample district, which is imported once, as none of these tests changes it."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("import_district", SAMPLE / "small", stdout=io.StringIO(), verbosity=0)
        yield user("office", is_superuser=True)
        transaction.set_rollback(True)


def question(path):
    """The command that a file answers, and the page that gives the same file, if there is one."""
    for pattern, command, address in PATTERNS:
        if found := re.fullmatch(pattern, path.stem):
            asked = {name: value for name, value in found.groupdict().items() if value is not None}
            return *command(found), address, asked
    raise AssertionError(f"Nothing answers {path.name}.")


def text(path):
    return path.read_bytes().decode()


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_commands_print_the_expected_file(path, office):
    command, options, _address, _asked = question(path)
    out = io.StringIO()

    call_command(*command, stdout=out, **options)

    assert out.getvalue() == text(path)


@pytest.mark.parametrize("path", [path for path in EXPECTED if question(path)[2]], ids=lambda path: path.stem)
def test_pages_export_the_expected_file(path, office):
    _command, _options, address, asked = question(path)

    body = file_body(visitor(office).get(address, {**asked, "format": "csv"}))

    assert body.startswith(BOM)
    assert body.removeprefix(BOM).replace("\r\n", "\n") == text(path)
    assert "\n" not in body.replace("\r\n", "")
