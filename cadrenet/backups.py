"""Copies of the database: made while people go on working, read again, and never taken for whole when they are not.

What goes wrong is told in a sentence (``BackupError``), whether it was the disk, a right, or what the file holds.
"""

import errno
import fcntl
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.db import DatabaseError, connection
from django.db.backends.postgresql.client import DatabaseClient
from django.utils.translation import gettext as _

from cadrenet.verification import snapshot

# What a copy is called while it is written; whatever a database leaves beside it begins likewise.
UNFINISHED = ".unfinished"
NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
NO_ROOM_IN_SQLITE = {"database or disk is full", "disk I/O error"}
# Statistics and counters of keys, which hold no rows of ours.
SQLITES_OWN = "sqlite_"
# With what a dump of PostgreSQL begins.
DUMP = b"PGDMP"
# How many rows each table holds.
Rows = dict[str, int]


class BackupError(Exception):
    """There is no copy, or it is not whole. The text is a sentence for whoever looks after the server."""


class ProgramError(BackupError):
    """A program of PostgreSQL ended with a fault; the text is what it said."""


def ending() -> str:
    """What the files of copies of this kind of database end in."""
    return "dump" if connection.vendor == "postgresql" else "sqlite3"


@contextmanager
def one_at_a_time(directory: Path) -> Iterator[None]:
    """Hold a folder of copies: what is unfinished in it belongs to nobody else, and is of a run that was killed."""
    if not directory.is_dir():
        raise BackupError(
            _("There is no folder %(folder)s. Create it for the user that makes the backup, and for nobody else.")
            % {"folder": directory}
        )
    folder = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for stale in directory.glob(f"cadrenet-*{UNFINISHED}*"):
            stale.unlink(missing_ok=True)
        yield
        # What was renamed is found again after a power cut.
        os.fsync(folder)
    except BlockingIOError as error:
        raise BackupError(
            _("Another backup is being written into %(folder)s. Wait until it has ended.") % {"folder": directory}
        ) from error
    finally:
        os.close(folder)


@contextmanager
def in_sentences(file: Path) -> Iterator[None]:
    """Turn what the system or a database says about a file into a ``BackupError``."""
    said = {"file": file, "folder": file.parent}
    try:
        yield
    except PermissionError as error:
        raise BackupError(
            _("This user may not read and write in %(folder)s. Give the folder to the user that makes the backup.")
            % said
        ) from error
    except OSError as error:
        if error.errno in NO_ROOM:
            raise BackupError(no_room(file)) from error
        raise BackupError(
            _("%(file)s could not be read or written: %(why)s.") % {**said, "why": error.strerror}
        ) from error
    except sqlite3.Error as error:
        if str(error) in NO_ROOM_IN_SQLITE:
            raise BackupError(no_room(file)) from error
        raise BackupError(not_whole(file, error)) from error
    except DatabaseError as error:
        why = str(error).strip()
        raise BackupError(_("The database does not answer, or is damaged: %(why)s") % {"why": why}) from error


def not_whole(file: Path, why: Any) -> str:
    """Return the sentence about a file that cannot be read as a copy."""
    return _("%(file)s is not whole, or no backup: %(why)s.") % {"file": file, "why": why}


def no_room(file: Path) -> str:
    """Return the sentence about a disk that took no more."""
    return _(
        "There is no room for the copy in %(folder)s, or the disk fails. Make room, or keep fewer copies (--keep); "
        "the older ones are still there."
    ) % {"folder": file.parent}


# --- SQLite -------------------------------------------------------------------------------------------------------


def copy_sqlite(target: Path) -> Rows:
    """Copy the database of a moment; return how many rows it had then."""
    # A copy of the file alone would miss what is still in the write-ahead log.
    connection.ensure_connection()
    with snapshot(), closing(sqlite3.connect(target)) as copy:
        rows = stored_rows()
        connection.connection.backup(copy)
    return rows


def rows_in_sqlite(file: Path) -> Rows:
    """Read a copy whole; return how many rows its tables hold."""
    # As it is: nothing is written beside it.
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise BackupError(not_whole(file, verdict))
        tables = copy.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        names = [name for (name,) in tables.fetchall() if not name.startswith(SQLITES_OWN)]
        counting = 'SELECT COUNT(*) FROM "{}"'
        return {name: copy.execute(counting.format(name)).fetchone()[0] for name in names}


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


def copy_postgresql(target: Path) -> Rows:
    """Copy the database of a moment; return how many rows it had then."""
    (_program, *where), environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    with snapshot(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        (moment,) = cursor.fetchone()
        rows = stored_rows()
        command = ["pg_dump", "--format=custom", f"--snapshot={moment}", f"--file={target}", *where]
        with running(command, {**os.environ, **(environment or {})}):
            pass
    return rows


def rows_in_dump(file: Path) -> Rows:
    """Read a dump whole; return how many rows its tables hold."""
    rows: Rows = {}
    table = None
    with running(["pg_restore", "--file=-", str(file)]) as lines:
        for line in lines:
            if table is not None:
                if line == b"\\.\n":
                    table = None
                else:
                    rows[table] += 1
            elif line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
                table = line.split()[1].decode().rpartition(".")[2].strip('"')
                rows[table] = 0
    return rows


@contextmanager
def running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[Any]:
    """Run a program of PostgreSQL and hand over what it prints; a ``BackupError`` says what it says."""
    with TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=complaints)
        except FileNotFoundError as error:
            raise BackupError(
                _("%(program)s is missing. On Debian and Ubuntu: apt-get install postgresql-client")
                % {"program": command[0]}
            ) from error
        with process:
            yield process.stdout
        if process.returncode:
            complaints.seek(0)
            why = " ".join(complaints.read(2000).decode(errors="replace").split())
            if -process.returncode == signal.SIGXFSZ or os.strerror(errno.ENOSPC) in why:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            why = why.removeprefix(f"{command[0]}: ") or _("it was ended by signal %(number)s") % {
                "number": -process.returncode
            }
            raise ProgramError(f"{command[0]}: {why}")


# --- Both ---------------------------------------------------------------------------------------------------------


def stored_rows() -> Rows:
    """Count the rows of all tables of the database."""
    with connection.cursor() as cursor:
        rows = {}
        for table in connection.introspection.table_names(cursor):
            if table.startswith(SQLITES_OWN):
                continue
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table of ours
            (rows[table],) = cursor.fetchone()
        return rows


def rows_in(file: Path) -> Rows:
    """Read a copy of either kind whole; return how many rows its tables hold. Raises ``BackupError``."""
    with in_sentences(file):
        with file.open("rb") as opened:
            is_dump = opened.read(len(DUMP)) == DUMP
        try:
            rows = rows_in_dump(file) if is_dump else rows_in_sqlite(file)
        except ProgramError as error:
            raise BackupError(not_whole(file, error)) from error
    if not rows:
        raise BackupError(_("%(file)s holds no tables: it is no backup.") % {"file": file})
    return rows


def check(file: Path, stored: Rows) -> Rows:
    """Read a copy again and compare it with what the database held when it was made. Raises ``BackupError``."""
    rows = rows_in(file)
    for table, number in stored.items():
        if rows.get(table) != number:
            raise BackupError(
                _("The copy of %(table)s holds %(copied)s rows and not %(stored)s.")
                % {"table": table, "copied": rows.get(table, 0), "stored": number}
            )
    return rows


def begin(unfinished: Path) -> None:
    """Make the file of a copy, for its owner only: the system says what speaks against it."""
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def settle(unfinished: Path, target: Path) -> None:
    """Give a copy that was checked its name; from then on it is a whole one, also after a power cut."""
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.rename(target)
