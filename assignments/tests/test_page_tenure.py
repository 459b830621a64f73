"""The page of tenure: every number opens as many assignments as it says."""

from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse

from assignments.models import Agency, Assignment, Cadre, Limit
from assignments.tests.cast import agency, assign, cadre, small_tree, user
from assignments.tests.test_tenure import a_district
from cadrenet.periods import today
from reports.tests.visits import listed, sheet_table, visitor, without_token

pytestmark = pytest.mark.django_db
URL, LIST = reverse("assignments:tenure"), reverse("assignments:assignments")
DAY = date(2022, 5, 9)


def shown(client, **query):
    response = client.get(URL, {"day": DAY, **query})
    assert response.status_code == 200
    return response.context


def lines(response):
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


def with_changes():
    """The district of the figures; an1 changed hands twice, binh once."""
    tree = a_district()
    assign(cadre("an1-1"), tree.an1, first_day=date(2020, 1, 1), last_day=date(2020, 12, 31))
    assign(
        cadre("an1-2", agency=Agency.objects.get(code="A")),
        tree.an1,
        first_day=date(2021, 1, 1),
        last_day=date(2021, 12, 31),
    )
    assign(cadre("binh-1"), tree.binh, first_day=date(2020, 1, 1), last_day=date(2022, 4, 30))
    return tree


def numbers(context):
    """(number, address) of every count on the page that has a list."""
    found = [(share["number"], share["url"]) for share in context["shares"]]
    found += [(context["unknown"]["number"], context["unknown"]["url"])]
    for _heading, _first, rows in context["groups"]:
        for row in rows:
            cells = [row["total"], row["known"], row["unknown"], *row["classes"], row["short"]]
            found += [(cell["number"], cell["url"]) for cell in cells]
    for row in context["changes"]:
        found += [(row["number"], row["url"]), (row["changed"], row["changed_url"])]
        found += [(row["places"], row["places_url"])] if row["places"] and "within" not in row["places_url"] else []
    found += [(row["changed"].number, row["url"]) for row in context["rows"]]
    return found


def test_four_figures_of_everybody():
    tree = with_changes()
    tiles = shown(visitor(user("u", at=tree.district)))["tiles"]

    assert [(tile["label"], tile["value"], tile.get("unit"), tile["count"]) for tile in tiles] == [
        ("Median time served", "18.5", "months", "6 assignments with a known beginning"),
        ("Under 12 months", "33.33%", None, "2 of 6 assignments"),
        ("Since before records began", "1", None, "of 7 assignments"),
        ("Changes of hands in 24 months", "3", None, "at 2 localities"),
    ]


def test_the_half_of_a_median_is_written_as_the_language_writes_it():
    tree = with_changes()
    client = visitor(user("u", at=tree.district))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "vi"

    assert client.get(URL, {"day": DAY}).context["tiles"][0]["value"] == "18,5"


@pytest.mark.parametrize(
    "query",
    [{}, {"within": "AN"}, {"within": "CA"}, {"tier": "hamlet"}, {"agency": "A"}, {"within": "AN", "agency": "A"}],
)
def test_every_number_opens_as_many_assignments(query):
    tree = with_changes()
    client = visitor(user("u", at=tree.district))
    found = numbers(shown(client, **query))

    assert [(number, url) for number, url in found if not url and number] == []
    linked = [(number, url) for number, url in found if url]
    assert [(listed(client, url.partition("#")[0])[0], url) for _number, url in linked] == linked
    tiles = [tile["url"] for tile in shown(client, **query)["tiles"] if tile["url"]]
    assert all(listed(client, url)[0] for url in tiles)


def test_tiers_stand_from_the_highest_down_and_agencies_by_name():
    tree = with_changes()
    who = cadre("other", agency=agency("B", "Ấp Văn phòng", at=tree.district))
    assign(who, tree.cam, first_day=date(2022, 4, 10))
    (_by, _tier, tiers), (_heading, _first, agencies) = shown(visitor(user("u", at=tree.district)))["groups"]

    assert [row["row"].name for row in tiers] == [
        "Regional group",
        "Commune or town",
        "Hamlet or neighbourhood",
        "Self-governing group",
    ]
    assert [(row["row"].name, row["total"]["number"]) for row in agencies] == [
        ("Ấp Văn phòng", 1),
        ("Ban Mẫu", 3),
        ("No agency", 4),
    ]


