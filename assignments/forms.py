"""What people type on the pages of this app: a part of the tree and a day, a new assignment, the end of one."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assignments.changes import early_sentence
from assignments.filters import DayField, WithinSelect
from assignments.models import Assignment, Cadre, Limit, Place, Tier
from assignments.models.place import below
from assignments.queries import COVERED_TIERS
from assignments.scope import reach_of
from assignments.tenure import served_since
from cadrenet.periods import months_between, today
from cadrenet.vietnamese import search_key

# So many matches are read through; with more, a longer name is typed.
MATCHES = 12


# --- Which part of the tree, on which day -------------------------------------------------------------------


class DayForm(forms.Form):
    """The day as of which a page is read: today unless another is asked for."""

    day = DayField(label=_("On the day"), required=False)

    @property
    def as_of(self):
        """The day asked for; today, too, when what was asked for is no day."""
        return (self.is_valid() and self.cleaned_data["day"]) or today()


class PartForm(forms.Form):
    """A part of the tree as of a day; what is left out is all that the user sees, today."""

    within = WithinSelect(label=_("Within"), required=False)
    day = DayField(label=_("On the day"), required=False)

    def __init__(self, data, *, user, **kwargs):
        super().__init__(data, **kwargs)
        self.user = user
        self.fields["within"].user = user

    def clean(self):
        asked = super().clean()
        self.fields["within"].offer(self.user, self.as_of, asked.get("within"))
        return asked

    @property
    def as_of(self):
        """The day asked for, else today."""
        return self.cleaned_data.get("day") or today()

    @property
    def part(self):
        """The locality asked for, or None for all that the user sees."""
        return self.cleaned_data.get("within")


class LocalitiesForm(PartForm):
    """The tree, or what is found in it by name and tier."""

    field_order = ["q", "tier", "within", "day"]

    q = forms.CharField(label=_("Name or code"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=[("", _("All tiers")), *Tier.choices])


class CoverageForm(PartForm):
    """Places with nobody, of one tier or of all."""

    field_order = ["within", "tier", "day", "state"]

    class State:
        VACANT, ENDING = "", "ending"

    tier = forms.ChoiceField(
        label=_("Tier"),
        required=False,
        choices=[("", _("All tiers")), *((tier.value, tier.label) for tier in COVERED_TIERS)],
    )
    state = forms.ChoiceField(
        required=False, choices=[(State.VACANT, ""), (State.ENDING, "")], widget=forms.HiddenInput
    )

    @property
    def tiers(self):
        """The tiers asked for."""
        asked = self.cleaned_data.get("tier")
        return [Tier(asked)] if asked else list(COVERED_TIERS)


# --- Finding a locality or a cadre by a few letters -----------------------------------------------------------


class Lookup:
    """Finds one row, by its code or a piece of its name, among those that a user may choose on a day.

    Where several match they are offered to choose from: on the page that comes back, and with script while one
    types. So a form with lookups works without script.
    """

    def __init__(self, user, day):
        self.user, self.day = user, day

    def matching(self, text):
        """Rows that match a text: the one with that code, else as many as are offered and one more."""
        text = text.strip()
        if not text:
            return []
        rows = self.rows()
        return list(self.by_code(rows, text)) or list(self.by_name(rows, text)[: MATCHES + 1])

    def options(self, text, chosen=None):
        """Matches as a page offers them. Chosen is what was ticked, or the only one when it is named in full.

        A piece of a name chooses nothing by itself, even where only one row has it: whoever mistypes a code would
        assign somebody to a place that was never meant.
        """
        rows = self.matching(text)
        options = [
            {"key": str(self.key(row)), "label": self.label(row), "detail": self.detail(row)}
            for row in rows[:MATCHES]
        ]
        named = {search_key(text), text.strip()}
        for option, row in zip(options, rows, strict=False):
            in_full = len(rows) == 1 and bool({search_key(option["label"]), self.code(row)} & named)
            option["chosen"] = in_full or option["key"] == str(chosen)
        nothing = self.nothing if text.strip() and not rows else ""
        return {"options": options, "more": len(rows) > MATCHES, "nothing": nothing}


class LocalityLookup(Lookup):
    """Localities to which a user may assign, as they stand on a day: the rows are places."""

    nothing = _("No locality that exists on the first day, and that you may assign to, is called that.")

    def rows(self):
        reach = reach_of(self.user)
        places = Place.objects.on(self.day).select_related("locality")
        return places if reach.everything else places.filter(below(reach.decides))

    def by_code(self, places, text):
        return places.filter(locality__code=text)

    def by_name(self, places, text):
        return places.named(text).order_by("sort_key", "locality__code")

    def key(self, place):
        return place.locality_id

    def code(self, place):
        return place.locality.code

    def label(self, place):
        return place.name

    def detail(self, place):
        return place.above


class CadreLookup(Lookup):
    """Cadres whom a user may assign, with how much they hold on a day."""

    nothing = _("No cadre whom you may assign is called that.")

    def rows(self):
        held = Assignment.objects.on(self.day).filter(cadre=OuterRef("pk")).order_by().values("cadre")
        return (
            Cadre.objects.all()
            .editable_by(self.user)
            .select_related("agency")
            .annotate(load=Coalesce(Subquery(held.annotate(n=Count("pk")).values("n")), 0))
        )

    def by_code(self, cadres, text):
        return cadres.filter(code=text)

    def by_name(self, cadres, text):
        return cadres.named(text).order_by("sort_key", "code")

    def key(self, cadre):
        return cadre.pk

    def code(self, cadre):
        return cadre.code

    def label(self, cadre):
        return cadre.full_name

    def detail(self, cadre):
        held = ngettext("%(number)s assignment", "%(number)s assignments", cadre.load) % {"number": cadre.load}
        return " · ".join(filter(None, [cadre.position, cadre.agency and cadre.agency.name, held]))


LOOKUPS = {"locality": LocalityLookup, "cadre": CadreLookup}


# --- An assignment begins, and ends ------------------------------------------------------------------------------


def lookup_input(name):
    """A text field whose matches are fetched while one types, where there is script."""
    return forms.TextInput(
        attrs={
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
            "hx-get": reverse_lazy(f"assignments:{name}_choices"),
            # "typed": what was typed before the script was there (page.js).
            "hx-trigger": "input changed delay:250ms, typed",
            "hx-include": "[name=first_day]",
            "hx-target": f"#matches-{name}",
            "hx-sync": "this:replace",
        }
    )


class AssignmentForm(forms.Form):
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

    def found(self, name, lookup):
        """Return the key of the row that was meant, or None beside an error that says what to do."""
        text, chosen = self.cleaned_data.get(name), self.data.get(f"{name}_match")
        if not text:
            return None
        self.matches[name] = matches = lookup.options(text, chosen)
        for option in matches["options"]:
            if option["chosen"]:
                return int(option["key"])
        self.add_error(name, matches["nothing"] or _("Choose below which one is meant."))
        return None


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
