"""Kinds of value: how the text of a cell becomes a value, and the sentence that says why it is none."""

import re
from datetime import date, datetime, time
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from cadrenet.periods import Quarter, check_day, check_year, of_known_year

LARGEST_COUNT = 2**31 - 1
LARGEST_VALUE = 2**63 - 1
CODE_LENGTH = 60


class BadValue(ValueError):
    """The text of a cell is no value of its column; the message says why."""


def text(model, name):
    """Text as long as the model's field may be."""
    longest = model._meta.get_field(name).max_length

    def read(cell):
        if len(cell) > longest:
            raise BadValue(
                _("The text has %(length)s characters, and at most %(longest)s fit. Shorten it.")
                % {"length": len(cell), "longest": longest}
            )
        if not cell.isprintable() and re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", cell):
            raise BadValue(_("There is an invisible control character. Type the text again."))
        return cell

    return read


@lru_cache(4096)
def code(cell):
    """A code: text that names one thing, so nothing invisible may hide in it."""
    if len(cell) > CODE_LENGTH:
        raise BadValue(
            _("The code has %(length)s characters, and at most %(longest)s fit. Shorten it.")
            % {"length": len(cell), "longest": CODE_LENGTH}
        )
    if cell != cell.strip() or not cell.isprintable() or "  " in cell:
        raise BadValue(
            _("The code “%(code)s” holds a stray space or an invisible character. Type it again.") % {"code": cell}
        )
    return cell


def choice(choices, without=()):
    """One of the values of a model's choices."""
    allowed = {str(value): str(value) for value in choices.values if value not in without}

    def read(cell):
        try:
            return allowed[cell]
        except KeyError:
            raise BadValue(
                _("“%(value)s” is unknown. Write one of: %(allowed)s.")
                % {"value": cell, "allowed": ", ".join(allowed)}
            ) from None

    return read


def short_code(model, name):
    """A word of an open list: small letters, digits and underscores."""
    longest = model._meta.get_field(name).max_length

    @lru_cache(1024)
    def read(cell):
        if len(cell) > longest or not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", cell):
            raise BadValue(
                _(
                    "“%(value)s” is no short code. Write at most %(longest)s small letters, digits and "
                    "underscores, for example social_policy."
                )
                % {"value": cell, "longest": longest}
            )
        return cell

    return read


def checked(check, value):
    """Return a value that a check of ``cadrenet.periods`` finds nothing wrong with."""
    try:
        check(value)
    except ValidationError as error:
        raise BadValue(error.messages[0]) from None
    return value


@lru_cache(8192)
def day(cell):
    """A day; what is kept of an answer stays right, as days only come to be allowed."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        raise BadValue(
            _("“%(value)s” is no day in this format. Write year, month and day as 2022-12-31.") % {"value": cell}
        )
    try:
        found = date.fromisoformat(cell)
    except ValueError:
        raise BadValue(_("The day %(value)s does not exist. Correct it.") % {"value": cell}) from None
    return checked(check_day, found)


@lru_cache(8192)
def moment(cell):
    """A time of a day, in the time zone of the office."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", cell):
        raise BadValue(
            _("“%(value)s” is no time in this format. Write day and time as 2022-12-31T19:30.") % {"value": cell}
        )
    day(cell[:10])
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        raise BadValue(_("The time %(value)s does not exist. Correct it.") % {"value": cell}) from None
    return timezone.make_aware(found, timezone.get_default_timezone())


@lru_cache(256)
def clock(cell):
    """A time of the day."""
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", cell):
        raise BadValue(
            _("“%(value)s” is no time of the day in this format. Write hours and minutes as 19:30.") % {"value": cell}
        )
    return time.fromisoformat(cell)


def whole(largest, smallest=0):
    """A whole number, without separators."""

    @lru_cache(4096)
    def read(cell):
        if not re.fullmatch(r"-?[0-9]{1,20}", cell):
            raise BadValue(
                _("“%(value)s” is no whole number. Write digits only, without points, commas or units.")
                % {"value": cell}
            )
        number = int(cell)
        if not smallest <= number <= largest:
            raise BadValue(
                _("%(value)s is not between %(smallest)s and %(largest)s. Correct it.")
                % {"value": cell, "smallest": smallest, "largest": largest}
            )
        return number

    return read


def flag(cell):
    if cell not in ("0", "1"):
        raise BadValue(_("“%(value)s” is neither 0 (no) nor 1 (yes). Write one of the two.") % {"value": cell})
    return cell == "1"


@lru_cache(256)
def quarter(cell):
    try:
        return of_known_year(Quarter.parse(cell))
    except ValueError as error:
        raise BadValue(str(error)) from None


def email(model, name):
    """An e-mail address as long as the model's field may be."""
    long_enough = text(model, name)

    def read(cell):
        long_enough(cell)
        try:
            validate_email(cell)
        except ValidationError:
            raise BadValue(
                _("“%(value)s” is no e-mail address. Correct it or leave it empty.") % {"value": cell}
            ) from None
        return cell

    return read


def year(cell):
    """A year in which days may lie."""
    return checked(check_year, count(cell))


count = whole(LARGEST_COUNT)
