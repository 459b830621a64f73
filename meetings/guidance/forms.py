"""What people type about guidance: the document, which places a list shows, and where it was passed on elsewhere."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.filters import WithinSelect
from assignments.models import Locality
from assignments.queries import UPPER_TIERS
from assignments.scope import reach_of
from cadrenet.codes import key_in
from cadrenet.dates import DayField
from cadrenet.editing import EditMixin
from cadrenet.periods import today
from cadrenet.texts import FreeTextInput
from meetings.guidance.actions import set_passed_on
from meetings.guidance.queries import offered_at
from meetings.guidance.standing import Show
from meetings.models import Guidance, Meeting
from meetings.models.guidance import PassedOnAt

ALL, ENDED = "all", "ended"


class GuidanceFilter(django_filters.FilterSet):
    """Guidance by whether it is still passed on, by who issued it, and by the tier it is for."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        empty_label=_("Going on"),
        choices=[(ENDED, _("Ended")), (ALL, _("All, ended ones included"))],
        method="in_state",
    )
    level = django_filters.ChoiceFilter(label=_("Issued by"), choices=Meeting.ConvenedBy, empty_label=_("All levels"))
    tier = django_filters.ChoiceFilter(label=_("Passed on to"), choices=PassedOnAt, empty_label=_("All tiers"))

    def in_state(self, queryset, name, value):
        """Leave it to the view, which begins with what goes on also where nothing is asked."""
        return queryset


class PartField(forms.ModelChoiceField):
    """The part of the tree in which a document is to be passed on, with its chain."""

    def __init__(self, **kwargs):
        super().__init__(Locality.objects.none(), **kwargs)

    def label_from_instance(self, obj):
        return obj.place.full_path if obj.place else obj.code


class GuidanceForm(EditMixin, forms.ModelForm):
    """A document that is to be passed on. Where there is but one part of the tree to choose, it is chosen."""

    locality = PartField(
        label=_("Part of the tree"), help_text=_("At all places of the tier in this part it is to be passed on.")
    )

    class Meta:
        model = Guidance
        fields = ["document", "title", "level", "issued_on", "due_on", "tier", "locality", "last_day"]

    def __init__(self, *args, places, **kwargs):
        """``places`` are the localities at which the user records, from the top."""
        super().__init__(*args, **kwargs)
        self.fields["locality"].queryset = places
        if self.instance.pk is None:
            del self.fields["last_day"]
            self.initial.setdefault("locality", places.first())
        self.keep_stored()


def parts_of(user):
    """Return the localities for which a user may enter guidance: those of the upper tiers, and whatever he holds."""
    places = Locality.objects.editable_by(user).as_of(today()).filter(standing__first_day__lte=today())
    upper = places.filter(tier__in=UPPER_TIERS)
    return (upper if upper.exists() else places).order_by("standing__path", "standing__sort_key")


class PlacesForm(forms.Form):
    """Which places of an item a list shows: those behind a figure, of one part of the tree or of all."""

    show = forms.ChoiceField(label=_("Show"), required=False, choices=[("", _("All")), *Show.choices])
    within = WithinSelect(label=_("Within"), required=False)

    def __init__(self, data, *, user):
        super().__init__(data)
        self.user = user
        self.fields["within"].user = user

    def clean(self):
        asked = super().clean()
        self.fields["within"].offer(self.user, today(), asked.get("within"))
        return asked


class ElsewhereForm(forms.Form):
    """Where an item was passed on at no meeting of the place itself: on which day, at what."""

    places = forms.ModelMultipleChoiceField(
        queryset=None,
        label=_("Places"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one place."),
            "invalid_choice": _("One of these places is not offered any more. Look again."),
        },
    )
    day = DayField(label=_("Day"))
    occasion = FreeTextInput(
        label=_("Occasion"), max_length=200, help_text=_("Enlarged meeting of the commune committee, say.")
    )

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["places"].queryset = places


class PassedOnForm(forms.Form):
    """What of the guidance was passed on at a meeting; only what was not yet at its place is offered.

    ``were`` is what the page had shown as ticked: only what was changed here is written.
    """

    fields_template = "meetings/guidance_fields.html"

    passed_on = forms.MultipleChoiceField(
        label=_("Passed on at this meeting"), required=False, widget=forms.CheckboxSelectMultiple
    )
    were = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, meeting):
        super().__init__(data, prefix="guidance")
        self.meeting = meeting
        found = offered_at(meeting)
        self.offered, self.done = found.items, found.done
        self.fields["passed_on"].choices = [(item.pk, str(item)) for item in self.offered]
        self.fields["passed_on"].error_messages["invalid_choice"] = _(
            "One of these documents is not offered here any more. Look again."
        )
        self.initial = {
            "passed_on": [str(item.pk) for item in self.offered if item.pk in found.here],
            "were": " ".join(str(item.pk) for item in self.offered if item.pk in found.here),
        }

    @property
    def boxes(self):
        """Each item that is offered with its box."""
        return list(zip(self.offered, self["passed_on"], strict=True))

    def save(self, by, on):
        """Record what was ticked, and take back what was unticked; a form that was not sent changes nothing."""
        if self.add_prefix("were") not in self.data:
            return True
        were = {key_in(key) for key in self.cleaned_data["were"].split()}
        chosen = {key_in(key) for key in self.cleaned_data["passed_on"]}
        changed = were ^ chosen
        items = [item for item in self.offered if item.pk in changed]
        set_passed_on(self.meeting, chosen, items, by=by)
        return True


def passed_on_form(meeting, user, data=None):
    """Return the form for whoever records a meeting of a locality; None where there is nothing to tick."""
    if meeting.locality_id is None or meeting.day > today() or not meeting.is_recorded_in(reach_of(user)):
        return None
    form = PassedOnForm(data, meeting=meeting)
    return form if form.offered else None
