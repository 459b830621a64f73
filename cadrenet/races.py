"""What several people, or one of them twice, do at the same moment: told in a sentence, never as a fault of the site.

The rules are held by constraints, and by looking again under a lock (``lock``). Whatever a race still meets is put
into words here, for the edge to say them: nothing was saved, and why.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Model
from django.db.models.deletion import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

# PostgreSQL's serialization failure, deadlock, and lock not available.
LOST = {"40001", "40P01", "55P03"}
# All imports wait for each other under this number.
IMPORTS = 720_115
# How long one waits for another, in seconds; SQLite's timeout in the settings is the same.
PATIENCE = 20


def sentences_of(error: BaseException) -> list[str]:
    """Return what is said of an error that comes of a race; nothing of any other error."""
    if isinstance(error, ValidationError):
        return error.messages
    if isinstance(error, ProtectedError | RestrictedError):
        return [_("Meanwhile something was recorded that builds on this. Nothing was saved.")]
    if isinstance(error, IntegrityError):
        return [_("Somebody else saved the same at the same moment. Nothing of yours was saved.")]
    if isinstance(error, ObjectDoesNotExist):
        return [_("What this was about was deleted meanwhile. Nothing was saved.")]
    if isinstance(error, OperationalError) and _lost(error):
        return [_("Somebody else was saving at the same moment. Nothing of yours was saved; send it again.")]
    return []


def _lost(error: OperationalError) -> bool:
    """Whether the database gave up one of two that waited for each other, or one that waited too long."""
    return getattr(error.__cause__, "sqlstate", None) in LOST or "locked" in str(error)


def lock(*rows: Model) -> None:
    """Hold some rows until the transaction ends: whoever comes to look at what hangs on them waits.

    What no constraint can hold (periods that overlap, say) is looked at after this, and saved in the same
    transaction. Rows are taken in the order of their tables and keys, so that no two wait for each other. SQLite has
    one writer at a time, and so needs no lock. Outside a transaction nothing is held.
    """
    if not _holds():
        return
    wanted: dict[str, tuple[Any, set[Any]]] = {}
    for row in rows:
        model: Any = type(row)
        wanted.setdefault(model._meta.db_table, (model, set()))[1].add(row.pk)
    for _table, (model, keys) in sorted(wanted.items(), key=lambda item: item[0]):
        # Whoever only names such a row in another one need not wait.
        held = model._base_manager.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
        list(held.values_list("pk", flat=True))


def lock_table(model: type[Model]) -> None:
    """As ``lock``, for rows that hang on no other: whoever asks for this, too, waits; who reads does not."""
    if _holds():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [model._meta.db_table])


def _holds() -> bool:
    return connection.in_atomic_block and connection.vendor == "postgresql"


class Busy(Exception):
    """Another import was running, or wrote at the same time; nothing was written. The text is the sentence."""


@contextmanager
def one_import_at_a_time() -> Iterator[None]:
    """Hold a transaction in which no other import reads or writes; the second waits a while.

    Raises ``Busy`` when the other takes longer, or when what it wrote stands in the way.
    """
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
                    cursor.execute(f"SET LOCAL statement_timeout = '{2 * PATIENCE}s'")
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORTS])
                    # From here on it takes as long as it takes, also where it was begun on a page.
                    cursor.execute("SET LOCAL lock_timeout = 0")
                    cursor.execute("SET LOCAL statement_timeout = 0")
            yield
    except OperationalError as error:
        if not _lost(error):
            raise
        log.warning("An import met another", exc_info=True)
        raise Busy(
            _("Another import is running, or somebody is saving. Nothing was written; start again when it has ended.")
        ) from error
    except IntegrityError as error:
        log.warning("An import met another", exc_info=True)
        raise Busy(
            _("Something was written at the same time that stands in the way. Nothing was imported; start again.")
        ) from error
