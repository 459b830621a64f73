from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cadrenet.progress import Progress
from cadrenet.races import Busy, one_import_at_a_time
from reports.district.checking import check
from reports.district.reading import read_folder
from reports.district.tables import FILES
from reports.district.writing import refresh_statistics, write

# Past so many new rows, what the database knows about its tables is out of date.
MANY = 1000


class Command(BaseCommand):
    help = (
        "Import a district from a folder of CSV files (docs/data-format.md). Everything is checked first: either "
        "all errors are reported and nothing is written, or all rows are written at once. Importing twice changes "
        "nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="check and count what would change, and write nothing"
        )

    def handle(self, *, folder, dry_run, verbosity, **options):
        progress = Progress(verbosity)
        try:
            # What was checked still holds when it is written: no other import comes between.
            with one_import_at_a_time():
                counts = write(self.sound_tables(folder, progress), progress)
                transaction.set_rollback(dry_run)
        except Busy as busy:
            raise CommandError(str(busy)) from busy
        for file, count in counts.items():
            self.stdout.write(
                _("%(file)s: %(new)s new, %(changed)s changed, %(unchanged)s unchanged")
                % {"file": file, "new": count.new, "changed": count.changed, "unchanged": count.unchanged}
            )
        if dry_run:
            self.stdout.write(_("This was a trial: nothing was written."))
        elif sum(count.new for count in counts.values()) > MANY:
            refresh_statistics()

    def sound_tables(self, folder, progress):
        """Read and check the folder; end the command when anything is wrong."""
        if not folder.is_dir():
            raise CommandError(_("There is no folder %(folder)s.") % {"folder": folder})
        tables, problems = read_folder(folder)
        unread = {problem.file for problem in problems}
        problems += check(tables, unread, progress)
        for problem in problems:
            self.stderr.write(str(problem))
        if problems:
            raise CommandError(
                ngettext(
                    "%(count)s error. Nothing was written.", "%(count)s errors. Nothing was written.", len(problems)
                )
                % {"count": len(problems)}
            )
        if not tables:
            raise CommandError(
                _("The folder %(folder)s holds none of these files: %(files)s.")
                % {"folder": folder, "files": ", ".join(FILES)}
            )
        return tables
