"""Whose page stands open to the reader of a roster: who was own staff on that day may have moved on since."""

from assignments.models import Cadre
from assignments.queries import visible_keys


def visible_people(rows, user):
    """Return the ids of the cadres of some attendances whose page the user may open. One query."""
    return visible_keys(Cadre, user, [row.cadre_id for row in rows])
