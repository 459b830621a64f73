"""What stands on a page of meetings fifty times, written here and not by a template for each."""

from itertools import groupby

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from cadrenet.templatetags import status, tables
from cadrenet.templatetags.figures import DASH, count, day, weekday
from meetings.models import Meeting

register = template.Library()

DAY = """<tr class="cn-dayline{}"><th colspan="6" scope="colgroup">{}{}</th></tr>
"""
LINE = """<tr>
<td class="cn-nowrap">{}</td>
<th scope="row"><a href="{}">{}</a></th>
<td>{}</td>
<td>{}</td>
{}
</tr>
"""
NUMBERS = """<td class="num" data-label="{}">{} / {}</td>
<td class="num{}" data-label="{}">{}</td>"""
EXPECTED = """<td class="num cn-opt">– / {}</td>
<td class="num cn-opt">–</td>"""
NOTHING = mark_safe("""<td class="num cn-opt">–</td>
<td class="num cn-opt">–</td>""")


@register.simple_tag(takes_context=True)
def meeting_lines(context, rows, today):
    """Print the lines of the list of meetings (``meetings.queries.MeetingCounts``), each day under its name."""
    chips = {code: status.chip(context, code) for code in {row.meeting.status for row in rows}}
    words = {"present": _("Present"), "unrecorded": _("Not recorded yet")}
    lines = []
    for on, meetings in groupby(rows, key=lambda row: row.meeting.day):
        is_today, said = (" is-today", f" · {_('Today')}") if on == today else ("", "")
        lines.append(format_html(DAY, is_today, weekday(on), said))
        lines += [
            format_html(
                LINE,
                clock(row.meeting),
                row.meeting.get_absolute_url(),
                row.meeting.get_kind_display(),
                place_or_agency(row.meeting),
                chips[row.meeting.status],
                numbers(row, words),
            )
            for row in meetings
        ]
    return mark_safe("".join(lines))  # noqa: S308


def clock(meeting):
    """At what time it is; and for which day it was planned, where it has moved."""
    starts = f"{timezone.localtime(meeting.starts_at):%H:%M}"
    if not meeting.moved_from:
        return starts
    moved = _("moved from %(day)s") % {"day": day(meeting.moved_from)}
    return format_html('{}<br><span class="cn-muted cn-small">{}</span>', starts, moved)


def place_or_agency(meeting):
    """The place with what lies above it, or the agency."""
    if meeting.place:
        return tables.place(meeting.place.name, above=meeting.place.above)
    return (meeting.agency and meeting.agency.name) or DASH


def numbers(row, words):
    """Who came of those expected, and of how many nothing is known; of a planned meeting only who is expected."""
    if row.expected and row.meeting.status == Meeting.Status.HELD:
        hatched = " cn-hatched" if row.unrecorded else ""
        came = words["present"], count(row.present), count(row.expected)
        return format_html(NUMBERS, *came, hatched, words["unrecorded"], count(row.unrecorded))
    if row.expected and row.meeting.status == Meeting.Status.PLANNED:
        return format_html(EXPECTED, count(row.expected))
    return NOTHING
