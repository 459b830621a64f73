"""A list reads what it shows: with all that stands around it, so many rows at most for each row of a full page."""

from datetime import date, timedelta

import pytest
from django.db.backends.utils import CursorWrapper

from assignments.tests.cast import agency, assign, at, cadre, small_tree, user
from cadrenet.listing import PER_PAGE
from meetings.models import Meeting
from meetings.tests.evening import meeting
from reports.tests.quarter import issue, resource
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db

DAY = date(2022, 5, 9)


@pytest.fixture
def fetched(monkeypatch):
    """How many rows were read from the database, as a list to which each reading adds its number."""
    numbers = []

    def counting(name, number_of):
        def fetch(self, *args):
            rows = getattr(self.cursor, name)(*args)
            numbers.append(number_of(rows))
            return rows

        monkeypatch.setattr(CursorWrapper, name, fetch, raising=False)

    counting("fetchone", lambda row: int(row is not None))
    counting("fetchmany", len)
    counting("fetchall", len)
    return numbers


@pytest.mark.parametrize(
    "address, most",
    [
        ("/meetings/?quarter=2022-Q2", 3),
        ("/meetings/?quarter=2022-Q2&within=D", 3),
        # Where each person works is a row of its own.
        ("/meetings/attendances/?quarter=2022-Q2", 4),
        ("/issues/", 3),
        ("/resources/", 3),
        ("/assignments/?day=2022-05-09", 4),
    ],
)
def test_few_rows_are_read_for_each_that_is_shown(address, most, fetched):
    tree = small_tree()
    office = agency("A", at=tree.district)
    for number in range(PER_PAGE + 5):
        assign(cadre(f"P{number}", agency=office), tree.an1)
        issue(tree.an1, DAY)
        resource(tree.an1, DAY, 1_000)
        Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(DAY - timedelta(days=number % 30)))
    meeting("cell", tree.an1, day=DAY, status="held")
    client = visitor(user("office", at=tree.district))
    client.get(address)
    fetched.clear()

    response = client.get(address)

    assert len(response.context["page_obj"]) == PER_PAGE
    assert sum(fetched) <= most * PER_PAGE, fetched
