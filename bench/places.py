"""How long the pages of localities, assignments, cadres and agencies take: ``python -m bench.places``.

In the database of ``DATABASE_URL``, of any size; nothing in it is changed. Time is the processor's, so that others at
work on the machine do not count; SQLite's own is in it, PostgreSQL's is not. Exits with 1 when a page takes longer
than it may.
"""

import os
import statistics
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cadrenet.settings")
os.environ.setdefault("SECRET_KEY", "for-measurements-only-" + "0" * 40)
os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1")
os.environ.setdefault("BEHIND_TLS", "0")

# In milliseconds; on a quiet machine the slowest takes half of it.
AT_MOST = 200
TIMES = 7


def addresses(district, day):
    """Return the addresses of the pages, about the rows of a district that have most to show."""
    from assignments.models import Agency, Assignment, Place, Tier

    here = Place.objects.on(day).filter(district=district)
    of_tier = {tier: here.filter(tier=tier).order_by("locality__code").first() for tier in Tier}
    commune = of_tier[Tier.COMMUNE]
    row = Assignment.objects.filter(locality__in=here.values("locality")).order_by("pk").last()
    agency = Agency.objects.filter(locality=district).order_by("code").first()
    yield from ("/localities/", "/localities/?q=ap+1", "/localities/?tier=hamlet", "/search/?q=an")
    if commune:
        yield f"/localities/?within={commune.locality.code}"
        yield f"/assignments/?within={commune.locality.code}"
    yield from (f"/localities/{place.locality_id}/?day={day}" for place in of_tier.values() if place)
    yield from ("/assignments/", f"/assignments/coverage/?day={day}", "/assignments/new/?locality=x")
    yield from ("/cadres/", "/cadres/?unassigned=on", "/agencies/")
    if row:
        yield from (f"/assignments/{row.pk}/", f"/assignments/{row.pk}/end/", f"/cadres/{row.cadre_id}/")
    if agency:
        yield f"/agencies/{agency.pk}/"


def measure(client, address):
    """Return the middle of some times in milliseconds, and the number of queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}.")
    # The next request forgets them.
    queries = len(asked)
    took = []
    for _time in range(TIMES):
        started = time.process_time()
        client.get(address)
        took.append((time.process_time() - started) * 1000)
    return statistics.median(took), queries


def main():
    import django

    django.setup()
    from django.conf import settings
    from django.db import transaction
    from django.test import Client, override_settings

    from assignments.models import AccessGrant, Locality, Tier, User
    from cadrenet.periods import today
    from meetings.models import Meeting

    slow = []
    # Fingerprinted names of files would need collectstatic first.
    plain = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain), transaction.atomic():
        district = Locality.objects.filter(tier=Tier.DISTRICT).order_by("pk").first()
        if district is None:
            raise SystemExit("There is no district in this database.")
        last = Meeting.objects.filter(day__lte=today()).order_by("-day").first()
        reader = User.objects.create(username="bench-places")
        AccessGrant.objects.create(user=reader, locality=district, level="editor")
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(reader)
        for address in addresses(district, last.day if last else today()):
            took, asked = measure(client, address)
            slow += [address] if took > AT_MOST else []
            print(f"{took:7.1f} ms  {asked:3} queries  {address}")
        transaction.set_rollback(True)
    sys.exit(bool(slow))


if __name__ == "__main__":
    main()
