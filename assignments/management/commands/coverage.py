from assignments.coverage.queries import uncovered
from assignments.models import Tier
from assignments.subtree import subtree
from cadrenet.commands import CsvCommand, day


class Command(CsvCommand):
    help = "Print the localities of a tier that nobody answers for on a day as CSV."

    def add_arguments(self, parser):
        parser.add_argument("day", help="for example 2022-12-31")
        parser.add_argument("--level", required=True, choices=Tier.values)

    def handle(self, *, level, **options):
        rows = uncovered(level, day(options["day"]), subtree())
        self.write(["locality_code", "locality_name"], rows.values_list("locality__code", "name"))
