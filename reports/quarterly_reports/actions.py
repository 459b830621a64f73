"""Steps of a quarterly report, and who may take them."""

from django.db import transaction

from assignments.models import Tier
from assignments.scope import reach_of
from reports.models import QuarterlyReport


@transaction.atomic
def submit(assignment, quarter, day):
    """Record that a report was handed in on a day; a report that was sent back is handed in anew.

    One that lies with the reader stays as it is: a second tap hands in nothing.
    """
    report, _made = QuarterlyReport.objects.get_or_create(
        cadre=assignment.cadre, locality=assignment.locality, quarter=str(quarter)
    )
    if not report.is_handed_in:
        report.status, report.submitted_on = QuarterlyReport.Status.SUBMITTED, day
        report.full_clean()
        report.save()
    return report


@transaction.atomic
def answer(report, status):
    """Accept a report that was handed in, or send it back."""
    if report.is_handed_in:
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
    """Whether the user records at the place of an assignment (``own``) or above it."""
    place = assignment.locality.latest
    tiers = [tier for tier in Tier if own or tier.above(place.tier)]
    return any((tier.value, getattr(place, f"{tier}_id")) in reach.records for tier in tiers)
