from datetime import date

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, call_command
from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import Locality
from cadrenet.periods import today as office_today
from cadrenet.progress import Progress
from reports.demo import Plan, invent
from reports.demo.accounts import ACCOUNTS, close_accounts, open_accounts, still_open
from reports.demo.papers import Papers
from reports.demo.plan import FULL_SIZE, SEED
from reports.district.writing import refresh_statistics, write


class Command(BaseCommand):
    help = (
        "Load an invented district into an empty database, with one account per role. For trials only: the "
        "passwords are printed and known to everybody."
    )

    def add_arguments(self, parser):
        parser.add_argument("--accounts", action="store_true", help="Only print the accounts that are there.")
        parser.add_argument("--close", action="store_true", help="Only close the accounts that are still open.")
        parser.add_argument("--refuse-open", action="store_true", help="Only fail where one is still open.")
        parser.add_argument("--flush", action="store_true", help="Empty the whole database first, users included.")
        parser.add_argument("--yes", action="store_true", help="Do it although this is a production server.")
        parser.add_argument("--seed", type=int, default=SEED, help="Another seed gives another district.")
        parser.add_argument("--today", type=date.fromisoformat, metavar="YYYY-MM-DD", help="As if loaded that day.")
        parser.add_argument("--communes", type=int, default=FULL_SIZE, help=f"2 to {FULL_SIZE}; fewer load faster.")
        parser.add_argument("--quarters", type=int, default=5, help="How far back, the running quarter included.")

    def handle(self, *args, accounts, flush, yes, seed, today, communes, quarters, verbosity, **options):
        if accounts:
            self.print_accounts()
            return
        if options["close"]:
            self.stdout.write(_("Closed: %(logins)s.") % {"logins": names_of(close_accounts()) or "–"})
            return
        if options["refuse_open"]:
            self.refuse_open()
            return
        if not settings.DEBUG and not yes:
            raise CommandError(
                _(
                    "This is a production server, and the demo opens accounts whose passwords everybody knows. "
                    "If you want that to look around, add --yes; ./run serve starts when --close has closed them."
                )
            )
        try:
            plan = Plan(today=today or office_today(), seed=seed, communes=communes, quarters=quarters)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if flush:
            call_command("flush", verbosity=0, interactive=False)
        self.refuse_full_database()
        self.load(plan, verbosity)
        if verbosity:
            self.print_accounts()

    def refuse_open(self):
        """Everybody knows these passwords, so no server runs with them."""
        if found := still_open():
            raise CommandError(
                _(
                    "Accounts of the demo are still open in this database, and everybody knows their passwords: "
                    "%(logins)s. Close them with ./run manage demo --close, then start again."
                )
                % {"logins": names_of(found)}
            )

    def refuse_full_database(self):
        if Locality.objects.exists():
            raise CommandError(
                _(
                    "This database holds localities already, so the demo was not loaded. Use another database, or "
                    "empty this one first with --flush: everything in it is lost."
                )
            )
        logins = [account.login for account in ACCOUNTS]
        taken = get_user_model().objects.filter(username__in=logins).values_list("username", flat=True)
        if taken:
            raise CommandError(
                _("These logins exist already, so the demo was not loaded: %(logins)s.")
                % {"logins": ", ".join(sorted(taken))}
            )

    def load(self, plan, verbosity):
        if verbosity:
            self.stdout.write(_("Loading the demo district; this takes about half a minute …"))
        demo = invent(plan)
        with transaction.atomic():
            write(demo.tables, Progress(verbosity))
            Papers(demo).write()
            open_accounts(demo)
        refresh_statistics()

    def print_accounts(self):
        found = still_open()
        if not found:
            self.stdout.write(_("There are no accounts of the demo in this database."))
            return
        table = [(_("Login"), _("Password"), _("Role"))]
        table += [(account.login, account.password, str(account.role)) for account in found]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for login, password, role in table:
            self.stdout.write(f"{login:<{widths[0]}}  {password:<{widths[1]}}  {role}")


def names_of(accounts):
    return ", ".join(account.login for account in accounts)
