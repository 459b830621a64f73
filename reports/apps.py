from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """What goes up, and how it was rated."""

    name = "reports"
    verbose_name = _("Reports and ratings")

    def ready(self):
        from django.db.models.signals import post_migrate

        from assignments.signals import assignment_taken_back
        from reports.initial_data import add_initial_data
        from reports.models.quarterly_report import reported_since

        post_migrate.connect(add_initial_data, sender=self)
        assignment_taken_back.connect(reported_since)