def test_changes_are_told_by_tier_and_per_locality():
    tree = with_changes()
    changes = shown(visitor(user("u", at=tree.district)))["changes"]

    assert [(row["tier"], row["number"], row["changed"], row["places"], str(row["each"])) for row in changes] == [
        ("commune", 1, 1, 3, "0.33"),
        ("hamlet", 2, 1, 4, "0.50"),
    ]


def test_changes_of_one_agency_are_not_divided_by_all_localities():
    tree = with_changes()
    changes = shown(visitor(user("u", at=tree.district)), agency="A")["changes"]

    assert [(row["tier"], row["number"], row["places"], row["each"]) for row in changes] == [
        ("hamlet", 1, None, None)
    ]


def test_places_that_changed_hands_most_stand_first_each_with_its_history():
    tree = with_changes()
    client = visitor(user("u", at=tree.district))
    rows = shown(client)["rows"]

    assert [(row["changed"].place.name, row["changed"].number) for row in rows] == [("Khu phố 1", 2), ("Xã Bình", 1)]
    assert rows[0]["history_url"] == f"{LIST}?locality=AN-1&state=all&day=2022-05-09"
    assert listed(client, rows[0]["history_url"])[0] == 3


def test_the_list_says_what_it_is_narrowed_to():
    tree = with_changes()
    client = visitor(user("u", at=tree.district))
    response = client.get(LIST, {"day": DAY, "tenure": "6-11"})

    assert [row.assignment.cadre.code for row in response.context["rows"]] == ["an2"]
    assert '<option value="6-11" selected>6 to 11 months</option>' in response.content.decode()


@pytest.mark.parametrize("query", [{"staff_of": "x"}, {"staff_of": "-1"}, {"staff_of": "9" * 30}, {"tenure": "100"}])
def test_a_list_narrowed_by_nonsense_is_empty_and_says_so(query):
    tree = with_changes()
    response = visitor(user("u", at=tree.district)).get(LIST, {"day": DAY, **query})

    assert response.status_code == 200
    assert list(response.context["filter"].form.errors) == list(query)


