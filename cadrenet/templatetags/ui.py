"""Tags behind the components: symbols, status signs, form controls, and the geometry of the charts.

Everything that ends up in an SVG attribute is made here, as text with a decimal point, because a template
would write 12,5 in Vietnamese and the browser would draw nothing.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from django import forms, template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cadrenet.symbols import SYMBOLS
from cadrenet.templatetags import figures

register = template.Library()

# --- Symbols ------------------------------------------------------------------------------------------


def _used(context):
    """Return the names of the symbols used on the page so far, in order of first use.

    ``only`` gives a component a fresh context and a fresh layer of the render context; the lowest layer is
    the one thing that a page and all its components share.
    """
    return context.render_context.dicts[0].setdefault("cadrenet_symbols", {})


@register.simple_tag(takes_context=True)
def icon(context, name):
    """Print a line symbol; the page ends with ``{% icon_sprite %}``, which holds the drawing."""
    return drawn(context, name)


def drawn(context, name):
    """Return a symbol as the page prints it, and note that the page needs its drawing."""
    if name not in SYMBOLS:
        raise template.TemplateSyntaxError(f"There is no symbol called {name!r}.")
    _used(context)[name] = True
    # A name of our own table, which needs no escaping.
    return mark_safe(f'<svg class="cn-i" aria-hidden="true"><use href="#i-{name}"/></svg>')  # noqa: S308


@register.simple_tag(takes_context=True)
def hatch(context):
    """Print the address of the hatching that means "unrecorded", for an SVG ``fill``."""
    _used(context)["hatch"] = True
    return "url(#hatch)"


@register.simple_tag(takes_context=True)
def icon_sprite(context):
    """Print the drawings of the symbols used above: once, at the end of a page or of a part sent alone."""
    # crispy renders forms apart from the page, so what a form may need is always there.
    used = {"alert": True, "check": True} | _used(context)
    drawings = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 24 24">{SYMBOLS[name]}</symbol>' for name in used if name != "hatch"
    )
    if "hatch" in used:
        drawings += (
            '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)">'
            '<rect class="s-hatch-bg" width="6" height="6"/><path class="s-hatch" d="M0 0v6"/></pattern>'
        )
    # Every part is a constant of this project; nothing here was typed by a user.
    return mark_safe(f'<svg class="cn-sprite" aria-hidden="true">{drawings}</svg>') if drawings else ""  # noqa: S308


# The address of a static file with its fingerprint, which stays the same while a server runs.
register.simple_tag(cache(static), name="asset")

# --- Language ------------------------------------------------------------------------------------------

LOCAL_NAMES = {code: get_language_info(code)["name_local"] for code, _name in settings.LANGUAGES}


@register.simple_tag(takes_context=True)
def language_switch(context):
    """Print one form with a button per language, which leads back to the same page; a page has it twice."""
    page = context.render_context.dicts[0]
    if "language_switch" not in page:
        page["language_switch"] = _language_switch(context["request"], context.get("csrf_token", ""))
    return page["language_switch"]


def _language_switch(request, token):
    return format_html(
        '<form class="cn-lang" method="post" action="{}" aria-label="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="next" value="{}">{}</form>',
        reverse("set_language"),
        _("Language"),
        token,
        request.get_full_path(),
        _language_buttons(get_language()),
    )


@cache
def _language_buttons(current):
    """The buttons; that of the current language is marked."""
    return format_html_join(
        "",
        '<button type="submit" name="language" value="{0}" lang="{0}" title="{1}" aria-label="{1}"{2}>{3}</button>',
        (
            (code, LOCAL_NAMES[code], mark_safe(' aria-current="true"') if code == current else "", code.upper())
            for code, _name in settings.LANGUAGES
        ),
    )


# --- Status: a sign and a word, then a colour ---------------------------------------------------------

# code -> symbol, tone, word. The codes are those of the models and of the public files.
STATUSES = {
    # attendance; "excused" is extreme urgency only
    # Translators: vi "Có dự"
    "present": ("check", "info", _("Present")),
    # Translators: vi "Vắng có lý do"
    "excused": ("bolt", "warn", _("Excused")),
    # Translators: vi "Vắng"
    "absent": ("x", "bad", _("Absent")),
    # Translators: vi "Chưa cập nhật"
    "unrecorded": ("q", "unknown", _("Not recorded yet")),
    "guest": ("user", "", _("Guest")),
    # meetings
    "planned": ("calendar", "", _("Planned")),
    "held": ("check", "info", _("Held")),
    # Translators: vi "Không tổ chức"
    "not_held": ("dash", "none", _("Not held")),
    "cancelled": ("ban", "", _("Cancelled")),
    # reports
    "draft": ("report", "", pgettext_lazy("report", "Draft")),
    "submitted": ("check", "info", pgettext_lazy("report", "Submitted")),
    "returned": ("back", "warn", pgettext_lazy("report", "Sent back")),
    "accepted": ("check", "good", pgettext_lazy("report", "Accepted")),
    # Translators: vi "Đúng hạn"
    "on_time": ("check", "good", pgettext_lazy("report", "On time")),
    # Translators: vi "Nộp trễ"
    "late": ("clock", "warn", pgettext_lazy("report", "Late")),
    # Translators: vi "Chưa nộp"
    "missing": ("alert", "bad", pgettext_lazy("report", "Missing")),
    # handovers
    # Translators: vi "Bàn giao"
    "handover": ("swap", "info", _("Handover")),
    # issues
    # Translators: vi "Đang mở"
    "open": ("clock", "", pgettext_lazy("issue", "Open")),
    # Translators: vi "Đã chuyển"
    "escalated": ("next", "info", pgettext_lazy("issue", "Passed on")),
    # Translators: vi "Bức xúc"
    "urgent": ("alert", "bad", pgettext_lazy("issue", "Pressing")),
    "closed": ("check", "good", pgettext_lazy("issue", "Closed")),
    # resources
    "promised": ("clock", "", _("Promised")),
    "delivered": ("check", "good", _("Delivered")),
    # ratings: the lower levels are facts, not alarms, except the last
    "excellent": ("check", "good", pgettext_lazy("rating", "Excellent")),
    "good": ("check", "info", pgettext_lazy("rating", "Good")),
    "completed": ("dash", "", pgettext_lazy("rating", "Completed")),
    "not_completed": ("x", "bad", pgettext_lazy("rating", "Not completed")),
    "not_rated": ("dash", "", pgettext_lazy("rating", "Not rated")),
    # Translators: vi "Đã phê duyệt"
    "approved": ("lock", "good", _("Approved")),
    # coverage
    "covered": ("check", "info", _("Somebody is in charge")),
    "vacant": ("alert", "bad", _("Nobody is in charge")),
}


@register.simple_tag
def status_sign(code="", icon="", tone="", text=""):
    """Return the symbol, tone and word of a status; what is given outweighs the table."""
    symbol, colour, word = STATUSES.get(code or "", ("", "", ""))
    return {"icon": icon or symbol, "tone": tone or colour, "text": text or word}


# A list has a chip and a place on each of its rows, and a page of a locality fifty marks: written here, they cost a
# fifth of what templates of their own would.


@register.simple_tag(takes_context=True)
def chip(context, status="", icon="", tone="", text=""):
    """Print a status: sign, word, then colour; ``icon``, ``tone`` and ``text`` instead of the table's, or without.

    A tone is "good", "warn", "bad", "info", "unknown" or "none".
    """
    sign = status_sign(status, icon, tone, text)
    colour = f" is-{sign['tone']}" if sign["tone"] not in ("", None, "none") else ""
    symbol = drawn(context, sign["icon"]) if sign["icon"] else ""
    return format_html('<span class="cn-chip{}">{}{}</span>', colour, symbol, sign["text"])


@register.simple_tag(takes_context=True)
def mark(context, status=""):
    """Print one cell of a strip, or its sign in a key: a square with the sign of a status and no words."""
    sign = status_sign(status)
    symbol = drawn(context, sign["icon"]) if sign["icon"] else ""
    return format_html('<span class="cn-mark is-{}">{}</span>', sign["tone"] or "none", symbol)


@register.simple_tag
def place(name, url="", above=""):
    """Print the name of a place in a table or list, never without what lies above it, from near to far."""
    shown = format_html('<a href="{}">{}</a>', url, name) if url else name
    if not above:
        return shown
    return format_html('{}<br><span class="cn-muted fw-normal cn-small">{}</span>', shown, above)


@register.simple_tag
def day_sheet(day):
    """Print a date as a small sheet at the left of a list row: the weekday, the day, month and year."""
    day = figures.in_the_office(day)
    return format_html(
        '<time class="cn-date" datetime="{}">{}<b>{}</b>{}</time>',
        f"{day:%Y-%m-%d}",
        weekday_short(day),
        f"{day:%d}",
        f"{day:%m/%Y}",
    )


MESSAGE_TONES = {
    "debug": ("info", "info"),
    "info": ("info", "info"),
    "success": ("check", "good"),
    "warning": ("alert", "warn"),
    "error": ("x", "bad"),
}


@register.simple_tag
def message_sign(kind, icon=""):
    """Return the symbol and tone of a message by Django's level tag."""
    symbol, tone = MESSAGE_TONES[kind or "info"]
    return {"icon": icon or symbol, "tone": tone}


