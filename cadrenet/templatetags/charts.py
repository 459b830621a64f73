"""Charts for templates: the geometry is in ``cadrenet.charts``. A parameter not given arrives as an empty text."""

from django import template

from cadrenet import charts

register = template.Library()

register.filter(charts.heat_step)
register.filter(charts.unit_places)


@register.simple_tag
def bar_parts(present=0, excused=0, absent=0, unrecorded=0):
    """Return the parts of a stacked bar of attendance."""
    return charts.bar_parts(present or 0, excused or 0, absent or 0, unrecorded or 0)


@register.simple_tag
def share_width(part, whole):
    """Return the width of a simple bar."""
    return charts.share_width(part or 0, whole or 0)


@register.simple_tag
def spark_lines(values, low="", high=""):
    """Return the strokes and the last dot of a small line."""
    return charts.spark_lines(values, _given(low), _given(high))


@register.simple_tag
def line_chart(values, labels, low, high, step):
    """Return the lines and labels of a line over time."""
    return charts.line_chart(values, labels, low, high, step)


def _given(value):
    return None if value == "" else value
