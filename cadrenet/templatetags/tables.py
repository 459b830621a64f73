"""Cells and heads of tables and lists."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from cadrenet.templatetags import figures

register = template.Library()


@register.simple_tag
def place(name, url="", above=""):
    """Print the name of a place in a table or list, never without what lies above it, from near to far."""
    shown = format_html('<a href="{}">{}</a>', url, name) if url else name
    if not above:
        return shown
    return format_html('{}<br><span class="cn-muted fw-normal cn-small">{}</span>', shown, above)


@register.simple_tag
def heads(*labels, css="", hidden=False):
    """Print the heads of columns that look alike: with a class (``css="num"``), or ``hidden`` and only read aloud."""
    html = '<th scope="col"{}><span class="visually-hidden">{}</span></th>' if hidden else '<th scope="col"{}>{}</th>'
    attribute = format_html(' class="{}"', css) if css else ""
    return format_html_join("", html, ((attribute, label) for label in labels))


@register.simple_tag
def table_cell(column, row):
    """Read a column of a list (``cadrenet.listing.Column``) and write the value as a page writes it."""
    value = column.value(row)
    if value is None or value == "":
        return {"text": figures.DASH, "numeric": False}
    if isinstance(value, bool):
        return {"text": _("Yes") if value else _("No"), "numeric": False}
    if isinstance(value, datetime):
        return {"text": figures.daytime(value), "numeric": False}
    if isinstance(value, date):
        return {"text": figures.day(value), "numeric": False}
    if isinstance(value, int | Decimal):
        return {"text": figures.count(value), "numeric": True}
    return {"text": value, "numeric": False}


@register.simple_tag
def figure_cells(cells):
    """Print the cells of a row of figures: each has a text, classes, and the address and title of a link, or none.

    Here and not in a template, as a page has a thousand of them.
    """
    return format_html_join("", '<td class="{}">{}</td>', ((cell.css, _linked(cell)) for cell in cells))


def _linked(cell):
    if not cell.url:
        return cell.text
    if cell.title:
        return format_html('<a href="{}" title="{}">{}</a>', cell.url, cell.title, cell.text)
    return format_html('<a href="{}">{}</a>', cell.url, cell.text)


@register.simple_tag
def sort_state(name, sort=""):
    """Return how a column is ordered now and what a click on its head asks for next."""
    if sort == name:
        return {"direction": "ascending", "arrow": "▲", "next": f"-{name}"}
    if sort == f"-{name}":
        return {"direction": "descending", "arrow": "▼", "next": name}
    return {"direction": "", "arrow": "", "next": name}


@register.filter
def words(text):
    """Split a parameter that is a list of words: ``{% for status in "present absent"|words %}``."""
    return text.split()


@register.simple_tag
def page_numbers(page):
    """The numbers of the pages around a page and at both ends, with an ellipsis between."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
