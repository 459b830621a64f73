"""The page that says for how many localities somebody answers, and which have nobody."""

from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import CoverageReview, LocalityVersion
from assignments.tests.cast import assign, at, cadre, small_tree, user, version
from cadrenet.periods import today
from cadrenet.templatetags import figures
from cadrenet.tests.built_once import built_once
from reports.tests.visits import listed, visitor, without_token

pytestmark = pytest.mark.django_db
URL = reverse("assignments:coverage")
DAY = date(2022, 5, 9)


def shown(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200
    return response.context


def codes(context):
    return [row["vacancy"].place.locality.code for row in context["rows"]]


def lines(response):
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


@built_once
def district():
    """Groups: north has a head. Communes and hamlets all have somebody, but Xã Cẩm. Groups: only an1a has."""
    tree = small_tree()
    assign(cadre("head"), tree.north, role="head")
    for place in (tree.an, tree.binh, tree.an1, tree.an2, tree.binh1, tree.cam1, tree.an1a):
        assign(cadre(place.code), place)
    assign(cadre("last", "Lê Văn Cũ"), tree.an1b, last_day=date(2022, 4, 30))
    return tree


def test_each_tier_is_a_figure_that_opens_what_it_lacks():
    tree = district()
    context = shown(visitor(user("u", at=tree.district)), day=DAY)

    assert [
        (tile["label"], tile["value"], tile["unit"], tile["count"], tile["note"]) for tile in context["tiles"]
    ] == [
        ("Regional group", "1", "/ 2", "50.00%", "1 has nobody"),
        ("Commune or town", "2", "/ 3", "66.67%", "1 has nobody"),
        ("Hamlet or neighbourhood", "4", "/ 4", "100.00%", "All have somebody"),
        ("Self-governing group", "1", "/ 3", "33.33%", "2 have nobody"),
    ]
    assert context["tiles"][3]["url"] == f"{URL}?day=2022-05-09&tier=self_governing_group"


def test_places_with_nobody_stand_by_name_from_the_highest_tier_down():
    tree = district()
    context = shown(visitor(user("u", at=tree.district)), day=DAY)

    assert codes(context) == ["S", "CA", "AN-1-B", "CA-1-A"]
    assert [tab["count"] for tab in context["tabs"]] == [None, 4, 0, None, None, None, None]
    vacancy = context["rows"][2]["vacancy"]
    assert (vacancy.previous.cadre.full_name, vacancy.since, vacancy.days) == ("Lê Văn Cũ", date(2022, 5, 1), 9)


@pytest.mark.parametrize("tier", ["regional_group", "commune", "hamlet", "self_governing_group"])
def test_the_list_of_a_tier_is_what_the_command_prints(tier):
    tree = district()
    out = StringIO()
    call_command("coverage", "2022-05-09", level=tier, stdout=out)

    response = visitor(user("u", at=tree.district)).get(URL, {"day": DAY, "tier": tier, "format": "csv"})

    assert [line.split(",")[:2] for line in lines(response)] == [
        row.split(",") for row in out.getvalue().splitlines()
    ]


def test_the_file_begins_with_the_public_columns():
    tree = district()
    response = visitor(user("u", at=tree.an)).get(URL, {"day": DAY, "format": "csv"})

    assert lines(response) == [
        "locality_code,locality_name,tier,lies_in,nobody_since,previous_cadre_code,previous_cadre_name",
        "AN-1-B,Tổ số 2,self_governing_group,Huyện Mẫu › Nhóm Bắc › Thị trấn An › Khu phố 1,"
        "2022-05-01,last,Lê Văn Cũ",
    ]


def test_what_ends_within_thirty_days_is_a_list_of_its_own():
    tree = district()
    tree.an1a.assignments.update(last_day=DAY + timedelta(days=10))
    context = shown(visitor(user("u", at=tree.district)), day=DAY, state="ending")

    assert codes(context) == ["AN-1-A"]
    assert [tab["count"] for tab in context["tabs"]] == [None, 4, 1, None, None, None, None]


def test_communes_are_compared_and_within_a_commune_hamlets():
    tree = district()
    client = visitor(user("u", at=tree.district))

    wide, narrow = shown(client, day=DAY), shown(client, day=DAY, within="AN")

    assert [
        (row["gaps"].place.name, row["gaps"].groups.covered, row["gaps"].groups.total) for row in wide["areas"]
    ] == [
        ("Thị trấn An", 1, 2),
        ("Xã Cẩm", 0, 1),
        ("Xã Bình", 0, 0),
    ]
    assert [row["gaps"].place.name for row in narrow["areas"]] == ["Khu phố 1", "Ấp 2"]
    assert wide["areas"][0]["url"] == f"{URL}?day=2022-05-09&within=AN"


def test_who_decides_may_assign_from_the_row():
    tree = district()
    (row,) = shown(visitor(user("editor", at=tree.an, level="editor")), day=DAY)["rows"]

    assert row["assign_url"] == (
        f"{reverse('assignments:assignment_create')}?locality=AN-1-B&next=%2Fassignments%2Fcoverage%2F%3Fday%3D2022-05-09"
    )
    (row,) = shown(visitor(user("viewer", at=tree.an)), day=DAY)["rows"]
    assert row["assign_url"] == ""


def test_who_decides_in_one_part_only_may_assign_there_only():
    tree = district()
    who = user("u", at=tree.district)
    who.grants.create(locality=tree.an, level="editor")

    rows = shown(visitor(who), day=DAY)["rows"]

    assert [bool(row["assign_url"]) for row in rows] == [False, False, True, False]


def test_nothing_of_another_part_of_the_tree_is_counted_listed_or_exported():
    tree = district()
    assign(cadre("foreign", "Người Ngoài"), tree.cam1a, last_day=date(2022, 4, 1))
    client = visitor(user("u", at=tree.an))

    context = shown(client, day=DAY)

    assert [(tile["value"], tile["unit"]) for tile in context["tiles"]] == [("1", "/ 1"), ("2", "/ 2"), ("1", "/ 2")]
    assert codes(context) == ["AN-1-B"]
    page = client.get(URL, {"day": DAY}).content.decode()
    assert "Cẩm" not in page
    assert "Người Ngoài" not in page
    assert len(lines(client.get(URL, {"day": DAY, "format": "csv"}))) == 2
    assert list(shown(client, within="CA")["form"].errors) == ["within"]


def test_who_gained_a_locality_is_not_told_who_was_there_before():
    tree = district()
    tree.an2.assignments.update(last_day=date(2022, 4, 30))
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 4))
    version(tree.an2, "Ấp 2", tree.cam, first_day=date(2022, 5, 5))
    localities_changed()

    rows = shown(visitor(user("u", at=tree.cam)), day=DAY, tier="hamlet")["rows"]

    assert [(row["vacancy"].place.locality, row["vacancy"].previous) for row in rows] == [(tree.an2, None)]
    assert rows[0]["vacancy"].since == date(2022, 5, 5)


