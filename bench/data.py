"""The data that is measured: the demo's district over some years, and as many copies of it as wanted."""

import time
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection

from assignments.models import Locality, Tier
from bench.districts import copy_district, settle
from cadrenet.periods import today

COUNTED = ["assignments.Place", "assignments.Assignment", "meetings.Meeting", "meetings.Attendance"]


def make(districts, years, seed=None):
    """Fill the database of ``DATABASE_URL`` and print how long it took and how large it is."""
    call_command("migrate", verbosity=0)
    found = Locality.objects.filter(tier=Tier.DISTRICT).count()
    if found == 0:
        started = time.perf_counter()
        options = {"seed": seed} if seed else {}
        call_command("demo", quarters=4 * years, today=today(), verbosity=0, yes=True, **options)
        settle()
        print(f"demo, one district and {years} years: {time.perf_counter() - started:.0f} s")
        found = 1
    if found == 1 and districts > 1:
        started = time.perf_counter()
        copy_district(districts)
        print(f"{districts - 1} copies: {time.perf_counter() - started:.0f} s")
    describe()


def describe():
    """Print what the database holds."""
    districts = Locality.objects.filter(tier=Tier.DISTRICT).count()
    rows = [f"{apps.get_model(label).objects.count():,} {label}" for label in COUNTED]
    print(f"{connection.vendor}: {districts} districts, {size() / 2**20:,.0f} MiB, {', '.join(rows)}")


def size():
    """Return the size of the database in bytes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return cursor.fetchone()[0]
    return Path(connection.settings_dict["NAME"]).stat().st_size
