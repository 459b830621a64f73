"""Changes of hands on a form: what speaks against them is shown first, and a reason overrides it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.changes import Change, leaving, withdrawal
from assignments.forms import ReasonMixin, successor
from assignments.lookups import LookupMixin, cadre_field, lookup_input
from assignments.models import Assignment
from cadrenet.dates import DayField
from cadrenet.editing import EditMixin
from cadrenet.periods import ONE_DAY, today
from cadrenet.texts import NameInput

Reason = Assignment.EndReason
# What a change of hands writes to the assignment that ends.
ENDS = ("last_day", "end_reason")


class ReplaceForm(EditMixin, LookupMixin, ReasonMixin):
    """One cadre follows another at a place, in one step. ``change`` holds what is meant once the form is valid."""

    last_day = DayField(label=_("Last day of whoever leaves"), help_text=_("This day still counts."))
    end_reason = forms.ChoiceField(label=_("Reason of ending"), choices=[("", _("Choose a reason")), *Reason.choices])
    cadre = cadre_field(_("Successor"))
    first_day = DayField(
        label=_("First day of the successor"), required=False, help_text=_("Left empty: the day after the last day.")
    )
    decision_number = NameInput(label=_("Decision number"), required=False, max_length=60)
    decision_on = DayField(label=_("Day of the decision"), required=False)

    field_order = ["last_day", "end_reason", "cadre", "first_day", "decision_number", "decision_on", "why", "seen"]

    def __init__(self, data=None, *, assignment, user, **kwargs):
        self.assignment, self.user = assignment, user
        super().__init__(data, **kwargs)
        self.matches = {"cadre": {}}

    @property
    def edited_row(self):
        return self.assignment

    def stored_value(self, name):
        # The successor and the decision are new.
        return getattr(self.assignment, name) if name in ENDS else None

    @property
    def days_between(self):
        """Days with nobody between the two, negative when both answer for some days; None while not known.

        None, too, where one of the two never begins.
        """
        cleaned = getattr(self, "cleaned_data", {})
        if self.withdrawals:
            return None
        if not cleaned.get("last_day") or not cleaned.get("first_day"):
            return None
        return (cleaned["first_day"] - cleaned["last_day"]).days - 1

    @property
    def days_together(self):
        """Days on which both answer for the place."""
        return max(-(self.days_between or 0), 0)

    def clean(self):
        cleaned = super().clean()
        last_day = cleaned.get("last_day")
        if last_day and not cleaned.get("first_day") and "first_day" not in self.errors:
            # Where the other never begins, the successor does on that day.
            cleaned["first_day"] = leaving(self.assignment, last_day, today())["last_day"] + ONE_DAY
        cadre = successor(self, "cadre", cleaned.get("first_day") or today())
        if cadre and cadre.pk == self.assignment.cadre_id:
            self.add_error("cadre", _("A successor is somebody else."))
        if not self.errors:
            self.check_changes([self.build_change(cadre)])
        return cleaned

    def build_change(self, cadre):
        cleaned = self.cleaned_data
        return Change(
            self.assignment.locality,
            self.assignment.role,
            cadre=cadre,
            **leaving(self.assignment, cleaned["last_day"], today()),
            **{name: cleaned[name] for name in ("first_day", "end_reason", "decision_number", "decision_on")},
        )


class LeavingForm(EditMixin, LookupMixin, ReasonMixin):
    """A cadre leaves the service: the last day, why, and for each assignment who follows, if anybody does."""

    REASONS = [
        Reason.RETIRED,
        Reason.TRANSFERRED,
        Reason.TERM_ENDED,
        Reason.WORKLOAD,
        Reason.OWN_REQUEST,
        Reason.OTHER,
    ]

    last_day = DayField(label=_("Last day in service"), help_text=_("This day still counts."))
    end_reason = forms.ChoiceField(
        label=_("Reason of ending"),
        choices=[("", _("Choose a reason")), *((reason.value, reason.label) for reason in REASONS)],
    )

    def __init__(self, data=None, *, cadre, assignments, user, **kwargs):
        self.cadre, self.assignments, self.user = cadre, list(assignments), user
        super().__init__(data, **kwargs)
        self.matches, self.positions = {}, {}
        for row in self.assignments:
            name = f"cadre-{row.pk}"
            self.matches[name] = {}
            self.fields[name] = NameInput(
                label=_("Successor"),
                required=False,
                widget=lookup_input("cadre", name, day="last_day"),
                help_text=_("Left empty: the assignment only ends."),
            )
            self.fields[f"first_day-{row.pk}"] = DayField(
                label=_("First day of the successor"),
                required=False,
                help_text=_("Left empty: the day after the last day."),
            )
        self.order_fields([name for name in self.fields if name not in ("why", "seen")])

    @property
    def edited_row(self):
        return self.cadre

    def stored_value(self, name):
        return self.cadre.left_on if name == "last_day" else None

    def about(self):
        """What the cadre holds: whatever is added, ended or moved meanwhile is looked at first."""
        return {"held": [f"{row.pk} {row.last_day} {row.end_reason}" for row in self.assignments]}

    def rows(self):
        """For the page: each assignment with its fields, its matches, its change and what speaks against it."""
        for row in self.assignments:
            position = self.positions.get(row.pk)
            name = f"cadre-{row.pk}"
            yield {
                "assignment": row,
                "name": name,
                "cadre": self[name],
                "first_day": self[f"first_day-{row.pk}"],
                "matches": self.matches[name],
                "change": None if position is None else self.changes[position],
                "withdrawal": ""
                if position is None or not self.changes[position].withdraws
                else withdrawal(self.changes[position]),
                "objections": self.objections.get(position, []),
            }

    def clean(self):
        cleaned = super().clean()
        found = {row.pk: self.successor_of(row) for row in self.assignments}
        if not self.errors:
            changes = []
            for row in self.assignments:
                if found[row.pk] or row.last_day is None or row.last_day > cleaned["last_day"]:
                    self.positions[row.pk] = len(changes)
                    changes.append(self.build_change(row, found[row.pk]))
            self.check_changes(changes)
        return cleaned

    def successor_of(self, row):
        """Who follows in an assignment, and the first day when none was said."""
        cleaned, first_day = self.cleaned_data, f"first_day-{row.pk}"
        last_day = cleaned.get("last_day")
        cadre = successor(self, f"cadre-{row.pk}", cleaned.get(first_day) or last_day or today())
        if cadre and cadre.pk == row.cadre_id:
            self.add_error(f"cadre-{row.pk}", _("A successor is somebody else."))
        if cleaned.get(first_day) and not cleaned.get(f"cadre-{row.pk}"):
            self.add_error(f"cadre-{row.pk}", _("Say who begins on that day, or leave the day empty."))
        if cadre and last_day and not cleaned.get(first_day) and first_day not in self.errors:
            cleaned[first_day] = leaving(row, self.end_of(row, last_day), today())["last_day"] + ONE_DAY
        return cadre

    def end_of(self, row, last_day):
        """The last day of an assignment whose cadre leaves on a day: an end that is known and nearer stays."""
        return min(row.last_day or last_day, last_day)

    def build_change(self, row, cadre):
        cleaned = self.cleaned_data
        return Change(
            row.locality,
            row.role,
            cadre=cadre,
            first_day=cleaned[f"first_day-{row.pk}"] if cadre else None,
            **leaving(row, self.end_of(row, cleaned["last_day"]), today()),
            end_reason=cleaned["end_reason"],
        )

    def refuse(self, faults):
        """Say what cannot be, each at the assignment that it is about."""
        names = {position: f"cadre-{pk}" for pk, position in self.positions.items()}
        for position, sentences in faults.items():
            self.add_error(names.get(position), sentences)
