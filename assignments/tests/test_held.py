"""What each login holds is told by a view: its rows are what the models say, on each day."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from assignments.migrations._held import while_held_is_away
from assignments.models import AccessGrant, Acting, Assignment, Cadre, Held, User
from assignments.tests.cast import agency, assign, cadre, small_tree, user
from cadrenet.tests.built_once import built_once

DAY = date(2022, 5, 9)
DAYS = [date(2021, 12, 31), date(2022, 1, 1), DAY, date(2022, 6, 30), date(2022, 7, 1), date(2022, 12, 31)]


def as_the_models_say(day):
    """Login, level, agency, cadre, tier and locality of all that is held on a day."""
    for grant in AccessGrant.objects.on(day).select_related("locality"):
        tier = grant.locality.tier if grant.locality else None
        yield grant.user_id, grant.level, grant.agency_id, None, tier, grant.locality_id
    for person in Cadre.objects.exclude(user=None):
        yield person.user_id, "", None, person.pk, None, None
        own = [("", row) for row in Assignment.objects.on(day).filter(cadre=person)]
        absent = Acting.objects.on(day).filter(cadre=person).values("absent")
        others = [(Held.ACTING, row) for row in Assignment.objects.on(day).filter(cadre__in=absent)]
        for level, row in own + others:
            yield person.user_id, level, None, row.cadre_id, row.locality.tier, row.locality_id


@pytest.fixture
@built_once
def everything_held():
    """Grants on localities and an agency, assignments with and without ends, and acting on some of their days."""
    tree = small_tree()
    home = agency("A1", at=tree.district)
    user("editor", at=tree.an, level="editor")
    AccessGrant.objects.create(user=User.objects.create_user("head"), agency=home, level="viewer")
    AccessGrant.objects.create(
        user=User.objects.create_user("clerk"), agency=home, level="recorder", last_day=date(2022, 6, 30)
    )
    logins = [User.objects.create_user(name) for name in ("first", "second", "idle")]
    people = [cadre(f"P{number}", agency=home, user=login) for number, login in enumerate(logins)]
    nobody = cadre("P9", agency=home)
    assign(people[0], tree.an1, first_day=date(2022, 1, 1))
    assign(people[0], tree.an2, last_day=date(2022, 6, 30))
    assign(people[1], tree.cam1, first_day=date(2022, 7, 1), last_day=date(2022, 12, 31))
    assign(nobody, tree.binh1, last_day=DAY)
    for absent in (people[1], nobody):
        Acting.objects.create(cadre=people[0], absent=absent, first_day=date(2022, 1, 1), last_day=date(2022, 7, 1))
    Acting.objects.create(cadre=people[2], absent=people[0], first_day=DAY, last_day=date(2022, 6, 30))


@pytest.mark.django_db
@pytest.mark.usefixtures("everything_held")
@pytest.mark.parametrize("day", DAYS + [day + timedelta(days=1) for day in DAYS])
def test_the_rows_of_a_day_are_what_the_models_say(day):
    held = Held.objects.on(day).values_list("user", "level", "agency", "cadre", "tier", "locality")

    assert sorted(held, key=repr) == sorted(as_the_models_say(day), key=repr) != []


@pytest.mark.django_db
@pytest.mark.usefixtures("everything_held")
def test_every_row_says_where_it_comes_from():
    sources = list(Held.objects.values_list("source", flat=True))

    assert len(sources) == len(set(sources))
    assert {source.split()[0] for source in sources} == {"grant", "cadre", "assignment", "acting"}


@pytest.mark.django_db(transaction=True)
def test_the_tables_behind_the_view_change_while_it_is_away():
    """Each of them is altered and altered back, as a later migration would."""
    tables = {"accessgrant": "level", "acting": "decision_number", "assignment": "role", "locality": "code"}
    state = ProjectState.from_apps(apps)
    for model, name in tables.items():
        field = state.models["assignments", model].fields[name]
        wider = models.CharField(max_length=field.max_length + 1, default="")
        for change in (wider, field):
            for operation in while_held_is_away(migrations.AlterField(model, name, change)):
                after = state.clone()
                operation.state_forwards("assignments", after)
                with connection.schema_editor() as editor:
                    operation.database_forwards("assignments", editor, state, after)
                state = after
    assert Held.objects.count() == 0
