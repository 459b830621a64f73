"""What the project's commands share."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from cadrenet.export import write_csv
from cadrenet.periods import Quarter, check_day, of_known_year


class CsvCommand(BaseCommand):
    """A command that prints CSV on standard output: UTF-8 without a BOM, lines ending in a line feed."""

    def write(self, header, rows):
        """Print a header and rows as they come."""
        write_csv(self.stdout, header, rows)


def quarter(text):
    """Return a quarter from a command's argument."""
    try:
        return of_known_year(Quarter.parse(text))
    except ValueError as error:
        raise CommandError(str(error)) from error


def day(text):
    """Return a day from a command's argument."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is not a day. Write it like 2022-12-31.") from error
    try:
        check_day(found)
    except ValidationError as error:
        raise CommandError(error.messages[0]) from error
    return found
