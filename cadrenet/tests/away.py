"""A database that does not answer."""

from contextlib import contextmanager
from unittest.mock import patch

from django.db import OperationalError, connection


@contextmanager
def database_away():
    """As long as this is open, no connection is made and no query is answered."""
    kind = type(connection.copy())
    with patch.object(kind, "cursor", refuse), patch.object(kind, "ensure_connection", refuse):
        yield


def refuse(*args, **kwargs):
    # A new one each time: an error that is raised again keeps all frames of before, and takes ever longer to log.
    raise OperationalError("could not connect")
