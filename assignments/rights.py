"""Who may change what holds for everybody."""

from typing import Any

from assignments.models import Place
from assignments.scope import reach_of


def decides_at_top(user: Any) -> bool:
    """Return whether a user decides about a whole tree, and so about the rules that hold for all of it.

    Asked for once per request, and kept on the user beside the reach. Costs one query.
    """
    found: bool | None = getattr(user, "_decides_at_top", None)
    if found is None:
        reach = reach_of(user)
        tops = Place.objects.within(reach.decides).standing_on(reach.day).filter(parent=None)
        found = user._decides_at_top = reach.everything or (bool(reach.decides) and tops.exists())
    return found
