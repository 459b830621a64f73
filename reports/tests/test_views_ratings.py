"""Annual ratings: from counts, with the list behind each number, and a sentence to take over into a report."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.utils import translation

from assignments.actions import localities_changed
from assignments.tests.cast import at, locality, small_tree, user, version
from reports.figures.ratings import annual_ratings, caps, rated_within
from reports.models import PartyOrganisation, Rating, RatingScheme
from reports.ratings.forms import RatingsForm
from reports.tests.quarter import TODAY, organisation, rated_year, rating
from reports.tests.visits import file_body, listed, visitor

pytestmark = pytest.mark.django_db

ADDRESS = "/reports/ratings/"


@pytest.fixture(autouse=True)
def _on_the_tenth_of_january():
    with time_machine.travel(at(TODAY), tick=False), translation.override("en"):
        yield


def rate_many(tree, kind, year=2022, **levels):
    """So many organisations of a kind at each level, all in one place."""
    of = tree.an if kind == "commune_committee" else tree.an1
    for level, number in levels.items():
        for index in range(number):
            rating(organisation(kind, of, code=f"{kind}-{level}-{index}"), year, level)


def page(who, **query):
    response = visitor(who).get(ADDRESS, query)
    assert response.status_code == 200
    return response


def numbers(response):
    return [(row["number"], str(row["percent"])) for row in response.context["rows"]]


def office(tree):
    return user("office", at=tree.district)


def test_the_reference_figures_of_the_communes():
    tree = small_tree()
    rate_many(tree, "commune_committee", excellent=3, good=15, completed=2, not_completed=1)

    response = page(office(tree), year=2022, kind="commune_committee")

    assert numbers(response) == [(18, "85.71"), (3, "14.29"), (15, "71.43"), (2, "9.52"), (1, "4.76")]
    assert response.context["rounding"] == "85.71 + 9.52 + 4.76 = 99.99"
    assert response.context["sentence"] == (
        "18/21 party committees of communes and towns completed their tasks well or better (85.71%); "
        "2/21 completed their tasks (9.52%); 1/21 did not complete their tasks (4.76%)."
    )
    assert response.context["sentence"] in response.content.decode()


def test_the_reference_figures_of_the_cells_without_decimals():
    tree = small_tree()
    rate_many(tree, "cell", excellent=18, good=92, completed=7)
    reader = office(tree)

    response = page(reader, year=2022, kind="cell", places=0)

    assert numbers(response) == [(110, "94"), (18, "15"), (92, "79"), (7, "6"), (0, "0")]
    assert response.context["rounding"] == ""
    assert response.context["sentence"] == (
        "110/117 party cells of hamlets and neighbourhoods completed their tasks well or better (94%); "
        "7/117 completed their tasks (6%); 0/117 did not complete their tasks (0%)."
    )
    assert numbers(page(reader, year=2022, kind="cell"))[:1] == [(110, "94.02")]


def test_the_file_has_the_columns_and_rows_of_the_command():
    tree = small_tree()
    rate_many(tree, "commune_committee", excellent=3, good=15, completed=2, not_completed=1, not_rated=2)

    response = visitor(office(tree)).get(ADDRESS, {"year": 2022, "kind": "commune_committee", "format": "csv"})

    assert response["Content-Disposition"] == 'attachment; filename="annual-ratings_2022_commune_committee.csv"'
    assert file_body(response).removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").split("\r\n") == [
        "kind,year,level,count,total,percent",
        "commune_committee,2022,good_or_better,18,21,85.71",
        "commune_committee,2022,excellent,3,21,14.29",
        "commune_committee,2022,good,15,21,71.43",
        "commune_committee,2022,completed,2,21,9.52",
        "commune_committee,2022,not_completed,1,21,4.76",
        "commune_committee,2022,not_rated,2,,",
        "",
    ]


def test_every_number_opens_the_organisations_behind_it():
    tree = small_tree()
    rate_many(tree, "commune_committee", excellent=3, good=15, completed=2, not_completed=1, not_rated=2)
    client = visitor(office(tree))

    context = client.get(ADDRESS).context

    for row in context["rows"]:
        assert listed(client, row["url"])[0] == row["number"]
    assert listed(client, context["rated_url"])[0] == 21
    assert listed(client, context["unrated_url"])[0] == context["unrated"] == 2
    assert [listed(client, tile["url"])[0] for tile in context["tiles"]] == [18, 2, 1, 2]


def test_years_stand_side_by_side_with_the_change_in_points():
    tree = small_tree()
    rated_year(tree)

    context = page(office(tree), kind="commune_committee").context

    assert context["year"] == 2022
    assert [(row["year"], row["total"], row["change"]) for row in context["several_years"]] == [
        (2022, 3, Decimal("16.67")),
        (2021, 2, None),
    ]
    assert [tile["change_text"].replace("\N{NO-BREAK SPACE}", " ") for tile in context["tiles"][:3]] == [
        "+16.67 pp",
        "−16.67 pp",
        "±0.00 pp",
    ]


def test_the_cap_is_rounded_down_and_only_a_reminder():
    tree = small_tree()
    rate_many(tree, "commune_committee", excellent=4, good=14, completed=3)

    response = page(office(tree), year=2022, kind="commune_committee")

    cap = response.context["caps"]["one"]
    assert (cap.excellent, cap.base, str(cap.share), cap.allowed, cap.left) == (4, 18, "3.6", 3, -1)
    assert "above the cap" in response.content.decode()


def test_the_cap_may_count_the_good_only():
    tree = small_tree()
    RatingScheme.objects.update(excellent_cap_base="good_only")
    rate_many(tree, "commune_committee", excellent=3, good=15)

    cap = page(office(tree), year=2022, kind="commune_committee").context["caps"]["one"]

    assert (cap.base, cap.allowed, cap.left) == (15, 3, 0)


def test_cells_are_capped_within_their_commune():
    tree = small_tree()
    for number, (of, level) in enumerate(
        [(tree.an1, "excellent"), (tree.an2, "good"), (tree.cam1, "good"), (tree.binh1, "completed")]
    ):
        rating(organisation("cell", of, code=f"O{number}"), 2022, level)

    found = caps(Rating.objects.all(), PartyOrganisation.Kind.CELL, 2022, RatingScheme.of_year(2022))

    assert {(cap.commune, cap.excellent, cap.base, cap.allowed) for cap in found} == {
        (tree.an.pk, 1, 2, 0),
        (tree.binh.pk, 0, 0, 0),
        (tree.cam.pk, 0, 1, 0),
    }
    shown = page(office(tree), year=2022, kind="cell").context["caps"]
    assert [(row["name"], row["cap"].excellent) for row in shown["over"]] == [("Thị trấn An", 1)]


def test_no_cap_is_shown_where_there_is_none():
    tree = small_tree()
    RatingScheme.objects.update(excellent_cap_percent=0)
    rate_many(tree, "commune_committee", excellent=3)

    assert page(office(tree), year=2022).context["caps"] is None


def test_an_organisation_counts_where_it_stood_at_the_end_of_the_year():
    tree = small_tree()
    mine = tree.an2.versions.get()
    mine.last_day = date(2022, 12, 31)
    mine.save()
    version(tree.an2, "Ấp 2", tree.cam, first_day=date(2023, 1, 1))
    localities_changed()
    cell = organisation("cell", tree.an2)
    for year in (2022, 2023):
        rating(cell, year, "good")

    ratings = Rating.objects.all()

    assert [found.year for found in rated_within(ratings, tree.north)] == [2022]
    assert [found.year for found in rated_within(ratings, tree.south)] == [2023]


def test_a_reader_counts_only_what_lies_in_reach():
    tree = small_tree()
    rated = rated_year(tree)
    north = user("north", at=tree.north)

    response = page(north, year=2022, kind="commune_committee")

    assert numbers(response)[0] == (1, "50.00")
    names = [row.organisation.pk for row in listed(visitor(north), "/reports/ratings/organisations/")[1]]
    assert rated.committees[2].pk not in names
    assert len(names) == 6
    assert visitor(north).get(f"/organisations/{rated.committees[2].pk}/").status_code == 404
    assert "Cẩm" not in response.content.decode()


def test_organisations_stand_with_their_chain():
    tree = small_tree()
    rated_year(tree)

    rows = visitor(office(tree)).get("/reports/ratings/organisations/", {"year": 2022, "kind": "cell"})

    assert [(row.organisation.name, row.organisation.locality.place.path) for row in rows.context["object_list"]] == [
        ("Party cell of Khu phố 1", "Huyện Mẫu › Nhóm Bắc › Thị trấn An"),
        ("Party cell of Ấp 2", "Huyện Mẫu › Nhóm Bắc › Thị trấn An"),
        ("Party cell of Ấp 1", "Huyện Mẫu › Nhóm Nam › Xã Cẩm"),
    ]


def test_an_organisation_shows_its_years():
    tree = small_tree()
    rated = rated_year(tree)

    response = visitor(office(tree)).get(f"/organisations/{rated.committees[0].pk}/")

    assert [(row.year, row.level.code) for row in response.context["ratings"]] == [
        (2022, "good"),
        (2021, "completed"),
    ]
    assert [step["label"] for step in response.context["chain"]] == ["Huyện Mẫu", "Nhóm Bắc", "Thị trấn An"]


def test_a_year_without_ratings_has_no_sentence_and_no_percentages():
    tree = small_tree()

    rows = annual_ratings(Rating.objects.all(), "cell", 2020)
    response = page(office(tree), year=2020, kind="cell")

    assert [(row.count, row.total, row.percent) for row in rows] == [(0, 0, None)] * 5 + [(0, None, None)]
    assert response.context["sentence"] == ""
    assert "Nothing was rated in 2020" in response.content.decode()


@pytest.mark.parametrize("query", [{"year": "soon"}, {"kind": "club"}, {"places": "7"}, {"year": "99999"}])
def test_a_question_without_sense_is_an_error_and_no_rows(query):
    tree = small_tree()

    response = page(office(tree), **query)

    assert list(response.context["form"].errors) == list(query)
    assert "rows" not in response.context


def test_the_latest_year_is_asked_for_by_itself():
    form = RatingsForm({}, years={"commune_committee": {2022: [], 2021: []}, "cell": {}}, day=TODAY)

    assert form.is_valid()
    assert form.cleaned_data == {"year": 2022, "kind": "commune_committee", "places": 2}


@pytest.mark.parametrize("more", [1, 3])
def test_query_count_does_not_grow(more, django_assert_num_queries):
    tree = small_tree()
    rated_year(tree)
    for number in range(more):
        of = locality(f"H{number}", "hamlet", f"Ấp {number}", tree.binh)
        localities_changed()
        rating(organisation("cell", of), 2022, "excellent")
    client = visitor(office(tree))
    client.get(ADDRESS)

    with django_assert_num_queries(9):
        client.get(ADDRESS, {"kind": "cell"})
    with django_assert_num_queries(7):
        client.get("/reports/ratings/organisations/", {"kind": "cell"})
