"""A decision and its lines: the paper itself, one line, many pasted lines, an earlier list, and reasons."""

import hashlib

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assignments.coverage.queries import COVERED_TIERS
from assignments.decisions.drafts import decision_rows, rows_outside
from assignments.decisions.pasted_text import MOST_BYTES, MOST_LINES, lines_of
from assignments.decisions.pasting import match_text
from assignments.decisions.replacements import replaceable_assignments, withdrawable_assignments
from assignments.filters import CHOICES_AT_MOST
from assignments.forms import refuse_with
from assignments.lookups import LOOKUPS, CadreLookup, LookupMixin, locality_field, successor_field
from assignments.models import Assignment, Cadre, Decision, DecisionLine, Locality, Place, Term, Tier
from assignments.models.place import below
from assignments.queries import in_order_of_tier
from assignments.scope import reach_of
from cadrenet.dates import DayField
from cadrenet.editing import EditMixin
from cadrenet.periods import today
from cadrenet.templatetags import figures
from cadrenet.texts import FreeTextInput, PastedInput


def parts_to_decide(user, day):
    """Return choices (code, name) of the parts of the tree for which a user decides, from the highest tier down."""
    reach = reach_of(user)
    places = Place.objects.on(day)
    if not reach.everything:
        places = places.filter(below(reach.decides))
    upper = [tier for tier in Tier if not Tier.COMMUNE.above(tier)]
    tops = places.filter(locality__in=[id for _tier, id in reach.decides])
    places = places.filter(tier__in=upper) | tops
    rows = in_order_of_tier(places).values_list("locality__code", "name", "path")
    return [(code, f"{name} ({path})" if path else name) for code, name, path in rows[:CHOICES_AT_MOST]]


class DecisionForm(EditMixin, forms.ModelForm):
    """The paper itself: number, day, signer, first day, and the part of the tree it decides for."""

    signed_on = DayField(label=_("Day of the decision"))
    first_day = DayField(label=_("In charge from"), help_text=_("The first day counts."))
    locality = forms.ChoiceField(label=_("Decides for"), help_text=_("Its lines lie at or below this locality."))

    class Meta:
        model = Decision
        fields = ["number", "signed_on", "signer", "first_day", "locality"]
        labels = {"number": _("Decision number"), "signer": _("Signed by")}
        widgets = {"number": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        choices = parts_to_decide(user, today())
        if self.instance.pk:
            own = self.instance.locality
            self.initial["locality"] = own.code
            if own.code not in dict(choices):
                choices.append((own.code, own.name))
        self.fields["locality"].choices = choices

    def clean_locality(self):
        code = self.cleaned_data["locality"]
        if self.instance.pk and code == self.instance.locality.code:
            return self.instance.locality
        return Locality.objects.decided_by(self.user).get(code=code)

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and not self.errors:
            changed = Decision(pk=self.instance.pk, locality=cleaned["locality"], first_day=cleaned["first_day"])
            refuse_with(self, lambda: refuse_lines_outside(changed))
        return cleaned


def refuse_lines_outside(decision):
    """Raise ``ValidationError`` where lines of a draft lie outside of what it decides for, as on its first day."""
    if number := len(rows_outside(decision, decision_rows(decision))):
        message = ngettext(
            "%(number)s line does not lie there on the first day. Remove it first.",
            "%(number)s lines do not lie there on the first day. Remove them first.",
            number,
        )
        raise ValidationError({"locality": message % {"number": figures.count(number)}})


class LineForm(LookupMixin, forms.Form):
    """One line of a decision: ``line`` holds it, unsaved, once the form is valid."""

    locality = locality_field()
    cadre = successor_field()
    role = forms.ChoiceField(label=_("Role"), choices=Assignment.Role, initial=Assignment.Role.IN_CHARGE)
    # The lookups ask for what exists, and who serves, on this day.
    first_day = DayField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, decision, user, **kwargs):
        super().__init__(data, **kwargs)
        self.decision, self.user = decision, user
        self.offer(decision.first_day)

    def clean(self):
        cleaned = super().clean()
        day = self.decision.first_day
        found = {name: self.found(name, lookup(self.user, day)) for name, lookup in LOOKUPS.items()}
        if self.errors or not found["locality"]:
            return cleaned
        decided = self.decision.locality
        place = Place.objects.on(day).filter(locality=found["locality"], **{decided.tier: decided}).first()
        if place is None:
            message = _("This does not lie in %(locality)s.") % {"locality": decided.name}
            raise ValidationError({"locality": message})
        if cleaned["role"] != Assignment.Role.IN_CHARGE and place.tier != Tier.REGIONAL_GROUP:
            raise ValidationError({"role": _("Only a regional group has a head and support.")})
        self.line = DecisionLine(locality_id=place.locality_id, role=cleaned["role"], cadre_id=found["cadre"])
        return cleaned


