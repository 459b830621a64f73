"""Kinds of value: how the text of a cell becomes a value, and the sentence that says why it is none."""

import re
from datetime import date, datetime, time
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from cadrenet.cells import DAY, NUMBER
from cadrenet.codes import check_code
from cadrenet.periods import Quarter, check_day, check_year, of_known_year
from cadrenet.tables.words import FLAGS, Vocabulary, day_of, folded, moment_of, quarter_of
from cadrenet.texts import check_free_text, check_name
from cadrenet.vietnamese import CONTROL, cleaned

LARGEST_COUNT = 2**31 - 1
LARGEST_VALUE = 2**63 - 1
CODE_LENGTH = 60
# What “5/2022” or “1-5” becomes in a spreadsheet program: May-22, Thg5-22 or 1/5/2022, as it is saved as CSV.
MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|[Tt]hg ?[0-9]{1,2})"
SHOWN_AS_DAY = re.compile(
    rf"[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}|(?:[0-9]{{1,2}}[- ])?{MONTH}-[0-9]{{2,4}}|[0-9]{{1,2}}-{MONTH}"
)
MADE_A_DAY = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{SHOWN_AS_DAY.pattern}")


class BadValue(ValueError):
    """The text of a cell is no value of its column; the message says why."""


def text(model, name):
    """Text as long as the model's field may be, and in letters that the field takes."""
    field = model._meta.get_field(name)
    longest = field.max_length

    def read(cell):
        if CONTROL.search(cell):
            raise BadValue(_("There is an invisible control character. Type the text again."))
        cell = cleaned(cell)
        if len(cell) > longest:
            raise BadValue(
                _("The text has %(length)s characters, and at most %(longest)s fit. Shorten it.")
                % {"length": len(cell), "longest": longest}
            )
        # Not all of the field's: an e-mail address has a sentence of its own.
        return checked(check_free_text if check_free_text in field.validators else check_name, cell)

    return read


@lru_cache(4096)
def code(cell):
    """A code: text that names one thing, so nothing invisible may hide in it, and no letter that is another."""
    if len(cell) > CODE_LENGTH:
        raise BadValue(
            _("The code has %(length)s characters, and at most %(longest)s fit. Shorten it.")
            % {"length": len(cell), "longest": CODE_LENGTH}
        )
    if SHOWN_AS_DAY.fullmatch(cell):
        raise made_a_day(cell)
    if cell != cleaned(cell):
        raise BadValue(
            _("The code “%(code)s” holds a stray space or an invisible character. Type it again.") % {"code": cell}
        )
    return checked(check_code, cell)


def choice(choices, without=()):
    """One of the values of a model's choices, or what it is called in Vietnamese."""
    vocabulary = Vocabulary((value, label) for value, label in choices.choices if value not in without)
    allowed = {value: value for value in vocabulary}

    def read(cell):
        try:
            return allowed[cell]
        except KeyError:
            if meant := vocabulary.meant(cell):
                # A file says it again and again.
                allowed[cell] = meant
                return meant
            raise BadValue(
                _("“%(value)s” is unknown. Write one of: %(allowed)s.")
                % {"value": cell, "allowed": vocabulary.listed()}
            ) from None

    read.vocabulary, read.is_open = vocabulary, False
    return read


def short_code(model, name):
    """A word of an open list: small letters, digits and underscores, or what a word that everybody has is called."""
    field = model._meta.get_field(name)
    longest, vocabulary = field.max_length, Vocabulary(field.flatchoices)

    @lru_cache(1024)
    def read(cell):
        if meant := vocabulary.meant(cell):
            return meant
        if len(cell) > longest or not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", cell):
            raise BadValue(
                _(
                    "“%(value)s” is no short code. Write at most %(longest)s small letters, digits and "
                    "underscores, for example social_policy."
                )
                % {"value": cell, "longest": longest}
            )
        return cell

    read.vocabulary, read.is_open = vocabulary, True
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
    cell = day_of(cell)
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
    cell = moment_of(cell)
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

    read.kind = NUMBER
    return read


@lru_cache(256)
def flag(cell):
    found = FLAGS.get(cell, FLAGS.get(folded(cell)))
    if found is None:
        raise BadValue(_("“%(value)s” is neither 0 (no) nor 1 (yes). Write one of the two.") % {"value": cell})
    return found


@lru_cache(256)
def quarter(cell):
    try:
        return of_known_year(Quarter.parse(quarter_of(cell)))
    except ValueError as error:
        raise BadValue(str(error)) from None


def email(model, name):
    """An e-mail address as long as the model's field may be."""
    long_enough = text(model, name)

    def read(cell):
        cell = long_enough(cell)
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


def not_a_day(read):
    """As another kind of value, where a day is what a spreadsheet program has made of something else."""

    def read_no_day(cell):
        if MADE_A_DAY.fullmatch(cell):
            raise made_a_day(cell)
        return read(cell)

    return read_no_day


def made_a_day(cell):
    """The error of a cell of which a spreadsheet program has made a day."""
    return BadValue(
        _(
            "“%(value)s” is a day. If a spreadsheet program has made it so, format the cell as text and type again "
            "what is meant."
        )
        % {"value": cell}
    )


count = whole(LARGEST_COUNT)
# Of what kind a value is in a workbook, where it is no text.
day.kind = moment.kind = DAY
year.kind = flag.kind = NUMBER
