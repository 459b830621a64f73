"""What goes up, and how it was rated."""

from reports.models.issue import Issue
from reports.models.party import PartyOrganisation, Rating, RatingLevel, RatingScheme
from reports.models.quarterly_report import HANDED_IN, REPORTING_TIERS, QuarterlyReport, due_day
from reports.models.resource import Resource

__all__ = [
    "HANDED_IN",
    "REPORTING_TIERS",
    "Issue",
    "PartyOrganisation",
    "QuarterlyReport",
    "Rating",
    "RatingLevel",
    "RatingScheme",
    "Resource",
    "due_day",
]
