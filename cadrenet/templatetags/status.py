"""Status: a sign and a word, then a colour."""

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cadrenet.templatetags.symbols import drawn

register = template.Library()

# code -> symbol, tone, word. The codes are those of the models and of the public files.
STATUSES = {
    # attendance; "excused" is extreme urgency only
    # Translators: vi "Có dự"
    "present": ("check", "info", _("Present")),
    # Translators: vi "Vắng có lý do"
    "excused": ("bolt", "warn", _("Excused")),
    "asked": ("clock", "warn", _("Asks to be excused")),
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