class LineEditForm(EditMixin, LookupMixin, forms.ModelForm):
    """Who takes over, who is replaced, why that one leaves, and the reason in spite of warnings."""

    cadre = successor_field()
    replaces = forms.ChoiceField(label=_("Replaces"), required=False, widget=forms.RadioSelect)
    first_day = DayField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = DecisionLine
        fields = ["cadre", "replaces", "end_reason", "why"]
        labels = {"end_reason": _("Reason of ending"), "why": _("Reason in spite of warnings")}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        line, self.user = self.instance, user
        self.day = line.decision.first_day
        self.initial |= {"cadre": line.cadre.code if line.cadre else "", "first_day": self.day}
        self.initial["replaces"] = str(line.replaces_id or "")
        self.holding = {
            str(row.pk): row
            for row in replaceable_assignments(line.decision, {line.locality_id})[line.locality_id, line.role]
        }
        to_come = withdrawable_assignments(line.decision, {line.locality_id}, today())
        self.holding |= {str(row.pk): row for row in to_come[line.locality_id, line.role]}
        if line.replaces_id:
            self.holding.setdefault(str(line.replaces_id), line.replaces)
        self.fields["replaces"].choices = [("", _("Nobody")), *self.choices()]
        self.matches = {"cadre": {}}
        if not self.is_bound:
            self.matches["cadre"] = CadreLookup(user, self.day).options(self.initial["cadre"])

    def in_words(self, name, value):
        if name == "cadre" and (named := Cadre.objects.visible_to(self.user).filter(code=value).first()):
            return named.full_name
        return super().in_words(name, value)

    def choices(self):
        """Those who hold the place, each with since when."""
        for key, row in self.holding.items():
            if row.first_day and row.first_day > today():
                begins = _("from %(day)s, is withdrawn if it has not begun") % {"day": figures.day(row.first_day)}
                yield key, f"{row.cadre.full_name}, {begins}"
                continue
            since = _("since %(day)s") % {"day": figures.day(row.first_day)}
            yield key, f"{row.cadre.full_name}, {since}"

    def clean_cadre(self):
        text = self.cleaned_data["cadre"]
        line = self.instance
        # Who stands there already stays, also somebody whom this user may not look up.
        if line.cadre and text.strip() == line.cadre.code:
            return line.cadre
        key = self.found("cadre", CadreLookup(self.user, self.day))
        return CadreLookup(self.user, self.day).rows().get(pk=key) if key else None

    def clean_replaces(self):
        return self.holding.get(self.cleaned_data["replaces"])

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned["cadre"] and not cleaned["replaces"]:
            self.add_error("cadre", _("A line says who takes over, or who leaves."))
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        if not self.errors:
            # What makes a line unique is only in part on this form, which therefore does not look at it by itself.
            refuse_with(self, self.instance.full_clean)


