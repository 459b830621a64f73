"""How fast cadrenet is, and what it stands: ``python -m bench`` in a database made for it, on either database.

See docs/performance.md, where every figure is a ratio to a reference that runs beside it, and docs/reliability.md.
"""

import argparse
import os
import sys

# The settings of production: what DEBUG adds is not to be measured.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cadrenet.settings")
os.environ.setdefault("SECRET_KEY", "for-measurements-only-" + "0" * 40)
os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1")
os.environ.setdefault("BEHIND_TLS", "0")


def main():
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(dest="what", required=True)
    data = commands.add_parser("data", help="fill the empty database of DATABASE_URL, or multiply its one district")
    data.add_argument("--districts", type=int, default=1)
    data.add_argument("--years", type=int, default=5)
    data.add_argument("--seed", type=int)
    figures = commands.add_parser("figures", help="the quarterly summary against SQL by hand")
    figures.add_argument("--other", metavar="URL", help="against the same in another database, of another size")
    commands.add_parser("profile", help="where the time of a summary goes")
    pages = commands.add_parser("pages", help="pages against bare pages with SQL by hand")
    pages.add_argument("--only", default="", metavar="NAME")
    imports = commands.add_parser("import", help="import_district into the empty database of DATABASE_URL")
    imports.add_argument("--years", type=int, default=5)
    commands.add_parser("files", help="the attendance of a quarter as CSV against a cursor, and memory")
    drills = commands.add_parser("drills", help="two editors, equal posts at once, kills (docs/reliability.md)")
    drills.add_argument("--only", default="", choices=["", "editors", "twice", "kills", "attendance"])
    drills.add_argument("--kills", type=int, default=12)
    asked = parser.parse_args()
    if not os.environ.get("DATABASE_URL"):
        parser.error("DATABASE_URL is not set. Name a database that is there to be measured.")
    run(asked)


def run(asked):
    import django

    django.setup()
    from bench import data, figures, files, pages
    from bench.timing import Gate

    if asked.what == "data":
        data.make(asked.districts, asked.years, asked.seed)
        return
    if asked.what == "drills":
        from bench import attendance, drills

        if asked.only in ("", "attendance"):
            attendance.run()
        if asked.only != "attendance":
            drills.run(asked.only, asked.kills)
        return
    if asked.what == "import":
        files.imports(asked.years)
        return
    data.describe()
    if asked.what == "profile":
        figures.profile()
        return
    with Gate() as gate:
        print(f"fixed work on every core: {gate.best * 1000:.1f} ms at best")
        if asked.what == "figures":
            figures.against_size(gate, asked.other) if asked.other else figures.against_sql(gate)
        elif asked.what == "pages":
            pages.measure(gate, asked.only)
        else:
            files.measure(gate)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
