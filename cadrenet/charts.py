"""The geometry of the charts: numbers in, coordinates out; x in per cent of the width, y in pixels.

A coordinate is a text with a decimal point, because a template would write 12,5 in Vietnamese and the browser
would draw nothing. An unknown value (None) is a gap in a line, never a zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

Number = int | Decimal


@dataclass(frozen=True)
class BarPart:
    """One status of a stacked bar of attendance."""

    name: str
    x: str
    width: str


@dataclass(frozen=True)
class Point:
    """A known value of a line, rounded as it is written beside its dot."""

    x: str
    y: str
    value: int


@dataclass(frozen=True)
class Stroke:
    """The line between two neighbours that are both known."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class Spark:
    """A small line and the dot at its end; nothing where nothing is known."""

    strokes: list[Stroke]
    last: Point | None


@dataclass(frozen=True)
class Tick:
    """A line of the scale, and where its value is written."""

    y: str
    text_y: str
    value: int


@dataclass(frozen=True)
class PointText:
    """A point of a line chart, and where its value is written."""

    x: str
    y: str
    value: int
    text_y: str


@dataclass(frozen=True)
class AxisLabel:
    """What stands under a point: "T1"."""

    x: str
    text: str


@dataclass(frozen=True)
class LineChart:
    """A line over time with its scale."""

    ticks: list[Tick]
    points: list[PointText]
    strokes: list[Stroke]
    labels: list[AxisLabel]


# The paper of each line: the first and last x in per cent, the highest and lowest y in pixels.
SPARK = (Decimal(2), Decimal("97.7"), 4, 16)
LINE = (Decimal(14), Decimal("96.5"), 28, 140)
# Per cents from which on a heat cell is one step darker.
HEAT_STEPS = (70, 75, 80, 85)
# More squares in a row of units would say no more.
MOST_UNITS = 30


def bar_parts(present: int, excused: int, absent: int, unrecorded: int) -> list[BarPart]:
    """Return the parts of a stacked bar of attendance, widths from counts, a hair of ground between them."""
    counts = [("present", present), ("excused", excused), ("absent", absent), ("unrecorded", unrecorded)]
    total = sum(count for _name, count in counts)
    gap, start, parts = Decimal("0.35"), Decimal(0), []
    for name, count in counts:
        if not count:
            continue
        share = Decimal(100) * count / total
        parts.append(BarPart(name, _percent(start), _percent(max(share - gap, gap))))
        start += share
    return parts


def share_width(part: Number, whole: Number) -> str:
    """Return the width of a simple bar: part of whole, nothing where there is no whole."""
    return _percent(min(Decimal(100) * Decimal(part) / Decimal(whole), Decimal(100)) if whole else Decimal(0))


def unit_places(number: int | None) -> list[int]:
    """Return where the squares of a row of units begin, 13 pixels apart."""
    return [13 * place for place in range(min(number or 0, MOST_UNITS))]


def heat_step(rate: Number | None) -> str:
    """Name the step of a heat cell, q1 (low) to q5, by the whole number the cell shows."""
    if rate is None:
        return ""
    return f"q{1 + sum(whole_number(rate) >= step for step in HEAT_STEPS)}"


def whole_number(value: Number) -> int:
    """Round half up."""
    return int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))


def spark_lines(values: Sequence[Number | None], low: Number | None = None, high: Number | None = None) -> Spark:
    """Return a small line, 20 pixels high, on the scale given or on its own."""
    known = [Decimal(value) for value in values if value is not None]
    if not known:
        return Spark([], None)
    low = min(known) if low is None else Decimal(low)
    high = max(known) if high is None else Decimal(high)
    points = _points(values, low, high, SPARK)
    return Spark(_strokes(points), [point for point in points if point][-1])


def line_chart(
    values: Sequence[Number | None], labels: Sequence[str], low: Number, high: Number, step: Number
) -> LineChart:
    """Return a line over time, 172 pixels high; the lines of its scale are whole steps."""
    low, high, step = Decimal(low), Decimal(high), Decimal(step)
    left, right, top, bottom = LINE
    points = _points(values, low, high, LINE)
    ticks, level = [], (low / step).to_integral_value(ROUND_HALF_UP) * step
    while level <= high:
        if level >= low:
            y = bottom - (level - low) / (high - low) * (bottom - top)
            ticks.append(Tick(_written(y), _written(y - 4), whole_number(level)))
        level += step
    columns = _columns(len(labels), left, right)
    return LineChart(
        ticks,
        [PointText(point.x, point.y, point.value, _written(Decimal(point.y) - 10)) for point in points if point],
        _strokes(points),
        [AxisLabel(_percent(x), label) for x, label in zip(columns, labels, strict=True)],
    )


def _points(values, low, high, paper):
    left, right, top, bottom = paper
    points = []
    for x, value in zip(_columns(len(values), left, right), values, strict=True):
        if value is None:
            points.append(None)
            continue
        part = (Decimal(value) - low) / (high - low) if high > low else Decimal("0.5")
        y = bottom - min(max(part, Decimal(0)), Decimal(1)) * (bottom - top)
        points.append(Point(_percent(x), _written(y), whole_number(value)))
    return points


def _columns(count, left, right):
    width = (right - left) / max(count - 1, 1)
    return [left + width * number for number in range(count)]


def _strokes(points):
    return [Stroke(a.x, a.y, b.x, b.y) for a, b in zip(points, points[1:], strict=False) if a and b]


def _percent(value):
    return f"{_written(value)}%"


def _written(value):
    """Write a coordinate: a decimal point, two places at most, whatever the language of the page."""
    text = f"{Decimal(value).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