def test_somebody_who_reaches_no_place_is_told_so():
    small_tree()
    response = visitor(user("nobody")).get(URL)

    assert "There are no localities here on that day" in response.content.decode()


def test_today_is_meant_where_no_day_is_named():
    tree = district()

    assert shown(visitor(user("u", at=tree.an)))["day"] == today()


def test_cost_does_not_grow_with_the_rows(django_assert_num_queries):
    tree = district()
    client = visitor(user("u", at=tree.district, level="editor"))
    client.get(URL, {"day": DAY})

    for _size in (4, 6):
        with django_assert_num_queries(17):
            client.get(URL, {"day": DAY})
        tree.an2.assignments.all().delete()
        tree.binh1.assignments.all().delete()


# --- Days to come, and the months behind ---


def cells(context, tier):
    """What a tier has on each day of the table: (covered, existing, address)."""
    (row,) = [row for row in context["forecast"]["rows"] if row["tier"] == tier]
    return [(cell["covered"].covered, cell["covered"].total, cell["url"]) for cell in row["cells"]]


def ends_known(tree):
    """Of the hamlets an2 ends after 10 days, binh1 after 45, where somebody follows, and cam1 after 80."""
    for place, days in ((tree.an2, 10), (tree.binh1, 45), (tree.cam1, 80)):
        place.assignments.update(last_day=DAY + timedelta(days=days))
    assign(cadre("next"), tree.binh1, first_day=DAY + timedelta(days=46))


@pytest.fixture
def on_the_day():
    """The day of these tests is today."""
    with time_machine.travel(at(DAY, 9), tick=False):
        yield


