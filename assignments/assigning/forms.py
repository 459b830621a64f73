"""An assignment begins, and ends."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.changes import Change, leaving
from assignments.forms import ReasonMixin, refuse_with
from assignments.lookups import LOOKUPS, LookupMixin, cadre_field, locality_field
from assignments.models import Assignment
from cadrenet.dates import DayField
from cadrenet.editing import EditMixin
from cadrenet.periods import today
from cadrenet.texts import NameInput


class AssignmentForm(LookupMixin, ReasonMixin):
    """A new assignment: ``assignment`` holds it, cleaned and unsaved, once the form is valid."""

    field_order = ["locality", "cadre", "role", "first_day", "decision_number", "decision_on", "why", "seen"]

    locality = locality_field()
    cadre = cadre_field(_("Cadre"))
    role = forms.ChoiceField(label=_("Role"), choices=Assignment.Role)
    first_day = DayField(label=_("In charge from"), help_text=_("The first day counts."))
    decision_number = NameInput(label=_("Decision number"), required=False, max_length=60)
    decision_on = DayField(label=_("Day of the decision"), required=False)

    def __init__(self, data=None, *, user, **kwargs):
        super().__init__(data, **kwargs)
        self.user = user
        self.offer(self.get_initial_for_field(self.fields["first_day"], "first_day") or today())

    def clean(self):
        cleaned = super().clean()
        day = cleaned.get("first_day") or today()
        found = {name: self.found(name, lookup(self.user, day)) for name, lookup in LOOKUPS.items()}
        if not self.errors and all(found.values()):
            self.assignment = Assignment(
                locality_id=found["locality"],
                cadre_id=found["cadre"],
                **{name: cleaned[name] for name in ("role", "first_day", "decision_number", "decision_on")},
            )
            refuse_with(self, self.assignment.full_clean)
        if not self.errors:
            self.check_changes([self.build_change()])
        return cleaned

    def build_change(self):
        new = self.assignment
        return Change(new.locality, new.role, new.cadre, new.first_day)


class EndForm(EditMixin, ReasonMixin):
    """The last day of an assignment and why it ends; what speaks against it (R40) asks for a reason.

    One that has not begun is withdrawn by a day before its first.
    """

    last_day = DayField(label=_("Last day"), help_text=_("This day still counts."))
    end_reason = forms.ChoiceField(
        label=_("Reason of ending"), choices=[("", _("Choose a reason")), *Assignment.EndReason.choices]
    )

    field_order = ["last_day", "end_reason", "why", "seen"]

    def __init__(self, data=None, *, assignment, user, **kwargs):
        self.assignment, self.user = assignment, user
        super().__init__(data, **kwargs)
        if not self.is_bound:
            # What speaks against the day that is proposed is said at once.
            self.find_objections([self.build_change(self.initial["last_day"], "")])

    @property
    def edited_row(self):
        return self.assignment

    def stored_value(self, name):
        # The page proposes today; what is stored is the end that is known, if there is one.
        return getattr(self.assignment, name, None)

    def clean(self):
        cleaned = super().clean()
        begun = self.assignment.first_day
        if begun and cleaned.get("last_day") and cleaned["last_day"] < begun <= today():
            self.add_error("last_day", _("The last day lies before the first day."))
        if not self.errors:
            self.check_changes([self.build_change(cleaned["last_day"], cleaned["end_reason"])])
        return cleaned

    def build_change(self, last_day, end_reason):
        row = self.assignment
        return Change(row.locality, row.role, end_reason=end_reason, **leaving(row, last_day, today()))
