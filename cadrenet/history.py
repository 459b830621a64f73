"""Who changes a row and why, kept with its history."""

from typing import Any

from django.db.models import Model


def sign_change(row: Model, *, by: Any = None, why: str = "") -> None:
    """Say who changes a row that is about to be saved, and why. Without ``by`` it is whoever is signed in."""
    signed: Any = row
    if by is not None:
        signed._history_user = by
    signed._change_reason = why
