from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssignmentsConfig(AppConfig):
    """Who answers for where."""

    name = "assignments"
    verbose_name = _("Localities and assignments")

    def ready(self):
        from django.db.models.signals import post_migrate

        from assignments.initial_data import add_initial_data
        from assignments.login import events, middleware  # noqa: F401 - hear of sign-ins and changes of rights

        post_migrate.connect(add_initial_data, sender=self)
