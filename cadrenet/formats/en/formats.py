"""How English writes dates and figures here: the day first, as everybody in the office types it."""

from cadrenet import formats
from cadrenet.formats import *  # noqa: F403

DATE_INPUT_FORMATS = [*formats.DATE_INPUT_FORMATS, "%d %b %Y", "%d %B %Y"]
DATETIME_INPUT_FORMATS = [*formats.DATETIME_INPUT_FORMATS, "%d %b %Y, %H:%M"]

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i"
YEAR_MONTH_FORMAT = "F Y"
MONTH_DAY_FORMAT = "j M"

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","

# Our own, beside Django's. The spaces do not break, so a figure keeps its unit.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
QUARTER_FORMAT = "Q{number} {year}"
GROUPED_FROM = 1_000
PERCENT_FORMAT = "{number}%"
POINTS_FORMAT = "{number}\N{NO-BREAK SPACE}pp"
MILLIONS_FORMAT = "VND\N{NO-BREAK SPACE}{number}\N{NO-BREAK SPACE}million"
MONEY_FORMAT = "VND\N{NO-BREAK SPACE}{number}"
