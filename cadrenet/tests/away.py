"""A database that does not answer."""

from contextlib import contextmanager
from unittest.mock import patch

from django.db import OperationalError, connection


@contextmanager
def database_away():
    """As long as this is open, no connection is made and no query is answered."""
    kind = type(connection.copy())
    refuse = OperationalError("could not connect")
    with (
        patch.object(kind, "cursor", side_effect=refuse),
        patch.object(kind, "ensure_connection", side_effect=refuse),
    ):
        yield