def test_each_tier_is_told_now_and_to_come(on_the_day):
    tree = district()
    ends_known(tree)
    context = shown(visitor(user("u", at=tree.district)))

    assert [(column["ahead"], column["day"], column["asked"]) for column in context["forecast"]["days"]] == [
        (0, DAY, True),
        (30, date(2022, 6, 8), False),
        (60, date(2022, 7, 8), False),
        (90, date(2022, 8, 7), False),
    ]
    assert cells(context, "hamlet") == [
        (4, 4, ""),
        (3, 4, f"{URL}?day=2022-06-08&tier=hamlet"),
        (3, 4, f"{URL}?day=2022-07-08&tier=hamlet"),
        (2, 4, f"{URL}?day=2022-08-07&tier=hamlet"),
    ]
    assert [row["tier"] for row in context["forecast"]["rows"]] == [
        "regional_group",
        "commune",
        "hamlet",
        "self_governing_group",
    ]


def test_every_number_to_come_has_as_many_names_behind_it(on_the_day):
    tree = district()
    ends_known(tree)
    client = visitor(user("u", at=tree.district))

    for part in ("", "AN", "CA"):
        context = shown(client, within=part)
        found = [cell for row in context["forecast"]["rows"] for cell in row["cells"]]
        found += [row["cell"] for row in context["history"]["rows"] if row["cell"]]
        assert [cell["covered"].uncovered for cell in found if not cell["url"]] == [
            0 for cell in found if not cell["url"]
        ]
        linked = [cell for cell in found if cell["url"]]
        assert [listed(client, cell["url"])[0] for cell in linked] == [cell["covered"].uncovered for cell in linked]
        assert linked


def test_a_day_to_come_names_who_leaves_and_when(on_the_day):
    tree = district()
    ends_known(tree)
    client = visitor(user("u", at=tree.district))
    context = shown(client, day="2022-08-07", tier="hamlet")

    assert codes(context) == ["AN-2", "CA-1"]
    assert [(row["vacancy"].previous.cadre.code, row["to_come"]) for row in context["rows"]] == [
        ("AN-2", date(2022, 5, 20)),
        ("CA-1", date(2022, 7, 29)),
    ]
    page = client.get(URL, {"day": "2022-08-07", "tier": "hamlet"}).content.decode()
    assert "2 localities will have nobody on 7 Aug 2022" in page
    assert "from 20 May 2022" in page
    assert "Lê Văn Tám, until 19 May 2022" in page


def test_a_day_to_come_leaves_the_table_where_it_is(on_the_day):
    tree = district()
    context = shown(visitor(user("u", at=tree.district)), day="2022-06-08")

    assert [(column["day"], column["asked"]) for column in context["forecast"]["days"][:2]] == [
        (DAY, False),
        (date(2022, 6, 8), True),
    ]


def test_of_a_day_in_the_past_is_told_what_was_to_come_then():
    tree = district()
    ends_known(tree)

    assert [row[0] for row in cells(shown(visitor(user("u", at=tree.district)), day=DAY), "hamlet")] == [4, 3, 3, 2]


@pytest.mark.parametrize("days, found", [(30, ["AN-2"]), (60, ["AN-2"]), (90, ["AN-2", "CA-1"])])
def test_what_ends_is_listed_as_far_ahead_as_one_asks(on_the_day, days, found):
    tree = district()
    ends_known(tree)
    client = visitor(user("u", at=tree.district))
    context = shown(client, state="ending", days=days)

    assert codes(context) == found
    assert [(choice["label"], choice["count"], choice["current"]) for choice in context["ahead"]] == [
        ("30 days", 1, days == 30),
        ("60 days", 1, days == 60),
        ("90 days", 2, days == 90),
    ]
    assert [listed(client, choice["url"])[0] for choice in context["ahead"]] == [1, 1, 2]


def test_days_ahead_that_nobody_offers_are_a_mistake():
    tree = district()

    assert list(shown(visitor(user("u", at=tree.district)), state="ending", days=45)["form"].errors) == ["days"]


def test_a_place_that_is_renamed_meanwhile_still_ends(on_the_day):
    tree = district()
    tree.an1a.assignments.update(last_day=DAY + timedelta(days=10))
    LocalityVersion.objects.filter(locality=tree.an1a).update(last_day=DAY + timedelta(days=5))
    version(tree.an1a, "Tổ số 9", tree.an1, first_day=DAY + timedelta(days=6))
    localities_changed()

    assert codes(shown(visitor(user("u", at=tree.district)), state="ending")) == ["AN-1-A"]


