"""How the nights went, on the first page of the administration and in full: for whoever decides at the top."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse

from assignments.actions import localities_changed
from assignments.models import NightlyRun
from assignments.tests.cast import at, locality, small_tree, user

pytestmark = pytest.mark.django_db
TODAY = date(2022, 5, 9)
INDEX = "/admin/"


@pytest.fixture(autouse=True)
def _morning(settings):
    settings.LANGUAGE_CODE = "en"
    with time_machine.travel(at(TODAY, 8), tick=False):
        yield


def run(kind, when=None, **values):
    began_at = when or at(TODAY, 2 if kind == "backup" else 3)
    result = {"succeeded": True, "took": timedelta(seconds=3.84), "said": "Nothing differs.", **values}
    return NightlyRun.objects.create(kind=kind, began_at=began_at, **result)


def staff(name, at):
    """Somebody who opens the administration with every permission, and decides about a part of the tree."""
    login = user(name, at=at, level="editor", is_staff=True)
    login.user_permissions.set(Permission.objects.all())
    return login


def card(client):
    """The lines of the card on the first page, in words; None without one."""
    page = client.get(INDEX)
    shown = page.context["cards"]
    _before, found, rest = page.content.decode().partition('<div class="module" id="nights">')
    assert bool(found) == bool(shown)
    return [" ".join(words(line)) for line in rest.partition("</div>")[0].split("<p")[1:-1]] if found else None


def words(markup):
    """The text of a piece of a page, word by word."""
    for part in markup.split("<"):
        yield from part.rpartition(">")[2].split()


def test_a_good_night_says_when_how_many_and_how_long(client):
    small_tree()
    backup, verified = run("backup", file=""), run("verify", differences=0)
    client.force_login(user("admin", is_superuser=True, is_staff=True))

    assert card(client) == [
        "Last backup: 9 May 2022, 02:00 – checked",
        "Last verification: 9 May 2022, 03:00 – nothing differs (3.8 s)",
    ]
    page = client.get(INDEX).content.decode()
    for made in (backup, verified):
        assert f'href="/admin/assignments/nightlyrun/{made.pk}/change/"' in page


def test_a_bad_night_says_what_is_wrong(client):
    small_tree()
    run("backup", when=at(TODAY - timedelta(days=2)))
    run("backup", succeeded=False)
    run("verify", differences=3, succeeded=False)
    client.force_login(user("admin", is_superuser=True, is_staff=True))

    assert card(client) == [
        "Last backup: 9 May 2022, 02:00 – failed",
        "The last backup is of 7 May 2022, 19:00, more than a day ago.",
        "Last verification: 9 May 2022, 03:00 – 3 differences (3.8 s)",
    ]


@pytest.mark.parametrize(
    "verified, said",
    [
        (None, ["Last verification: –", "The database was not verified in the last night."]),
        (
            {"when": at(date(2022, 5, 7), 3), "differences": 0},
            [
                "Last verification: 7 May 2022, 03:00 – nothing differs (3.8 s)",
                "The database was not verified in the last night.",
            ],
        ),
        ({"succeeded": False}, ["Last verification: 9 May 2022, 03:00 – failed (3.8 s)"]),
    ],
)
def test_a_night_without_a_verification_is_told(verified, said, client):
    small_tree()
    if verified:
        run("verify", **verified)
    client.force_login(user("admin", is_superuser=True, is_staff=True))

    assert card(client) == ["Last backup: –", "The database was never backed up.", *said]


def test_it_is_shown_to_whoever_decides_at_the_top_and_to_nobody_else(client):
    tree = small_tree()
    made = run("verify", differences=0)
    change = reverse("admin:assignments_nightlyrun_change", args=[made.pk])
    changelist = reverse("admin:assignments_nightlyrun_changelist")

    seen = {}
    for login in (staff("district", tree.district), staff("group", tree.north), staff("commune", tree.an)):
        client.force_login(login)
        seen[login.username] = (bool(card(client)), *(client.get(url).status_code for url in (changelist, change)))

    assert seen == {"district": (True, 200, 200), "group": (False, 403, 403), "commune": (False, 403, 403)}


def test_nobody_changes_what_a_night_brought(client):
    small_tree()
    made = run("verify", differences=0)
    client.force_login(user("admin", is_superuser=True, is_staff=True))

    for page, args in (("add", []), ("delete", [made.pk]), ("change", [made.pk])):
        assert client.post(reverse(f"admin:assignments_nightlyrun_{page}", args=args), {}).status_code == 403


def test_sentences_about_rows_are_for_whoever_decides_about_all_trees(client):
    tree = small_tree()
    made = run("verify", differences=1, said="Agency of the other district", succeeded=False)
    client.force_login(staff("district", tree.district))
    change = reverse("admin:assignments_nightlyrun_change", args=[made.pk])
    alone = client.get(change).content.decode()
    locality("E", "district", "Huyện Khác")
    localities_changed()

    beside = client.get(change).content.decode()

    assert ["Agency of the other district" in page for page in (alone, beside)] == [True, False]
    assert "./run manage verify --repair" in beside


@pytest.mark.parametrize("rows", [1, 3])
def test_the_first_page_costs_the_same_after_one_night_and_after_three(rows, client, django_assert_num_queries):
    small_tree()
    for number in range(rows):
        run("backup", when=at(TODAY, 2) - timedelta(days=number))
        run("verify", when=at(TODAY, 3) - timedelta(days=number), differences=0)
    client.force_login(user("admin", is_superuser=True, is_staff=True))
    client.get(INDEX)

    with django_assert_num_queries(7):
        client.get(INDEX)
