"""Lengths of time in words, and what came into the way of a meeting."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cadrenet.templatetags.figures import daytime
from meetings.models import Meeting


def length_in_words(length: timedelta) -> str:
    """A length of time as people say it: 1 hour 30 minutes."""
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    parts = []
    if hours:
        parts.append(ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours})
    if minutes or not hours:
        parts.append(ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes})
    return " ".join(parts)


def say_subject() -> str:
    """Return the sentence that asks what a meeting is about."""
    return _("Say in a few words what the meeting is about.")


def came_up_in_words(meeting: Meeting) -> str:
    """What somebody is told of a meeting that came into the way while he typed."""
    last = meeting.history.order_by("-history_date", "-history_id").values_list("starts_at", flat=True)[:2]
    words = {"meeting": meeting.title, "moment": daytime(timezone.localtime(meeting.starts_at))}
    if len(last) == 2 and last[0] != last[1]:
        return _("Not saved. While you were typing, this was moved to %(moment)s: %(meeting)s.") % words
    return _("Not saved. While you were typing, this was entered for %(moment)s: %(meeting)s.") % words
