"""What stands in the way of an agency's meeting, in words."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cadrenet.templatetags.figures import daytime, until, weekday
from meetings.agency_meetings.calendar import Relation
from meetings.agency_meetings.forms import clock_of
from meetings.agency_meetings.wording import length_in_words

register = template.Library()

SHOWN = 12
# What is told of each relation: its icon and tone.
SIGNS = {
    Relation.SAME_TIME: ("alert", "bad"),
    Relation.UNCLEAR: ("clock", "warn"),
    Relation.SAME_DAY: ("clock", "none"),
}


def heading_of(relation, certain):
    if relation == Relation.SAME_TIME:
        return _("Same time")
    if relation == Relation.UNCLEAR:
        return _("Not certain")
    return _("Same day, another time") if certain else _("Same day")


@register.filter
def clash_groups(look):
    """The lines of a look by how they lie to the meeting, the weightiest first."""
    found = []
    for relation, (icon, tone) in SIGNS.items():
        if lines := look.with_relation(relation):
            people = len({line.row.cadre_id for line in lines})
            found.append(
                {
                    "heading": heading_of(relation, all(line.ends_known for line in lines)),
                    "icon": icon,
                    "tone": tone,
                    "people": ngettext("%(number)s person", "%(number)s people", people) % {"number": people},
                    "lines": lines,
                    "more": max(0, len(lines) - SHOWN),
                }
            )
    return found


@register.simple_tag
def clash_line(line):
    """When a locality meeting is, of which kind and where: 15:30–17:00 · Họp Đảng ủy xã …"""
    meeting = line.meeting
    starts, ends = clock_of(meeting.starts_at), meeting.known_end
    if meeting.day != line.session.day:
        starts = daytime(meeting.starts_at)
    time = f"{starts}{until(meeting.starts_at, ends)}"
    if line.assumed_until:
        words = {"time": time, "until": clock_of(line.assumed_until)}
        time = _("%(time)s, no end known (taken to last until %(until)s)") % words
    parts = [time, " › ".join(filter(None, [meeting.title, meeting.place and meeting.place.above]))]
    if line.gap is not None:
        parts.append(_("%(length)s apart") % {"length": length_in_words(line.gap)})
    return " · ".join(parts)


@register.simple_tag
def slot_when(slot):
    """When a free time is: its day and hours, or its days."""
    first, last = slot.sessions[0], slot.sessions[-1]
    if first == last:
        return f"{weekday(first.starts_at)}, {hours_of(first)}"
    return f"{weekday(first.starts_at)} – {weekday(last.starts_at)}"


@register.simple_tag
def proposal_when(proposal):
    """When a meeting is that was typed, with its hours."""
    first, last = proposal.sessions[0], proposal.sessions[-1]
    days = weekday(first.starts_at)
    if first != last:
        days = f"{days} – {weekday(last.starts_at)}"
    return f"{days}, {hours_of(first)}."


def hours_of(session):
    """The hours of a session: 15:00–16:30."""
    return f"{clock_of(session.starts_at)}{until(session.starts_at, session.ends_at)}"


@register.simple_tag
def slot_says(slot, staff):
    """Whom a free time would concern."""
    parts = []
    if slot.restricted:
        parts.append(_("a day kept free for locality meetings"))
    if slot.same_time:
        parts.append(
            ngettext("%(number)s at the same time", "%(number)s at the same time", slot.same_time)
            % {"number": slot.same_time}
        )
    elif not slot.unclear:
        parts.append(_("nobody of %(staff)s at the same time") % {"staff": staff})
    if slot.unclear:
        parts.append(
            ngettext("%(number)s not certain", "%(number)s not certain", slot.unclear) % {"number": slot.unclear}
        )
    if slot.same_day:
        parts.append(
            ngettext("%(number)s on the same day", "%(number)s on the same day", slot.same_day)
            % {"number": slot.same_day}
        )
    return "; ".join(parts)


@register.simple_tag
def was_at(meeting):
    """When a meeting is as a page shows it, for the button that moves it."""
    return f"{meeting.starts_at:%Y%m%d%H%M}"
