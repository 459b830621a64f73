"""A prepared query says what Django says of the same values, and is put together once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Count, F, Q, Value, Window

from assignments.actions import localities_changed
from assignments.models import Assignment, Cadre, Limit, Locality, LocalityVersion, Place
from assignments.tests.cast import agency, assign, cadre, small_tree, version
from cadrenet import prepared as module
from cadrenet.prepared import Constant, Param, prepared
from reports.models import PartyOrganisation, Rating, RatingScheme

pytestmark = pytest.mark.django_db

DAY = date(2022, 5, 9)


def asked(function):
    """Decorate as ``prepared``, and count how often the query is put together."""
    calls = []

    def counted(*args):
        calls.append(args)
        return function(*args)

    ask = prepared(counted)
    ask.calls = calls
    return ask


@pytest.fixture
def refusals(monkeypatch):
    """The names of functions that were found to use their values otherwise than given."""
    found = []
    monkeypatch.setattr("cadrenet.prepared.log.error", lambda _message, _module, name: found.append(name))
    return found


def test_other_values_are_asked_without_putting_the_query_together_again():
    tree = small_tree()

    @asked
    def below(commune, day):
        return Place.objects.on(day).filter(commune=commune).exclude(locality=commune).order_by("locality__code")

    assert [str(place) for place in below(tree.an.pk, DAY)] == ["Khu phố 1", "Tổ số 1", "Tổ số 2", "Ấp 2"]
    # Once with stand-ins, and once with the values themselves, to compare.
    assert len(below.calls) == 2
    LocalityVersion.objects.filter(locality=tree.an1).update(last_day=date(2022, 12, 31))
    version(tree.an1, "Khu phố 1", tree.cam, first_day=date(2023, 1, 1))
    localities_changed()
    for commune in (tree.cam, tree.an, tree.cam):
        for day in (DAY, date(2023, 1, 1)):
            places = (
                Place.objects.on(day).filter(commune=commune).exclude(locality=commune).order_by("locality__code")
            )
            assert below(commune.pk, day) == list(places) != []
    assert len(below.calls) == 2


def test_rows_of_every_kind_come_as_from_django():
    tree = small_tree()
    holder = cadre("P1", "Lê Thị Ánh", agency=agency("A1", at=tree.district))
    assign(holder, tree.an1, first_day=date(2022, 1, 1))
    kinds = {
        "models": lambda rows: rows.select_related("cadre__user").as_of(date(2022, 1, 1)),
        "dicts": lambda rows: rows.values("cadre", "locality__code"),
        "tuples": lambda rows: rows.values_list("cadre__full_name", "first_day"),
        "flat": lambda rows: rows.values_list("pk", flat=True),
        "named": lambda rows: rows.values_list("pk", "first_day", named=True),
        "grouped": lambda rows: rows.values_list("role").annotate(n=Count("cadre", distinct=True)),
        "windows": lambda rows: rows.annotate(all=Window(Count("pk"))).values_list("all", "role"),
        "slice": lambda rows: rows.order_by("pk")[:1],
        "union": lambda rows: (
            rows.values_list("pk", "role").union(rows.values_list("pk", Value("x")), all=True).order_by()
        ),
    }
    for name, kind in kinds.items():

        @prepared
        def found(key, day, kind=kind):
            return kind(Assignment.objects.on(day).filter(cadre=key).order_by())

        plain = list(kind(Assignment.objects.on(DAY).filter(cadre=holder).order_by()))
        assert found(holder.pk, DAY) == plain, name
        assert found(holder.pk, DAY) == plain, name
        assert plain, name

    @prepared
    def related(key):
        return Assignment.objects.filter(cadre=key).select_related("cadre__user")

    (row,) = related(holder.pk)
    assert "user" in row.cadre._state.fields_cache


def test_texts_sets_and_dataclasses_are_arguments():
    tree = small_tree()

    @dataclass(frozen=True)
    class Part:
        tiers: tuple
        keys: frozenset

    @asked
    def found(part, code, limit):
        rows = Locality.objects.filter(Q(pk__in=sorted(part.keys)) | Q(code=code), tier__in=part.tiers)
        return rows.order_by("code").values_list("code", flat=True)[: limit.value]

    tiers = ("commune", "hamlet")
    assert found(Part(tiers, frozenset({tree.cam.pk, tree.an.pk})), Param("AN-1"), Constant(9)) == [
        "AN",
        "AN-1",
        "CA",
    ]
    assert found(Part(tiers, frozenset({tree.an2.pk, tree.an.pk})), Param("CA"), Constant(9)) == ["AN", "AN-2", "CA"]
    assert found(Part(tiers, frozenset({tree.an2.pk, tree.an.pk})), Param("none"), Constant(9)) == ["AN", "AN-2"]
    assert len(found.calls) == 2
    # Another limit, fewer keys, other tiers and the same value twice are queries of their own.
    assert found(Part(tiers, frozenset({tree.cam.pk, tree.an.pk})), Param("AN-1"), Constant(1)) == ["AN"]
    assert found(Part(tiers, frozenset({tree.an.pk})), Param("CA"), Constant(9)) == ["AN", "CA"]
    assert found(Part(("commune",), frozenset({tree.cam.pk, tree.an1.pk})), Param("AN-1"), Constant(9)) == ["CA"]
    assert len(found.calls) == 8


def test_which_days_are_equal_or_come_first_may_decide_about_the_query():
    small_tree()

    @asked
    def stood(first_day, last_day):
        if first_day > last_day:
            return Place.objects.none()
        days = {"first_day": first_day} if first_day == last_day else {"first_day__range": (first_day, last_day)}
        return Place.objects.filter(**days)

    early, late = date(1, 1, 1), date(2022, 1, 1)
    assert len(stood(early, late)) == Place.objects.count() > 0
    assert stood(late, early) == []
    assert stood(late, late) == []
    assert len(stood(early, early)) == Place.objects.filter(first_day=early).count() > 0


def test_what_has_no_rows_asks_nothing(django_assert_num_queries):
    @prepared
    def found(keys):
        return Locality.objects.filter(pk__in=sorted(keys))

    with django_assert_num_queries(0):
        assert found(frozenset()) == []


# --- Values used otherwise than given ---------------------------------------------------------------------------


def test_what_is_reckoned_from_a_day_is_found_out_and_right_all_the_same(refusals):
    assign(cadre("P1"), small_tree().an1, first_day=date(2022, 1, 1), last_day=date(2022, 3, 31))

    @prepared
    def ended_before(day):
        return Assignment.objects.filter(last_day=day - timedelta(days=1))

    assert len(ended_before(date(2022, 4, 1))) == 1
    assert ended_before(date(2022, 4, 2)) == []
    assert [name.rpartition(".")[2] for name in refusals] == ["ended_before"]


def test_a_number_that_decides_about_the_query_is_found_out_and_right_all_the_same(refusals):
    tree = small_tree()

    @prepared
    def first_places(commune, number):
        return Place.objects.filter(commune=commune).order_by("pk")[:number]

    @prepared
    def few(number):
        return Place.objects.all() if number <= 1 else Place.objects.none()

    assert len(first_places(tree.an.pk, 2)) == 2
    assert len(first_places(tree.an.pk, 3)) == 3
    assert len(few(1)) == Place.objects.count()
    assert few(2) == []
    assert [name.rpartition(".")[2] for name in refusals] == ["first_places", "few"]


def test_a_stand_in_that_a_column_cannot_hold_changes_no_answer(refusals):
    @prepared
    def of_year(year):
        return Rating.objects.filter(year__lte=year)

    place = small_tree().an
    organisation = PartyOrganisation.objects.create(code="O", kind="commune_committee", locality=place)
    level = RatingScheme.of_year(2022).levels.first()
    rating = Rating.objects.create(organisation=organisation, year=2021, level=level)
    assert of_year(2022) == [rating]
    assert of_year(2020) == []
    # PostgreSQL has years of two bytes, and Django leaves a condition out that is always true.
    assert len(refusals) == (connection.vendor == "postgresql")


def test_a_rule_of_the_database_that_a_query_depends_on_is_found_out(refusals):
    Limit.objects.create(name="small_agency", value=3)

    @prepared
    def by_rule(day):
        value = Limit.objects.on(day).filter(name="small_agency", first_day=None).values_list("value", flat=True)
        day = day if list(value) and day.year > 2000 else date(2000, 1, 1)
        return Assignment.objects.filter(first_day__gt=day)

    by_rule(DAY)
    assert len(refusals) == 1


def test_the_suite_fails_where_a_query_is_refused():
    @prepared
    def ended_before(day):
        return Assignment.objects.filter(last_day=day - timedelta(days=1))

    with pytest.raises(AssertionError, match="ended_before uses its values otherwise than given"):
        ended_before(DAY)


@pytest.mark.parametrize("argument", [datetime(2022, 5, 9, tzinfo=UTC), 1.5, [1], {"a": 1}, object()])
def test_other_arguments_are_refused_at_once(argument):
    @prepared
    def found(argument):
        return Cadre.objects.filter(pk=argument)

    with pytest.raises(TypeError, match="is not an argument of a prepared query"):
        found(argument)


def test_the_shapes_asked_for_last_are_kept(monkeypatch):
    monkeypatch.setattr(module, "SHAPES_KEPT", 2)
    small_tree()

    @asked
    def found(name):
        return Place.objects.filter(name=name).annotate(again=F("name"))

    for name in ("Khu phố 1", "Ấp 2", "Khu phố 1", "Tổ số 1", "Khu phố 1", "Tổ số 1"):
        assert {place.again for place in found(name)} == {name}
    # Three were put together, each twice, as the first call compares; then the one that had waited longest went.
    assert len(found.calls) == 6
    found("Ấp 2")
    assert len(found.calls) == 8
