"""What is answered when something went wrong: pages that ask neither the database nor the session."""

import sys
from sqlite3 import SQLITE_ERROR

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

from cadrenet import logs

# Seconds after which whoever asked may ask again.
RETRY_AFTER = 30


def server_error(request):
    """Answer what nobody expected; and what the database did not answer, as that."""
    return unavailable() if is_away(sys.exc_info()[1]) else _page("500.html", 500)


def is_away(error) -> bool:
    """Whether the database is down, or did not answer within the time that a page may take."""
    return isinstance(error, OperationalError | InterfaceError) and not _is_mistaken(error)


def _is_mistaken(error) -> bool:
    """Whether SQLite does not understand the query, which it tells as the same kind of error; a fault of the site."""
    return "no such" in str(error) or getattr(error.__cause__, "sqlite_errorcode", None) == SQLITE_ERROR


def unavailable():
    response = _page("503.html", 503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _page(template, status):
    return HttpResponse(render_to_string(template, {"request_id": logs.request_id()}), status=status)
