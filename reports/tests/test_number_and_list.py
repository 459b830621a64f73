"""Every number of a page of figures is the number of rows of the list that it opens, wherever localities moved.

A hamlet moves to another commune, or a commune to another group or district, once or twice within the quarter, and
once more after it. Facts of every kind lie on each side of each move, and people who see own rows and those of own
staff wherever they lie read the pages, too: a figure counts nothing of that.
"""

import functools
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import AccessGrant, LocalityVersion
from assignments.tests.cast import again, agency, assign, at, cadre, locality, small_tree, user, version
from meetings.models import Meeting
from meetings.rosters import keep_rosters
from meetings.tests.evening import meeting
from reports.figures.columns import COLUMNS
from reports.models import QuarterlyReport
from reports.tests.quarter import attend, issue, resource
from reports.tests.visits import SUMS, visitor

pytestmark = pytest.mark.django_db

READ_ON = date(2023, 2, 20)
LAST_DAY = date(2022, 12, 31)
# What moves, and where to on which days: names of ``small_tree``, "other" is a second district and "beyond" a group
# in it. The last move of each is after the quarter.
MOVES = {
    "nothing": {},
    "hamlet_once": {"an2": [("cam", date(2022, 11, 15))]},
    "hamlet_twice": {"an2": [("cam", date(2022, 10, 20)), ("binh", date(2022, 12, 5))]},
    "hamlet_there_and_back": {"an1": [("cam", date(2022, 11, 1)), ("an", date(2022, 12, 1))]},
    "commune_once": {"an": [("south", date(2022, 11, 15))]},
    "commune_twice_and_later": {
        "an": [("south", date(2022, 10, 20)), ("north", date(2022, 12, 5)), ("south", date(2023, 2, 1))]
    },
    "commune_to_another_district": {"an": [("beyond", date(2022, 11, 15))], "cam1": [("an", date(2022, 12, 10))]},
    "commune_out_and_back": {"an": [("beyond", date(2022, 10, 25)), ("north", date(2022, 12, 5))]},
}
ROLES = ("district", "head", "commune", "hamlet", "clerk", "clerk_at_group", "two_groups", "administrator")


def move(tree, moves):
    """Give localities another parent from days on."""
    for name, steps in moves.items():
        of = getattr(tree, name)
        for parent, first_day in steps:
            before = LocalityVersion.objects.get(locality=of, last_day=None)
            before.last_day = first_day - timedelta(days=1)
            before.save()
            version(of, before.name, getattr(tree, parent), first_day=first_day, type=before.type)
    localities_changed()


def moved_district(moves):
    """The small district with moves, facts on all sides of them, and a login for every role."""
    tree = small_tree()
    tree.other = locality("E", "district", "Huyện Khác")
    tree.beyond = locality("E-N", "regional_group", "Nhóm Đông", tree.other)
    localities_changed()
    move(tree, moves)
    interior = agency("A-1", "Phòng Nội vụ", at=tree.district)
    logins = {
        "district": user("district", at=tree.district, level="editor"),
        "head": user("head"),
        "commune": user("commune", at=tree.an, level="recorder"),
        "hamlet": user("hamlet"),
        "clerk": user("clerk", of=interior, level="recorder"),
        "clerk_at_group": user("clerk-at-group", of=interior, level="recorder"),
        "two_groups": user("two-groups", at=tree.north),
        "administrator": user("administrator", is_superuser=True, is_staff=True),
    }
    AccessGrant.objects.create(user=logins["clerk_at_group"], locality=tree.north, level="viewer")
    AccessGrant.objects.create(user=logins["two_groups"], locality=tree.south, level="viewer")
    people = {
        "north": cadre("P0", "Võ Thị Đầu", user=logins["head"], agency=interior),
        "an": cadre("P1", "Trần Thị Bình", agency=interior),
        "an1": cadre("P2", "Nguyễn Minh Châu", user=logins["hamlet"]),
        "an2": cadre("P3", "Phạm Giang", agency=interior),
        "cam": cadre("P4", "Lê Hoa"),
        "cam1": cadre("P5", "Đỗ Kim", agency=interior),
        "an1a": cadre("P6", "Bùi Lan"),
    }
    for name, who in people.items():
        assign(who, getattr(tree, name), role="head" if name == "north" else "in_charge")
    facts(tree, people)
    for name, status, day in (("an", "accepted", 5), ("an1", "submitted", 6), ("cam1", "submitted", 4)):
        QuarterlyReport.objects.create(
            cadre=people[name],
            locality=getattr(tree, name),
            quarter="2022-Q4",
            status=status,
            submitted_on=date(2023, 1, day),
        )
    return logins


