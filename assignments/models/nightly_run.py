"""What the nights brought: when the database was backed up and verified, and with which result."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from assignments.models.place import decides_at_the_top
from assignments.scope import ScopedQuerySet

# Nobody asks how a night of last year went.
KEPT = timedelta(days=90)
# A night's backup does not begin to the minute, and takes its time.
OVERDUE = timedelta(hours=25)


class NightlyRunQuerySet(ScopedQuerySet):
    """Runs are about the whole database: for whoever decides at the top of a tree."""

    edited_by = "decides"

    def reached(self, reach, roots):
        return self.all() if decides_at_the_top(reach) else self.none()

    def of(self, kind):
        """Runs of one kind, the last one first."""
        return self.filter(kind=kind).order_by("-began_at", "-pk")

    def outdated(self, now):
        """Runs that nobody will ask for any more."""
        return self.filter(began_at__lt=now - KEPT)

    def last_backup(self):
        """The last backup that succeeded, or None."""
        return self.of(NightlyRun.Kind.BACKUP).filter(succeeded=True).first()


class NightlyRun(models.Model):
    """One run of a command that looks after the database; it is written by the command and never changed.

    A run has succeeded when there is a whole copy, or when nothing differs (any more). ``said`` is what it said.
    """

    class Kind(models.TextChoices):
        BACKUP = "backup", _("Backup")
        VERIFY = "verify", _("Verification")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    began_at = models.DateTimeField(_("began"), db_index=True)
    took = models.DurationField(_("took"))
    succeeded = models.BooleanField(_("in order"))
    differences = models.PositiveIntegerField(_("differences"), null=True)
    repaired = models.PositiveIntegerField(_("repaired"), null=True)
    file = models.CharField(_("file"), max_length=500, blank=True)
    said = models.TextField(_("what it said"), blank=True)

    objects = NightlyRunQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at", "-pk"]
        verbose_name = _("nightly run")
        verbose_name_plural = _("nightly runs")

    def __str__(self):
        return self.get_kind_display()

    def is_overdue(self, now):
        """Whether another run of the kind should have begun since."""
        return now - self.began_at > OVERDUE