# --- Text ---------------------------------------------------------------------------------------------


@register.filter
def small_unit(value):
    """Set what stands after a large figure smaller: 80,26% becomes 80,26<small>%</small>.

    A word may go to the next line, where a tile on a phone is too narrow for both.
    """
    found = re.fullmatch(r"(.*\d)(\s*)(\D+)", str(value), re.DOTALL)
    if not found:
        return value
    number, gap, unit = found.groups()
    return format_html("{}{}<small>{}</small>", number, " " if gap and unit != "%" else gap, unit)


# Translators: in Vietnamese as on a printed calendar: "Th 2" … "Th 7", "CN".
WEEKDAYS = [
    pgettext_lazy("weekday, short", "Mon"),
    pgettext_lazy("weekday, short", "Tue"),
    pgettext_lazy("weekday, short", "Wed"),
    pgettext_lazy("weekday, short", "Thu"),
    pgettext_lazy("weekday, short", "Fri"),
    pgettext_lazy("weekday, short", "Sat"),
    pgettext_lazy("weekday, short", "Sun"),
]


@register.filter
def weekday_short(day):
    """Name the weekday of a date in the width of a calendar column."""
    return WEEKDAYS[day.weekday()]


@register.filter
def words(text):
    """Split a parameter that is a list of words: ``{% for status in "present absent"|words %}``."""
    return text.split()


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


