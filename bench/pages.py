"""Pages of the project under gunicorn, against bare Django pages that show the same rows from SQL by hand."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPConnection
from importlib import import_module
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.db.models import Count

from assignments.models import AccessGrant, Assignment, Cadre, Place, User
from bench.figures import a_district, a_quarter
from bench.timing import compare

PROJECT = "cadrenet.settings"
BARE = "bench.bare.settings"
BACKEND = "django.contrib.auth.backends.ModelBackend"
WARM_UP = 10


def measure(gate, only=""):
    """Print the ratio of each page to its bare twin; of a page that answers anything else, why it was left out."""
    call_command("collectstatic", interactive=False, verbosity=0)
    with ExitStack() as stack:
        project, bare = (stack.enter_context(served(name)) for name in (PROJECT, BARE))
        for name, user, path, marker in pages():
            if only and only not in name:
                continue
            ours = partial(fetch, project, path, sign_in(user, settings.AUTHENTICATION_BACKENDS[0]), marker)
            theirs = partial(fetch, bare, path, sign_in(user, BACKEND), marker)
            try:
                sizes = [[get() for _ in range(WARM_UP)][-1] for get in (ours, theirs)]
            except WrongAnswer as wrong:
                print(f"{name:<20} left out: {wrong}")
                continue
            print(f"{name:<20} {sizes[0] / 1024:4.0f} KiB, project : bare  {compare(ours, theirs, gate)}")


def pages():
    """Yield name, user, path and a text that must be on the page, of each page that is measured."""
    quarter, district = a_quarter(), a_district()
    viewer, cadre = a_viewer(district), a_cadre(district)
    commune = (
        Place.objects.on(quarter.last_day).filter(tier="commune", district=district).order_by("locality__code")[0]
    )
    query = urlencode({"quarter": str(quarter), "within": district.code})
    yield "overview", viewer, f"/?{query}", commune.name
    yield "today", cadre.user, f"/?cadre={cadre.pk}", "<"
    yield "quarterly, commune", viewer, f"/reports/quarterly/?level=commune&{query}", commune.name
    yield "quarterly, hamlet", viewer, f"/reports/quarterly/?level=hamlet&{query}", "<td"
    yield "meetings", viewer, f"/meetings/?{urlencode({'within': district.code})}", "<"
    editor = a_viewer(district, level="editor")
    yield "board", editor, f"/assignments/board/?{urlencode({'within': district.code})}", commune.name
    yield "locality, commune", viewer, f"/localities/{commune.locality_id}/", commune.name


def a_viewer(district, level="viewer"):
    """Return the login of somebody who sees a whole district, or decides in it."""
    name = f"bench-{district.pk}" if level == "viewer" else f"bench-{level}-{district.pk}"
    user, _made = User.objects.get_or_create(username=name)
    AccessGrant.objects.get_or_create(user=user, locality=district, level=level, first_day=a_quarter().first_day)
    return user


def a_cadre(district):
    """Return the cadre of the district who answers for most, with a login."""
    places = Place.objects.filter(district=district, tier__in=["commune", "hamlet"])
    held = Assignment.objects.open().filter(locality__in=places.values("locality"), role="in_charge")
    most = held.order_by().values("cadre").annotate(n=Count("pk")).order_by("-n", "cadre")[0]
    cadre = Cadre.objects.get(pk=most["cadre"])
    if cadre.user is None:
        cadre.user, _made = User.objects.get_or_create(username=f"bench-cadre-{cadre.pk}")
        Cadre.objects.filter(pk=cadre.pk).update(user=cadre.user)
    return cadre


def sign_in(user, backend):
    """Return the cookie of a signed-in session; the password's hash would take longer than any page."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = backend
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


@contextmanager
def served(name):
    """Serve one of the two sites on a free port, as production would, and yield the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "django.core.wsgi:get_wsgi_application()", "--workers", "2"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error", "--no-control-socket"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": name, "DEBUG": "0"}
    server = subprocess.Popen(command, env=environment)
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def wait_for(port, seconds=30):
    """Wait until somebody answers on a port."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The server did not start.")


class WrongAnswer(Exception):
    """A page that answered something else than what is measured."""


def fetch(port, path, cookie, marker):
    """Fetch a page over a connection of its own and return its size; a sync worker closes it in any case."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "vi"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise WrongAnswer(f"status {answer.status}")
    if marker.encode() not in body:
        raise WrongAnswer(f"“{marker}” is not on the page")
    return len(body)
