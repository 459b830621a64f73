"""What people type on the pages of this app: a part of the tree and a day, and everything about changes of hands."""

from assignments.forms.acting import ActingForm, EndActingForm
from assignments.forms.assignments import AssignmentForm, EndForm, refuse_with
from assignments.forms.board import BoardForm, HandForm, PaperForm
from assignments.forms.changes import LeavingForm, ReasonMixin, ReplaceForm
from assignments.forms.decisions import CopyForm, DecisionForm, LineEditForm, LineForm, PasteForm, ReasonsForm
from assignments.forms.lookups import LOOKUPS, CadreLookup, LocalityLookup, Lookup, LookupMixin, lookup_input
from assignments.forms.parts import CoverageForm, DayForm, LocalitiesForm, PartForm, TenureForm

__all__ = [
    "LOOKUPS",
    "ActingForm",
    "AssignmentForm",
    "BoardForm",
    "CadreLookup",
    "CopyForm",
    "CoverageForm",
    "DayForm",
    "EndActingForm",
    "EndForm",
    "HandForm",
    "LeavingForm",
    "DecisionForm",
    "EndForm",
    "LineEditForm",
    "LineForm",
    "LocalitiesForm",
    "LocalityLookup",
    "Lookup",
    "LookupMixin",
    "PaperForm",
    "PartForm",
    "TenureForm",
    "ReasonMixin",
    "ReplaceForm",
    "PasteForm",
    "ReasonsForm",
    "lookup_input",
    "refuse_with",
]
