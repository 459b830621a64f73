"""The evening on which everybody records at once: twenty people who tap as fast as the server answers.

Against the production server, as browsers without script would; measured first, then with the server killed
meanwhile. Each tap leaves one row of history, so what is stored is counted tap by tap. The database is written to; it
should be one that ``bench data`` has filled.
"""

import os
import random
import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from assignments.models import Assignment, Cadre, Place, User
from bench.drills import AT_ONCE, WORKERS, Browser, Lost, Server, a_superuser
from cadrenet.batches import chunks
from cadrenet.periods import today
from meetings.models import Attendance, Meeting
from reports.tests.forms_on_pages import forms_on

CLIENTS, SECONDS, KILLS, ROUNDS = 20, 30, 5, 20
# So many taps are acknowledged between two kills.
BETWEEN_KILLS = 60
# Meetings of each client, none of which anything is recorded of; once all are, the answers are changed.
MEETINGS = 600
# As long as the secret of Django's own tokens; a browser sends back what it was given.
TOKEN = "b" * 32
SAID = ("present", "absent")
# Saved, and shown again with what is wrong.
DONE, SHOWN_AGAIN = 302, 200


def run():
    """Print what each part showed, as rows of docs/reliability.md."""
    call_command("collectstatic", interactive=False, verbosity=0)
    people = clients()
    evening(people, kills=0)
    evening(people, kills=KILLS)
    same_tap(people[0])
    two_editors(people[0])


# --- Who records, and what ------------------------------------------------------------------------------------------


def clients():
    """Logins of twenty cadres in charge of hamlets, each with its assignment."""
    held = Assignment.objects.on(today()).filter(role=Assignment.Role.IN_CHARGE, locality__tier="hamlet")
    found, seen = [], set()
    for assignment in held.select_related("cadre__user", "locality").order_by("pk"):
        cadre: Cadre = assignment.cadre
        # The demo's own logins are closed to the production server.
        if cadre.pk in seen or (cadre.user_id and not cadre.user.username.startswith("bench-")):
            continue
        seen.add(cadre.pk)
        if cadre.user_id is None:
            cadre.user = User.objects.get_or_create(username=f"bench-{cadre.pk}")[0]
            cadre.save()
        if not cadre.user.serves_on(today()):
            continue
        found.append((cadre, assignment.locality))
        if len(found) == CLIENTS:
            return found
    raise SystemExit("There are too few cadres in charge of hamlets: fill the database with `bench data` first.")


def fresh(cadre, locality, number):
    """Meetings of this morning at which a cadre is expected, with their rows."""
    place = Place.objects.on(today()).get(locality=locality)
    day = today()
    starts_at = timezone.localtime().replace(hour=0, minute=1, second=0, microsecond=0)
    where = {"place": place, "area_id": place.area_id, "day": day}
    meetings = Meeting.objects.bulk_create(
        Meeting(kind="cell", locality=locality, starts_at=starts_at + timedelta(seconds=step), **where)
        for step in range(number)
    )
    rows = Attendance.objects.bulk_create(
        Attendance(meeting=meeting, cadre=cadre, held=False, **where) for meeting in meetings
    )
    return [(meeting.pk, row.pk) for meeting, row in zip(meetings, rows, strict=True)]


class Client(threading.Thread):
    """Somebody who taps one meeting after the other, and sends each tap until an answer comes."""

    def __init__(self, port, cadre, rows, stop):
        super().__init__(daemon=True)
        self.browser, self.rows, self.stop = Browser(port, cadre.user), rows, stop
        self.browser.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
        # Key of the row -> what was said of it, tap by tap, once the server had answered.
        self.said, self.took = {row: ["unrecorded"] for _meeting, row in rows}, []
        self.again, self.answers = 0, Counter()

    def run(self):
        status = "present"
        while True:
            for meeting, row in self.rows:
                if self.stop.is_set():
                    return
                self.tap(meeting, row, status)
            status = "absent" if status == "present" else "present"

    def tap(self, meeting, row, status):
        url = reverse("reports:meeting_attend", args=[meeting])
        sent = {"csrfmiddlewaretoken": TOKEN, "status": status, "was": self.said[row][-1]}
        started = time.perf_counter()
        while True:
            try:
                answer, location, _text = self.browser.post(url, sent)
                break
            except Lost:
                # The same again, as a phone does whose connection went.
                self.again += 1
                time.sleep(0.05)
        self.took.append(time.perf_counter() - started)
        # Whoever is led anywhere else, to the sign-in say, has recorded nothing.
        if answer == DONE and not location.endswith(reverse("reports:meeting_attended", args=[meeting])):
            answer = location
        self.answers[answer] += 1
        if answer == DONE:
            self.said[row].append(status)


# --- The evening ----------------------------------------------------------------------------------------------------


