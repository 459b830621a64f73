from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cadrenet.commands import day
from cadrenet.export import write_csv
from cadrenet.uploads import BadFile
from reports.district.official import COLUMNS, SINCE_2025, read_units, rows_of, within

FILE = "localities.csv"


class Command(BaseCommand):
    help = (
        "Turn a list of administrative units as the state publishes it (CSV or XLSX; docs/data-format.md) into the "
        "localities.csv of a folder that import_district reads."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the localities.csv")
        parser.add_argument(
            "--within",
            "--district",
            metavar="UNIT",
            help="only this province, district or commune (its code or full name), with what is in it and above it",
        )
        parser.add_argument(
            "--first-day", type=day, metavar="DAY", help="from when the units exist; open if left out"
        )
        parser.add_argument(
            "--last-day", type=day, metavar="DAY", help="until when the units exist; open if left out"
        )
        parser.add_argument(
            "--suffix",
            help="what to add to every code, so that units of different times stay apart; if left out, nothing for "
            f"a list with districts and {SINCE_2025} for one without",
        )

    def handle(self, *, file, out, first_day, last_day, suffix, **options):
        if first_day and last_day and last_day < first_day:
            raise CommandError(_("The last day lies before the first day."))
        target = out / FILE
        if target.exists():
            raise CommandError(_("%(file)s exists already. Choose another folder.") % {"file": target})
        try:
            found = read_units(file)
            units = within(found.units, options["within"]) if options["within"] else found.units
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except BadFile as bad:
            for line, text in bad.errors:
                self.stderr.write(f"{file.name}:{line or 1}: {text}")
            raise CommandError(_("Nothing was written.")) from bad
        if suffix is None:
            suffix = "" if found.has_districts else SINCE_2025
        out.mkdir(parents=True, exist_ok=True)
        with target.open("w", encoding="utf-8", newline="") as stream:
            write_csv(stream, COLUMNS, rows_of(units, suffix, first_day, last_day))
        if found.unused:
            self.stderr.write(_("These columns were not used: %(columns)s.") % {"columns": ", ".join(found.unused)})
        self.stdout.write(_("%(count)s units are in %(file)s.") % {"count": len(units), "file": target})
