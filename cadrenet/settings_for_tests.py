"""The settings of production, as far as a test can bear them.

What the environment decides is set first and is not taken from a developer's ``.env``; only the database may
be chosen from outside (``DATABASE_URL``), because the whole suite runs on SQLite and on PostgreSQL.
"""

import atexit
import os
import shutil
import tempfile

os.environ.update(
    DEBUG="0",
    SECRET_KEY="for-tests-only-" + "0" * 40,
    ALLOWED_HOSTS="testserver,localhost",
    BEHIND_TLS="0",
    TWO_STEPS_REQUIRED="0",
    CACHE_URL="locmemcache://",
)
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from cadrenet.settings import *  # noqa: E402, F403
from cadrenet.settings import CACHES, DATABASES, STORAGES  # noqa: E402

# A test knows nothing of the one before.
CACHES["worker"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}

# Argon2 is slow on purpose; a test signs in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The manifest of fingerprinted names exists only after collectstatic, which has a test of its own.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True

# A live server's threads end with their test, and so must their connections.
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # A cluster made without a locale has databases that count bytes; "Giồng Trôm" has ten letters.
    DATABASES["default"]["TEST"] = {"CHARSET": "UTF8", "TEMPLATE": "template0"}
    # What tests write need not survive a power cut.
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
else:
    # A file, because all threads of a live server would share the one connection of a database in memory,
    # and a browser asks for several things at once. It need not survive a power cut.
    folder = tempfile.mkdtemp(prefix="cadrenet-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    DATABASES["default"]["NAME"] = os.path.join(folder, "not-for-tests.sqlite3")
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(folder, "tests.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
