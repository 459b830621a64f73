"""Acting for another: from which day to which, and its early end."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assignments.forms import refuse_with
from assignments.lookups import CadreLookup, LookupMixin, cadre_field
from assignments.models import Acting
from assignments.rights import refuse_acting
from cadrenet.dates import DayField
from cadrenet.editing import EditMixin, state_of
from cadrenet.periods import today
from cadrenet.texts import NameInput


class ActingForm(LookupMixin, forms.Form):
    """One cadre acts for another who is away: ``acting`` holds it, cleaned and unsaved, once the form is valid."""

    absent = cadre_field(_("Who is away"), field="absent")
    cadre = cadre_field(
        _("Who acts"), help_text=_("Sees the places and tasks of whoever is away, and records under the own name.")
    )
    first_day = DayField(label=_("From"), help_text=_("The first day counts."))
    last_day = DayField(label=_("Until"), help_text=_("This day still counts. It ends by itself the day after."))
    decision_number = NameInput(label=_("Decision number"), required=False, max_length=60)

    def __init__(self, data=None, *, user, **kwargs):
        super().__init__(data, **kwargs)
        self.user = user
        lookup = CadreLookup(user, today())
        self.matches = {name: {} if self.is_bound else lookup.options(self.initial.get(name) or "") for name in NAMES}

    def clean(self):
        cleaned = super().clean()
        lookup = CadreLookup(self.user, cleaned.get("first_day") or today())
        found = {f"{name}_id": self.found(name, lookup) for name in NAMES}
        if not self.errors and all(found.values()):
            self.acting = Acting(
                **found, **{name: cleaned[name] for name in ("first_day", "last_day", "decision_number")}
            )
            refuse_with(self, self.acting.full_clean)
            if not self.errors:
                refuse_with(self, lambda: refuse_acting(self.user, self.acting))
        return cleaned


NAMES = ("absent", "cadre")


class EndActingForm(EditMixin, forms.Form):
    """An earlier last day of acting for another."""

    last_day = DayField(label=_("Last day"), help_text=_("This day still counts."))

    def __init__(self, data=None, *, acting, **kwargs):
        self.acting = acting
        super().__init__(data, **kwargs)

    @property
    def edited_row(self):
        return self.acting

    def stored_value(self, name):
        return getattr(self.acting, name)

    def about(self):
        """All of it: what has not begun is taken back as a whole."""
        return {"acting": [str(value) for value in state_of(self.acting, ("first_day", "cadre", "absent")).values()]}

    def clean_last_day(self):
        """A later end is a new decision: then somebody acts anew."""
        return no_later(self.cleaned_data["last_day"], self.acting.last_day)


def no_later(last_day, ends):
    """Return a last day of acting for another, unless it is later than the one that was decided."""
    if last_day > ends:
        raise ValidationError(_("That is later than the day on which it ends by itself."))
    return last_day
