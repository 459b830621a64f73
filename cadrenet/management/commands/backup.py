import os
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from cadrenet import backups
from cadrenet.nights import keep_run, tell_administrators


class Command(BaseCommand):
    """A copy counts only once it was read again, so each is checked before older ones are removed."""

    help = (
        "Write a copy of the database into DIRECTORY while people go on working, check that it can be read and holds "
        "as many rows, and remove all but the newest. How to restore one: docs/deployment.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("directory", metavar="DIRECTORY", type=Path)
        parser.add_argument("--keep", metavar="N", type=int, default=30, help="how many copies stay (30)")

    def handle(self, *args, directory, keep, **options):
        if keep < 1:
            raise CommandError(_("--keep must leave at least the copy that is made now."))
        began_at = timezone.now()
        target = directory / f"cadrenet-{timezone.localtime(began_at):%Y-%m-%d-%H%M%S}.{backups.ending()}"
        # It holds all that the database holds: nobody else may read it, at no moment.
        os.umask(0o077)
        try:
            with backups.in_sentences(target), backups.one_at_a_time(directory):
                said = self.back_up(target, keep)
        except (backups.BackupError, CommandError) as error:
            self.failed(str(error), began_at)
            raise CommandError(str(error)) from error
        keep_run("backup", began_at, succeeded=True, file=str(target.absolute()), said=said)
        self.stdout.write(said)

    def back_up(self, target, keep):
        """Write one copy, and remove the oldest; return what is said of it."""
        unfinished = target.with_suffix(backups.UNFINISHED)
        copy = self.copy_postgresql if connection.vendor == "postgresql" else self.copy_sqlite
        try:
            backups.begin(unfinished)
            copy(unfinished)
            backups.settle(unfinished, target)
        finally:
            for left in target.parent.glob(f"{unfinished.name}*"):
                left.unlink()
        for old in sorted(target.parent.glob(f"cadrenet-*{target.suffix}"))[:-keep]:
            old.unlink()
        return _("%(file)s: %(size)s MB, checked") % {"file": target, "size": f"{target.stat().st_size / 1e6:.1f}"}

    def copy_sqlite(self, target):
        backups.check(target, backups.copy_sqlite(target))

    def copy_postgresql(self, target):
        backups.check(target, backups.copy_postgresql(target))

    def failed(self, sentence, began_at):
        """Leave word of a night without a copy where somebody sees it."""
        keep_run("backup", began_at, succeeded=False, said=sentence)
        tell_administrators(_("The backup failed"), sentence)
