"""A cast with which many tests begin is built by its function once; after that its rows are only put back.

Building goes the way of the project's own code, one history row and one roster at a time, and is most of what a short
test costs. What it left in the database is always the same, so it is read off once in each process.
"""

import functools
import pickle
from datetime import datetime

from django.apps import apps
from django.db import connection
from django.db.models import AutoField
from django.utils import timezone, translation

from cadrenet.periods import today


def built_once(build):
    """Decorate a function without arguments that adds rows and returns what holds them, and does nothing else.

    Its rows come back with the keys they had, and a moment of the building is the moment of the call. That is done
    only where the function would do the same again: in the same database as the first time, on the same day, in the
    same language, and in a transaction that is rolled back. Anywhere else it is called.
    """
    kept = {}

    @functools.wraps(build)
    def built():
        if not connection.in_atomic_block:
            return build()
        before = last_keys()
        occasion = (tuple(before.values()), today(), translation.get_language())
        if occasion not in kept:
            start = timezone.now()
            result = build()
            kept[occasion] = (Rows(before, start, timezone.now()), pickle.dumps(result))
            return result
        rows, result = kept[occasion]
        rows.put_back()
        return pickle.loads(result)

    return built


@functools.cache
def models():
    """Every model with a table of its own whose keys are counted up; sessions have others, and are in no cast."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and isinstance(model._meta.pk, AutoField)
    ]


@functools.cache
def reading_last_keys():
    quote = connection.ops.quote_name
    keys = (
        f"(SELECT MAX({quote(model._meta.pk.column)}) FROM {quote(model._meta.db_table)})"  # noqa: S608
        for model in models()
    )
    return f"SELECT {', '.join(keys)}"


def last_keys():
    """The highest key of every model, None where there is no row: as long as these are the same, so are the rows."""
    with connection.cursor() as cursor:
        cursor.execute(reading_last_keys())
        return dict(zip(models(), cursor.fetchone(), strict=True))


class Rows:
    """The rows that were added after the last keys, in an order in which they can be added again."""

    def __init__(self, before, start, end):
        self.by_model = {}
        self.moments = []
        for model, last in last_keys().items():
            if last != before[model]:
                added = model._base_manager.filter(pk__gt=before[model] or 0).order_by("pk")
                self.by_model[model] = list(added)
        for row in (row for rows in self.by_model.values() for row in rows):
            for name, value in vars(row).items():
                if isinstance(value, datetime) and start <= value <= end:
                    self.moments.append((row, name))

    def put_back(self):
        now = timezone.now()
        for row, name in self.moments:
            setattr(row, name, now)
        for model, rows in self.by_model.items():
            model._base_manager.bulk_create(rows)
