"""Fields for days and times: of models, of forms, of addresses.

All read what people type in one way, say in one sentence what they cannot read, and refuse what ``check_day`` does.

Every model and every form takes its fields from here; ``cadrenet/tests/test_dates.py`` finds one that does not.
"""

import calendar
import re
from datetime import date, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cadrenet.periods import check_day, check_past, check_year, today

# --- What people type ---------------------------------------------------------------------------------------------

WORDS = {
    **dict.fromkeys(["hôm nay", "hom nay", "nay", "today", "hoy"], 0),
    **dict.fromkeys(["hôm qua", "hom qua", "yesterday", "ayer"], -1),
    **dict.fromkeys(["ngày mai", "ngay mai", "mai", "tomorrow", "mañana"], 1),
}
# 9/12/2026, 9.12.26, 9 12, and as decisions write it: ngày 9 tháng 12 năm 2026. Without separators with all digits.
BETWEEN = r"(?:\s*[/.,-]\s*|\s+tháng\s+|\s+thang\s+|\s+)"
YEAR = r"(?:\s*[/.,-]\s*|\s+năm\s+|\s+nam\s+|\s+)([0-9]{4}|[0-9]{2})"
DAY_FIRST = re.compile(rf"(?:(?:ngày|ngay)\s+)?([0-9]{{1,2}}){BETWEEN}([0-9]{{1,2}})(?:{YEAR})?")
DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
CLOCK = re.compile(r"([0-9]{1,2})\s*(?:giờ|gio|[hg:.])\s*(?:([0-9]{1,2})\s*(?:phút|phut|ph|p)?)?(?::00)?")
CLOCK_DIGITS = re.compile(r"([0-9]{1,2})([0-9]{2})")


def read_day(text: str, on: date) -> date:
    """Return the day that somebody means who types a text on a day.

    A day without a year is the one that lies nearest, and a year of two digits is of this century. Raises
    ``ValidationError`` with a sentence that says what to do.
    """
    said = " ".join(text.lower().split())
    if said in WORDS:
        return on + timedelta(days=WORDS[said])
    if found := YEAR_FIRST.fullmatch(said):
        return _existing(text, *map(int, reversed(found.groups())))
    if not (found := DIGITS.fullmatch(said) or DAY_FIRST.fullmatch(said)):
        raise ValidationError(
            _("“%(text)s” is not a day. Write day, month and year, like %(example)s.")
            % {"text": text, "example": f"{on:%d/%m/%Y}"},
            code="invalid",
        )
    day, month = int(found[1]), int(found[2])
    if found[3]:
        return _existing(text, day, month, int(found[3]) + (2000 if len(found[3]) == 2 else 0))
    # 29/2 is one of a year that has it, if there is one so near.
    years = [year for year in (on.year - 1, on.year, on.year + 1) if _exists(day, month, year)]
    return min((date(year, month, day) for year in years), key=lambda found: abs(found - on), default=None) or (
        _existing(text, day, month, on.year)
    )


def _exists(day: int, month: int, year: int) -> bool:
    return 1 <= month <= 12 and year > 0 and 1 <= day <= calendar.monthrange(year, month)[1]


def _existing(text: str, day: int, month: int, year: int) -> date:
    """Return a day by its numbers; refuse one that no calendar holds, and say why."""
    if _exists(day, month, year):
        return date(year, month, day)
    if 1 <= month <= 12 and year > 0:
        name = date_format(date(year, month, 1), "YEAR_MONTH_FORMAT")
        raise ValidationError(
            _("“%(text)s” does not exist: %(month)s has %(days)s days. Correct the day.")
            % {"text": text, "month": name, "days": calendar.monthrange(year, month)[1]},
            code="invalid",
        )
    raise ValidationError(
        _("“%(text)s” does not exist: a year has 12 months. Write the day first, then the month.") % {"text": text},
        code="invalid",
    )


