"""Numbers, amounts and days in the reader's language. What is not known is "–", and never looks like zero."""

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.html import format_html
from django.utils.translation import pgettext_lazy

from cadrenet.charts import whole_number
from cadrenet.figures import percent

register = template.Library()

DASH = "–"
MINUS = "\N{MINUS SIGN}"
UNKNOWN = (None, "")
# No language sets the thousands of less apart; a page has a thousand such numbers.
NEVER_GROUPED = 1_000
# Translators: in Vietnamese as on a printed calendar: "Th 2" … "Th 7", "CN".
WEEKDAYS = [
    pgettext_lazy("weekday, short", "Mon"),
    pgettext_lazy("weekday, short", "Tue"),
    pgettext_lazy("weekday, short", "Wed"),
    pgettext_lazy("weekday, short", "Thu"),
    pgettext_lazy("weekday, short", "Fri"),
    pgettext_lazy("weekday, short", "Sat"),
    pgettext_lazy("weekday, short", "Sun"),
]


@register.filter
def dash(value):
    """The value itself, or "–" where there is none."""
    return DASH if value in UNKNOWN else value


@register.filter
def percent_of(part, whole):
    """Per cent that a part is of a whole, to two places: ``{{ present|percent_of:expected|pct }}``."""
    return None if "" in (part, whole) else percent(part, whole)


@register.filter
def whole_percent_of(part, whole):
    """The same without decimals, from the counts: rounding twice would turn 49.495 into 50."""
    return None if "" in (part, whole) else percent(part, whole, places=0)


@register.filter
def count(value):
    """A count with its thousands apart: 1.609."""
    if type(value) is int and 0 <= value < NEVER_GROUPED:
        return str(value)
    return DASH if value in UNKNOWN else _written(Decimal(value))


@register.filter
def pct(value):
    """A percentage with as many decimals as it was computed with: 85,71%."""
    if value in UNKNOWN:
        return DASH
    return get_format("PERCENT_FORMAT").format(number=_written(_at_most_two_places(value)))


@register.filter
def points(change):
    """A change in percentage points, always with its sign: −0,31 điểm %."""
    if change in UNKNOWN:
        return DASH
    change = _at_most_two_places(change)
    sign = "+" if change > 0 else MINUS if change < 0 else "±"
    return get_format("POINTS_FORMAT").format(number=sign + _written(abs(change)))


@register.filter
def money(value):
    """An amount of whole đồng, in millions: 2.160,3 triệu đ. A small one in full, so that it is not 0,0."""
    if value in UNKNOWN:
        return DASH
    value = Decimal(value)
    if abs(value) < 100_000:
        return full_money(value)
    millions = (value / 1_000_000).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return get_format("MILLIONS_FORMAT").format(number=_written(millions))


@register.filter
def full_money(value):
    """An amount of whole đồng in full, for lists: 60.900.000 đ."""
    if value in UNKNOWN:
        return DASH
    return get_format("MONEY_FORMAT").format(number=_written(Decimal(value)))


@register.filter
def day(value):
    """A day: 09/12/2022."""
    return _dated(value, "DATE_FORMAT")


@register.filter
def weekday(value):
    """A day with its name: Thứ Sáu 09/12/2022."""
    if value in UNKNOWN:
        return DASH
    value = in_the_office(value)
    return f"{get_format('WEEKDAYS')[value.weekday()]} {day(value)}"


@register.filter
def daytime(value):
    """A day and a time: 09/12/2022, 19:00."""
    return _dated(value, "DATETIME_FORMAT")


@register.filter
def until(starts, ends):
    """The end of something that begins at a moment: –21:00, or of another day –10/12/2022, 00:30; nothing without."""
    if not ends:
        return ""
    starts, ends = in_the_office(starts), in_the_office(ends)
    return f"–{daytime(ends) if ends.date() != starts.date() else f'{ends:%H:%M}'}"


@register.filter
def small_unit(value):
    """Set what stands after a large figure smaller: 80,26% becomes 80,26<small>%</small>.

    A word may go to the next line, where a tile on a phone is too narrow for both.
    """
    found = re.fullmatch(r"(.*\d)(\s*)(\D+)", str(value), re.DOTALL)
    if not found:
        return value
    number, gap, unit = found.groups()
    return format_html("{}{}<small>{}</small>", number, " " if gap and unit != "%" else gap, unit)


@register.filter
def whole(value):
    """Round half up to a whole number, – where nothing is known: for the heat table and the month line."""
    return DASH if value is None else whole_number(value)


@register.simple_tag
def delta_sign(change, text="", better="", least="0.1"):
    """Return arrow, tone, number and unit of a change.

    Coloured only where the direction is good or bad beyond doubt (``better`` is "up" or "down") and the
    change is at least ``least``.
    """
    if change in (None, ""):
        return {"sign": ""}
    change = Decimal(change)
    number, _space, unit = str(text).replace("\N{NO-BREAK SPACE}", " ").partition(" ")
    delta = {"sign": "▲" if change > 0 else "▼" if change < 0 else "■", "number": number, "unit": unit, "tone": ""}
    if better and abs(change) >= Decimal(str(least or "0.1")):
        delta["tone"] = "good" if (change > 0) == (better == "up") else "bad"
    return delta


@register.filter
def weekday_short(day):
    """Name the weekday of a date in the width of a calendar column."""
    return WEEKDAYS[day.weekday()]


@register.simple_tag
def day_sheet(day):
    """Print a date as a small sheet at the left of a list row: the weekday, the day, month and year."""
    day = in_the_office(day)
    return format_html(
        '<time class="cn-date" datetime="{}">{}<b>{}</b>{}</time>',
        f"{day:%Y-%m-%d}",
        weekday_short(day),
        f"{day:%d}",
        f"{day:%m/%Y}",
    )


def _written(number):
    """A decimal number with the marks of the language; each language says from where on it groups."""
    grouped = abs(number) >= get_format("GROUPED_FROM")
    text = number_format(abs(number), use_l10n=True, force_grouping=grouped)
    return MINUS + text if number < 0 else text


def _at_most_two_places(value):
    """A percentage knows its precision; a bare quotient does not, and gets two decimals."""
    value = value if isinstance(value, Decimal) else Decimal(str(value))
    return value if -2 <= value.as_tuple().exponent <= 0 else value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _dated(value, name):
    if value in UNKNOWN:
        return DASH
    value, pattern = in_the_office(value), get_format(name)
    in_digits = _in_digits(pattern)
    return f"{value:{in_digits}}" if in_digits else date_format(value, pattern)


@cache
def _in_digits(pattern):
    """Return a format as Python's own writes it, a tenth of the time; None where it says more than digits."""
    codes = {"d": "%d", "m": "%m", "Y": "%Y", "H": "%H", "i": "%M"}
    if any(letter not in codes and (letter.isalpha() or letter in "\\%") for letter in pattern):
        return None
    return "".join(codes.get(letter, letter) for letter in pattern)


def in_the_office(value):
    """A moment by the clock of the office; a day is left alone."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
