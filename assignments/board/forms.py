"""The assignment board: which places are shown, what is typed once for all rows, and who takes which place."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.board.rows import Show
from assignments.changes import Change, leaving
from assignments.coverage.queries import COVERED_TIERS
from assignments.forms import PartForm, ReasonMixin, successor
from assignments.lookups import LocalityLookup, LookupMixin
from assignments.models import Assignment, Tier
from cadrenet.dates import DayField
from cadrenet.editing import OPENED, changed_since
from cadrenet.periods import ONE_DAY, today
from cadrenet.templatetags import figures
from cadrenet.texts import NameInput, SearchInput


class BoardForm(PartForm):
    """Which places the board shows: in which part of the tree, of which tier, on which day, by a piece of text."""

    field_order = ["q", "within", "tier", "day", "show", "groups"]

    q = SearchInput(label=_("Locality or cadre"), required=False)
    tier = forms.ChoiceField(
        label=_("Tier"),
        required=False,
        choices=[("", _("All tiers")), *((tier.value, tier.label) for tier in COVERED_TIERS)],
    )
    show = forms.ChoiceField(required=False, choices=[("", ""), *Show.choices], widget=forms.HiddenInput)
    # Self-governing groups, too, however many there are.
    groups = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @property
    def shown(self):
        """Which places are asked for; all of them where nothing else is."""
        return Show(self.cleaned_data["show"] or Show.ALL)

    @property
    def tiers(self):
        tier = self.cleaned_data["tier"]
        return [Tier(tier)] if tier else list(COVERED_TIERS)

    @property
    def with_groups(self):
        """Whether groups are shown however many there are: asked for by name, or within a commune or a hamlet."""
        cleaned = self.cleaned_data
        inside = self.part is not None and not Tier(self.part.tier).above(Tier.COMMUNE)
        return bool(cleaned["groups"] or cleaned["tier"] or inside)


class PaperForm(forms.Form):
    """What is typed once and holds for every row: the decision, and the first day."""

    decision_number = NameInput(label=_("Decision number"), required=False, max_length=60)
    decision_on = DayField(label=_("Day of the decision"), required=False)
    first_day = DayField(label=_("In charge from"), required=False)


class TakeOverForm(LookupMixin, ReasonMixin):
    """Who takes a place, beside or instead of those who hold it. ``changes`` says what is meant once it is valid.

    The text field bears the key of the place: on the board there is one in every row.
    """

    replaces = forms.ChoiceField(label=_("Instead of"), required=False)
    end_reason = forms.ChoiceField(
        label=_("Reason of ending"),
        required=False,
        choices=[("", _("Choose a reason")), *Assignment.EndReason.choices],
    )
    first_day = DayField(label=_("In charge from"))
    decision_number = NameInput(label=_("Decision number"), required=False, max_length=60)
    decision_on = DayField(label=_("Day of the decision"), required=False)

    def __init__(self, data=None, *, row, user, **kwargs):
        super().__init__(data, auto_id=f"id_%s-{row.place.locality_id}", **kwargs)
        self.row, self.user = row, user
        self.name = f"cadre-{row.place.locality_id}"
        self.matches = {self.name: {}}
        self.fields[self.name] = NameInput(error_messages={"required": _("Say whom.")})
        self.holding = {str(holder.assignment.pk): holder.assignment for holder in [*row.people, *row.coming]}
        to_come = {str(holder.assignment.pk) for holder in row.coming}
        self.fields["replaces"].choices = [
            *((key, name_of(held, key in to_come)) for key, held in self.holding.items()),
            ("", _("Nobody, in addition")),
        ]
        # Who replaced whom in the meantime is told in words, and not that there is no such choice.
        self.fields["replaces"].error_messages["invalid_choice"] = _(
            "This assignment has ended meanwhile. Look at the place again."
        )

    @property
    def text(self):
        """What was typed of the name."""
        return self.data.get(self.name, "")

    @property
    def name_errors(self):
        return self.errors.get(self.name, [])

    @property
    def name_matches(self):
        """What matches the name; once it is clear who is meant, that one alone."""
        matches = self.matches[self.name]
        if not self.changes:
            return matches
        return {"options": [option for option in matches["options"] if option["chosen"]]}

    @property
    def complaints(self):
        """Everything that is wrong: (label of the field, sentence), without a label what is plain in the row."""
        found = [("", error) for error in [*self.non_field_errors(), *self.name_errors]]
        for name in ("first_day", "decision_number", "decision_on", "replaces", "end_reason", "why"):
            found += [(self.fields[name].label, error) for error in self.errors.get(name, [])]
        return found

    def clean(self):
        cleaned = super().clean()
        if changed_since(self.data.get(OPENED, ""), self.row.held()):
            # Nobody is put beside or instead of somebody whom the page did not show.
            self.add_error(None, _("Meanwhile somebody else changed who holds this place. Look at it again."))
        replaces = self.holding.get(cleaned.get("replaces", ""))
        day = cleaned.get("first_day")
        if replaces and not cleaned.get("end_reason"):
            self.add_error("end_reason", _("Choose a reason"))
        if day is None:
            return cleaned
        cadre = successor(self, self.name, day)
        if not LocalityLookup(self.user, day).rows().filter(locality=self.row.place.locality_id).exists():
            self.add_error("first_day", _("On that day the place does not exist, or is not yours to assign."))
        if cadre and replaces and cadre.pk == replaces.cadre_id:
            self.add_error(self.name, _("A successor is somebody else."))
        if not self.errors:
            self.check_changes([self.build_change(cadre, replaces)])
        return cleaned

    def build_change(self, cadre, replaces):
        cleaned = self.cleaned_data
        group = self.row.place.tier == Tier.REGIONAL_GROUP
        role = Assignment.Role.HEAD if group else Assignment.Role.IN_CHARGE
        return Change(
            self.row.place.locality,
            replaces.role if replaces else role,
            cadre=cadre,
            **(leaving(replaces, cleaned["first_day"] - ONE_DAY, today()) if replaces else {}),
            end_reason=cleaned["end_reason"] if replaces else "",
            **{name: cleaned[name] for name in ("first_day", "decision_number", "decision_on")},
        )


def name_of(assignment, to_come):
    """Whom one may stand in for: the name, and of somebody who is yet to begin also from when."""
    if not to_come:
        return assignment.cadre.full_name
    return _("%(name)s, from %(day)s") % {
        "name": assignment.cadre.full_name,
        "day": figures.day(assignment.first_day),
    }
