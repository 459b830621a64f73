"""Finding a locality or a cadre by a few letters, with script and without."""

import json

from django import forms
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assignments.models import Assignment, Cadre, Place
from assignments.models.place import below
from assignments.models.posting import posting_on
from assignments.scope import reach_of
from cadrenet.codes import stored_twins
from cadrenet.texts import NameInput, in_full_first, letter_refused
from cadrenet.vietnamese import Likeness, cleaned, foreign_letter, most_alike

# So many matches are read through; with more, a longer name is typed.
MATCHES = 12


class Lookup:
    """Finds one row, by its code or a piece of its name, among those that a user may choose on a day.

    Where several match they are offered to choose from: on the page that comes back, and with script while one
    types. So a form with lookups works without script.
    """

    def __init__(self, user, day):
        self.user, self.day = user, day

    def matching(self, text):
        """Rows that match a text: the one with that code, else as many as are offered and one more."""
        text = cleaned(text)
        if not text:
            return []
        rows = self.rows()
        return (
            list(rows.filter(**{self.code_column: text}))
            or list(self.by_name(rows, text)[: MATCHES + 1])
            or list(self.by_zeros(rows, text))
        )

    def by_zeros(self, rows, text):
        """Rows whose codes differ from a text by zeros alone: a spreadsheet may have taken them."""
        if not text[0].isdecimal():
            return []
        return rows.filter(**{f"{self.code_column}__in": stored_twins({text}, rows, self.code_column)})

    def meant(self, text, rows):
        """Return the one of the matching rows that was named in full, or None.

        One that is called exactly so beats every other. Where marks were left out, or only some of a word were typed,
        another name may have been meant: the first chooses only what nothing else is like, the second nothing.
        """
        if len(rows) == 1 and self.code(rows[0]) == cleaned(text):
            return rows[0]
        alike, how = most_alike(text, rows, self.label)
        is_clear = how == Likeness.EXACT or (how == Likeness.UNMARKED and len(rows) == 1)
        return alike[0] if is_clear and len(alike) == 1 else None

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
        meant = self.meant(text, rows)
        for option, row in zip(options, rows, strict=False):
            option["chosen"] = row is meant or option["key"] == str(chosen)
        nothing = ""
        if cleaned(text) and not rows:
            foreign = foreign_letter(text)
            nothing = letter_refused(*foreign) if foreign else self.nothing
        return {"options": options, "more": len(rows) > MATCHES, "nothing": nothing}


class LocalityLookup(Lookup):
    """Localities to which a user may assign, as they stand on a day: the rows are places."""

    code_column = "locality__code"
    nothing = _("No locality that exists on the first day, and that you may assign to, is called that.")

    def rows(self):
        reach = reach_of(self.user)
        places = Place.objects.on(self.day).select_related("locality")
        return places if reach.everything else places.filter(below(reach.decides))

    def by_name(self, places, text):
        return places.named(text).order_by(in_full_first(text), "sort_key", "locality__code")

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

    code_column = "code"
    nothing = _("No cadre whom you may assign is called that.")

    def rows(self):
        held = Assignment.objects.on(self.day).filter(cadre=OuterRef("pk")).order_by().values("cadre")
        return (
            Cadre.objects.all()
            .editable_by(self.user)
            .serving_on(self.day)
            .prefetch_related(posting_on(self.day))
            .annotate(load=Coalesce(Subquery(held.annotate(n=Count("pk")).values("n")), 0))
        )

    def by_name(self, cadres, text):
        return cadres.named(text).order_by(in_full_first(text), "sort_key", "code")

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


class LookupMixin:
    """A form with lookups: ``matches`` holds by field what a page offers to choose from."""

    def offer(self, day):
        """Offer what the form begins with, as on a day; what is sent is looked up when it is cleaned."""
        self.matches = {name: {} for name in LOOKUPS}
        if not self.is_bound:
            for name, lookup in LOOKUPS.items():
                self.matches[name] = lookup(self.user, day).options(self.initial.get(name) or "")

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


def lookup_input(name, field="", day="first_day"):
    """A text field whose matches are fetched while one types, where there is script.

    ``field`` is its name on the form, where several find the same kind of row; ``day`` names the field with the day
    on which rows are looked for.
    """
    return forms.TextInput(
        attrs={
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
            "hx-get": reverse_lazy(f"assignments:{name}_choices"),
            # "typed": what was typed before the script was there (page.js).
            "hx-trigger": "input changed delay:250ms, typed",
            "hx-include": f"[name={day}]",
            "hx-target": f"#matches-{field or name}",
            "hx-sync": "this:replace",
            **({"hx-vals": json.dumps({"field": field})} if field else {}),
        }
    )


def locality_field():
    return NameInput(
        label=_("Locality"),
        widget=lookup_input("locality"),
        help_text=_("Its name, with or without marks, or its code."),
        error_messages={"required": _("Say which locality.")},
    )


def cadre_field(label, field="", help_text=""):
    """A field by which a cadre is found; ``field`` is its name, where a form has several."""
    return NameInput(
        label=label,
        widget=lookup_input("cadre", field),
        help_text=help_text or _("The name, with or without marks, or the code."),
        error_messages={"required": _("Say whom.")},
    )


def successor_field():
    """A field by which a cadre is found who takes over; empty where somebody only leaves."""
    help_text = _("The name, with or without marks, or the code. Empty where somebody only leaves.")
    return NameInput(label=_("Cadre"), required=False, widget=lookup_input("cadre"), help_text=help_text)
