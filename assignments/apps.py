from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssignmentsConfig(AppConfig):
    """Who answers for where."""

    name = "assignments"
    verbose_name = _("Localities and assignments")

    def ready(self):
        from django.db.models.signals import post_migrate

        from assignments.initial_data import add_initial_data
        from assignments.login import middleware  # noqa: F401 - hears who signs in, from the first one on

        post_migrate.connect(add_initial_data, sender=self)