def facts(tree, people):
    """Meetings with who came, issues and resources, on days before, between and after the moves."""
    states = ["present", "absent", "excused", "unrecorded"]
    reasons = {"absent": "personal", "excused": "extreme_urgency"}
    for step, day in enumerate((date(2022, 10, 10), date(2022, 11, 8), date(2022, 12, 20))):
        for name, kind in (
            ("an", "commune_committee"),
            ("cam", "commune_committee"),
            ("an1", "cell"),
            ("an2", "cell"),
            ("cam1", "cell"),
        ):
            meeting(kind, getattr(tree, name), day, status="held")
        meeting("cell", tree.an2, day + timedelta(days=1), status="not_held")
        homes = {"households_total": 20, "households_represented": 10 + step}
        meeting("self_governing_group", tree.an1a, day, status="held", **homes)
        for name in ("an", "an1", "an2", "cam1"):
            of = getattr(tree, name)
            issue(of, day, "roads", urgent=step == 1)
            issue(of, day, "land", status="closed", closed_on=day + timedelta(days=30))
            resource(of, day, 1_000_000 * (step + 1))
    # Raised long ago, and still open.
    issue(tree.an2, date(2022, 3, 1), "water", urgent=True)
    keep_rosters(Meeting.objects.all())
    for number, held in enumerate(Meeting.objects.filter(status="held").order_by("day", "code")):
        for row in held.attendances.all():
            status = states[number % 4]
            attend(held, row.cadre, status, reasons.get(status, ""))
        if not number % 3:
            attend(held, people["an1a"] if number % 2 else people["north"], "present")


def numbers_of_quarterly(client, level, within):
    """Yield (what it is, number, address) of all numbers of the quarterly summary that open a list."""
    query = {"quarter": "2022-Q4", "level": level, **({"within": within} if within else {})}
    context = client.get("/reports/quarterly/", query).context
    if not context.get("rows"):
        # Without a row the page shows no figures.
        return
    rows = [(row.locality_code, row, cells) for row, cells in context["rows"]]
    for name, figures, cells in [*rows, ("all", context["total"], context["total_cells"])]:
        for column, cell in zip(COLUMNS, cells, strict=True):
            if cell.url:
                yield f"{name} {column.name}", column.name, getattr(figures, column.name), cell.url
    for row in context["reasons"]:
        if row["url"]:
            yield f"absent, {row['label']}", "", row["n"], row["url"]
    if context["absent_url"]:
        yield "absent", "", context["absent"], context["absent_url"]


def numbers_of_overview(client, within):
    """Yield (what it is, figure, number, address) of all numbers of the overview that open a list."""
    context = client.get("/", {"quarter": "2022-Q4", **({"within": within} if within else {})}).context
    if not context or "watch" not in context or "tiles" not in context:
        return
    for tile in context["tiles"]:
        yield tile.figure, tile.figure, getattr(context["figures"], tile.figure), tile.url
    for item in context["watch"]:
        yield f"watch {item.figure}", "", item.number, item.url
    for row in context["themes"]:
        yield f"open, {row['theme']}", "", row["open"], row["url"]
        yield f"old, {row['theme']}", "", row["old"], row["old_url"]
    for row in context["coverage"]:
        if row["url"]:
            yield f"coverage {row['covered'].tier}", "", row["covered"].uncovered, row["url"]


def rows_behind(who, url):
    """The rows of the list at an address, as its view asks for them; without the page, which other tests read."""
    found = resolve(urlsplit(url).path)
    view, request = found.func.view_class(), RequestFactory().get(url)
    request.user = who
    view.setup(request, *found.args, **found.kwargs)
    if not hasattr(view, "get_filterset"):
        return view.get_queryset()
    filterset = view.get_filterset(view.get_filterset_class())
    assert filterset.is_valid(), filterset.errors
    return filterset.qs


def lists_of(who):
    """Return a function of (figure, address) that says what the list comes to; several numbers open the same list."""
    who = again(who)

    @functools.cache
    def length(figure, url):
        rows = rows_behind(who, url)
        return SUMS[figure](rows) if figure else rows.count()

    return length


def differences(length, numbers):
    """Return {what it is: (number, rows of its list)} where the two differ, and how many numbers there were."""
    found, asked = {}, 0
    for what, figure, number, url in numbers:
        asked += 1
        counted = length(figure if figure in SUMS else "", url)
        if counted != number:
            found[what] = number, counted
    return found, asked


# A case takes ten seconds, so CI asks each of one database: the plainer ones of the first, the hardest of the second.
HARDEST = {"hamlet_twice", "commune_twice_and_later", "commune_to_another_district", "commune_out_and_back"}
CASES = [
    pytest.param(name, marks=pytest.mark.second_database if name in HARDEST else pytest.mark.one_database)
    for name in MOVES
]


@pytest.mark.parametrize("name", CASES)
def test_every_number_is_that_of_its_list(name):
    with time_machine.travel(at(READ_ON), tick=False), translation.override("en"):
        logins = moved_district(MOVES[name])
        wrong, asked = {}, 0
        for role in ROLES:
            who = logins[role]
            client, length = visitor(who), lists_of(who)
            parts = [None, "AN", "CA"] if role in ("district", "head", "clerk_at_group") else [None]
            for within in parts:
                pages = {
                    "overview": numbers_of_overview(client, within),
                    "communes": numbers_of_quarterly(client, "commune", within),
                    "hamlets": numbers_of_quarterly(client, "hamlet", within),
                }
                for page, numbers in pages.items():
                    found, number = differences(length, numbers)
                    asked += number
                    wrong |= {(role, page, within, what): pair for what, pair in found.items()}

    assert wrong == {}
    assert asked > 500
