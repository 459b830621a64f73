import io
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from assignments.models import NightlyRun
from cadrenet import backups
from cadrenet.backups import one_at_a_time


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


def test_a_database_with_statistics_is_copied_like_any_other(backup):
    """SQLite keeps them in tables that are not ours."""
    get_user_model().objects.create(username="lan")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    (copy,) = backup()

    assert logins_in(copy) == ["lan"]


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


# --- Nights on which something goes wrong ---------------------------------------------------------------------------


@pytest.fixture
def refused(backup, mailoutbox, settings, tmp_path):
    """``refused(folder)`` is the sentence of a backup that fails: printed, kept, and sent to the administrators."""
    settings.ADMINS = [("Quản trị", "admin@cadrenet.example")]

    def sentence(folder=tmp_path):
        with translation.override("en"), pytest.raises(CommandError) as error:
            call_command("backup", folder)
        said = str(error.value)
        assert "\n" not in said
        run = NightlyRun.objects.first()
        assert (run.kind, run.succeeded, run.said) == ("backup", False, said)
        assert [mail.subject for mail in mailoutbox] == [f"{settings.EMAIL_SUBJECT_PREFIX}The backup failed"]
        assert [mail.body for mail in mailoutbox] == [said]
        return said

    return sentence


def test_a_backup_that_succeeds_is_kept_and_no_mail_is_sent(backup, mailoutbox, settings):
    settings.ADMINS = [("Quản trị", "admin@cadrenet.example")]

    (copy,) = backup()

    run = NightlyRun.objects.get()
    assert (run.kind, run.succeeded, run.file) == ("backup", True, str(copy))
    assert mailoutbox == []


def test_a_full_disk_is_told_and_leaves_no_half_file(backup, refused, tmp_path, monkeypatch):
    (before,) = backup()
    name = "copy_postgresql" if connection.vendor == "postgresql" else "copy_sqlite"
    monkeypatch.setattr(backups, name, files_of_at_most(20_000)(getattr(backups, name)))

    said = refused()

    assert said == (
        f"There is no room for the copy in {tmp_path}, or the disk fails. Make room, or keep fewer copies (--keep); "
        "the older ones are still there."
    )
    assert list(tmp_path.iterdir()) == [before]


@contextmanager
def files_of_at_most(size):
    """Let nothing write a file beyond a size, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_missing_folder_is_told_and_not_made(refused, tmp_path):
    """It may be a disk that is not there: a copy beside the database would be none."""
    folder = tmp_path / "not-mounted"

    assert refused(folder) == (
        f"There is no folder {folder}. Create it for the user that makes the backup, and for nobody else."
    )
    assert not folder.exists()


def test_a_folder_without_rights_is_told(refused, tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "begin", as_nobody()(backups.begin))
    tmp_path.chmod(0o500)

    assert refused() == (
        f"This user may not read and write in {tmp_path}. Give the folder to the user that makes the backup."
    )


@contextmanager
def as_nobody():
    """Nothing is forbidden to root: look at a folder as somebody else."""
    user = os.geteuid()
    os.seteuid(65534 if user == 0 else user)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_run_that_was_killed_leaves_nothing_that_looks_whole_and_the_next_one_tidies_up(backup, tmp_path):
    killed_at_the_end_of_its_copy(tmp_path)
    assert [file.suffix for file in tmp_path.iterdir()] == [".unfinished"]

    (copy,) = backup()

    assert copy.suffix in (".dump", ".sqlite3")


def killed_at_the_end_of_its_copy(folder):
    """Make a backup of another database in a process that is killed (SIGKILL) before it can look at its copy."""
    database = folder.parent / f"{folder.name}.database"
    with closing(sqlite3.connect(database)) as made:
        made.execute("CREATE TABLE t (x)")
    code = (
        "import os, signal, django; django.setup()\n"
        "from cadrenet import backups\n"
        "from django.core.management import call_command\n"
        "backups.check = lambda *args: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"call_command('backup', {str(folder)!r})"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cadrenet.settings",
        "DEBUG": "1",
        "DATABASE_URL": f"sqlite:///{database}",
    }
    killed = subprocess.run([sys.executable, "-c", code], env=environment, cwd=settings.BASE_DIR, capture_output=True)
    assert (killed.returncode, killed.stderr) == (-signal.SIGKILL, b"")


def test_two_at_once_do_not_take_each_others_files_for_leftovers(backup, refused, tmp_path):
    unfinished = tmp_path / "cadrenet-2022-01-01-030000.unfinished"
    with one_at_a_time(tmp_path):
        unfinished.touch()
        said = refused()

    assert said == f"Another backup is being written into {tmp_path}. Wait until it has ended."
    assert unfinished.exists()


def test_a_copy_that_holds_fewer_rows_than_the_database_did_is_refused(refused, tmp_path, monkeypatch):
    get_user_model().objects.create(username="lan")
    counted = backups.stored_rows
    monkeypatch.setattr(backups, "stored_rows", lambda: {**counted(), "assignments_user": 2})

    assert refused() == "The copy of assignments_user holds 1 rows and not 2."
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_read_again_is_refused(refused, tmp_path, monkeypatch):
    name = "copy_postgresql" if connection.vendor == "postgresql" else "copy_sqlite"
    copy = getattr(backups, name)
    monkeypatch.setattr(backups, name, lambda target: [copy(target), damage(target)][0])

    assert refused()
    assert list(tmp_path.iterdir()) == []


def damage(file):
    """Leave out the second half of a file, as a disk does that was full where it was copied to."""
    os.truncate(file, file.stat().st_size // 2)


def test_a_mail_that_cannot_be_sent_hides_nothing(backup, tmp_path, monkeypatch, caplog):
    def unreachable(*args):
        raise ConnectionRefusedError("no server")

    monkeypatch.setattr("cadrenet.nights.mail_admins", unreachable)

    with pytest.raises(CommandError, match="not-mounted"):
        call_command("backup", tmp_path / "not-mounted")
    assert caplog.messages == ["The administrators could not be told by e-mail: no server"]


# --- Before restoring -----------------------------------------------------------------------------------------------


def checked(file):
    out = io.StringIO()
    with translation.override("en"):
        call_command("check_backup", file, stdout=out)
    return out.getvalue().splitlines()


def test_a_whole_copy_says_how_many_rows_it_holds(backup):
    get_user_model().objects.create(username="lan")
    (copy,) = backup()

    *tables, sentence = checked(copy)

    assert f"{1:>10} assignments_user" in tables
    rows = sum(int(line.split()[0]) for line in tables)
    assert sentence == f"{copy} is whole: {rows} rows in {len(tables)} tables."
    assert list(copy.parent.iterdir()) == [copy]


@pytest.mark.parametrize(
    "damaged",
    [damage, lambda file: file.write_bytes(b"PGDMP?"), lambda file: file.write_text("no database"), Path.unlink],
)
def test_a_damaged_copy_is_told_in_a_sentence(damaged, backup):
    (copy,) = backup()
    damaged(copy)

    with pytest.raises(CommandError) as error:
        checked(copy)

    assert str(error.value).startswith(str(copy))


def test_an_empty_file_is_no_backup(tmp_path):
    """To SQLite it is a database, of no tables."""
    empty = tmp_path / "empty.sqlite3"
    empty.touch()

    with pytest.raises(CommandError) as error:
        checked(empty)

    assert str(error.value) == f"{empty} holds no tables: it is no backup."