@pytest.mark.parametrize(
    "query, wrong",
    [
        ({"within": "X"}, ["within"]),
        ({"agency": "X"}, ["agency"]),
        ({"tier": "X"}, ["tier"]),
        ({"day": "one day"}, ["day"]),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(query, wrong):
    tree = with_changes()
    client = visitor(user("u", at=tree.district))

    assert list(client.get(URL, query).context["form"].errors) == wrong
    assert len(lines(client.get(URL, {**query, "format": "csv"}))) == 1


def test_the_file_has_the_figures_of_all_of_each_tier_and_of_each_agency():
    tree = with_changes()

    assert lines(visitor(user("u", at=tree.district)).get(URL, {"day": DAY, "format": "csv"})) == [
        'Figures of,Name,Assignments,Since before records began,"Median, months",Under 6 months,6 to 11 months,'
        '12 to 23 months,24 to 35 months,36 months and more,Under the minimum,"Under the minimum, %"',
        "All,,7,1,18.5,1,1,1,1,2,2,33.33",
        "Tier,Regional group,1,0,36,0,0,0,0,1,0,0.00",
        "Tier,Commune or town,1,0,25,0,0,0,1,0,0,0.00",
        "Tier,Hamlet or neighbourhood,4,1,11,1,1,1,0,0,2,66.67",
        "Tier,Self-governing group,1,0,40,0,0,0,0,1,0,0.00",
        "Agency,Ban Mẫu,3,0,11,1,1,0,1,0,2,66.67",
        "Agency,No agency,4,1,36,0,0,1,0,2,0,0.00",
    ]


def test_the_places_that_changed_hands_are_a_file_of_their_own():
    tree = with_changes()
    response = visitor(user("u", at=tree.an)).get(URL, {"day": DAY, "format": "csv", "file": "places"})

    assert response.headers["Content-Disposition"] == 'attachment; filename="changes_of_hands.csv"'
    assert lines(response) == [
        "Locality code,Locality,Lies in,Changes of hands in 24 months",
        "AN-1,Khu phố 1,Huyện Mẫu › Nhóm Bắc › Thị trấn An,2",
    ]


def test_a_workbook_comes_too():
    tree = with_changes()
    client = visitor(user("u", at=tree.district))

    found = []
    for more in ({}, {"file": "places"}):
        response = client.get(URL, {"day": DAY, "format": "xlsx", **more})
        found.append([row[0] for row in sheet_table(response)[:2]])
    assert found == [["Figures of", "All"], ["Locality code", "AN-1"]]


def test_nobody_is_named_on_the_page():
    tree = with_changes()
    Cadre.objects.update(full_name="Người Được Đếm")

    page = visitor(user("u", at=tree.district)).get(URL, {"day": DAY}).content.decode()

    assert "Người Được Đếm" not in page


def test_the_minimum_is_the_offices():
    tree = with_changes()
    Limit.objects.create(name=Limit.Name.MINIMUM_TENURE_MONTHS, value=13)
    client = visitor(user("u", at=tree.district))
    tile = shown(client)["tiles"][1]

    assert (tile["label"], tile["count"]) == ("Under 13 months", "3 of 6 assignments")
    assert listed(client, tile["url"])[0] == 3


# --- Scope ---


def test_nothing_of_another_part_of_the_tree_is_counted():
    tree = with_changes()
    client = visitor(user("u", at=tree.an))
    before = without_token(client.get(URL, {"day": DAY}))

    foreign = agency("X", "Phòng Ngoại", at=tree.cam)
    assign(cadre("foreign", agency=foreign), tree.cam, first_day=date(2022, 1, 1))
    assign(cadre("gone", agency=foreign), tree.cam1, first_day=date(2021, 1, 1), last_day=date(2021, 12, 31))

    assert without_token(client.get(URL, {"day": DAY})) == before
    assert list(shown(client, within="CA")["form"].errors) == ["within"]
    assert list(shown(client, agency="X")["form"].errors) == ["agency"]
    assert listed(client, f"{LIST}?staff_of={foreign.pk}&state=all")[0] == 0


def test_an_agency_sees_the_tenure_of_its_staff_wherever_they_serve():
    tree = with_changes()
    head = user("head", of=Agency.objects.get(code="A"))
    context = shown(visitor(head))

    assert context["whole"].tenure.total == 3
    assert [(row["changed"].code, row["changed"].locality_visible) for row in context["rows"]] == [("AN-1", False)]
    found = [(number, url) for number, url in numbers(context) if url]
    client = visitor(head)
    assert [(listed(client, url.partition("#")[0])[0], url) for _number, url in found] == found
    assert Assignment.objects.visible_to(head).count() == 4
    assert tree.an1.get_absolute_url() not in client.get(URL, {"day": DAY}).content.decode()


def test_an_agency_out_of_reach_is_named_where_its_staff_are_seen_and_its_number_opens():
    tree = with_changes()
    client = visitor(user("u", at=tree.an1))
    (_tiers, (_heading, _first, agencies)) = shown(client)["groups"]

    (row,) = [row for row in agencies if row["row"].name == "Ban Mẫu"]
    assert (row["total"]["number"], listed(client, row["total"]["url"])[0]) == (1, 1)


def test_somebody_who_reaches_nothing_is_told_so():
    with_changes()
    response = visitor(user("nobody")).get(URL, {"day": DAY})

    assert "Nobody answers for a locality here on that day" in response.content.decode()


def test_an_empty_district_is_told_what_to_do_next():
    tree = small_tree()
    page = visitor(user("u", at=tree.district)).get(URL).content.decode()

    assert "Choose another day, or a larger part of the tree." in page


def test_today_is_meant_where_no_day_is_named():
    tree = with_changes()

    assert visitor(user("u", at=tree.an)).get(URL).context["day"] == today()


def test_the_tab_keeps_what_was_asked_for():
    tree = with_changes()
    (tab,) = [tab for tab in shown(visitor(user("u", at=tree.district)), within="AN")["tabs"] if tab["current"]]

    assert (tab["label"], tab["url"]) == ("Tenure", f"{URL}?within=AN&day=2022-05-09")


def test_cost_does_not_grow_with_the_rows(django_assert_num_queries):
    tree = small_tree()
    client = visitor(user("u", at=tree.district))
    places = [tree.an1, tree.an2, tree.binh1]
    client.get(URL, {"day": DAY})

    for number in (1, 2):
        for place in places[: 1 if number == 1 else 3]:
            office = agency(f"A{number}{place.code}", at=tree.district)
            assign(cadre(f"P{number}{place.code}", agency=office), place, first_day=date(2021, 1, 1))
            assign(cadre(f"Q{number}{place.code}", agency=office), place, last_day=date(2022, 3, 1))
        with django_assert_num_queries(16):
            client.get(URL, {"day": DAY})
