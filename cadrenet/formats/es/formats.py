"""How Spanish writes dates and figures."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j/n/Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j/n/Y, H:i"
YEAR_MONTH_FORMAT = r"F \d\e Y"
MONTH_DAY_FORMAT = r"j \d\e F"
FIRST_DAY_OF_WEEK = 1

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "\N{NO-BREAK SPACE}"
NUMBER_GROUPING = 3

DATE_INPUT_FORMATS = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%Y-%m-%d"]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S", "%Hh%M"]
DATETIME_INPUT_FORMATS = [
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y, %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d",
]

# Our own, beside Django's. The spaces do not break, so a figure keeps its unit.
WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
QUARTER_FORMAT = "{number}.º trimestre de {year}"
# Four digits stay together: 1609, but 16 090.
GROUPED_FROM = 10_000
PERCENT_FORMAT = "{number}\N{NO-BREAK SPACE}%"
POINTS_FORMAT = "{number}\N{NO-BREAK SPACE}p.\N{NO-BREAK SPACE}p."
MILLIONS_FORMAT = "{number}\N{NO-BREAK SPACE}millones de\N{NO-BREAK SPACE}đ"
MONEY_FORMAT = "{number}\N{NO-BREAK SPACE}đ"
