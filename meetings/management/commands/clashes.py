from cadrenet.commands import CsvCommand, quarter
from meetings.queries import clashes


class Command(CsvCommand):
    help = "Print the agency meetings of a quarter that overlap a locality meeting of their own staff as CSV."

    def add_arguments(self, parser):
        parser.add_argument("quarter", help="for example 2022-Q4")

    def handle(self, **options):
        rows = clashes(quarter(options["quarter"]))
        self.write(
            ["agency_meeting", "locality_meeting", "cadre_code"],
            rows.values_list("agency_code", "meeting__code", "cadre__code"),
        )
