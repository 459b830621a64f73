"""Every list and figure as a sheet for people: whose it is, what was asked for, headings, and how it is counted.

Walked over every address that offers a file (``test_scope_everywhere``): one that is new is walked by itself.
"""

import re
from datetime import date

import pytest
import time_machine
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import Decision, DecisionLine
from assignments.tests.cast import assign, at, cadre, small_tree, user
from reports.models import PartyOrganisation, Rating, RatingScheme
from reports.tests.quarter import issue, resource
from reports.tests.test_scope_everywhere import APART, KEYS, address_of, site_addresses
from reports.tests.visits import book_of, sheet_table, visitor

pytestmark = pytest.mark.django_db

TODAY = date(2022, 12, 20)
# Names of columns and of values as programs read them; people read words.
CODE = re.compile(r"[a-z]+(_[a-z]+)+")


@pytest.fixture
def office():
    """A district with a row of every list, on a day that stands still, and somebody who sees all of it."""
    with time_machine.travel(at(TODAY), tick=False), translation.override("en"):
        tree = small_tree()
        held = assign(cadre("P1", "Trần Thị Bình"), tree.an1)
        localities_changed()
        issue(tree.an1, TODAY, "roads")
        resource(tree.an1, TODAY, 2_500_000)
        paper = Decision.objects.create(number="1-QĐ/HU", signed_on=TODAY, first_day=TODAY, locality=tree.district)
        DecisionLine.objects.create(decision=paper, locality=tree.an1, cadre=held.cadre)
        organisation = PartyOrganisation.objects.create(code="O", kind="commune_committee", locality=tree.an)
        level = RatingScheme.of_year(2021).levels.get(code="good")
        Rating.objects.create(organisation=organisation, year=2021, level=level)
        tree.annex = f"/assignments/decisions/{paper.pk}/annex/"
        tree.client = visitor(user("root", at=tree.district, level="editor"))
        yield tree


def addresses_with_files(client):
    """Every address without a row's key whose page offers a workbook."""
    for name, parts in site_addresses():
        if name not in APART and not set(parts) & set(KEYS):
            address = address_of(name, parts)
            if "format=xlsx" in client.get(address, follow=True).content.decode():
                yield address


def test_every_list_and_figure_is_a_sheet_that_says_what_it_is(office):
    found = [*addresses_with_files(office.client), office.annex]
    assert {"/assignments/", "/reports/quarterly/", "/reports/ratings/", "/meetings/", "/cadres/"} <= set(found)

    for address in found:
        sheet, *notes = book_of(office.client.get(f"{address}?format=xlsx")).worksheets
        rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
        last = int(re.search(r"\d+$", sheet.print_title_rows).group())
        assert rows[0] == ["Huyện Mẫu"], address
        assert [len(row) for row in rows[1:2]] == [1], address
        assert len(rows[last - 1]) > 2, address
        taken = "Taken on 20 Dec 2022, 19:00 by root: all rows that root may see and that were asked for"
        assert any(row == [taken] for row in rows[:last]), address
        cells = [cell for row in rows for cell in row if isinstance(cell, str)]
        assert [cell for cell in cells if CODE.fullmatch(cell)] == [], address
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9), address
        assert sheet.freeze_panes.endswith(str(last + 1)), address
        assert [note.title for note in notes] in ([], ["How this is counted"]), address


def test_a_sheet_of_figures_says_how_they_are_counted(office):
    _figures, notes = book_of(office.client.get("/reports/ratings/?year=2021&format=xlsx")).worksheets
    cells = [row[0] for row in notes.iter_rows(values_only=True) if row[0]]

    assert [cell for cell in cells if len(cell) < 20] == ["Time and place", "Annual ratings", "Rounding"]
    assert any(cell.startswith("Percentages have two decimals, rounded half up") for cell in cells)


def test_a_sheet_says_by_what_its_rows_were_chosen(office):
    book = book_of(office.client.get("/reports/quarterly/?quarter=2022-Q4&level=hamlet&within=AN&format=xlsx"))
    rows = [row[0] for row in book.worksheets[0].iter_rows(values_only=True, max_row=5)]

    assert rows[1:5] == [
        "Quarterly summary",
        "Quarter: Q4 2022",
        "Tier: Hamlet or neighbourhood",
        "Within: Thị trấn An",
    ]


def test_the_sheet_of_resources_ends_with_their_sum(office):
    resource(office.an1, TODAY, 1_000_000)

    *_rows, last = sheet_table(office.client.get("/resources/?format=xlsx"))

    assert (last[0], last[5]) == ("Total", 3_500_000)
