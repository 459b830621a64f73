"""Take the pictures of the README: ``./run screenshots``. Loads a demo district into a database of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent
PROJECT = FOLDER.parent.parent
SITE = "http://127.0.0.1:8765"
PHONE, DESK = (360, 780), (1280, 900)

# (file, login, password, size, whole page, address)
PICTURES = [
    ("overview", "thuongtruc", "xem-toan-huyen", DESK, True, "/"),
    ("today", "phutrachap", "huyen-nam-toi-ap", PHONE, False, "/"),
    ("quarterly", "thuongtruc", "xem-toan-huyen", DESK, False, "/reports/quarterly/"),
    ("board", "tochuc", "phan-cong-can-bo", DESK, False, "/assignments/board/?show=nobody"),
    ("ratings", "thuongtruc", "xem-toan-huyen", DESK, False, "/reports/ratings/"),
]


def main():
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("No Chromium was found. Install it (apt-get install chromium) or name it in CHROMIUM.")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DEBUG": "1", "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3"}
        manage = [sys.executable, str(PROJECT / "manage.py")]
        subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment, check=True)
        subprocess.run([*manage, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen(
            [*manage, "runserver", "--noreload", SITE.removeprefix("http://")],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for_server()
            take(chromium)
        finally:
            server.terminate()
            server.wait()


def wait_for_server():
    for _attempt in range(100):
        try:
            urllib.request.urlopen(f"{SITE}/health/")
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return
    sys.exit("The demo server did not start.")


def take(chromium):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, login, password, (width, height), whole, address in PICTURES:
            context = browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
            page = context.new_page()
            page.goto(f"{SITE}/account/login/")
            page.fill("[name=login]", login)
            page.fill("[name=password]", password)
            page.press("[name=password]", "Enter")
            page.wait_for_load_state()
            page.goto(SITE + address)
            page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)
            context.close()
            print(f"docs/screenshots/{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
