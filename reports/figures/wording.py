"""How figures and their changes are written on tiles and in sentences."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cadrenet.figures import change_in_points
from cadrenet.periods import Month
from cadrenet.templatetags.figures import MINUS, count, day, points
from reports.figures.summary import Figures


def short_name(month: Month) -> str:
    """A month as the head of a narrow column."""
    # Translators: a month as the head of a narrow column; vi "T%(month)s"
    return _("M%(month)s") % {"month": month.number}


def shown(**numbers: int) -> dict[str, str]:
    """Write counts in the reader's language, for a sentence."""
    return {name: count(number) for name, number in numbers.items()}


def in_points(now: Decimal | None, before: Decimal | None) -> dict[str, Any]:
    """The change of a rate in percentage points, for a ``Tile``; more is better."""
    change = change_in_points(now, before)
    return {"change": change, "change_text": points(change), "better": "up"}


def in_counts(now: int, before: int, better: str) -> dict[str, Any]:
    """The change of a count, for a ``Tile``."""
    change = now - before
    sign = "+" if change > 0 else MINUS if change < 0 else "±"
    return {"change": change, "change_text": sign + count(abs(change)), "better": better}


def note_on_reports(figures: Figures, due: date, today: date) -> str:
    """Late and missing reports that were due on a day; while the time is not up, until when they are due."""
    if today <= due:
        return _("due by %(day)s") % {"day": day(due)}
    return _("%(late)s late, %(missing)s missing") % shown(late=figures.reports_late, missing=figures.reports_missing)
