"""How Vietnamese writes dates and figures.

Django's own formats for Vietnamese group no digits, read 05/06 as the sixth of May and begin weeks on Sunday.
"""

from cadrenet.formats import *  # noqa: F403

DATE_FORMAT = SHORT_DATE_FORMAT = "d/m/Y"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "d/m/Y, H:i"
YEAR_MONTH_FORMAT = r"\t\h\á\n\g n/Y"
MONTH_DAY_FORMAT = "d/m"

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."

# Our own, beside Django's. The spaces do not break, so a figure keeps its unit.
# Django writes Thứ 6, an invitation to a meeting writes Thứ Sáu.
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
QUARTER_FORMAT = "Quý {roman}/{year}"
GROUPED_FROM = 1_000
PERCENT_FORMAT = "{number}%"
POINTS_FORMAT = "{number}\N{NO-BREAK SPACE}điểm\N{NO-BREAK SPACE}%"
MILLIONS_FORMAT = "{number}\N{NO-BREAK SPACE}triệu\N{NO-BREAK SPACE}đ"
MONEY_FORMAT = "{number}\N{NO-BREAK SPACE}đ"
