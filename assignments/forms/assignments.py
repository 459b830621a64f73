"""An assignment begins, and ends."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assignments.changes import early_sentence
from assignments.filters import DayField
from assignments.forms.lookups import LOOKUPS, LookupMixin, lookup_input
from assignments.models import Assignment, Limit
from assignments.tenure import served_since
from cadrenet.periods import months_between, today


class AssignmentForm(LookupMixin, forms.Form):
    """A new assignment: ``assignment`` holds it, cleaned and unsaved, once the form is valid."""

    locality = forms.CharField(
        label=_("Locality"),
        widget=lookup_input("locality"),
        help_text=_("Its name, with or without marks, or its code."),
        error_messages={"required": _("Say which locality.")},
    )
    cadre = forms.CharField(
        label=_("Cadre"),
        widget=lookup_input("cadre"),
        help_text=_("The name, with or without marks, or the code."),
        error_messages={"required": _("Say whom.")},
    )
    role = forms.ChoiceField(label=_("Role"), choices=Assignment.Role)
    first_day = DayField(label=_("In charge from"), help_text=_("The first day counts."))
    decision_number = forms.CharField(label=_("Decision number"), required=False, max_length=60)
    decision_on = DayField(label=_("Day of the decision"), required=False)

    def __init__(self, data=None, *, user, **kwargs):
        super().__init__(data, **kwargs)
        self.user = user
        self.matches = {name: {} for name in LOOKUPS}
        if not self.is_bound:
            day = self.get_initial_for_field(self.fields["first_day"], "first_day") or today()
            for name, lookup in LOOKUPS.items():
                self.matches[name] = lookup(user, day).options(self.initial.get(name) or "")

    def clean(self):
        asked = super().clean()
        day = asked.get("first_day") or today()
        found = {name: self.found(name, lookup(self.user, day)) for name, lookup in LOOKUPS.items()}
        if not self.errors and all(found.values()):
            self.assignment = Assignment(
                locality_id=found["locality"],
                cadre_id=found["cadre"],
                **{name: asked[name] for name in ("role", "first_day", "decision_number", "decision_on")},
            )
            refuse_with(self, self.assignment.full_clean)
        return asked


class EndForm(forms.Form):
    """The last day of an assignment and why it ends; before the minimum tenure it has to be said twice."""

    last_day = DayField(label=_("Last day"), help_text=_("This day still counts."))
    end_reason = forms.ChoiceField(
        label=_("Reason of ending"), choices=[("", _("Choose a reason")), *Assignment.EndReason.choices]
    )
    early = forms.BooleanField(label=_("End it although it is early"), required=False)

    def __init__(self, data=None, *, assignment, day, **kwargs):
        super().__init__(data, **kwargs)
        self.since = served_since([assignment])[assignment.pk]
        if not self.is_bound and not self.is_early(day):
            del self.fields["early"]

    def is_early(self, last_day):
        """Whether the time served up to a day stays under the office's minimum; sets the sentence that says so."""
        self.months = months_between(self.since, last_day) if self.since and self.since <= last_day else None
        self.minimum = Limit.on(last_day, Limit.Name.MINIMUM_TENURE_MONTHS)
        return self.months is not None and self.months < self.minimum

    @property
    def warning(self):
        """What speaks against ending it now."""
        return early_sentence(self.months, self.minimum)

    def clean(self):
        asked = super().clean()
        last_day = asked.get("last_day")
        if last_day and self.is_early(last_day):
            if not asked.get("early"):
                self.add_error("early", self.warning)
        elif "early" not in self.errors:
            del self.fields["early"]
        return asked


def refuse_with(form, check):
    """Run a check of a row; what it refuses becomes errors of the form, at the field where there is one."""
    try:
        check()
    except ValidationError as error:
        for name, messages in (
            error.message_dict.items() if hasattr(error, "error_dict") else [(None, error.messages)]
        ):
            form.add_error(name if name in form.fields else None, messages)
