"""History of rows that were written in bulk."""

from django.db import connection

from reports.district.reference_data import chunks

NEW, CHANGED = "+", "~"


def remember(model, keys, change, *, user, reason, when):
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