def evening(people, kills):
    """Let everybody record for half a minute, with the server killed so many times; print what became of the taps."""
    stop = threading.Event()
    with Server() as server:
        clients = [Client(server.port, cadre, fresh(cadre, locality, MEETINGS), stop) for cadre, locality in people]
        warm(server.port, people[0])
        before, started = processor_time(server), time.perf_counter()
        for client in clients:
            client.start()
        for _time in range(kills):
            # In the middle of recording: not before some taps have been answered, however slow the machine is.
            enough, until = taps(clients) + BETWEEN_KILLS, time.monotonic() + SECONDS
            while taps(clients) < enough and time.monotonic() < until:
                time.sleep(0.02)
            time.sleep(random.uniform(0, 0.3))
            server.kill()
            server.start()
        time.sleep(max(2, started + SECONDS - time.perf_counter()))
        stop.set()
        for client in clients:
            client.join(120)
        seconds, used = time.perf_counter() - started, processor_time(server) - before
    took = sorted(second for client in clients for second in client.took)
    answers = sum((client.answers for client in clients), Counter())
    lost, doubled, other = compared(clients)
    found = [
        f"{answers[DONE]} taps acknowledged in {seconds:.0f} s, {answers[DONE] / seconds:.0f} a second",
        f"half of them within {1000 * statistics.median(took):.0f} ms",
        f"95 of 100 within {1000 * took[int(len(took) * 0.95)]:.0f} ms",
        f"{lost} lost, {doubled} stored twice, {other} overwritten",
        f"{sum(client.again for client in clients)} sent again, answers {dict(answers)}",
    ]
    if not kills:
        found.insert(1, f"{1000 * used / max(1, answers[DONE]):.1f} ms of processor time each")
    print(f"{connection.vendor}, {CLIENTS} clients, {kills} kills: {'; '.join(found)}", flush=True)


def warm(port, person):
    """Let every process of the server answer some taps: the first ones read modules."""
    cadre, locality = person
    browser = Browser(port, cadre.user)
    browser.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    sent = {"csrfmiddlewaretoken": TOKEN, "status": "present", "was": "unrecorded"}
    urls = [
        reverse("reports:meeting_attend", args=[meeting]) for meeting, _row in fresh(cadre, locality, 15 * WORKERS)
    ]
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda url: browser.post(url, sent), urls))


def taps(clients):
    """How many taps were acknowledged so far."""
    return sum(client.answers[DONE] for client in clients)


def processor_time(server):
    """Seconds of processor time that the processes of a server have used, as the system counts them."""
    used = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[2]) == server.process.pid:
                used += int(fields[11]) + int(fields[12])
    return used / os.sysconf("SC_CLK_TCK")


def compared(clients):
    """How many acknowledged taps the history lacks, how many it has twice, how many rows hold another answer."""
    lost = doubled = other = 0
    for said in (client.said for client in clients):
        for some in chunks(said):
            stored = Counter(Attendance.history.filter(id__in=some).values_list("id", flat=True))
            now = dict(Attendance.objects.filter(pk__in=some).values_list("pk", "status"))
            for key in some:
                taps = len(said[key]) - 1
                lost += max(0, taps - stored[key])
                doubled += max(0, stored[key] - taps)
                other += now[key] != said[key][-1]
    return lost, doubled, other


# --- The same tap twenty times, and two who take one roll -----------------------------------------------------------


def same_tap(person):
    """Send one tap twenty times at once, and count what it left."""
    cadre, locality = person
    ((meeting, row),) = fresh(cadre, locality, 1)
    sent = {"csrfmiddlewaretoken": TOKEN, "status": "present", "was": "unrecorded"}
    with Server() as server:
        browser = Browser(server.port, cadre.user)
        browser.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
        url = reverse("reports:meeting_attend", args=[meeting])
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda _number: browser.post(url, sent), range(AT_ONCE)))
    answers = Counter(status for status, *_rest in found)
    left = Attendance.history.filter(id=row).count(), Meeting.history.filter(id=meeting).count()
    told = f"answers {dict(answers)}, rows of history of the attendance and of the meeting {left}"
    print(f"{connection.vendor}, one tap {AT_ONCE} times at once: {told}", flush=True)


def two_editors(person):
    """Two who have opened one roll save different things at once, again and again: who was overwritten unasked?"""
    cadre, locality = person
    found = Counter()
    with Server() as server:
        editors = [Browser(server.port, a_superuser()) for _time in range(2)]
        for meeting, row in fresh(cadre, locality, ROUNDS):
            url = reverse("meetings:meeting_record", args=[meeting])
            sent = [
                (editor, roll_on(editor.get(url), cadre.pk, said)) for editor, said in zip(editors, SAID, strict=True)
            ]
            with ThreadPoolExecutor(2) as pool:
                answers = list(pool.map(lambda pair: pair[0].post(url, pair[1])[0], sent))  # noqa: B023
            status = Attendance.objects.values_list("status", flat=True).get(pk=row)
            saved = [said for said, answer in zip(SAID, answers, strict=True) if answer == DONE]
            right = sorted(answers) == [SHOWN_AGAIN, DONE] and saved == [status]
            found["one saved, the other asked" if right else f"{answers}, stored {status}"] += 1
    print(f"{connection.vendor}, two editors of one roll, {ROUNDS} times: {dict(found)}", flush=True)


def roll_on(text, cadre, status):
    """What a browser sends of an opened roll, with one cadre answered for."""
    form = max(forms_on(text), key=lambda form: len(form.values))
    said = {f"status-{cadre}": status}
    if status == "absent":
        said[f"reason-{cadre}"] = "other"
    return [pair for pair in form.filled(said, choosing=False) if pair[0] not in ("fill", "find")]
