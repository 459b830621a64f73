"""Files: the attendance of a district and quarter as CSV against a cursor with ``csv.writer``, and memory."""

import csv
import io
import multiprocessing
import resource
import tempfile
import time
from datetime import UTC
from pathlib import Path
from urllib.parse import urlencode

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from bench.timing import compare

ATTENDANCES = """
SELECT meeting.code, meeting.starts_at, meeting.kind, place.name, place.path, cadre.code, cadre.full_name,
    agency.name, expected, attendance.status, attendance.reason
FROM meetings_attendance AS attendance
JOIN meetings_meeting AS meeting ON meeting.id = attendance.meeting_id
JOIN assignments_place AS place ON place.id = attendance.place_id
JOIN assignments_cadre AS cadre ON cadre.id = attendance.cadre_id
LEFT JOIN assignments_posting AS posting ON posting.cadre_id = cadre.id
    AND (posting.first_day IS NULL OR posting.first_day <= attendance.day)
    AND (posting.last_day IS NULL OR posting.last_day >= attendance.day)
LEFT JOIN assignments_agency AS agency ON agency.id = posting.agency_id
WHERE attendance.area_id = %(area)s AND attendance.day BETWEEN %(first)s AND %(last)s AND held
ORDER BY attendance.day DESC, meeting.starts_at DESC, meeting.id, cadre.sort_key, attendance.id
"""


def measure(gate):
    """Print the ratio of the project's CSV to one by hand, and the memory that one and twenty quarters take."""
    from bench.figures import a_district, a_quarter

    quarter, district = a_quarter(), a_district()
    values = {"area": district.pk, "first": str(quarter.first_day), "last": str(quarter.last_day)}
    client = signed_in(district)

    def project():
        return download(client, district.code, quarter)

    def hand():
        return by_hand(values)

    ours, theirs = list(csv.reader(io.StringIO(project()))), list(csv.reader(io.StringIO(hand())))
    if ours[1:] != theirs:
        wrong = next((pair for pair in zip(ours[1:], theirs, strict=False) if pair[0] != pair[1]), "another number")
        raise SystemExit(f"not the same rows: {wrong}")
    print(f"attendance as CSV, {len(theirs):,} rows, project : by hand  {compare(project, hand, gate)}")
    for asked in (str(quarter), ""):
        rows, mebibytes = multiprocessing.get_context("spawn").Pool(1).apply(in_memory, (district.pk, asked))
        print(f"attendance as CSV, {rows:,} rows: {mebibytes:.0f} MiB at most")


def signed_in(district):
    """Return a client that sees the whole district."""
    from bench.pages import a_viewer

    client = Client(HTTP_ACCEPT_LANGUAGE="vi", HTTP_HOST="127.0.0.1")
    client.force_login(a_viewer(district))
    return client


def download(client, within, quarter):
    """Return the file of the project's own page."""
    query = urlencode({"quarter": str(quarter), "within": within, "format": "csv"})
    answer = client.get(f"/meetings/attendances/?{query}")
    if answer.status_code != 200:
        raise SystemExit(f"The list of attendance answered {answer.status_code}.")
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def by_hand(values):
    """Return the same lines from one statement."""
    from meetings.models import Attendance, Kind

    with translation.override("vi"):
        kinds = {str(value): str(label) for value, label in Kind.choices}
        statuses = {str(value): str(label) for value, label in Attendance.Status.choices}
        reasons = {"": ""} | {str(value): str(label) for value, label in Attendance.Reason.choices}
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    with connection.cursor() as cursor:
        cursor.execute(ATTENDANCES, values)
        while rows := cursor.fetchmany(2000):
            writer.writerows(
                (code, moment(at), kinds[kind], *texts, int(not expected), statuses[status], reasons[reason])
                for code, at, kind, *texts, expected, status, reason in rows
            )
    return file.getvalue()


def moment(value):
    """A moment by the clock of the office, as the file says it; SQLite hands it out without its zone."""
    if timezone.is_naive(value):
        value = value.replace(tzinfo=UTC)
    return timezone.localtime(value).isoformat(timespec="minutes")[:16]


def in_memory(district, quarter):
    """Return how many rows a download had, and the most memory this process ever took, in mebibytes."""
    django.setup()
    from assignments.models import Locality

    district = Locality.objects.get(pk=district)
    client, query = signed_in(district), urlencode({"quarter": quarter, "within": district.code, "format": "csv"})
    lines = 0
    # Read piece by piece, as a server sends it.
    for piece in client.get(f"/meetings/attendances/?{query}").streaming_content:
        lines += piece.count(b"\r\n")
    return lines - 1, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def imports(years):
    """Print how long a district takes that is brought in from its files, into an empty database, and once more."""
    from cadrenet.periods import today
    from reports.demo import invent
    from reports.demo.plan import Plan

    call_command("migrate", verbosity=0)
    demo = invent(Plan(today=today(), quarters=4 * years))
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in demo.files.items():
            write(Path(folder) / name, rows)
        lines = sum(len(rows) for rows in demo.files.values())
        for which in ("new", "unchanged"):
            started = time.perf_counter()
            call_command("import_district", folder, verbosity=0, stdout=io.StringIO())
            print(f"import_district, {lines:,} lines, all {which}: {time.perf_counter() - started:.0f} s")


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