# --- Forms --------------------------------------------------------------------------------------------


@register.simple_tag
def control(field, extra=""):
    """Print the control of a form field with the class its kind needs; the widget itself stays as it was."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        kind = "form-check-input"
    elif isinstance(widget, forms.Select):
        kind = "form-select"
    else:
        kind = "form-control"
    classes = [kind, widget.attrs.get("class", ""), extra, "is-invalid" if field.errors else ""]
    attrs = {"class": " ".join(name for name in classes if name)}
    if widget.attrs.get("placeholder") == field.label:
        # It would say twice what the label says, and vanish while one types.
        attrs["placeholder"] = False
    return field.as_widget(attrs=attrs)


@register.filter
def control_kind(field):
    """Name the layout a form field needs: hidden, check, choices, file or box."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "file" if isinstance(widget, forms.FileInput) else "box"


@register.filter
def error_list(form):
    """List what is to be corrected in a form, in order of the page: where it is and the sentence."""
    found = [{"href": "", "text": error} for error in form.non_field_errors()]
    for field in form:
        found += [{"href": f"#{field.id_for_label or field.auto_id}", "text": error} for error in field.errors]
    return found


# --- Geometry of the charts: x in percent, y in pixels ------------------------------------------------


def _number(value):
    """Write a coordinate: a decimal point, two places at most, whatever the language of the page."""
    text = f"{Decimal(value).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(value):
    return f"{_number(value)}%"


def _whole(value):
    return int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))


@register.simple_tag
def bar_parts(present=0, excused=0, absent=0, unrecorded=0):
    """Return the parts of a stacked bar of attendance, widths from counts, a hair of ground between them."""
    counts = [("present", present), ("excused", excused), ("absent", absent), ("unrecorded", unrecorded)]
    total = sum(count or 0 for _name, count in counts)
    gap, start, parts = Decimal("0.35"), Decimal(0), []
    for name, count in counts:
        if not count:
            continue
        share = Decimal(100) * count / total
        parts.append({"name": name, "x": _percent(start), "width": _percent(max(share - gap, gap))})
        start += share
    return parts