def test_twelve_months_of_a_tier_with_the_running_one_up_to_today(on_the_day):
    tree = district()
    context = shown(visitor(user("u", at=tree.district)), tier="self_governing_group")
    history = context["history"]

    assert [
        (row["day"], row["cell"]["covered"].covered, row["cell"]["covered"].total) for row in history["rows"]
    ] == [
        (date(2022, 5, 9), 1, 3),
        (date(2022, 4, 30), 2, 3),
        (date(2022, 3, 31), 2, 3),
        (date(2022, 2, 28), 2, 3),
        (date(2022, 1, 31), 2, 3),
        (date(2021, 12, 31), 0, 3),
        (date(2021, 11, 30), 0, 3),
        (date(2021, 10, 31), 0, 3),
        (date(2021, 9, 30), 0, 3),
        (date(2021, 8, 31), 0, 3),
        (date(2021, 7, 31), 0, 3),
        (date(2021, 6, 30), 0, 3),
    ]
    assert [str(rate) for rate in history["rates"][-3:]] == ["66.67", "66.67", "33.33"]
    assert history["labels"] == ["M6", "M7", "M8", "M9", "M10", "M11", "M12", "M1", "M2", "M3", "M4", "M5"]
    # From 1 June to 31 December nobody for all three, then for an1b from 1 May, and for cam1a always.
    assert (history["gaps"], history["gap_days"]) == (3, 214 * 3 + 9 + 129)


def test_the_months_are_of_the_lowest_tier_unless_another_is_asked_for():
    tree = district()
    client = visitor(user("u", at=tree.district))

    assert shown(client, day=DAY)["history"]["tier"] == "self_governing_group"
    assert shown(client, day=DAY, tier="commune")["history"]["tier"] == "commune"
    assert shown(client, day=DAY, within="CA-1-A", tier="commune")["history"]["tier"] == "self_governing_group"


def test_days_with_nobody_are_listed_with_the_stretches(on_the_day):
    tree = district()
    client = visitor(user("u", at=tree.district))
    history = shown(client, tier="self_governing_group")["history"]
    context = shown(client, tier="self_governing_group", state="gaps")

    assert listed(client, history["gaps_url"])[0] == history["gaps"] == 3
    assert [(row["vacancy"].place.locality.code, row["vacancy"].days) for row in context["rows"]] == [
        ("AN-1-A", 214),
        ("AN-1-B", 223),
        ("CA-1-A", 343),
    ]
    assert context["rows"][1]["vacancy"].words == "2021-06-01 – 2021-12-31; 2022-05-01 – 2022-05-09"
    assert lines(client.get(URL, {"within": "CA-1", "state": "gaps", "format": "csv"})) == [
        "locality_code,locality_name,tier,lies_in,days_with_nobody,gaps",
        "CA-1,Ấp 1,hamlet,Huyện Mẫu › Nhóm Nam › Xã Cẩm,214,2021-06-01 – 2021-12-31",
        "CA-1-A,Tổ số 1,self_governing_group,Huyện Mẫu › Nhóm Nam › Xã Cẩm › Ấp 1,343,2021-06-01 – 2022-05-09",
    ]


def test_who_has_lost_a_place_is_told_its_gap_and_not_where_it_went(on_the_day):
    tree = district()
    LocalityVersion.objects.filter(locality=tree.an1b).update(last_day=date(2022, 5, 4))
    version(tree.an1b, "Tổ số 2", tree.cam1, first_day=date(2022, 5, 5))
    localities_changed()
    client = visitor(user("u", at=tree.an))

    rows = shown(client, tier="self_governing_group", state="gaps")["rows"]

    assert [(row["vacancy"].place.locality.code, row["vacancy"].days) for row in rows] == [
        ("AN-1-A", 214),
        ("AN-1-B", 218),
    ]
    assert "Cẩm" not in client.get(URL, {"tier": "self_governing_group", "state": "gaps"}).content.decode()


def test_nothing_elsewhere_is_in_the_days_to_come_or_in_the_months(on_the_day):
    tree = district()
    client = visitor(user("u", at=tree.an))
    before = without_token(client.get(URL, {"tier": "hamlet"}))

    assign(cadre("foreign"), tree.cam1, first_day=date(2022, 1, 1), last_day=date(2022, 5, 20))
    tree.cam1.assignments.update(last_day=date(2022, 5, 1))

    assert without_token(client.get(URL, {"tier": "hamlet"})) == before


# --- Reviewed today ---


def review(client, place):
    return client.post(reverse("assignments:coverage_review", args=[place.pk]))


