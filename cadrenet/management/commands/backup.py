import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient
from django.utils import timezone


class Command(BaseCommand):
    """A copy counts only once it was read again, so each is checked before older ones are removed."""

    help = (
        "Write a copy of the database into DIRECTORY while people go on working, check that it can be read, "
        "and remove all but the newest. How to restore one: docs/deployment.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("directory", metavar="DIRECTORY", type=Path)
        parser.add_argument("--keep", metavar="N", type=int, default=30, help="how many copies stay (30)")

    def handle(self, *args, directory, keep, **options):
        if keep < 1:
            raise CommandError("--keep must leave at least the copy that is made now.")
        copy, ending = (
            (self.copy_postgresql, "dump") if connection.vendor == "postgresql" else (self.copy_sqlite, "sqlite3")
        )
        directory.mkdir(parents=True, exist_ok=True)
        now = timezone.localtime().strftime("%Y-%m-%d-%H%M%S")
        target = directory / f"cadrenet-{now}.{ending}"
        unfinished = target.with_suffix(".unfinished")
        # It holds all that the database holds: nobody else may read it, at no moment.
        os.umask(0o077)
        try:
            copy(unfinished)
            unfinished.rename(target)
        finally:
            unfinished.unlink(missing_ok=True)
        for old in sorted(directory.glob(f"cadrenet-*.{ending}"))[:-keep]:
            old.unlink()
        self.stdout.write(f"{target}: {target.stat().st_size / 1_000_000:.1f} MB, checked")

    def copy_sqlite(self, target):
        # A copy of the file alone would miss what is still in the write-ahead log.
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise CommandError(f"The copy is damaged: {verdict}")

    def copy_postgresql(self, target):
        (_, *where), environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
        environment = {**os.environ, **(environment or {})}
        self.run(["pg_dump", "--format=custom", f"--file={target}", *where], environment)
        self.run(["pg_restore", "--file=/dev/null", target], environment)

    def run(self, command, environment):
        try:
            subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        except FileNotFoundError as error:
            raise CommandError(
                f"{command[0]} is missing. On Debian and Ubuntu: apt-get install postgresql-client"
            ) from error
        except subprocess.CalledProcessError as error:
            raise CommandError(f"{command[0]}: {error.stderr.strip()}") from error
