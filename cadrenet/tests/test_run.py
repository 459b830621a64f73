"""The script that starts everything, run in a folder of its own with an environment of its own."""

import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

STAMP = "{ .venv/bin/python -V; cat requirements.txt requirements.txt; } 2>/dev/null | cksum"


@pytest.fixture
def folder(tmp_path):
    """The project, with a .venv that is this test's Python and counts as installed."""
    folder = tmp_path / "cadrenet"
    shutil.copytree(
        settings.BASE_DIR,
        folder,
        ignore=shutil.ignore_patterns(".*", "*.sqlite3*", "staticfiles", "test-results", "__pycache__"),
    )
    (folder / ".venv" / "bin").mkdir(parents=True)
    python = folder / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    stamp = subprocess.check_output(["sh", "-c", STAMP], cwd=folder, text=True)
    (folder / ".venv" / "requirements.txt.stamp").write_text(stamp)
    return folder


@pytest.fixture
def run(folder):
    """``run("serve", SECRET_KEY="…")`` gives the exit status and what was said."""

    def run(*arguments, path=os.environ["PATH"], **environment):
        process = subprocess.run(
            [shutil.which("sh"), "run", *arguments],
            cwd=folder,
            env={"PATH": path, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        return process.returncode, process.stdout

    return run


@pytest.mark.parametrize(
    "environment, missing",
    [({}, "SECRET_KEY"), ({"SECRET_KEY": "x" * 50}, "ALLOWED_HOSTS")],
)
def test_the_production_server_refuses_a_half_configured_start_without_a_traceback(run, environment, missing):
    status, said = run("serve", **environment)

    assert status == 1
    assert said.startswith(f"cadrenet does not start: {missing} is not set. Set it ")
    assert said.count("\n") == 1


def test_the_production_server_says_when_the_database_does_not_answer(run):
    status, said = run(
        "serve", SECRET_KEY="x" * 50, ALLOWED_HOSTS="localhost", DATABASE_URL="postgres://127.0.0.1:1/cadrenet"
    )

    assert status == 1
    assert said.startswith("CommandError: The database does not answer: ")
    assert "Traceback" not in said


@pytest.mark.parametrize("configured", ["by the environment", "by .env"])
def test_a_real_server_is_not_opened_as_a_demo(run, folder, configured):
    key = {"SECRET_KEY": "x" * 50}
    if configured == "by .env":
        (folder / ".env").write_text(f"SECRET_KEY={key.pop('SECRET_KEY')}\n")

    status, said = run(**key)

    assert status == 1
    assert said.startswith("SECRET_KEY is set, so this is a real server: start it with ./run serve ")
    assert not (folder / "db.sqlite3").exists()


def test_an_old_python_is_told_what_is_needed(run, folder, tmp_path):
    """Nothing is installed yet, and all Pythons on the path say that they are too old."""
    shutil.rmtree(folder / ".venv")
    path = commands(tmp_path, "sh", "cat", "cksum", "dirname", "grep")
    for name in ["python3", "python3.14", "python3.13", "python3.12", "python3.11"]:
        (path / name).write_text("#!/bin/sh\nexit 1\n")
        (path / name).chmod(0o755)

    assert run(path=str(path)) == (
        1,
        "cadrenet needs Python 3.11 or newer and found none. Install it, or name it: PYTHON=/path/to/python3 ./run\n",
    )


def test_a_python_without_venv_is_told_the_package(run, folder, tmp_path):
    shutil.rmtree(folder / ".venv")
    path = commands(tmp_path, "sh", "cat", "cksum", "dirname", "grep")
    (path / "python3").write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n')
    (path / "python3").chmod(0o755)

    assert run(path=str(path)) == (
        1,
        "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv\n",
    )


def test_what_answers_requests_dies_with_the_process_that_watches_it():
    """Or it would hold the port, and no new server could start for most of a minute."""
    code = (
        "import os, runpy, signal\n"
        "hook = runpy.run_path('deploy/gunicorn.py')['post_fork']\n"
        "if os.fork() == 0:\n"
        "    hook(None, None)\n"
        "    print('ready', flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
    ) as all_:
        assert all_.stdout.readline() == "ready\n"
        all_.kill()
        # What is left holds the other end, and would hold it for ever.
        assert all_.communicate(timeout=30)[0] == ""


def test_an_unknown_word_shows_what_there_is(run):
    status, said = run("sevre")

    assert status == 2
    assert [line.split("  ")[0] for line in said.splitlines()] == [
        "./run [ADDRESS:PORT]",
        "./run manage COMMAND ...",
        "./run test [ARGUMENTS]",
        "./run check",
        "./run screenshots",
        "./run serve [ADDRESS:PORT]",
    ]


def test_the_trial_server_is_refused_in_production(db):
    with pytest.raises(CommandError, match="DEBUG=1"):
        call_command("prepare", serve="127.0.0.1:0")


def test_a_taken_address_is_named_before_anything_else_is_done(settings, live_server):
    settings.DEBUG = True
    address = f"127.0.0.1:{live_server.thread.port}"

    with pytest.raises(CommandError, match=f"{address} is taken or cannot be used"):
        call_command("prepare", serve=address)


def commands(folder, *names):
    """Return a folder that holds only these commands."""
    path = folder / "commands"
    path.mkdir()
    for name in names:
        (path / name).symlink_to(shutil.which(name))
    return path
