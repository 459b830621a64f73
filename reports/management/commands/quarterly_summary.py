from django.core.management.base import CommandError

from assignments.models import Locality, Tier
from cadrenet.commands import CsvCommand, quarter
from reports import figures


class Command(CsvCommand):
    help = "Print the quarterly summary of all localities of a tier as CSV."

    def add_arguments(self, parser):
        parser.add_argument("quarter", help="for example 2022-Q4")
        parser.add_argument("--level", required=True, choices=Tier.values)
        parser.add_argument("--within", metavar="CODE", help="only this locality and what lies below it")

    def handle(self, *, level, within=None, **options):
        period = quarter(options["quarter"])
        locality = None
        if within is not None:
            locality = Locality.objects.filter(code=within).first()
            if locality is None:
                raise CommandError(f"There is no locality with the code “{within}”.")
        columns = figures.QUARTERLY_COLUMNS
        rows = figures.rows(period, Tier(level), locality, user=None)
        self.write(columns, ([getattr(row, name) for name in columns] for row in rows))
