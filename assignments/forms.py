"""What forms of several packages share: a part of the tree and a day, objections to a change, refusals."""

from hashlib import sha256

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assignments.changes import objections, withdrawal
from assignments.filters import WithinSelect
from assignments.lookups import CadreLookup
from assignments.models import Cadre
from assignments.models.posting import all_postings
from cadrenet.dates import DayField
from cadrenet.periods import today
from cadrenet.texts import FreeTextInput


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


class ReasonMixin(forms.Form):
    """Shows objections to some changes of hands before they are made, and asks for a reason where there are any.

    A form calls ``check_changes`` with its changes once they are complete. Then ``objections`` maps the position of a
    change to what speaks against it, and ``is_unread`` says that the page has not shown this yet: the view then shows
    it and saves nothing. Without script that is a second round trip; with script the page showed it while one typed.
    """

    why = FreeTextInput(
        label=_("Reason all the same"),
        required=False,
        max_length=100,
        help_text=_("Kept with the history."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    # Until the form is complete there are no changes, and no objections.
    changes, objections, shown_digest = (), {}, ""

    @property
    def withdrawals(self):
        """What becomes of assignments that have not begun, in words."""
        return [withdrawal(change) for change in self.changes if change.withdraws]

    def check_changes(self, changes):
        """Find the objections to the changes, and demand a reason where there are any."""
        self.find_objections(changes)
        if self.objections and not self.is_unread and not self.cleaned_data.get("why", "").strip():
            self.add_error("why", _("Say why it is done all the same."))

    def find_objections(self, changes):
        """Find the objections to the changes, and what identifies them on the page (``shown_digest``)."""
        self.changes = changes
        self.objections = objections(changes, self.user)
        gaps = [(position, change.gap) for position, change in enumerate(changes) if change.gap]
        sentences = [(position, str(found)) for position, some in sorted(self.objections.items()) for found in some]
        sentences += [(position, withdrawal(change)) for position, change in enumerate(changes) if change.withdraws]
        # What the page will have shown, in short; empty when there is nothing to show.
        self.shown_digest = sha256(repr([gaps, sentences]).encode()).hexdigest()[:16] if gaps or sentences else ""
        # From here on the page asks for it; what the form itself demands was looked at before.
        self.fields["why"].required = bool(self.objections)

    @property
    def sentences(self):
        """What the change withdraws, and all objections, in words."""
        return self.withdrawals + [str(objection) for some in self.objections.values() for objection in some]

    @property
    def is_unread(self):
        """Whether there are objections, withdrawals or days with nobody that the page has not shown yet."""
        return bool(self.shown_digest) and self.cleaned_data.get("seen") != self.shown_digest

    def reason_of(self, position):
        """What is kept with the history of a change: the reason, where something spoke against it."""
        return self.cleaned_data.get("why", "").strip() if position in self.objections else ""


def successor(form, name, day):
    """Return the cadre whom a lookup of a form means, brought along with what rules ask about; None if nobody."""
    key = form.found(name, CadreLookup(form.user, day))
    if key is None:
        return None
    return Cadre.objects.all().editable_by(form.user).prefetch_related(all_postings()).get(pk=key)


def refuse_with(form, check):
    """Run a check of a row; what it refuses becomes errors of the form, at the field where there is one."""
    try:
        check()
    except ValidationError as error:
        for name, messages in (
            error.message_dict.items() if hasattr(error, "error_dict") else [(None, error.messages)]
        ):
            form.add_error(name if name in form.fields else None, messages)
