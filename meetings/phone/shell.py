"""The parts of the installed page that are the same for everybody: the worker's script, and what it keeps."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse

SHELL = "meetings/phone/shell.html"
ASSETS = [
    "css/bootstrap.min.css",
    "css/tokens.css",
    "css/cadrenet.css",
    "js/page.js",
    "js/phone/moments.js",
    "js/phone/outbox.js",
    "js/phone/shell.js",
    "js/phone/store.js",
    "img/mark.svg",
]


@cache
def worker_script() -> str:
    """Return the worker's script: its address stays, and its text changes with all that it keeps."""
    files = {name: Path(str(finders.find(name))).read_bytes() for name in [*ASSETS, "js/phone/worker.js"]}
    pages = [Path(str(get_template(name).origin.name)).read_bytes() for name in ("base.html", SHELL)]
    addresses = [reverse("phone:shell"), *map(static, ASSETS)]
    version = sha256(repr([addresses, pages, sorted(files.items())]).encode()).hexdigest()[:12]
    settings = f'const VERSION = "{version}";\nconst KEPT = {addresses!r};\n'
    return settings + files["js/phone/worker.js"].decode()
