"""What people type on the pages of this app: a part of the tree and a day, a new assignment, the end of one."""

from assignments.forms.assignments import AssignmentForm, EndForm, refuse_with
from assignments.forms.decisions import CopyForm, DecisionForm, LineEditForm, LineForm, PasteForm, ReasonsForm
from assignments.forms.lookups import LOOKUPS, CadreLookup, LocalityLookup, Lookup, LookupMixin, lookup_input
from assignments.forms.parts import CoverageForm, DayForm, LocalitiesForm, PartForm

__all__ = [
    "LOOKUPS",
    "AssignmentForm",
    "CadreLookup",
    "CopyForm",
    "CoverageForm",
    "DayForm",
    "DecisionForm",
    "EndForm",
    "LineEditForm",
    "LineForm",
    "LocalitiesForm",
    "LocalityLookup",
    "Lookup",
    "LookupMixin",
    "PartForm",
    "PasteForm",
    "ReasonsForm",
    "lookup_input",
    "refuse_with",
]
