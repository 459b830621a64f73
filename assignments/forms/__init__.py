"""What people type on the pages of this app: a part of the tree and a day, a new assignment, the end of one."""

from assignments.forms.assignments import AssignmentForm, EndForm, refuse_with
from assignments.forms.lookups import LOOKUPS, CadreLookup, LocalityLookup, Lookup, lookup_input
from assignments.forms.parts import CoverageForm, DayForm, LocalitiesForm, PartForm, TenureForm

__all__ = [
    "LOOKUPS",
    "AssignmentForm",
    "CadreLookup",
    "CoverageForm",
    "DayForm",
    "EndForm",
    "LocalitiesForm",
    "LocalityLookup",
    "Lookup",
    "PartForm",
    "TenureForm",
    "lookup_input",
    "refuse_with",
]
