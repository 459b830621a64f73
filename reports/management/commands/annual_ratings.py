from cadrenet.commands import CsvCommand
from reports.figures.ratings import RATING_COLUMNS, annual_ratings
from reports.models import PartyOrganisation, Rating


class Command(CsvCommand):
    help = "Print how the party organisations of a kind were rated in a year as CSV."

    def add_arguments(self, parser):
        parser.add_argument("year", type=int)
        parser.add_argument("--kind", required=True, choices=PartyOrganisation.Kind.values)

    def handle(self, *, year, kind, **options):
        rows = annual_ratings(Rating.objects.all(), kind, year)
        self.write(RATING_COLUMNS, ([getattr(row, name) for name in RATING_COLUMNS] for row in rows))
