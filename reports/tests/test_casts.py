"""What ``built_once`` puts back is what the function builds, to the last column of every table."""

import pytest
import time_machine
from django.db import transaction
from django.utils import translation

from assignments.models import Cadre, Locality
from assignments.places import misplaced
from assignments.tests.cast import at, cadre, small_tree
from cadrenet.tests.built_once import built_once, models
from meetings.rosters import wrong_rosters
from meetings.tests.evening import TONIGHT, evening
from reports.tests.quarter import busy_quarter

pytestmark = pytest.mark.django_db


def undone(build, look):
    """What one sees after building; the database is then as before."""
    with transaction.atomic():
        seen = look(build())
        transaction.set_rollback(True)
    return seen


def every_row(_made):
    """Every row of every table, keys and moments included."""
    assert (misplaced(), wrong_rosters()) == ([], set())
    return {model.__name__: list(model._base_manager.order_by("pk").values_list()) for model in models()}


@pytest.mark.parametrize("cast", [small_tree, evening, busy_quarter])
def test_rows_that_are_put_back_are_those_that_were_built(cast):
    again = built_once(cast.__wrapped__)
    with time_machine.travel(at(TONIGHT), tick=False):
        before = every_row(None)
        built, put_back = undone(again, every_row), undone(again, every_row)

    assert before != built == put_back
    assert every_row(None) == before


@pytest.mark.parametrize("cast", [small_tree, evening, busy_quarter])
def test_what_is_returned_is_the_same_and_not_shared(cast):
    again = built_once(cast.__wrapped__)
    first, second, third = (undone(again, lambda made: made) for _ in range(3))

    assert vars(first) == vars(second) == vars(third)
    assert second is not third


def test_a_moment_of_the_building_is_the_moment_of_the_call():
    again = built_once(lambda: cadre("P1"))
    moments = []
    for hour in (9, 17):
        with time_machine.travel(at(TONIGHT, hour), tick=False):
            moments.append(undone(again, lambda made: made.history.get().history_date))

    assert moments == [at(TONIGHT, 9), at(TONIGHT, 17)]


def test_a_row_made_afterwards_has_a_key_of_its_own():
    again = built_once(lambda: cadre("P1"))
    undone(again, lambda made: made)

    first, second = again(), cadre("P2")

    assert sorted(Cadre.objects.values_list("code", "pk")) == [("P1", first.pk), ("P2", second.pk)]
    assert first.pk < second.pk


def test_where_the_function_could_do_otherwise_it_is_called():
    called = []
    again = built_once(lambda: called.append(Locality.objects.count()))

    def call(count):
        again()
        assert len(called) == count

    call(1)
    call(1)
    with translation.override("es"):
        call(2)
    with time_machine.travel(at(TONIGHT)):
        call(3)
    small_tree()
    call(4)
    call(4)


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_nothing_is_put_back():
    called = []
    again = built_once(lambda: called.append(1))

    again()
    again()

    assert called == [1, 1]
