import os
import socket
from threading import Timer

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone


class Command(BaseCommand):
    """One process does it all, because each further one would load Django again."""

    help = (
        "Bring the database up to date. With --serve, also load the demo district into an empty database, "
        "print its accounts and serve the pages: a trial on one machine."
    )

    def add_arguments(self, parser):
        parser.add_argument("--serve", metavar="ADDRESS:PORT")
        parser.add_argument("--server", action="store_true", help="Fail where an account of the demo is open.")

    def handle(self, *args, serve, server, **options):
        if serve and not settings.DEBUG:
            raise CommandError("--serve is for a trial with DEBUG=1. The production server is ./run serve.")
        if serve:
            self.refuse_taken_address(serve)
        try:
            self.migrate()
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        if server:
            call_command("demo", refuse_open=True)
        if serve:
            self.offer_accounts()
            self.serve(serve)

    def migrate(self):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Bringing the database up to date …")
            call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        apps.get_model("assignments", "Receipt").objects.outdated(timezone.now()).delete()

    def offer_accounts(self):
        User = get_user_model()
        Locality = apps.get_model("assignments", "Locality")
        if not User.objects.exists() and not Locality.objects.exists():
            call_command("demo")
        elif User.objects.exists():
            # Each password is tried before it is printed, which takes longer than starting: so afterwards.
            accounts = Timer(1, self.print_accounts)
            accounts.daemon = True
            accounts.start()
        else:
            self.stdout.write("Nobody can sign in yet: ./run manage createsuperuser makes the first account.")

    def print_accounts(self):
        call_command("demo", accounts=True)
        connection.close()

    def serve(self, address):
        # Without the reloader Django is loaded once instead of twice; who edits the code wants
        # `./run manage runserver`. The server's own warning would only repeat what the README says.
        os.environ["DJANGO_RUNSERVER_HIDE_WARNING"] = "true"
        call_command("runserver", address, use_reloader=False)

    def refuse_taken_address(self, address):
        """Say it before the demo is loaded, not a minute later."""
        host, _, port = address.rpartition(":")
        try:
            socket.create_server((host or "127.0.0.1", int(port))).close()
        except (OSError, ValueError) as error:
            raise CommandError(
                f"{address} is taken or cannot be used. Stop what serves there, or choose another address: "
                "./run 127.0.0.1:8001"
            ) from error
