"""The rules of layout hold because a test holds them."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError
from simple_history.models import registered_models

from assignments.models import Locality, NightlyRun, Place, Receipt, Undo
from assignments.models.as_of import UndatedError
from assignments.scope import ScopedQuerySet
from meetings.models import Correction, SentEntry

LAYERS = ["cadrenet", "assignments", "meetings", "reports"]
# What joins everything together may know everything.
KNOWS_ALL = {"cadrenet/urls.py", "cadrenet/settings.py", "cadrenet/settings_for_tests.py"}


def modules(app):
    for path in Path(settings.BASE_DIR, app).rglob("*.py"):
        name = path.relative_to(settings.BASE_DIR).as_posix()
        if "/tests/" not in name and "/migrations/" not in name and name not in KNOWS_ALL:
            yield name, path


def imported_apps(path):
    """The project's packages that a module imports, wherever in the module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
    return found & set(LAYERS)


@pytest.mark.parametrize("app", LAYERS)
def test_apps_import_only_those_below(app):
    above = set(LAYERS[LAYERS.index(app) + 1 :])

    upwards = {name: found & above for name, path in modules(app) if (found := imported_apps(path)) & above}

    assert upwards == {}


# What the packages of ``reports`` build on; what joins all of them together: addresses, the start page, commands.
BELOW_PACKAGES = {"models", "figures", "forms", "filters", "history", "privacy", "tables", "apps", "initial_data"}
ABOVE_PACKAGES = {"urls", "start_urls", "home", "admin", "management"}


def imported_modules(path):
    """The dotted names of all that a module imports, wherever in it, names of modules among them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_a_package_of_reports_knows_no_other():
    """It imports the figures, the models and what several share, and is imported by what joins all together."""
    sideways = set()
    for name, path in modules("reports"):
        own = name.removesuffix(".py").split("/")[1]
        if own in ABOVE_PACKAGES:
            continue
        # The demo is written as the files that an office imports; figures and models know only themselves.
        below = BELOW_PACKAGES | {own} | ({"district"} if own == "demo" else set())
        below = {"models", own} if own in ("models", "figures") else below
        for module in imported_modules(path):
            if module.startswith("reports.") and module.split(".")[1] not in below:
                sideways.add(f"{name}: {module}")
    assert sideways == set()


def test_views_ask_for_rows_only_through_scope():
    """``Model.objects`` in a view is followed by ``visible_to`` or ``editable_by`` in the same expression.

    Or by ``employed_by`` or ``changeable_by``, which narrow the second. Or by ``counted_in``: what a figure counts in
    the part of the tree that a reader reaches. Or by ``known_by``: a token in the address is the only credential.
    """
    allowed = {"visible_to", "editable_by", "employed_by", "changeable_by", "counted_in", "known_by"}
    offenders = []
    for app in LAYERS:
        for name, path in modules(app):
            if "views" not in name and name not in ("reports/home.py", "reports/search.py"):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
            for node in ast.walk(tree):
                if not (isinstance(node, ast.Attribute) and node.attr == "objects"):
                    continue
                called, step = set(), node
                while isinstance(parents.get(step), ast.Attribute | ast.Call):
                    step = parents[step]
                    if isinstance(step, ast.Attribute):
                        called.add(step.attr)
                if not called & allowed:
                    offenders.append(f"{name}:{node.lineno}")
    assert offenders == []


@pytest.mark.django_db
def test_a_union_without_an_order_of_its_own_is_refused():
    """The later Django refuses it; with an earlier one conftest.py does, wherever a test comes by."""
    first, second = (Place.objects.order_by().values_list("path") for _ in range(2))

    with pytest.raises(DatabaseError, match="ORDER BY term does not match any column"):
        list(first.union(second))
    assert list(first.union(second).order_by()) == []


def test_queries_are_prepared_only_in_modules_named_queries():
    """How a query is put together stays with the query: what calls it passes users, places and days."""
    elsewhere = {
        name
        for app in LAYERS
        for name, path in modules(app)
        if not name.endswith("/queries.py")
        and any(module.startswith("cadrenet.prepared") for module in imported_modules(path))
    }
    assert elsewhere == set()


def project_models():
    from django.apps import apps

    # What is not managed is a view: nobody writes it, and it is read where the reach of a login is made of it.
    return [model for app in LAYERS[1:] for model in apps.get_app_config(app).get_models() if model._meta.managed]


def test_every_model_keeps_its_history():
    """Who changed what, and when. Places are derived, and what derives them keeps its own.

    Receipts, entries of phones, nightly runs, corrections and what an undo restores are never changed: they are
    traces themselves.
    """
    kept = set(registered_models.values())
    without = [
        model for model in project_models() if model not in kept and not model.__name__.startswith("Historical")
    ]
    assert without == [Place, NightlyRun, Receipt, Undo, Correction, SentEntry]


# Rows that belong to no locality: the same for everybody, changed in the administration only. Receipts belong to a
# login, and what an undo restores is asked for by the assignment alone.
SHARED = {
    "Receipt",
    "SentEntry",
    # Known to its login by itself, and to a calendar by its token.
    "CalendarFeed",
    "Undo",
    # Seen by whoever made it, and by superusers.
    "Erasure",
    "LocalityType",
    "CoverageRule",
    "HolderRule",
    "Term",
    "Limit",
    "ExpectationRule",
    "RestrictedDay",
    "Holiday",
    "RatingScheme",
    "RatingLevel",
    "User",
}


def test_every_model_with_rows_of_localities_can_be_scoped():
    unscoped = {
        model.__name__
        for model in project_models()
        if not model.__name__.startswith("Historical")
        and not issubclass(model._default_manager._queryset_class, ScopedQuerySet)
    }
    assert unscoped == SHARED


def statements_in_order(path):
    """Each two statements of a module that follow each other, at whatever depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            if isinstance(block, list):
                yield from pairwise(block)


def acts(statement):
    """Whether a statement is a click or a key by itself, and waits for nothing."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("click", "press")


def test_a_journey_waits_for_what_a_click_brings_before_it_looks():
    """On a busy machine the page of before still stands there: wait after it, or click in ``expect_navigation``."""
    hasty = [
        f"{path.name}:{then.lineno}"
        for app in LAYERS
        for path in Path(settings.BASE_DIR, app, "tests").glob("test_browser*.py")
        for statement, then in statements_in_order(path)
        if acts(statement) and isinstance(then, ast.Assert | ast.Assign)
    ]
    assert hasty == []


# How the tree was asked before it was asked by day: where a locality stands "last", be it in the future.
UNDATED = re.compile(r"(?<![\w.])latest__|\.latest\b|__latest\b|with_latest|latest_id")


def test_nobody_asks_where_a_locality_stands_last():
    """What one is called and where it lies is a matter of the day: ``as_of(day)``, or a fact's own ``place``."""
    assert [
        field.name for field in Locality._meta.get_fields() if field.related_model is Place and field.concrete
    ] == []
    with pytest.raises(UndatedError):
        _ = Locality(code="AN").name

    asking = {
        str(path.relative_to(settings.BASE_DIR))
        for folder in (*LAYERS, "templates")
        for path in Path(settings.BASE_DIR, folder).rglob("*.*")
        if path.suffix in (".py", ".html")
        and not {"migrations", "tests", "demo"} & set(path.parts)
        and UNDATED.search(path.read_text("utf-8"))
    }
    assert asking == set()