def read_clock(text: str) -> time:
    """Return the time of the day that somebody means: 14:00, 14h, 14h30, 14 giờ 30, 1400.

    Raises ``ValidationError`` with a sentence that says what to do.
    """
    said = " ".join(text.lower().split())
    found = CLOCK.fullmatch(said) or CLOCK_DIGITS.fullmatch(said) or re.fullmatch(r"([0-9]{1,2})()", said)
    if found and int(found[1]) < 24 and int(found[2] or 0) < 60:
        return time(int(found[1]), int(found[2] or 0))
    raise ValidationError(
        _("“%(text)s” is not a time. Write hours and minutes, like 14:00 or 14h30.") % {"text": text}, code="invalid"
    )


# --- In models ----------------------------------------------------------------------------------------------------


class Bounded:
    """Makes a field of a model refuse days out of bounds, on its own forms, too.

    To migrations it is the field that it derives from: a rule about what is typed changes no column, so that no table
    is written anew for it, and what was stored before stays as it is.
    """

    default_validators = [check_day]

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, f"django.db.models.{path.rpartition('.')[2].removeprefix('Bounded')}", args, kwargs


class BoundedDateField(Bounded, models.DateField):
    """A day that somebody types, pastes or imports."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": DayField, **kwargs})


class BoundedDateTimeField(Bounded, models.DateTimeField):
    """A moment that somebody types or imports."""

    def formfield(self, **kwargs: Any) -> Any:
        # The administration asks for one of Django's own.
        return super().formfield(**{**kwargs, "form_class": MomentField})


class ClockTimeField(models.TimeField):
    """A time of the day that somebody types. To migrations it is the field that it derives from."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TimeField", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": ClockField, **kwargs})


# --- In forms and addresses ---------------------------------------------------------------------------------------


class DayInput(forms.DateInput):
    """A box for a day, with the keyboard of digits on a phone, and a button that fills in today."""

    def __init__(self, attrs: Any = None, format: str | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", **(attrs or {})}, format)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        # The script shows the button: without it nothing would come of a click.
        # From field to field with the keyboard it is no step more: there one types "hôm nay".
        button = '<button class="btn btn-quiet" type="button" tabindex="-1" data-today="{}" hidden>{}</button>'
        return format_html(
            f'<span class="cn-day">{{}}{button}</span>',
            super().render(name, value, attrs, renderer),
            self.format_value(today()),
            _("Today"),
        )


class DayField(forms.DateField):
    """A day as people type it (``read_day``), or as an address has it (2022-12-31); None when left empty."""

    default_validators = [check_day]
    widget = DayInput
    # How it is written; stands in the label.
    says = gettext_lazy("dd/mm/yyyy")

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str) and value.strip():
            return read_day(value, today())
        return super().to_python(value.strip() if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        """Show the day that was understood: what was typed, or what stands in an address."""
        try:
            return read_day(value, today()) if isinstance(value, str) else value
        except ValidationError:
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


class ClockInput(forms.TimeInput):
    """A box for a time of the day, with the keyboard of digits on a phone."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(format="%H:%M", attrs={"inputmode": "numeric", "autocomplete": "off", **(attrs or {})})


class ClockField(forms.TimeField):
    """A time of the day as people type it (``read_clock``); None when left empty."""

    widget = ClockInput
    says = gettext_lazy("hh:mm")

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, str) and value.strip():
            return read_clock(value)
        return super().to_python(value.strip() if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        """Show the time that was understood."""
        try:
            return read_clock(value) if isinstance(value, str) else value
        except ValidationError:
            return value


class MomentField(forms.SplitDateTimeField):
    """A day and a time of it, in two boxes."""

    says = gettext_lazy("dd/mm/yyyy and hh:mm")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = (DayField(), ClockField())
        for field in self.fields:
            # As Django's own does it: whether both are needed is said of the whole.
            field.required = False


class BoundedDateFilter(django_filters.DateFilter):
    """Narrows a list by a day that an address names."""

    field_class = DayField


class YearField(forms.IntegerField):
    """A year typed or chosen in a form or an address."""

    default_validators = [check_year]


class YearFilter(django_filters.NumberFilter):
    """Narrows a list to a year that an address names."""

    field_class = YearField
