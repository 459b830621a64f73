"""Which assignments a report that was handed in belongs to."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from assignments.models import Assignment
from reports.models import REPORTING_TIERS, QuarterlyReport


def submitted_by(quarter, last_day):
    """Return the assignments whose cadre handed in a report on a quarter, of several at one place the last.

    ``quarter`` is its name, ``last_day`` its last day. A report that was sent back was handed in, too.
    """
    rows = Assignment.objects.filter(role=Assignment.Role.IN_CHARGE, locality__tier__in=REPORTING_TIERS)
    rows = rows.filter(Q(first_day=None) | Q(first_day__lte=last_day))
    same = {"cadre": OuterRef("cadre"), "locality": OuterRef("locality")}
    written = QuarterlyReport.objects.of(quarter).filter(**same).exclude(submitted_on=None)
    # One without a first day comes before every other.
    begun = Coalesce(OuterRef("first_day"), Value(date.min))
    later = Assignment.objects.filter(
        **same, role=Assignment.Role.IN_CHARGE, first_day__gt=begun, first_day__lte=last_day
    )
    return rows.filter(Exists(written), ~Exists(later))
