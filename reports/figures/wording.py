"""How figures and their changes are written on tiles and in sentences."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cadrenet.figures import Counts, change_in_points
from cadrenet.periods import Month
from cadrenet.templatetags.figures import DASH, MINUS, count, day, pct, points
from reports.figures.summary import Figures


def short_name(month: Month) -> str:
    """A month as the head of a narrow column."""
    # Translators: a month as the head of a narrow column; vi "T%(month)s"
    return _("M%(month)s") % {"month": month.number}


def shown(**numbers: int) -> dict[str, str]:
    """Write counts in the reader's language, for a sentence."""
    return {name: count(number) for name, number in numbers.items()}


def in_points(now: Counts, before: Counts) -> dict[str, Any]:
    """The change of a rate in percentage points, for a ``Tile``: (part, whole) of each; more is better."""
    change = change_in_points(now, before)
    return {"change": change, "change_text": points(change), "better": "up"}


def in_counts(now: int, before: int, better: str) -> dict[str, Any]:
    """The change of a count, for a ``Tile``."""
    change = now - before
    sign = "+" if change > 0 else MINUS if change < 0 else "±"
    return {"change": change, "change_text": sign + count(abs(change)), "better": better}


def on_reports(figures: Figures, due: date, today: date) -> dict[str, Any]:
    """How many reports came on time, for a ``Tile``; while the time is not up, how many are in, and no rate."""
    numbers = shown(part=figures.reports_on_time, whole=figures.reports_expected)
    if today <= due:
        return {
            "value": DASH,
            "count": _("%(part)s of %(whole)s reports are in") % numbers,
            "note": _("due by %(day)s") % {"day": day(due)},
        }
    return {
        "value": pct(figures.reports_on_time_pct),
        "count": _("%(part)s of %(whole)s reports") % numbers,
        "note": _("%(late)s late, %(missing)s missing")
        % shown(late=figures.reports_late, missing=figures.reports_missing),
    }
