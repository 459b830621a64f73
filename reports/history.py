"""The history of a row as a timeline: one sentence for each time somebody changed it, newest first."""

from django.utils import timezone
from django.utils.translation import gettext as _

from cadrenet.templatetags.status import STATUSES


def what_changed(before, record):
    """Yield what one change did: the status it led to, else only that something was changed."""
    if before is None:
        yield _("Entered")
    elif record.status == before.status:
        yield _("Changed")
    elif agency := record.status == "escalated" and record.responsible_agency:
        yield _("Passed on to %(agency)s") % {"agency": agency}
    else:
        yield str(STATUSES[record.status][2])


def timeline_of(history, told=what_changed):
    """Return the events of a row's history, newest first, for ``components/timeline.html``. One query.

    ``told`` yields sentences about a record and the one before (None for the first). Where it yields none, there
    is no event.
    """
    events, before = [], None
    for record in history.select_related("history_user").order_by("history_date", "history_id"):
        if sentences := list(told(before, record)):
            who = [str(record.history_user)] if record.history_user else []
            events.append({"day": timezone.localtime(record.history_date), "text": " · ".join(sentences + who)})
        before = record
    return events[::-1]
