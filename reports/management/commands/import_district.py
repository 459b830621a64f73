from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cadrenet.progress import Progress
from cadrenet.races import Busy, one_import_at_a_time
from reports.district.checking import check
from reports.district.reading import meant, read_folder
from reports.district.tables import FILES, Kind, all_told
from reports.district.telling import warnings
from reports.district.templates import LANGUAGES, write_templates
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
        parser.add_argument("folder", metavar="DIR", type=Path, nargs="?")
        parser.add_argument(
            "--dry-run", action="store_true", help="check, show which rows would change and how, and write nothing"
        )
        parser.add_argument(
            "--accept-questions",
            action="store_true",
            help="write what the import asks about, too: names that say another type, two of one name in one place",
        )
        parser.add_argument(
            "--template", metavar="DIR", type=Path, help="write empty files with headings and explanations, and stop"
        )
        parser.add_argument(
            "--language",
            choices=LANGUAGES,
            default=LANGUAGES[0],
            help="of the headings and explanations of --template (default: %(default)s)",
        )

    def handle(self, *, folder, template, language, **options):
        if (folder is None) == (template is None):
            raise CommandError(_("Name one folder: that of the files, or after --template that for the empty files."))
        if template:
            self.write_templates(template, language)
        else:
            self.import_folder(folder, **options)

    def write_templates(self, folder, language):
        try:
            files = write_templates(folder, language)
        except FileExistsError as error:
            raise CommandError(
                _("%(file)s exists already. Choose another folder.") % {"file": error.filename}
            ) from error
        except OSError as error:
            raise CommandError(f"{folder}: {error.strerror}") from error
        self.stdout.write(
            _("%(count)s empty files are in %(folder)s. Delete those that you do not need.")
            % {"count": len(files), "folder": folder}
        )

    def import_folder(self, folder, *, dry_run, accept_questions, verbosity, **options):
        progress = Progress(verbosity)
        try:
            # What was checked still holds when it is written: no other import comes between.
            with one_import_at_a_time():
                tables = self.sound_tables(folder, accept_questions, progress)
                counts = write(tables, progress, in_full=dry_run)
                transaction.set_rollback(dry_run)
        except Busy as busy:
            raise CommandError(str(busy)) from busy
        for file, count in counts.items():
            self.tell(file, count, dry_run)
        if dry_run:
            self.stdout.write(_("This was a trial: nothing was written."))
        elif sum(count.new for count in counts.values()) > MANY:
            refresh_statistics()

    def tell(self, file, count, dry_run):
        """Print how many rows of a file are new, changed and unchanged; of a trial, which ones change, and how."""
        self.stdout.write(
            _("%(file)s: %(new)s new, %(changed)s changed, %(unchanged)s unchanged")
            % {"file": file, "new": count.new, "changed": count.changed, "unchanged": count.unchanged}
        )
        for row in count.told.rows:
            self.stdout.write(f"  {file}:{row.line}: {row}")
        if count.told.more:
            self.stdout.write(
                "  "
                + ngettext("and %(count)s more changed row", "and %(count)s more changed rows", count.told.more)
                % {"count": count.told.more}
            )
        for text in warnings(file, count.told):
            self.stderr.write(self.style.WARNING(text))

    def sound_tables(self, folder, accept_questions, progress):
        """Read and check the folder; end the command when anything is wrong."""
        if folder.is_file():
            raise CommandError(_("%(file)s is a file. Name the folder in which it lies.") % {"file": folder})
        if not folder.is_dir():
            raise CommandError(_("There is no folder %(folder)s.") % {"folder": folder})
        tables, problems = read_folder(folder)
        unread = {meant(problem.file) for problem in problems}
        problems += check(tables, unread, progress)
        for line in all_told(problems):
            self.stderr.write(line)
        kept_by = {Kind.ERROR} if accept_questions else {Kind.ERROR, Kind.QUESTION}
        problems = [problem for problem in problems if problem.kind in kept_by]
        if problems:
            self.refuse(problems)
        if not tables:
            raise CommandError(
                _("The folder %(folder)s holds none of these files: %(files)s.")
                % {"folder": folder, "files": ", ".join(FILES)}
            )
        return tables

    def refuse(self, problems):
        """End the command, and say how what is only asked can be answered."""
        text = ngettext(
            "%(count)s error. Nothing was written.", "%(count)s errors. Nothing was written.", len(problems)
        ) % {"count": len(problems)}
        if questions := [problem for problem in problems if problem.kind is Kind.QUESTION]:
            text += " " + ngettext(
                "%(count)s of them may be right: if it is, import again with --accept-questions.",
                "%(count)s of them may be right: if they are, import again with --accept-questions.",
                len(questions),
            ) % {"count": len(questions)}
        raise CommandError(text)