class PasteForm(forms.Form):
    """Lines from a spreadsheet: ``pasted`` holds them, matched, once the form is valid.

    ``seen`` is the digest of the text that was previewed: what was changed since is previewed again.
    """

    text = PastedInput(
        label=_("Lines"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "wrap": "off", "autocomplete": "off"}),
        error_messages={"required": _("Paste at least one line.")},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, decision, user, **kwargs):
        super().__init__(data, **kwargs)
        self.decision, self.user = decision, user

    def clean_text(self):
        text = "\n".join(self.cleaned_data["text"].splitlines())
        lines = lines_of(text)
        if not lines:
            raise ValidationError(self.fields["text"].error_messages["required"])
        if len(lines) > MOST_LINES:
            raise ValidationError(
                _("These are %(number)s lines. At most %(most)s go at once.")
                % {"number": figures.count(len(lines)), "most": figures.count(MOST_LINES)}
            )
        if len(text.encode()) > MOST_BYTES:
            raise ValidationError(
                _("This text is longer than %(number)s kB.") % {"number": figures.count(MOST_BYTES // 1000)}
            )
        return text

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            self.pasted = match_text(cleaned["text"], self.decision, self.user)
        return cleaned

    @property
    def digest(self):
        """What ``seen`` is for the text as it now stands."""
        return hashlib.sha256(self.cleaned_data["text"].encode()).hexdigest()

    @property
    def was_seen(self):
        """Whether this very text was previewed."""
        return self.cleaned_data["seen"] == self.digest


class CopyForm(forms.Form):
    """An earlier list: a term of office or a decision, and which tiers of it."""

    source = forms.ChoiceField(label=_("Copy from"))
    tiers = forms.MultipleChoiceField(
        label=_("Tiers"),
        choices=[(tier.value, tier.label) for tier in COVERED_TIERS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one tier.")},
    )

    def __init__(self, data=None, *, decision, user, day, **kwargs):
        super().__init__(data, **kwargs)
        self.sources = self.offered(decision, user, day)
        self.fields["source"].choices = [(key, label) for key, (label, _source) in self.sources.items()]
        if not self.is_bound:
            self.initial["tiers"] = [tier.value for tier in COVERED_TIERS]

    @staticmethod
    def offered(decision, user, day):
        """Return {key: (label, term or decision)} of the lists there are: terms that have begun, and decisions."""
        found = {}
        for term in Term.objects.exclude(first_day__gt=day):
            as_of = min(term.last_day or day, day)
            label = _("Term of office %(name)s, as of %(day)s") % {"name": term.name, "day": figures.day(as_of)}
            found[f"term-{term.pk}"] = (label, term)
        earlier = Decision.objects.visible_to(user).exclude(enacted_on=None).exclude(pk=decision.pk)
        for paper in earlier.select_related("locality")[:CHOICES_AT_MOST]:
            label = _("Decision %(number)s of %(day)s") % {
                "number": paper.number,
                "day": figures.day(paper.signed_on),
            }
            found[f"decision-{paper.pk}"] = (label, paper)
        return found

    @property
    def chosen(self):
        return self.sources[self.cleaned_data["source"]][1]


class ReasonsForm(forms.Form):
    """A reason for each line of a page, and one for all others that still need one."""

    LENGTH = DecisionLine._meta.get_field("why").max_length

    why_all = FreeTextInput(
        label=_("Same reason for all"),
        required=False,
        max_length=LENGTH,
        help_text=_("For every line that still needs a reason."),
    )

    def __init__(self, data=None, *, rows, **kwargs):
        super().__init__(data, **kwargs)
        self.rows = rows
        for row in rows:
            self.fields[f"why-{row.line.pk}"] = FreeTextInput(
                label=_("Reason: %(cadre)s, %(place)s")
                % {"cadre": row.line.cadre.full_name if row.line.cadre else "–", "place": row.name},
                required=False,
                max_length=self.LENGTH,
                initial=row.line.why,
            )

    def reason_of(self, line):
        """What was written for a line; None where its field was not on the page that was sent."""
        name = f"why-{line.pk}"
        return self.cleaned_data.get(name, "") if name in self.data else None
