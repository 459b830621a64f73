"""What each login holds, as one query reads it: the rows of a view, which nobody writes."""

from django.conf import settings
from django.db import models

from assignments.models.agency import Agency
from assignments.models.cadre import Cadre
from assignments.models.locality import Locality, Tier


class HeldQuerySet(models.QuerySet):
    def on(self, day):
        """Rows that count on a day. The view has no empty days, so that each page asks for no more than two."""
        return self.filter(first_day__lte=day, last_day__gte=day)


class Held(models.Model):
    """A grant, an assignment, the assignment of whoever is acted for, or the link of a cadre, with its days.

    A grant has a level; an assignment, which lets its cadre record, has a cadre; so has the link of a cadre to
    a login, which says only who the user is. What somebody holds for whom that cadre acts has the level ``ACTING``,
    and counts on the days of both. For migrations of a table behind it: ``assignments/migrations/_held.py``.
    """

    # Marks what a login holds only because its cadre acts for another.
    ACTING = "acting"

    source = models.CharField(max_length=60, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, related_name="+")
    level = models.CharField(max_length=10)
    agency = models.ForeignKey(Agency, null=True, on_delete=models.DO_NOTHING, related_name="+")
    cadre = models.ForeignKey(Cadre, null=True, on_delete=models.DO_NOTHING, related_name="+")
    tier = models.CharField(max_length=20, choices=Tier, null=True)  # noqa: DJ001 - as the view has it
    locality = models.ForeignKey(Locality, null=True, on_delete=models.DO_NOTHING, related_name="+")
    # The first and the last day that there are, where it has none.
    first_day = models.DateField()
    last_day = models.DateField()

    objects = HeldQuerySet.as_manager()

    class Meta:
        managed = False
        default_permissions = ()

    def __str__(self):
        return self.source
