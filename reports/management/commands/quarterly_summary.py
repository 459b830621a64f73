from django.core.management.base import CommandError

from assignments.models import Locality, Tier
from assignments.subtree import subtree
from cadrenet.commands import CsvCommand, quarter
from reports.figures.summary import QUARTERLY_COLUMNS, quarterly_summary


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
        rows = quarterly_summary(period, level, subtree(within=locality))
        self.write(QUARTERLY_COLUMNS, ([getattr(row, name) for name in QUARTERLY_COLUMNS] for row in rows))
