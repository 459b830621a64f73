"""Days, months and quarters as values: in queries, in addresses, in forms."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.translation import gettext as _

ONE_DAY = timedelta(days=1)
ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}
# Days outside of this are typing mistakes, and their neighbours would be days that Python does not know.
FIRST_YEAR, YEARS_AHEAD = 1930, 10
FIRST_DAY = date(FIRST_YEAR, 1, 1)


def today() -> date:
    """The day in the office's time zone. Ask once, at the edge, and pass the day on."""
    return timezone.localdate()


def last_year(day: date) -> int:
    """The last year that something may be entered for on a day: what is decided may lie some years ahead."""
    return day.year + YEARS_AHEAD


def check_day(value: date | datetime) -> None:
    """Refuse a day, or a moment, that is a typing mistake. Every day that somebody types comes by here.

    Raises ``ValidationError``.
    """
    day = value
    if isinstance(value, datetime):
        try:
            day = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
        except OverflowError:
            # So near the ends of what Python knows that the office is beyond them.
            day = value.date()
    last_day = date(last_year(today()), 12, 31)
    if not FIRST_DAY <= day <= last_day:
        raise ValidationError(
            _("The day must lie between %(first)s and %(last)s.")
            % {"first": date_format(FIRST_DAY, "DATE_FORMAT"), "last": date_format(last_day, "DATE_FORMAT")},
            code="out_of_bounds",
        )


def check_past(value: date, day: date) -> None:
    """Refuse a day on which something is said to have happened, and that is still to come on another, today.

    Raises ``ValidationError``.
    """
    if value > day:
        raise ValidationError(_("This day lies in the future."), code="ahead")


def check_year(year: int) -> None:
    """Refuse a year whose days ``check_day`` would refuse. Raises ``ValidationError``."""
    last = last_year(today())
    if not FIRST_YEAR <= year <= last:
        raise ValidationError(
            # As text: a year has no separator of thousands.
            _("The year must lie between %(first)s and %(last)s.") % {"first": str(FIRST_YEAR), "last": str(last)},
            code="out_of_bounds",
        )


def months_between(first: date, last: date) -> int:
    """Whole months from one day to another, both of which count: 1 January to 31 January is one."""
    after = last + timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    return max(months - (after.day < first.day), 0)


def starts_before(last: date, months: int) -> date:
    """The latest first day from which some whole months have passed up to a last day, both of which count."""
    after = last + timedelta(days=1)
    year, month = divmod(after.year * 12 + after.month - 1 - months, 12)
    return date(year, month + 1, min(after.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month, written 2022-11."""

    year: int
    number: int

    # Bounded, so that the neighbours of whatever an address says are days that Python knows.
    PATTERN = r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])"

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.fullmatch(cls.PATTERN, text):
            raise ValueError(_("“%(text)s” is not a month. Write it like 2022-11.") % {"text": text})
        year, number = text.split("-")
        return cls(int(year), int(number))

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def days(self) -> tuple[date, date]:
        """First and last day, for ``__range``."""
        return self.first_day, self.last_day

    @property
    def previous(self) -> "Month":
        return Month.of(self.first_day - timedelta(days=1))

    @property
    def next(self) -> "Month":
        return Month.of(self.last_day + timedelta(days=1))

    @property
    def weeks(self) -> list[list[date]]:
        """The weeks of the calendar page, Monday first; the outer ones reach into the neighbours."""
        return calendar.Calendar(calendar.MONDAY).monthdatescalendar(self.year, self.number)

    @property
    def label(self) -> str:
        """The month as people read it: tháng 11/2022."""
        return date_format(self.first_day, "YEAR_MONTH_FORMAT")


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter, written 2022-Q4."""

    year: int
    number: int

    PATTERN = r"(?:19|20|21)[0-9]{2}-Q[1-4]"

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.fullmatch(cls.PATTERN, text):
            raise ValueError(_("“%(text)s” is not a quarter. Write it like 2022-Q4.") % {"text": text})
        year, number = text.split("-Q")
        return cls(int(year), int(number))

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, (day.month + 2) // 3)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last_day(self) -> date:
        return Month(self.year, self.number * 3).last_day

    @property
    def days(self) -> tuple[date, date]:
        """First and last day, for ``__range``."""
        return self.first_day, self.last_day

    @property
    def previous(self) -> "Quarter":
        return Quarter.of(self.first_day - timedelta(days=1))

    @property
    def next(self) -> "Quarter":
        return Quarter.of(self.last_day + timedelta(days=1))

    @property
    def months(self) -> list[tuple[date, date]]:
        """First and last day of each of the three months."""
        return [Month(self.year, self.number * 3 - before).days for before in (2, 1, 0)]

    @property
    def label(self) -> str:
        """The quarter as people read it: Quý IV/2022.

        The pattern stands with the date formats: a translated message may not use a placeholder that its
        original lacks, and only Vietnamese writes the number in Roman numerals.
        """
        pattern: str = get_format("QUARTER_FORMAT")
        return pattern.format(number=self.number, roman=ROMAN[self.number], year=self.year)


@dataclass(frozen=True, order=True)
class QuarterSoFar(Quarter):
    """A quarter up to a day in it: what had happened by then."""

    until: date = date.max

    @property
    def whole(self) -> Quarter:
        """The quarter itself."""
        return Quarter(self.year, self.number)

    @property
    def last_day(self) -> date:
        """The last day of the quarter, or the day up to which it is looked at."""
        return min(self.whole.last_day, self.until)

    @property
    def number_of_days(self) -> int:
        """How many days it has up to then, both counted."""
        return (self.last_day - self.first_day).days + 1

    @property
    def same_days_before(self) -> "QuarterSoFar":
        """As many first days of the quarter before, or all of it where it is shorter."""
        before = self.previous
        until = before.first_day + timedelta(days=self.number_of_days - 1)
        return QuarterSoFar(before.year, before.number, until)


Part = TypeVar("Part", Month, Quarter)


def of_known_year(part: Part) -> Part:
    """Return a month or a quarter; raise ``ValueError`` with a sentence when ``check_year`` refuses its year."""
    try:
        check_year(part.year)
    except ValidationError as error:
        raise ValueError(error.messages[0]) from error
    return part


def check_quarter(text: str) -> None:
    """Refuse what is no quarter, and one whose days ``check_day`` would refuse. Raises ``ValidationError``."""
    try:
        of_known_year(Quarter.parse(text))
    except ValueError as error:
        raise ValidationError(str(error), code="invalid") from error


def not_after_today(day: date) -> date:
    """Return a day, or today where it is still to come: a paper of a period that goes on is as of today."""
    return min(day, today())


class QuarterConverter:
    """``<quarter:quarter>`` in an address."""

    regex = Quarter.PATTERN

    def to_python(self, value: str) -> Quarter:
        return of_known_year(Quarter.parse(value))

    def to_url(self, value: Quarter) -> str:
        return str(value)


class MonthConverter:
    """``<month:month>`` in an address."""

    regex = Month.PATTERN

    def to_python(self, value: str) -> Month:
        return of_known_year(Month.parse(value))

    def to_url(self, value: Month) -> str:
        return str(value)


class QuarterField(forms.CharField):
    """A quarter typed or chosen in a form or a query string; None when left empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"empty_value": None, **kwargs})

    def to_python(self, value: Any) -> Quarter | None:  # type: ignore[override]  # a value, and no text
        value = super().to_python(str(value) if isinstance(value, Quarter) else value)
        if value in self.empty_values:
            return None
        try:
            return of_known_year(Quarter.parse(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Quarter) else value
