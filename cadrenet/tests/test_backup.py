import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection


def pg_dump_is_older_than_server():
    if connection.vendor != "postgresql":
        return False
    if not shutil.which("pg_dump"):
        return True
    words = subprocess.check_output(["pg_dump", "--version"], text=True).split()
    return int(words[2].split(".")[0]) < connection.pg_version // 10000


def logins_in(copy):
    table = get_user_model()._meta.db_table
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(copy)) as database:
            return [name for (name,) in database.execute(f"SELECT username FROM {table}")]  # noqa: S608
    restored = subprocess.check_output(["pg_restore", "--data-only", f"--table={table}", "--file=-", copy], text=True)
    rows = restored.split("FROM stdin;\n")[1].split("\\.")[0].splitlines()
    return [row.split("\t")[4] for row in rows]


@pytest.fixture
def backup(transactional_db, tmp_path):
    if pg_dump_is_older_than_server():
        pytest.skip("no pg_dump of the server's version")

    def run(**options):
        call_command("backup", tmp_path, **options)
        return sorted(tmp_path.iterdir())

    return run


def test_a_copy_holds_the_rows_and_is_for_its_owner_only(backup):
    get_user_model().objects.create(username="lan")

    (copy,) = backup()

    assert logins_in(copy) == ["lan"]
    assert copy.stat().st_mode & 0o777 == 0o600


def test_only_the_newest_copies_stay(backup, tmp_path):
    ending = "dump" if connection.vendor == "postgresql" else "sqlite3"
    old = tmp_path / f"cadrenet-2022-01-01-030000.{ending}"
    older = tmp_path / f"cadrenet-2021-01-01-030000.{ending}"
    for file in (old, older):
        file.touch()

    kept = backup(keep=2)

    assert kept[0] == old
    assert len(kept) == 2


def test_a_copy_that_fails_leaves_the_older_ones_and_no_half_file(backup, tmp_path, monkeypatch):
    (copy,) = backup()
    monkeypatch.setattr("cadrenet.management.commands.backup.Command.copy_sqlite", fail, raising=True)
    monkeypatch.setattr("cadrenet.management.commands.backup.Command.copy_postgresql", fail, raising=True)

    with pytest.raises(CommandError, match="disk full"):
        backup(keep=1)

    assert list(tmp_path.iterdir()) == [copy]


def fail(command, target):
    target.write_text("half")
    raise CommandError("disk full")


def test_keeping_nothing_is_refused(backup):
    with pytest.raises(CommandError, match="--keep"):
        backup(keep=0)
