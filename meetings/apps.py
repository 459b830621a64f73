from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    """What happened, and who came."""

    name = "meetings"
    verbose_name = _("Meetings and attendance")

    def ready(self):
        from django.db.models.signals import post_migrate

        from assignments.signals import answering_changed, assignment_taken_back, changes_proposed
        from meetings.initial_data import add_initial_data
        from meetings.planning.actions import follow_tree
        from meetings.rosters import follow_assignments, recorded_since
        from meetings.schedule_conflicts import schedule_objections

        post_migrate.connect(add_initial_data, sender=self)
        answering_changed.connect(follow_assignments)
        answering_changed.connect(follow_tree)
        assignment_taken_back.connect(recorded_since)
        changes_proposed.connect(schedule_objections)
