"""The quarterly summary as the project computes it, against SQL by hand and against a database of another size."""

import time
from contextlib import contextmanager
from datetime import date

import environ
from django.db import ConnectionHandler, connection, connections

from assignments.models import Locality, Tier
from bench.summary import by_hand, by_project
from bench.timing import compare
from cadrenet.periods import Quarter, today
from reports import figures

LEVELS = (Tier.COMMUNE, Tier.HAMLET)


def a_district():
    """Return a district in the middle of those there are: neither the first nor the last that was brought in."""
    districts = Locality.objects.filter(tier=Tier.DISTRICT).order_by("pk")
    return districts[districts.count() // 2]


def a_quarter():
    """Return the last quarter that is over, by the data."""
    return Quarter.of(min(today(), last_meeting())).previous


def last_meeting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT day FROM meetings_attendance WHERE held ORDER BY day DESC LIMIT 1")
        found = cursor.fetchone()[0]
    return found if isinstance(found, date) else date.fromisoformat(found)


def against_sql(gate):
    """Print the ratio of the project's summary to the same cells by hand."""
    quarter, district = a_quarter(), a_district()
    for level in LEVELS:

        def project(level=level):
            return figures.rows(quarter, level, district, None)

        def hand(level=level):
            return by_hand(quarter, level, district.pk)

        check_equal(by_project(project()), hand())
        print(f"summary by {level.value:<8} {len(hand()):>4} rows, project : by hand  {compare(project, hand, gate)}")


def against_size(gate, other):
    """Print the ratio of the project's summary to that of another database: of one district, where this has many."""
    quarter, district = a_quarter(), a_district()
    with connected(other) as there:
        district_there = a_district()
    for level in LEVELS:

        def here(level=level):
            return figures.rows(quarter, level, district, None)

        def elsewhere(level=level):
            with use(there):
                return figures.rows(quarter, level, district_there, None)

        check_equal([row[2:] for row in by_project(here())], [row[2:] for row in by_project(elsewhere())])
        print(f"summary by {level.value:<8} this database : the other  {compare(here, elsewhere, gate)}")
    there.close()


def check_equal(ours, theirs):
    """Raise when two tables differ in any cell: a fast wrong answer is not measured."""
    for line, other in zip(ours, theirs, strict=True):
        if line != other:
            raise SystemExit(f"not the same figures:\n{line}\n{other}")


@contextmanager
def connected(url):
    """Work on another database of the same kind, and yield its connection."""
    settings = connection.settings_dict | environ.Env.db_url_config(url)
    settings["OPTIONS"] = connection.settings_dict["OPTIONS"]
    there = ConnectionHandler({"default": settings})["default"]
    with use(there):
        yield there


@contextmanager
def use(other):
    """Let the models work on another connection for a while."""
    here = connections["default"]
    connections["default"] = other
    try:
        yield
    finally:
        connections["default"] = here


def profile(times=30):
    """Print where the time of a summary goes: per statement what the database takes, and the rest in Python."""
    quarter, district = a_quarter(), a_district()
    for level in LEVELS:
        spent = {}

        def watch(execute, sql, params, many, context, spent=spent):
            started = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                table = sql.partition(' FROM "')[2].partition('"')[0]
                spent.setdefault(table, []).append(time.perf_counter() - started)

        started = time.perf_counter()
        with connection.execute_wrapper(watch):
            for _ in range(times):
                figures.rows(quarter, level, district, None)
        whole = (time.perf_counter() - started) / times * 1000
        print(f"summary by {level.value}: {whole:.1f} ms")
        for table, found in spent.items():
            took = sum(found) / times * 1000
            whole -= took
            print(f"  {took:6.1f} ms in the database, {table} and what joins it")
        print(f"  {whole:6.1f} ms in Python: building the statements, and the rows")
