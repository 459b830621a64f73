"""The history of a row as a timeline: one sentence for each time somebody changed it, newest first."""

from django.utils import timezone
from django.utils.translation import gettext as _

from cadrenet.templatetags.status import STATUSES


def timeline_of(history):
    """Return the events of a row's history, newest first, for ``components/timeline.html``. One query."""
    events, before = [], None
    for record in history.select_related("history_user").order_by("history_date", "history_id"):
        who = str(record.history_user) if record.history_user else ""
        text = f"{sentence_of(record, before)} · {who}".rstrip(" ·")
        events.append({"day": timezone.localtime(record.history_date), "text": text})
        before = record
    return events[::-1]


def sentence_of(record, before):
    """Say what one change did: the status it led to, else only that something was changed."""
    if before is None:
        return _("Entered")
    if record.status != before.status:
        if agency := record.status == "escalated" and record.responsible_agency:
            return _("Passed on to %(agency)s") % {"agency": agency}
        return str(STATUSES[record.status][2])
    return _("Changed")
