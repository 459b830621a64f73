"""What a cell of a spreadsheet says: its text, or why nothing of it may be stored.

A spreadsheet program shows an error where a formula fails, makes a day of “5/2022” and a number of “00984”. What
cannot be told from the file is refused by its cell: an empty cell would erase what is stored.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from cadrenet.vietnamese import nfc

# The export puts an apostrophe before text that looks like a formula, a telephone number for one.
GUARDED = re.compile(r"'(?=[=+\-@\t\r＝＋－＠])")
# What Excel, LibreOffice and Google show in place of a value; signs that fill a column too narrow for its number.
ERROR = re.compile(r"#(?:[A-Z][A-Z0-9/_]*[!?]|N/A|GETTING_DATA|#+)|(?:Err|Lỗi):\s?[0-9]{3}")
# A number of many digits, as it is shown and saved as CSV.
SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{2,3}")
# Most files hold none of these, so that their cells need not be looked at one by one.
SIGNS = ("#", "=", "E+", "Err:", "Lỗi:")
# People write ="00984" to keep the zeros; any other formula in a CSV file is one that nobody has calculated.
KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
FORMULA = re.compile(r"=\s*[A-Za-z0-9$(\[{\"'+\-@#]")
# A spreadsheet program keeps fifteen digits of a number.
MOST_DIGITS = 15
# Formats by which a number looks as its digits say; of the others some show text that the cell does not hold.
PLAIN_FORMAT = re.compile(r"@|[#0,.]*0[.0]*(?:_\))?|0\.?0*%")
ZEROS = re.compile(r"0{2,}")
DAY, NUMBER, TEXT = "day", "number", "text"


class BadFile(ValueError):
    """A file that cannot be read. ``errors`` holds a line number, or None, and a sentence for each reason."""

    def __init__(self, *errors):
        self.errors = [(None, error) if isinstance(error, str) else error for error in errors]
        super().__init__(self.errors)

    def __str__(self):
        return "\n".join(
            sentence if line is None else _("Line %(line)s: %(sentence)s") % {"line": line, "sentence": sentence}
            for line, sentence in self.errors
        )


class Unusable(str):
    """The text of a cell of which nothing may be stored; ``why`` says so in a sentence.

    With ``unless``, it may where its column is of this kind.
    """

    def __new__(cls, text, why, unless=None):
        made = super().__new__(cls, text)
        made.why, made.unless = why, unless
        return made


def plain(text):
    """The text of a cell without the spaces around it, and without the apostrophe of an export."""
    return GUARDED.sub("", text.strip(), count=1) if text.startswith("'") else text.strip()


def is_worth_a_look(text):
    """Return whether a whole file may hold what a spreadsheet program has put into a cell."""
    return any(sign in text for sign in SIGNS)


def looked_at(text):
    """As ``plain``, where a spreadsheet program may have put something else than was typed."""
    text = plain(text)
    if ERROR.fullmatch(text):
        return Unusable(
            text,
            _("“%(value)s” is an error of the spreadsheet program. Correct the formula, or type the value.")
            % {"value": text},
        )
    if SHORTENED.fullmatch(text):
        return Unusable(text, _shortened(text))
    return text


def of_csv(text):
    """As ``looked_at``, for a file in which a formula has no value beside it."""
    if not is_worth_a_look(text):
        return plain(text)
    if kept := KEPT_AS_TEXT.fullmatch(text.strip()):
        return kept[1].strip()
    if FORMULA.match(text.strip()):
        return without_value(text.strip())
    return looked_at(text)


def text_of(value, number_format="General"):
    """A cell of a workbook as the text that the same table has in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, date | time):
        text = _moment(value)
        return Unusable(
            text,
            _(
                "The spreadsheet program has made a day or a time of what was typed (%(value)s). Format the cell as "
                "text and type it again."
            )
            % {"value": text},
            unless=DAY,
        )
    return looked_at(nfc(str(value)))


def without_value(formula):
    """A formula whose value the program that wrote the workbook has not stored."""
    return Unusable(
        formula,
        _("The file holds no value of this formula. Open it, let it calculate, and save it; or type the value."),
    )


def _number(value, number_format):
    text = str(value) if isinstance(value, int) else format(Decimal(repr(value)), "f").removesuffix(".0")
    number_format = number_format.partition(";")[0]
    if "." not in text and len(text.lstrip("-")) > MOST_DIGITS:
        return Unusable(text, _shortened(text))
    if ZEROS.fullmatch(number_format) and text.isdigit():
        # Shown with its zeros, so the zeros are meant.
        return text.zfill(len(number_format))
    if number_format == "General" or PLAIN_FORMAT.fullmatch(number_format):
        return text
    return Unusable(
        text,
        _(
            "The cell holds the number %(value)s and shows it in another form (%(format)s). Format the cell as text "
            "and type what is meant."
        )
        % {"value": text, "format": number_format},
        unless=NUMBER,
    )


def _shortened(text):
    return _(
        "The spreadsheet program has shortened a long number to %(value)s. Format the cell as text and type it again."
    ) % {"value": text}


def _moment(value):
    if isinstance(value, datetime):
        # Excel counts days, so that 19:00 may come as a microsecond before.
        value = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        if value.time() == time(0):
            return value.date().isoformat()
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return value.isoformat()
