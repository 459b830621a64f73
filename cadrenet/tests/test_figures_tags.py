from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from cadrenet.figures import percent

EVENING = datetime(2022, 12, 9, 12, 0, tzinfo=UTC)


def written(language, expression, **values):
    """The expression as a page shows it; "_" stands for the space that does not break."""
    with translation.override(language):
        page = Template("{% load figures %}{{ " + expression + " }}").render(Context(values))
    return page.replace("\N{NO-BREAK SPACE}", "_")


@pytest.mark.parametrize(
    "number,vi,en,es",
    [
        (0, "0", "0", "0"),
        (999, "999", "999", "999"),
        (1609, "1.609", "1,609", "1609"),
        (9999, "9.999", "9,999", "9999"),
        (10000, "10.000", "10,000", "10_000"),
        (1234567, "1.234.567", "1,234,567", "1_234_567"),
        (-1609, "−1.609", "−1,609", "−1609"),
    ],
)
def test_count(number, vi, en, es):
    assert [written(language, "n|count", n=number) for language in ("vi", "en", "es")] == [vi, en, es]


@pytest.mark.parametrize(
    "value,vi,en,es",
    [
        (percent(18, 21), "85,71%", "85.71%", "85,71_%"),
        (percent(110, 117, places=0), "94%", "94%", "94_%"),
        (percent(21, 21), "100,00%", "100.00%", "100,00_%"),
        (percent(0, 21), "0,00%", "0.00%", "0,00_%"),
        (Decimal(18) / Decimal(21) * 100, "85,71%", "85.71%", "85,71_%"),
        (Decimal("1E+2"), "100,00%", "100.00%", "100,00_%"),
    ],
)
def test_percentage(value, vi, en, es):
    assert [written(language, "p|pct", p=value) for language in ("vi", "en", "es")] == [vi, en, es]


def test_percentage_from_counts():
    assert written("vi", "part|percent_of:whole|pct", part=110, whole=117) == "94,02%"
    assert written("vi", "part|whole_percent_of:whole|pct", part=110, whole=117) == "94%"


@pytest.mark.parametrize(
    "change,vi,en,es",
    [
        (Decimal("-0.31"), "−0,31_điểm_%", "−0.31_pp", "−0,31_p._p."),
        (Decimal("4.76"), "+4,76_điểm_%", "+4.76_pp", "+4,76_p._p."),
        (Decimal("0.00"), "±0,00_điểm_%", "±0.00_pp", "±0,00_p._p."),
    ],
)
def test_change_always_has_a_sign(change, vi, en, es):
    assert [written(language, "c|points", c=change) for language in ("vi", "en", "es")] == [vi, en, es]


@pytest.mark.parametrize(
    "amount,vi,en,es",
    [
        (2_160_300_000, "2.160,3_triệu_đ", "VND_2,160.3_million", "2160,3_millones de_đ"),
        (12_345_650_000, "12.345,7_triệu_đ", "VND_12,345.7_million", "12_345,7_millones de_đ"),
        (60_900_000, "60,9_triệu_đ", "VND_60.9_million", "60,9_millones de_đ"),
        (100_000, "0,1_triệu_đ", "VND_0.1_million", "0,1_millones de_đ"),
        (40_000, "40.000_đ", "VND_40,000", "40_000_đ"),
        (0, "0_đ", "VND_0", "0_đ"),
    ],
)
def test_money_in_millions(amount, vi, en, es):
    assert [written(language, "m|money", m=amount) for language in ("vi", "en", "es")] == [vi, en, es]


def test_money_in_full():
    assert [written(language, "m|full_money", m=60_900_000) for language in ("vi", "en", "es")] == [
        "60.900.000_đ",
        "VND_60,900,000",
        "60_900_000_đ",
    ]


@pytest.mark.parametrize(
    "language,day,weekday,daytime",
    [
        ("vi", "09/12/2022", "Thứ Sáu 09/12/2022", "09/12/2022, 19:00"),
        ("en", "9 Dec 2022", "Friday 9 Dec 2022", "9 Dec 2022, 19:00"),
        ("es", "9/12/2022", "viernes 9/12/2022", "9/12/2022, 19:00"),
    ],
)
def test_days_and_times_are_those_of_the_office(language, day, weekday, daytime):
    assert written(language, "d|day", d=date(2022, 12, 9)) == day
    assert written(language, "d|weekday", d=date(2022, 12, 9)) == weekday
    assert written(language, "d|daytime", d=EVENING) == daytime


def test_a_moment_counts_for_the_day_it_had_in_the_office():
    assert written("vi", "d|day", d=datetime(2022, 12, 9, 17, 30, tzinfo=UTC)) == "10/12/2022"


FILTERS = ["count", "pct", "points", "money", "full_money", "day", "weekday", "daytime", "dash"]


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("language", ["vi", "en", "es"])
def test_unknown_is_a_dash_and_never_zero(name, language):
    assert written(language, f"value|{name}", value=None) == "–"
    assert written(language, f"missing|{name}") == "–"


@pytest.mark.parametrize("part,whole", [(None, 3), (3, None), (0, 0), ("", ""), (3, "")])
def test_percent_of_nothing_is_a_dash(part, whole):
    assert written("vi", "part|percent_of:whole|pct", part=part, whole=whole) == "–"
    assert written("vi", "part|whole_percent_of:whole|pct", part=part, whole=whole) == "–"


def test_dash_leaves_a_value_alone():
    assert written("vi", "value|dash", value=0) == "0"
    assert written("vi", "value|dash", value="An Hiệp") == "An Hiệp"
