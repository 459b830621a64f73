"""Who answers for where, in the order in which the models build on each other."""

from assignments.models.access import AccessGrant, User
from assignments.models.agency import Agency
from assignments.models.assignment import Assignment
from assignments.models.cadre import Cadre
from assignments.models.locality import Lineage, Locality, LocalityType, LocalityVersion, Tier
from assignments.models.place import Place, Placed
from assignments.models.rules import CoverageRule, Limit

__all__ = [
    "AccessGrant",
    "Agency",
    "Assignment",
    "Cadre",
    "CoverageRule",
    "Limit",
    "Lineage",
    "Locality",
    "LocalityType",
    "LocalityVersion",
    "Place",
    "Placed",
    "Tier",
    "User",
]
