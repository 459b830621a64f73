"""Steps of a quarterly report, and who may take them."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import Tier
from assignments.scope import reach_of
from reports.models import QuarterlyReport

# What a step of a report changes, and what its page was opened with.
STATE = ("status", "submitted_on")


@transaction.atomic
def submit(assignment, quarter, day):
    """Record that a report was handed in on a day; a report that was sent back is handed in anew.

    One that lies with the reader stays as it is: a second tap hands in nothing.
    """
    about = {"cadre": assignment.cadre, "locality": assignment.locality, "quarter": str(quarter)}
    made, _is_new = QuarterlyReport.objects.get_or_create(**about)
    report = QuarterlyReport.objects.select_for_update(of=("self",)).get(pk=made.pk)
    if not report.is_handed_in:
        report.status, report.submitted_on = QuarterlyReport.Status.SUBMITTED, day
        report.full_clean()
        report.save()
    return report


@transaction.atomic
def answer(report, status):
    """Accept a report that was handed in, or send it back; return it as it now stands.

    Raises ``ValidationError`` when it does not lie with its reader: it was sent back meanwhile, or is a draft again.
    """
    report = QuarterlyReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if not report.is_handed_in:
        raise ValidationError(
            _("Nothing was changed: the report does not lie with its reader, so it cannot be answered.")
        )
    if report.status != status:
        report.status = status
        report.full_clean()
        report.save()
    return report


def may_submit(user, assignment):
    """Whether a user may say that a report was handed in: the cadre, and whoever records where the cadre serves."""
    reach = reach_of(user)
    return reach.everything or assignment.cadre_id == reach.cadre or _records_at(reach, assignment, own=True)


def may_answer(user, assignment):
    """Whether a user may accept a report or send it back: whoever records above its place, never its writer.

    Whoever acts for the writer may write it, and so answers it as little.
    """
    reach = reach_of(user)
    if assignment.cadre_id in reach.cadres:
        return False
    return reach.everything or _records_at(reach, assignment, own=False)


def _records_at(reach, assignment, own):
    """Whether the user records at the place of an assignment (``own``) or above it.

    The assignment is read as of the day that the report is about: whoever lost the place since still answers it.
    """
    place = assignment.locality.place
    tiers = [tier for tier in Tier if own or tier.above(place.tier)]
    return any((tier.value, getattr(place, f"{tier}_id")) in reach.records for tier in tiers)
