"""How figures and their changes are written on tiles and in sentences."""

from django.utils.translation import gettext as _

from cadrenet.figures import change_in_points
from cadrenet.templatetags.figures import MINUS, count, points


def short_name(month):
    """A month as the head of a narrow column."""
    # Translators: a month as the head of a narrow column; vi "T%(month)s"
    return _("M%(month)s") % {"month": month.number}


def shown(**numbers):
    """Write counts in the reader's language, for a sentence."""
    return {name: count(number) for name, number in numbers.items()}


def in_points(now, before):
    """The change of a rate in percentage points, for a tile; more is better."""
    change = change_in_points(now, before)
    return {"change": change, "change_text": points(change), "better": "up"}


def in_counts(now, before, better):
    """The change of a count, for a tile."""
    change = now - before
    sign = "+" if change > 0 else MINUS if change < 0 else "±"
    return {"change": change, "change_text": sign + count(abs(change)), "better": better}
