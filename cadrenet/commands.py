"""What the project's commands share."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError

from cadrenet.export import write_csv
from cadrenet.periods import Quarter


class CsvCommand(BaseCommand):
    """A command that prints CSV on standard output: UTF-8 without a BOM, lines ending in a line feed."""

    def write(self, header, rows):
        """Print a header and rows as they come."""
        write_csv(self.stdout, header, rows)


def quarter(text):
    """Return a quarter from a command's argument."""
    try:
        return Quarter.parse(text)
    except ValueError as error:
        raise CommandError(str(error)) from error


def day(text):
    """Return a day from a command's argument."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is not a day. Write it like 2022-12-31.") from error