def test_who_decides_stamps_a_commune_as_reviewed_today():
    tree = district()
    who = user("editor", at=tree.an, level="editor", display_name="Đảng ủy An")
    client = visitor(who)
    assert shown(client, within="AN")["review"] == {
        "name": "Thị trấn An",
        "stamps": [],
        "url": reverse("assignments:coverage_review", args=[tree.an.pk]),
    }

    response = review(client, tree.an)

    assert (response.status_code, response.headers["Location"]) == (302, f"{URL}?within=AN")
    (stamp,) = CoverageReview.objects.all()
    assert (stamp.locality, stamp.day, stamp.by) == (tree.an, today(), who)
    page = client.get(URL, {"within": "AN"}).content.decode()
    with translation.override("en"):
        written = figures.day(today())
    assert f"Reviewed on {written} by Đảng ủy An" in page
    assert "Thị trấn An is reviewed as of today." in page


def test_an_office_of_one_commune_need_not_ask_for_it():
    tree = district()

    own = shown(visitor(user("editor", at=tree.an, level="editor")))["review"]
    assert (own["name"], own["url"]) == ("Thị trấn An", reverse("assignments:coverage_review", args=[tree.an.pk]))
    assert shown(visitor(user("wide", at=tree.district, level="editor")))["review"] is None


def test_twice_on_one_day_is_one_stamp_of_whoever_came_first():
    tree = district()
    first = user("first", at=tree.an, level="editor", display_name="Người thứ nhất")
    second = user("second", at=tree.an, level="editor")
    review(visitor(first), tree.an1)
    review(visitor(first), tree.an1)
    client = visitor(second)
    review(client, tree.an1)

    (stamp,) = CoverageReview.objects.all()
    assert (stamp.by, stamp.history.count()) == (first, 1)
    assert "Khu phố 1 was reviewed today already, by Người thứ nhất." in client.get(URL).content.decode()


def test_earlier_reviews_stay_and_stand_below_the_last():
    tree = district()
    client = visitor(user("editor", at=tree.an, level="editor"))
    for day in (date(2022, 3, 1), date(2022, 4, 1)):
        CoverageReview.objects.create(locality=tree.an, day=day)
    review(client, tree.an)

    assert [stamp.day for stamp in shown(client, within="AN")["review"]["stamps"]] == [
        today(),
        date(2022, 4, 1),
        date(2022, 3, 1),
    ]
    # As of a day in the past it is not stamped, and what came later is not told.
    past = shown(client, within="AN", day="2022-03-31")["review"]
    assert ([stamp.day for stamp in past["stamps"]], past["url"]) == ([date(2022, 3, 1)], "")


def test_communes_say_when_they_were_reviewed_last():
    tree = district()
    for day in (date(2022, 3, 1), date(2022, 4, 1)):
        CoverageReview.objects.create(locality=tree.an, day=day, by=user(f"u{day.month}", display_name="Đảng ủy An"))
    client = visitor(user("u", at=tree.district))

    assert {
        row["gaps"].place.locality.code: row["review"] and row["review"].day
        for row in shown(client, day=DAY)["areas"]
    } == {"AN": date(2022, 4, 1), "BI": None, "CA": None}
    page = client.get(URL, {"day": DAY}).content.decode()
    assert "reviewed on 1 Apr 2022 by Đảng ủy An" in page
    assert page.count("not reviewed yet") == 2


@pytest.mark.parametrize("level", ["viewer", "recorder"])
def test_who_does_not_decide_reads_stamps_and_sets_none(level):
    tree = district()
    client = visitor(user("u", at=tree.an, level=level))

    assert shown(client, within="AN")["review"]["url"] == ""
    assert review(client, tree.an).status_code == 404
    assert CoverageReview.objects.count() == 0


@pytest.mark.parametrize("name", ["cam", "cam1", "north", "district", "an1a"])
def test_only_communes_and_hamlets_of_ones_own_are_stamped(name):
    tree = district()
    client = visitor(user("u", at=tree.an, level="editor"))

    assert review(client, getattr(tree, name)).status_code == 404
    assert CoverageReview.objects.count() == 0


def test_a_stamp_is_not_set_by_reading():
    tree = district()
    client = visitor(user("u", at=tree.an, level="editor"))

    assert client.get(reverse("assignments:coverage_review", args=[tree.an.pk])).status_code == 405


def test_cost_of_a_commune_with_stamps_does_not_grow(django_assert_num_queries):
    tree = district()
    client = visitor(user("u", at=tree.an, level="editor"))
    client.get(URL, {"within": "AN"})

    for day in (date(2022, 3, 1), date(2022, 4, 1), date(2022, 4, 5)):
        CoverageReview.objects.create(locality=tree.an, day=day, by=user(f"u{day.day}{day.month}"))
        with django_assert_num_queries(19):
            client.get(URL, {"within": "AN"})
