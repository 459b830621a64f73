from django.core.management import BaseCommand
from django.utils.translation import gettext as _

from cadrenet.periods import today
from cadrenet.progress import Progress
from cadrenet.templatetags.figures import count
from meetings.planning.actions import plan_meetings, propose_days_off
from meetings.planning.plan import MONTHS_AHEAD, planned_until


class Command(BaseCommand):
    help = (
        "Plan the meetings that follow from patterns of regular meetings. Asked again, it plans nothing twice, and "
        "what somebody has moved, cancelled or recorded stays."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--months",
            type=int,
            default=MONTHS_AHEAD,
            choices=range(1, 25),
            metavar="1-24",
            help="how far ahead; 12 unless told otherwise",
        )

    def handle(self, *, months, verbosity, **options):
        day = today()
        propose_days_off(range(day.year, planned_until(day, months).year + 1))
        planned = plan_meetings(on=day, months=months, progress=Progress(verbosity))
        self.stdout.write(
            _("%(new)s new, %(changed)s changed, %(gone)s removed, %(kept)s left as they are by hand.")
            % {name: count(number) for name, number in vars(planned).items()}
        )
