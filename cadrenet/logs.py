"""What the server writes down: one line of JSON for each request and each event worth one, in the office's time.

A line names a request by its route and never by its address: an address may hold a token, or what somebody searched
for. Who did it, and in which request, stands in every line. Django's own ``logging`` carries it all; a library for it
would load for as long as a whole command takes.
"""

import json
import logging
from contextvars import ContextVar
from datetime import datetime
from traceback import extract_tb
from types import MappingProxyType

from django.conf import settings
from django.core.cache import caches
from django.core.mail import mail_admins
from django.utils import timezone

# What is said of the request that is being answered; nothing in a command.
_context = ContextVar("log_context", default=MappingProxyType({}))
# What each record of Python's has by itself, and what a line begins with; whatever else it has was said on purpose.
_BY_ITSELF = {*vars(logging.makeLogRecord({})), "message", "asctime", "request", "at", "level", "logger", "event"}


def begin(**said):
    """Forget the request before, and say this of the one that begins."""
    _context.set(said)


def add(**said):
    """Say more of this request, in all lines that follow."""
    _context.set({**_context.get(), **said})


def request_id() -> str:
    return _context.get().get("id", "")


def route_of(request) -> str:
    """The name of the view that answers, "–" where there is none."""
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else "–"


class JsonFormatter(logging.Formatter):
    def format(self, record):
        return json.dumps(self.said(record), ensure_ascii=False, default=str)

    def said(self, record) -> dict:
        line = {
            "at": datetime.fromtimestamp(record.created, timezone.get_default_timezone()).isoformat(
                " ", "milliseconds"
            ),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_context.get(),
            **{name: value for name, value in vars(record).items() if name not in _BY_ITSELF},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return line


class MailFormatter(JsonFormatter):
    """The same for somebody who reads it: a line for each, the traceback as it is."""

    def format(self, record):
        return "\n".join(f"{name}: {value}" for name, value in self.said(record).items())


class WithoutAddress(logging.Filter):
    """Puts the route in the place of the address, which Django's own lines name."""

    def filter(self, record):
        request = getattr(record, "request", None)
        if request is not None and isinstance(record.args, tuple):
            record.args = tuple(route_of(request) if arg == request.path else arg for arg in record.args)
        return True


class MailHandler(logging.Handler):
    """Writes to the administrators what went wrong: each fault once an hour, however many people meet it.

    Each process counts for itself, in memory: the database may be what is wrong. The mail holds what the log holds,
    and nothing that somebody typed.
    """

    PAUSE = 3600

    def emit(self, record):
        try:
            if settings.ADMINS and caches["worker"].add(f"told-{hash(self.fault(record))}", 1, self.PAUSE):
                mail_admins(f"{record.levelname}: {record.name}", self.format(record))
        except Exception:
            # Said on the terminal; whoever asked for the page gets it all the same.
            self.handleError(record)

    def fault(self, record) -> tuple:
        """The same for the same mistake at the same line, whoever meets it."""
        if not (record.exc_info and record.exc_info[2]):
            return record.name, record.lineno
        where = extract_tb(record.exc_info[2])[-1]
        return record.exc_info[0], where.filename, where.lineno
