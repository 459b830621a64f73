"""What the lists of this app can be narrowed by. A list behind a figure counts what the figure counts."""

from datetime import MAXYEAR, MINYEAR, date

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from assignments.filters import AgencyField, CountedInField, WithinSelect, counted_part
from cadrenet.periods import Quarter, QuarterField, today
from reports.figures.forms import choices_of_quarters, quarters_with_meetings


class QuarterSelect(QuarterField):
    """A quarter chosen from those with meetings. The form calls ``offer`` once it knows the day."""

    widget = forms.Select

    def offer(self, user, day, chosen):
        """Fill the list; ``chosen`` is the quarter asked for, which is offered whatever else is."""
        first, last = quarters_with_meetings(user, day)
        choices = choices_of_quarters(first, max(last, Quarter.of(day)))
        if chosen and str(chosen) not in dict(choices):
            choices.insert(0, (str(chosen), chosen.label))
        self.widget.choices = choices if self.required else [("", _("Any time")), *choices]


class QuarterSelectFilter(django_filters.Filter):
    """A quarter; what it narrows depends on the state asked for, so the filterset does that."""

    field_class = QuarterSelect


class OpenListFilter(django_filters.ChoiceFilter):
    """A word of a list to which an office adds words of its own: what is asked for is one of them, whatever it is."""

    class field_class(django_filters.fields.ChoiceField):
        def valid_value(self, value):
            return True


def last_day_of(quarter, year):
    """Return the last day of the quarter that a list is of, or else of the year; None where it is of neither."""
    if quarter:
        return quarter.last_day
    return date(int(year), 12, 31) if year and MINYEAR <= year <= MAXYEAR else None


class ListFilter(django_filters.FilterSet):
    """What the lists of this app share: the day they are read on, and selects filled with what the user may see."""

    def __init__(self, data=None, *args, **kwargs):
        # Nothing asked for is a question, too: the selects are filled, and a list may have a state to begin with.
        self.today, self.request = today(), kwargs.get("request")
        super().__init__(self.with_defaults(QueryDict() if data is None else data), *args, **kwargs)

    def with_defaults(self, data):
        """What was asked for, and what it means where nothing was."""
        return data

    @property
    def asked(self):
        """What was asked for, as far as it makes sense."""
        return getattr(self.form, "cleaned_data", {})

    @property
    def counted_part(self):
        """The part of the tree whose figure the list stands behind; None for what the reader may see."""
        return counted_part(self.request.user, self.asked.get("counted"), self.asked.get("within"))

    def get_form_class(self):
        user, day = self.request.user, self.today

        class Form(super().get_form_class()):
            def __init__(form, *args, **kwargs):
                super().__init__(*args, **kwargs)
                if not form.data.get("counted"):
                    form.fields.pop("counted", None)

            def clean(form):
                asked = super().clean()
                quarter = asked.get("quarter")
                as_of = min(day, last_day_of(quarter, asked.get("year")) or day)
                for name, field in form.fields.items():
                    if isinstance(field, WithinSelect):
                        field.offer(user, as_of, asked.get(name))
                    elif isinstance(field, QuarterSelect):
                        field.offer(user, day, quarter)
                    elif isinstance(field, CountedInField):
                        field.offer(form.data.get(name), as_of)
                    elif isinstance(field, AgencyField) and asked.get(name):
                        field.offer(user, asked[name])
                    elif isinstance(field, AgencyField):
                        # Shown only where it narrows the list: the page of an agency leads here with it.
                        field.widget = forms.HiddenInput()
                return asked

        return Form
