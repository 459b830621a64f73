"""Things that hold for a time: from a first day to a last day, both inclusive, either one empty while open."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cadrenet.dates import BoundedDateField
from cadrenet.races import lock, lock_table


def in_force(day, prefix=""):
    """Return the condition that a period holds on a day; ``prefix`` leads to it, as in ``"locality__"``."""
    return during(day, day, prefix)


def during(first_day, last_day, prefix=""):
    """Return the condition that a period shares at least one day with another; None is open on that side."""
    condition = Q()
    if last_day is not None:
        condition &= Q(**{f"{prefix}first_day": None}) | Q(**{f"{prefix}first_day__lte": last_day})
    if first_day is not None:
        condition &= Q(**{f"{prefix}last_day": None}) | Q(**{f"{prefix}last_day__gte": first_day})
    return condition


class EffectiveDatedQuerySet(models.QuerySet):
    """Verbs that ask for a time."""

    def on(self, day):
        """Rows in force on a day; the first and the last day count."""
        return self.filter(in_force(day))

    def during(self, first_day, last_day):
        """Rows in force on at least one day from the first to the last."""
        return self.filter(during(first_day, last_day))

    def open(self):
        """Rows without a last day."""
        return self.filter(last_day=None)


class EffectiveDated(models.Model):
    """A row that holds from its first to its last day."""

    first_day = BoundedDateField(
        _("first day"), null=True, blank=True, help_text=_("Empty: since before records began.")
    )
    last_day = BoundedDateField(
        _("last day"), null=True, blank=True, help_text=_("This day still counts. Empty while it goes on.")
    )

    objects = EffectiveDatedQuerySet.as_manager()

    # Keys of rows that are changed together with this one, in one form, and are compared there.
    changed_together = ()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day=None) | Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="%(app_label)s_%(class)s_days_in_order",
                violation_error_message=_("The last day lies before the first day."),
            )
        ]

    def holds_on(self, day):
        """Return whether this row is in force on a day."""
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)

    def refuse_overlap(self, others, message, within=None):
        """Raise ``ValidationError(message)`` when another of these rows holds on one of this one's days.

        Neither database can hold this as a plain constraint, so it is checked where a row is cleaned. ``within`` is
        the one row that all of these hang on: it is locked, so that who cleans and saves in one transaction is right.
        Without one, the whole table is.
        """
        if within is None:
            lock_table(type(self))
        else:
            lock(within)
        others = others.exclude(pk__in=[self.pk, *self.changed_together])
        if others.filter(during(self.first_day, self.last_day)).exists():
            raise ValidationError(message)
