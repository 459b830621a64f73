"""The settings of production, each loaded in a process of its own, as a server would."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

PRODUCTION = {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "cadrenet.example.org,10.0.0.5"}


@pytest.fixture
def load(tmp_path):
    """``load(DEBUG="1")`` gives the settings under exactly these variables, or the last line of the refusal."""
    # A copy, so that neither the .env of this folder nor the variables of the tests have a say.
    (tmp_path / "cadrenet").mkdir()
    shutil.copy(settings.BASE_DIR / "cadrenet" / "settings.py", tmp_path / "cadrenet")

    def run(**environment):
        process = subprocess.run(
            [
                sys.executable,
                "-c",
                "import json; from cadrenet import settings;"
                "print(json.dumps({n: v for n, v in vars(settings).items() if n.isupper()}, default=str))",
            ],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode:
            return process.stderr.strip().rsplit("\n", 1)[-1]
        return json.loads(process.stdout)

    return run


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_a_half_configured_server_is_refused_with_the_name_of_what_is_missing(load, missing):
    refusal = load(**{**PRODUCTION, missing: ""})

    assert refusal.startswith(f"django.core.exceptions.ImproperlyConfigured: {missing} is not set. Set it ")


def test_production_believes_only_its_own_proxy_and_sends_cookies_only_over_tls(load):
    production = load(**PRODUCTION)

    assert {
        name: production[name]
        for name in [
            "DEBUG",
            "ALLOWED_HOSTS",
            "SESSION_COOKIE_SECURE",
            "CSRF_COOKIE_SECURE",
            "SECURE_SSL_REDIRECT",
            "SECURE_PROXY_SSL_HEADER",
            "ALLAUTH_TRUSTED_PROXY_COUNT",
        ]
    } == {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["cadrenet.example.org", "10.0.0.5"],
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    }


def test_without_a_proxy_no_header_of_a_visitor_is_believed(load):
    trial = load(DEBUG="1")

    assert trial["SECURE_PROXY_SSL_HEADER"] is None
    assert trial["ALLAUTH_TRUSTED_PROXY_COUNT"] == 0


def test_workers_share_the_counters_that_lock_a_login(load):
    assert load(**PRODUCTION)["CACHES"]["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


def test_sqlite_writers_wait_for_each_other(load):
    options = load(**PRODUCTION)["DATABASES"]["default"]["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "PRAGMA journal_mode=WAL" in options["init_command"]
    assert "PRAGMA synchronous=FULL" in options["init_command"]


def test_postgresql_over_the_local_socket_needs_no_password(load):
    database = load(**PRODUCTION, DATABASE_URL="postgres:///cadrenet")["DATABASES"]["default"]

    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["NAME"], database["HOST"], database["USER"], database["PASSWORD"]) == ("cadrenet", "", "", "")
    assert database["OPTIONS"]["options"] == "-c jit=off"
    assert database["OPTIONS"]["connect_timeout"] == 5
    chosen = load(**PRODUCTION, DATABASE_URL="postgres:///cadrenet?connect_timeout=9")["DATABASES"]["default"]
    assert chosen["OPTIONS"]["connect_timeout"] in (9, "9")


@pytest.mark.parametrize("hosts, refused", [(["*"], True), (["a.vn", "*"], True), (["a.vn", ".b.vn"], False)])
def test_a_server_that_answers_to_every_name_is_refused(settings, hosts, refused):
    settings.ALLOWED_HOSTS = hosts
    try:
        call_command("check", deploy=True)
        said = ""
    except CommandError as error:
        said = str(error)

    assert ("cadrenet.E001" in said) == refused


def test_staff_show_a_second_step_in_production_unless_the_environment_says_otherwise(load):
    assert load(**PRODUCTION)["TWO_STEPS_REQUIRED"] is True
    assert load(**PRODUCTION, TWO_STEPS_REQUIRED="0")["TWO_STEPS_REQUIRED"] is False
    assert load(DEBUG="1")["TWO_STEPS_REQUIRED"] is False


def test_every_static_file_that_another_names_exists(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    # As in production, but without the compression, which takes the time.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    assert (tmp_path / "staticfiles.json").exists()
