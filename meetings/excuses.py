"""Which absences somebody is asked to excuse, and what the form about one sends along."""

from assignments.models import Tier
from assignments.scope import reach_of
from cadrenet.editing import seal, state_of
from meetings.models import Attendance

# What the answer is about, and what its page was opened with.
STATE = ("status", "reason", "note", "excuse_answered_by")
ANSWERS = {"excused": True, "absent": False}


def heads_somebody(user):
    """Return whether a user may be asked at all: the head of an agency, or somebody of a regional group. No query."""
    reach = reach_of(user)
    return bool(reach.heads) or any(tier == Tier.REGIONAL_GROUP for tier, _id in reach.assigned)


def excuses_asked_of(user, answered=False):
    """Return the rows of attendance whose excuse a user is asked for; ``answered`` also those he had to decide."""
    rows = Attendance.objects.visible_to(user).excused_by(user)
    return rows if answered else rows.asking()


def words_read_in(rows, user):
    """Return the ids of those of some rows whose words a user may read; no query where nobody wrote any."""
    noted = [row.pk for row in rows if row.note]
    if not noted:
        return set()
    found = Attendance.objects.order_by().filter(pk__in=noted).words_read_by(user)
    return set(found.values_list("pk", flat=True))


class ExcuseForm:
    """The two buttons by which one absence is decided about."""

    def __init__(self, row):
        self.row = row
        self.opened = seal(state_of(row, STATE))