@register.simple_tag
def share_width(part, whole):
    """Return the width of a simple bar: part of whole, nothing where there is no whole."""
    return _percent(min(Decimal(100) * Decimal(part or 0) / Decimal(whole), Decimal(100)) if whole else 0)


@register.filter
def unit_places(number):
    """Where the squares of a row of units begin, 13 pixels apart; thirty at most, more would say no more."""
    return [13 * place for place in range(min(number or 0, 30))]


@register.simple_tag
def spark_lines(values, low=None, high=None):
    """Return the strokes and the last dot of a small line, 20 pixels high; an unknown value is a gap."""
    known = [Decimal(value) for value in values if value is not None]
    if not known:
        return {"strokes": [], "last": None}
    points = _points(values, low, high, known, left=2, right=Decimal("97.7"), top=4, bottom=16)
    return {"strokes": _strokes(points), "last": next(point for point in reversed(points) if point)}


@register.simple_tag
def line_chart(values, labels, low, high, step):
    """Return the lines and labels of a line over time, 172 pixels high; an unknown value is a gap."""
    low, high, step = Decimal(low), Decimal(high), Decimal(step)
    top, bottom = 28, 140
    known = [Decimal(value) for value in values if value is not None]
    points = _points(values, low, high, known, left=14, right=Decimal("96.5"), top=top, bottom=bottom)
    for point, label in zip(points, labels, strict=True):
        if point:
            point |= {"label": label, "text_y": _number(Decimal(point["y"]) - 10)}
    columns = _columns(len(labels), left=14, right=Decimal("96.5"))
    ticks, level = [], (low / step).to_integral_value(ROUND_HALF_UP) * step
    while level <= high:
        if level >= low:
            y = bottom - (level - low) / (high - low) * (bottom - top)
            ticks.append({"y": _number(y), "text_y": _number(y - 4), "value": _whole(level)})
        level += step
    return {
        "ticks": ticks,
        "points": [point for point in points if point],
        "strokes": _strokes(points),
        "labels": [{"x": _percent(x), "text": label} for x, label in zip(columns, labels, strict=True)],
    }


def _columns(count, left, right):
    width = (Decimal(right) - left) / max(count - 1, 1)
    return [left + width * number for number in range(count)]


def _points(values, low, high, known, *, left, right, top, bottom):
    # A parameter that a component was not given arrives as an empty text.
    low = min(known, default=Decimal(0)) if low in (None, "") else Decimal(low)
    high = max(known, default=Decimal(0)) if high in (None, "") else Decimal(high)
    points = []
    for x, value in zip(_columns(len(values), left, right), values, strict=True):
        if value is None:
            points.append(None)
            continue
        part = (Decimal(value) - low) / (high - low) if high > low else Decimal("0.5")
        y = bottom - min(max(part, Decimal(0)), Decimal(1)) * (bottom - top)
        points.append({"x": _percent(x), "y": _number(y), "value": _whole(value)})
    return points


def _strokes(points):
    return [
        {"x1": a["x"], "y1": a["y"], "x2": b["x"], "y2": b["y"]}
        for a, b in zip(points, points[1:], strict=False)
        if a and b
    ]


HEAT_STEPS = (70, 75, 80, 85)


@register.filter
def heat_step(value):
    """Name the step of a heat cell, q1 (low) to q5, by the whole number the cell shows."""
    if value is None:
        return ""
    return f"q{1 + sum(_whole(value) >= step for step in HEAT_STEPS)}"


@register.filter
def whole(value):
    """Round half up to a whole number, – where nothing is known: for the heat table and the month line."""
    return figures.DASH if value is None else _whole(value)


# --- Change against an earlier period -----------------------------------------------------------------


@register.simple_tag
def delta_sign(change, text="", better="", least="0.1"):
    """Return arrow, tone, number and unit of a change.

    Coloured only where the direction is good or bad beyond doubt (``better`` is "up" or "down") and the
    change is at least ``least``.
    """
    if change in (None, ""):
        return {"sign": ""}
    change = Decimal(change)
    number, _space, unit = str(text).replace("\N{NO-BREAK SPACE}", " ").partition(" ")
    delta = {
        "sign": "▲" if change > 0 else "▼" if change < 0 else "■",
        "number": number,
        "unit": unit,
        "tone": "",
    }
    if better and abs(change) >= Decimal(str(least or "0.1")):
        delta["tone"] = "good" if (change > 0) == (better == "up") else "bad"
    return delta
