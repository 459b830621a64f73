from decimal import Decimal

import pytest

from cadrenet import charts
from cadrenet.charts import AxisLabel, BarPart, LineChart, Point, PointText, Spark, Stroke, Tick

# --- Bars ---------------------------------------------------------------------------------------------


def test_parts_of_a_bar_follow_the_counts():
    assert charts.bar_parts(964, 69, 110, 105) == [
        BarPart("present", x="0%", width="76.89%"),
        BarPart("excused", x="77.24%", width="5.18%"),
        BarPart("absent", x="82.77%", width="8.46%"),
        BarPart("unrecorded", x="91.59%", width="8.06%"),
    ]


def test_status_that_nobody_has_takes_no_room_in_a_bar():
    assert charts.bar_parts(1003, 0, 0, 0) == [BarPart("present", x="0%", width="99.65%")]


def test_bar_of_nobody_has_no_parts():
    assert charts.bar_parts(0, 0, 0, 0) == []


def test_part_of_a_bar_is_never_too_thin_to_be_seen():
    assert charts.bar_parts(10_000, 0, 1, 0)[1] == BarPart("absent", x="99.99%", width="0.35%")


@pytest.mark.parametrize("part, whole, width", [(1, 3, "33.33%"), (0, 3, "0%"), (4, 3, "100%"), (1, 0, "0%")])
def test_width_of_a_share(part, whole, width):
    assert charts.share_width(part, whole) == width


@pytest.mark.parametrize("number, places", [(None, []), (0, []), (3, [0, 13, 26])])
def test_squares_of_a_row_of_units(number, places):
    assert charts.unit_places(number) == places


def test_row_of_units_ends_after_thirty_squares():
    assert charts.unit_places(1609)[-1] == 377
    assert len(charts.unit_places(1609)) == 30


# --- Lines --------------------------------------------------------------------------------------------


def test_small_line_on_a_given_scale():
    assert charts.spark_lines([80, 90, 100], low=60, high=100) == Spark(
        strokes=[Stroke(x1="2%", y1="10", x2="49.85%", y2="7"), Stroke(x1="49.85%", y1="7", x2="97.7%", y2="4")],
        last=Point(x="97.7%", y="4", value=100),
    )


def test_small_line_without_a_scale_fills_its_height():
    assert charts.spark_lines([Decimal("79.50"), 81]) == Spark(
        strokes=[Stroke(x1="2%", y1="16", x2="97.7%", y2="4")],
        last=Point(x="97.7%", y="4", value=81),
    )


def test_unknown_value_is_a_gap_in_a_line():
    assert charts.spark_lines([80, None, 82, 84], low=80, high=84) == Spark(
        strokes=[Stroke(x1="65.8%", y1="10", x2="97.7%", y2="4")],
        last=Point(x="97.7%", y="4", value=84),
    )


def test_dot_of_a_small_line_stands_on_the_last_known_value():
    assert charts.spark_lines([80, 84, None]) == Spark(
        strokes=[Stroke(x1="2%", y1="16", x2="49.85%", y2="4")],
        last=Point(x="49.85%", y="4", value=84),
    )


def test_line_of_one_value_is_a_dot_at_half_height():
    assert charts.spark_lines([80]) == Spark(strokes=[], last=Point(x="2%", y="10", value=80))


def test_value_outside_of_the_scale_stands_at_its_end():
    assert charts.spark_lines([40, 120], low=50, high=100).strokes == [Stroke(x1="2%", y1="16", x2="97.7%", y2="4")]


def test_line_of_nothing_known_is_empty():
    assert charts.spark_lines([None, None]) == Spark(strokes=[], last=None)


def test_line_over_time_has_a_scale_and_a_label_for_each_column():
    values = [Decimal("80.00"), None, Decimal("82.50"), 85]

    assert charts.line_chart(values, ["T1", "T2", "T3", "T4"], low=78, high=86, step=5) == LineChart(
        ticks=[Tick(y="112", text_y="108", value=80), Tick(y="42", text_y="38", value=85)],
        points=[
            PointText(x="14%", y="112", value=80, text_y="102"),
            PointText(x="69%", y="77", value=83, text_y="67"),
            PointText(x="96.5%", y="42", value=85, text_y="32"),
        ],
        strokes=[Stroke(x1="69%", y1="77", x2="96.5%", y2="42")],
        labels=[
            AxisLabel(x="14%", text="T1"),
            AxisLabel(x="41.5%", text="T2"),
            AxisLabel(x="69%", text="T3"),
            AxisLabel(x="96.5%", text="T4"),
        ],
    )


def test_scale_begins_with_its_first_whole_step():
    chart = charts.line_chart([80], ["T1"], low=76, high=84, step=4)

    assert [tick.value for tick in chart.ticks] == [76, 80, 84]


# --- Steps of colour ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rate, step",
    [(None, ""), (Decimal("69.49"), "q1"), (Decimal("69.50"), "q2"), (75, "q3"), (80, "q4"), (85, "q5"), (100, "q5")],
)
def test_step_of_a_heat_cell_is_that_of_the_number_it_shows(rate, step):
    assert charts.heat_step(rate) == step


@pytest.mark.parametrize("value, whole", [(Decimal("79.50"), 80), (Decimal("80.49"), 80), (81, 81)])
def test_whole_numbers_are_rounded_half_up(value, whole):
    assert charts.whole_number(value) == whole
