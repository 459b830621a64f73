"""Many districts out of one: every row of the database's single district again, with keys and codes of its own.

The copies are made inside the database, so that fifty districts take minutes and not hours. Localities and people
come district by district, as offices bring them in; what happened comes side by side, in the order of the first
district's days, as a calendar fills a server: one district's facts lie scattered over their tables.
"""

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

from cadrenet.codes import CodeField

# Types, rules, schemes and logins are shared by all districts; history is read by no figure.
BROUGHT_IN = [
    "assignments.Locality",
    "assignments.LocalityVersion",
    "assignments.Lineage",
    "assignments.Place",
    "assignments.Agency",
    "assignments.Cadre",
    "assignments.Assignment",
    "reports.PartyOrganisation",
]
HAPPENED = [
    "meetings.Meeting",
    "meetings.Attendance",
    "reports.Issue",
    "reports.Resource",
    "reports.QuarterlyReport",
    "reports.Rating",
]
COPIES = "(WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < %s) SELECT n FROM n) AS copies"


def copy_district(districts, *, progress=print):
    """Make as many districts of the database's one; the codes of the others begin with ``2-``, ``3-`` and so on."""
    brought_in = [apps.get_model(label) for label in BROUGHT_IN]
    happened = [apps.get_model(label) for label in HAPPENED]
    step = 1 + max(model.objects.aggregate(last=models.Max("pk"))["last"] or 0 for model in brought_in + happened)
    keys = dict.fromkeys(brought_in, f"{step} * (n - 1) + first.")
    keys |= dict.fromkeys(happened, f"{step} + n - 2 + {districts - 1} * first.")
    # Keys are moved by one rule, so what refers to a row of the same district still does; nothing is left to check.
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("PRAGMA cache_size = -1000000")
        for model in keys:
            table = connection.ops.quote_name(model._meta.db_table)
            names = [connection.ops.quote_name(field.column) for field in model._meta.concrete_fields]
            values = [value_of(field, keys) for field in model._meta.concrete_fields]
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} "  # noqa: S608
                f"FROM {table} AS first CROSS JOIN {COPIES} WHERE id < %s "
                f"ORDER BY {'n, id' if model in brought_in else 'id, n'}",
                [districts, step],
            )
            progress(f"{cursor.rowcount:>10} {model._meta.label}")
    tidy(keys)


def value_of(field, keys):
    """Return the SQL of a copied column: keys get a new number, codes a prefix, all else stays."""
    column = connection.ops.quote_name(field.column)
    model = field.model if field.primary_key else field.related_model
    if model in keys:
        return keys[model] + column
    if field.is_relation and field.name == "user":
        return "NULL"
    if isinstance(field, CodeField) and field.unique:
        return f"n || '-' || first.{column}"
    return f"first.{column}"


def tidy(copied):
    """Let the database know what it holds now, as it would on a server that has run for a day."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(copied)):
            cursor.execute(statement)
    settle()


def settle():
    """Do now what a database does by itself in time: count its rows, and note which pages all may see."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
