"""What people type about patterns: where, and when such a meeting is held."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.formats import get_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from assignments.models import Place, Tier
from cadrenet.editing import EditMixin
from cadrenet.periods import Month
from meetings.models import KIND_TIERS, Kind, Pattern
from meetings.models.pattern import DAYS_OF_THE_WEEK, LOCALITY_KINDS, TYPED
from meetings.queries import restricted_days

# Where meetings of a kind are planned together.
PLANNED_TIERS = {**KIND_TIERS, Kind.RESIDENCE: Tier.HAMLET}
LENGTHS = [
    (60, _("1 hour")),
    (90, _("1 hour 30 minutes")),
    (120, _("2 hours")),
    (150, _("2 hours 30 minutes")),
    (180, _("3 hours")),
    (240, _("4 hours")),
]
ON_DAY, ON_WEEKDAY = "day", "weekday"


class PickForm(forms.Form):
    """Which localities are offered: of one commune or all, and with or without a pattern of this kind."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    commune = forms.ChoiceField(label=_("Commune or town"), required=False)
    state = forms.ChoiceField(
        label=_("Pattern"), required=False, choices=[("", _("All")), ("without", _("Without a pattern"))]
    )

    def __init__(self, data, *, places, day):
        """``places`` are those in which the user records, on the day."""
        super().__init__(data)
        self.places, self.day = places, day
        tiers = set(places.order_by().values_list("tier", flat=True).distinct())
        kinds = [(kind, label) for kind, label in LOCALITY_KINDS if PLANNED_TIERS[kind] in tiers]
        self.fields["kind"].choices = kinds
        self.default = next((kind for kind, _label in kinds if kind == Kind.CELL), kinds[0][0] if kinds else "")
        if not self.data.get("kind"):
            self.data = {**self.data.dict(), "kind": self.default}
        above = Place.objects.on(day).filter(locality__in=places.order_by().values("commune"))
        communes = list(above.order_by("sort_key").values_list("locality__code", "name"))
        if len(communes) > 1:
            self.fields["commune"].choices = [("", _("All")), *communes]
        else:
            del self.fields["commune"]

    @property
    def chosen_kind(self):
        """The kind that is planned, or nothing where the user records nowhere."""
        return self.cleaned_data.get("kind", "") if self.is_valid() else self.default

    @property
    def offered(self):
        """The places that are offered, in order."""
        if not self.is_valid():
            # What makes no sense shows all rows nowhere.
            return self.places.none()
        found, asked = self.places.filter(tier=PLANNED_TIERS.get(self.chosen_kind, "")), self.cleaned_data
        if code := asked.get("commune"):
            found = found.filter(commune__code=code)
        if asked.get("state"):
            having = Pattern.objects.filter(kind=self.chosen_kind, locality=OuterRef("locality"))
            found = found.filter(~Exists(having.during(self.day, None)))
        return found.order_by("path", "sort_key")


class PatternForm(EditMixin, forms.ModelForm):
    """On which day of the month, at what time, for how long and where. Whose it is was chosen before, and stays."""

    repeats = forms.ChoiceField(
        label=_("Held on"),
        widget=forms.RadioSelect,
        choices=[
            (ON_DAY, _("A fixed day of the month")),
            (ON_WEEKDAY, _("A weekday of the month: first, second, third, fourth or last")),
        ],
    )
    columns = {"repeats": "day_of_month"}

    class Meta:
        model = Pattern
        fields = TYPED
        widgets = {
            "day_of_month": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        }

    field_order = ["repeats", *TYPED]

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on
        for name in ("day_of_month", "week", "weekday"):
            # Which of them are needed follows from the kind of rule: none is to be called optional.
            self.fields[name].asked_by = "repeats"
        self.fields["minutes"] = forms.TypedChoiceField(
            label=_("Length"), required=False, coerce=int, empty_value=None, choices=[("", _("not known")), *LENGTHS]
        )
        names = get_format("WEEKDAYS")
        self.fields["weekday"].choices = [("", "–"), *zip(DAYS_OF_THE_WEEK, names, strict=True)]
        self.fields["week"].choices = [("", "–"), *[choice for choice in self.fields["week"].choices if choice[0]]]
        self.initial["repeats"] = ON_WEEKDAY if self.instance.week else ON_DAY
        if self.instance.pk is None:
            self.initial |= {"first_day": Month.of(on).next.first_day, "minutes": 90}
            self.fields["first_day"].required = True
            self.fields["first_day"].help_text = _("A pattern that holds by then ends the day before.")
            del self.fields["last_day"]
        self.keep_stored()

    @cached_property
    def kept_free(self):
        """The days of the month on which agencies should not meet, as they are next month."""
        days = [day for week in Month.of(self.on).next.weeks for day in week]
        return sorted({day.day for day in restricted_days(days)})

    def clean(self):
        cleaned = super().clean()
        repeats = cleaned.get("repeats")
        if repeats == ON_DAY:
            cleaned["week"], cleaned["weekday"] = None, ""
            self.ask_for("day_of_month", _("Say which day of the month, from 1 to 31."))
        elif repeats == ON_WEEKDAY:
            cleaned["day_of_month"] = None
            self.errors.pop("day_of_month", None)
            self.ask_for("week", _("Say which of the weekdays of a month it is."))
            self.ask_for("weekday", _("Say which day of the week it is."))
        return cleaned

    def ask_for(self, name, sentence):
        """Ask for a field that the kind of rule needs."""
        if name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, sentence)

    def pattern_at(self, locality, kind):
        """Return what was typed as a pattern of a locality, not saved yet."""
        made = Pattern(locality=locality, kind=kind)
        for name in self._meta.fields:
            if name in self.cleaned_data:
                setattr(made, name, self.cleaned_data[name])
        return made


class PlacesField(forms.ModelMultipleChoiceField):
    """Some of the localities that are offered."""

    def __init__(self, **kwargs):
        super().__init__(
            queryset=None,
            label=_("Localities"),
            error_messages={
                "required": _("Choose at least one locality."),
                "invalid_choice": _("One of these localities is not offered any more. Look again."),
            },
            **kwargs,
        )


class ManyForm(PatternForm):
    """A pattern for many localities at once; ``places`` are those that are offered."""

    places = PlacesField()

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["places"].queryset = places
        self.order_fields(["places", *self.field_order])

    def propose(self, usual):
        """Begin with what is usual at the places that are chosen already, where that is the same everywhere."""
        if len({pattern.content for pattern in usual}) == 1:
            pattern = usual[0]
            self.initial |= {name: getattr(pattern, name) for name in ("day_of_month", "week", "weekday", "starts")}
            self.initial["repeats"] = ON_WEEKDAY if pattern.week else ON_DAY

    def clean_first_day(self):
        day = self.cleaned_data["first_day"]
        if day is None:
            raise ValidationError(_("Say from which day on."))
        return day
