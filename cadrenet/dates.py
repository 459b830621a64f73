"""Fields for days: of models, of forms, of addresses. Each refuses what ``periods.check_day`` does, in one sentence.

Every model and every form takes its fields from here; ``cadrenet/tests/test_dates.py`` finds one that does not.
"""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from cadrenet.periods import check_day, check_past, check_year, today


class Bounded:
    """Makes a field of a model refuse days out of bounds, on its own forms, too.

    To migrations it is the field that it derives from: a rule about what is typed changes no column, so that no table
    is written anew for it, and what was stored before stays as it is.
    """

    default_validators = [check_day]

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, f"django.db.models.{path.rpartition('.')[2].removeprefix('Bounded')}", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"validators": [check_day], **kwargs})  # type: ignore[misc]


class BoundedDateField(Bounded, models.DateField):
    """A day that somebody types, pastes or imports."""


class BoundedDateTimeField(Bounded, models.DateTimeField):
    """A moment that somebody types or imports."""


class DayField(forms.DateField):
    """A day as the language writes it, or as an address does (2022-12-31); None when left empty."""

    default_validators = [check_day]

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(**{"widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """Show the day of an address as people write it."""
        try:
            return date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            return value


def refuse_days_ahead(row: models.Model, *names: str) -> None:
    """Refuse days on which a row says that something happened, and that are still to come.

    What was stored before it was looked at stays, and can be finished. Raises ``ValidationError`` at the fields.
    """
    faults = {}
    stored = None
    for name in names:
        value = getattr(row, name)
        try:
            check_past(value or date.min, today())
        except ValidationError as error:
            stored = stored or type(row)._base_manager.filter(pk=row.pk).values(*names).first() or {name: None}
            if stored.get(name) != value:
                faults[name] = error
    if faults:
        raise ValidationError(faults)


class BoundedDateFilter(django_filters.DateFilter):
    """Narrows a list by a day that an address names."""

    field_class = DayField


class YearField(forms.IntegerField):
    """A year typed or chosen in a form or an address."""

    default_validators = [check_year]


class YearFilter(django_filters.NumberFilter):
    """Narrows a list to a year that an address names."""

    field_class = YearField
