"""How long a page waits for the database: one stuck query, or one lock, must not hold all processes of a server.

Switched on where pages are served (``wsgi.py``) and nowhere else: a command, a migration or an import takes as long
as it takes. With SQLite one waits for the one writer as long as ``timeout`` in the settings says.
"""

from django.conf import settings
from django.db.backends.signals import connection_created


def limit_pages():
    """Bound each statement of the connections that this process opens from now on."""
    connection_created.connect(_limit, dispatch_uid="page timeouts")


def _limit(connection, **kwargs):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false)",
                [f"{settings.PAGE_STATEMENT_SECONDS}s", f"{settings.PAGE_LOCK_SECONDS}s"],
            )
