"""How Spanish writes dates and figures."""

from cadrenet.formats import *  # noqa: F403

DATE_FORMAT = SHORT_DATE_FORMAT = "j/n/Y"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j/n/Y, H:i"
YEAR_MONTH_FORMAT = r"F \d\e Y"
MONTH_DAY_FORMAT = r"j \d\e F"

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "\N{NO-BREAK SPACE}"

# Our own, beside Django's. The spaces do not break, so a figure keeps its unit.
WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
QUARTER_FORMAT = "{number}.º trimestre de {year}"
# Four digits stay together: 1609, but 16 090.
GROUPED_FROM = 10_000
PERCENT_FORMAT = "{number}\N{NO-BREAK SPACE}%"
POINTS_FORMAT = "{number}\N{NO-BREAK SPACE}p.\N{NO-BREAK SPACE}p."
MILLIONS_FORMAT = "{number}\N{NO-BREAK SPACE}millones de\N{NO-BREAK SPACE}đ"
MONEY_FORMAT = "{number}\N{NO-BREAK SPACE}đ"
