from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cadrenet.backups import BackupError, rows_in


class Command(BaseCommand):
    """Look before restoring: a copy may have been damaged where it was kept."""

    help = "Read a copy of the database that `backup` made as a whole, and print how many rows each table holds."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args, file, **options):
        try:
            rows = rows_in(file)
        except BackupError as error:
            raise CommandError(str(error)) from error
        for table, number in sorted(rows.items()):
            self.stdout.write(f"{number:>10} {table}")
        said = {"file": file, "rows": sum(rows.values()), "tables": len(rows)}
        self.stdout.write(_("%(file)s is whole: %(rows)s rows in %(tables)s tables.") % said)
