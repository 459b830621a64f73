"""Who changes a row and why, kept with its history; of rows that are written in bulk, too."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Model

from cadrenet.batches import chunks

NEW, CHANGED = "+", "~"


def sign_change(row: Model, *, by: Any = None, why: str = "") -> None:
    """Say who changes a row that is about to be saved, and why. Without ``by`` it is whoever is signed in."""
    signed: Any = row
    if by is not None:
        signed._history_user = by
    signed._change_reason = why


def save_changed(model: Any, rows: list[Any], names: Iterable[str]) -> None:
    """Save some columns of rows that were changed and signed, with their history: two queries, however many.

    What ``save`` of the model derives is for whoever calls this to set.
    """
    names = list(names)
    if len(rows) == 1:
        # A third of what bulk_update takes, which writes a condition for each row and column.
        values = {name: getattr(rows[0], model._meta.get_field(name).attname) for name in names}
        model._default_manager.filter(pk=rows[0].pk).update(**values)
    else:
        model._default_manager.bulk_update(rows, names)
    model.history.bulk_history_create(rows, update=True, default_change_reason="")


def remember(model: Any, keys: Iterable[int], change: str, *, user: Any, reason: str, when: datetime) -> None:
    """Write a row of history for each of these rows, as they stand in the database now.

    The database copies them by itself. To read them, build a second object of each and send that back took a third
    of a whole import.
    """
    history = model.history.model
    columns = ", ".join(connection.ops.quote_name(field.column) for field in history.tracked_fields)
    said = {
        "history_date": connection.ops.adapt_datetimefield_value(when),
        "history_type": change,
        "history_user_id": user.pk if user else None,
        "history_change_reason": reason,
    }
    with connection.cursor() as cursor:
        for some in chunks(keys):
            # Names of tables and columns only; values are parameters.
            statement = (
                f"INSERT INTO {connection.ops.quote_name(history._meta.db_table)} ({columns}, {', '.join(said)}) "  # noqa: S608
                f"SELECT {columns}, {', '.join(['%s'] * len(said))} "
                f"FROM {connection.ops.quote_name(model._meta.db_table)} "
                f"WHERE {connection.ops.quote_name(model._meta.pk.column)} IN ({', '.join(['%s'] * len(some))})"
            )
            cursor.execute(statement, [*said.values(), *some])


def changed_since(model: Any, keys: Iterable[Any], moment: datetime | None) -> dict[Any, datetime]:
    """Key -> when a row was last changed, of those that were changed after a moment; of None nothing is known."""
    found: dict[Any, datetime] = {}
    key = model._meta.pk.attname
    for some in chunks(keys if moment else ()):
        later = model.history.filter(**{f"{key}__in": some}, history_date__gt=moment).order_by()
        found |= dict(later.values_list(key).annotate(Max("history_date")))
    return found
