"""What people type on the pages of this app: a part of the tree and a day, and everything about changes of hands."""

from assignments.forms.acting import ActingForm, EndActingForm
from assignments.forms.assignments import AssignmentForm, EndForm, refuse_with
from assignments.forms.board import BoardForm, HandForm, PaperForm
from assignments.forms.changes import LeavingForm, ReasonMixin, ReplaceForm
from assignments.forms.lookups import LOOKUPS, CadreLookup, LocalityLookup, Lookup, LookupMixin, lookup_input
from assignments.forms.parts import CoverageForm, DayForm, LocalitiesForm, PartForm

__all__ = [
    "LOOKUPS",
    "ActingForm",
    "AssignmentForm",
    "BoardForm",
    "CadreLookup",
    "CoverageForm",
    "DayForm",
    "EndActingForm",
    "EndForm",
    "HandForm",
    "LeavingForm",
    "LocalitiesForm",
    "LocalityLookup",
    "Lookup",
    "LookupMixin",
    "PaperForm",
    "PartForm",
    "ReasonMixin",
    "ReplaceForm",
    "lookup_input",
    "refuse_with",
]
