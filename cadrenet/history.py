"""Who changes a row and why, kept with its history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, Model

# A database takes only so many parameters in one query.
AT_ONCE = 900


def sign_change(row: Model, *, by: Any = None, why: str = "") -> None:
    """Say who changes a row that is about to be saved, and why. Without ``by`` it is whoever is signed in."""
    signed: Any = row
    if by is not None:
        signed._history_user = by
    signed._change_reason = why


def changed_since(model: Any, keys: Sequence[Any], moment: datetime | None) -> dict[Any, datetime]:
    """Key -> when a row was last changed, of those that were changed after a moment; of None nothing is known."""
    found: dict[Any, datetime] = {}
    key = model._meta.pk.attname
    for begin in range(0, len(keys) if moment else 0, AT_ONCE):
        some = {f"{key}__in": keys[begin : begin + AT_ONCE]}
        later = model.history.filter(**some, history_date__gt=moment).order_by()
        found |= dict(later.values_list(key).annotate(Max("history_date")))
    return found
