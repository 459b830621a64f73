"""What issues and resources share where they are entered and changed: their form, its fields, and their pages."""

from django import forms
from django.contrib import messages

from assignments.models import Locality, Tier
from cadrenet.editing import EditMixin
from cadrenet.periods import check_past, today
from reports.privacy import PersonalDataMixin


class LocalityField(forms.ModelChoiceField):
    """A locality chosen from a list in which each stands with its chain, as it does today."""

    # A list of every self-governing group of a district is no list that somebody reads.
    AT_MOST = 300

    def __init__(self, **kwargs):
        super().__init__(Locality.objects.none(), **kwargs)

    def label_from_instance(self, obj):
        return obj.place.full_path if obj.place else obj.code

    def keep_short(self):
        """Leave out self-governing groups where there are too many to choose from."""
        if self.queryset.count() > self.AT_MOST:
            self.queryset = self.queryset.exclude(tier=Tier.SELF_GOVERNING_GROUP)


def not_after(chosen, day):
    """Return a day that somebody chose, unless it is still to come."""
    check_past(chosen, day)
    return chosen


class FactForm(EditMixin, PersonalDataMixin, forms.ModelForm):
    """A fact of a locality on a day (``day_field``), which may not lie in the future.

    ``day`` is today, and the day that the form proposes.
    """

    day_field = ""

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.day = day
        self.fields[self.day_field].initial = day
        self.fields["locality"].queryset = (
            Locality.objects.as_of(day).filter(standing__first_day__lte=day).order_by("code")
        )


class FactFormMixin:
    """What the pages share that enter and change a fact; ``saved_text`` is said when it is saved."""

    template_name = "generic/form.html"
    saved_text = ""

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"day": today()}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.fields["locality"].keep_short()
        # The group that a fact is of stays a choice.
        form.keep_stored()
        return form

    def form_valid(self, form):
        response = super().form_valid(form)
        if form.is_valid():
            messages.success(self.request, self.saved_text)
        return response


class FactCreateMixin(FactFormMixin):
    """Enter a fact; ``?within=CODE`` fills in the locality."""

    def get_initial(self):
        code = self.request.GET.get("within")
        locality = Locality.objects.editable_by(self.request.user).filter(code=code).first() if code else None
        return super().get_initial() | {"locality": locality}
