"""Who answers for where, in the order in which the models build on each other."""

from assignments.models.access import AccessGrant, User
from assignments.models.agency import Agency
from assignments.models.assignment import Assignment
from assignments.models.cadre import Cadre
from assignments.models.decision import Decision, DecisionLine, Term
from assignments.models.erasure import Erasure
from assignments.models.handover import Acting, CoverageReview, Handover
from assignments.models.held import Held
from assignments.models.locality import Lineage, Locality, LocalityType, LocalityVersion, Tier
from assignments.models.nightly_run import NightlyRun
from assignments.models.place import Place, Placed
from assignments.models.posting import Posting
from assignments.models.receipt import Receipt
from assignments.models.rules import CoverageRule, HolderRule, Limit
from assignments.models.undo import Undo

__all__ = [
    "AccessGrant",
    "Acting",
    "Agency",
    "Assignment",
    "Cadre",
    "CoverageReview",
    "CoverageRule",
    "Decision",
    "DecisionLine",
    "Erasure",
    "Handover",
    "Held",
    "HolderRule",
    "Limit",
    "Lineage",
    "Locality",
    "LocalityType",
    "LocalityVersion",
    "NightlyRun",
    "Place",
    "Placed",
    "Posting",
    "Receipt",
    "Term",
    "Tier",
    "Undo",
    "User",
]
