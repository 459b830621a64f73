"""How often what a calendar elsewhere has to be told of a meeting has changed (RFC 5545, SEQUENCE)."""

from django.db.models import Case, F, Q, Value, When
from django.db.models.lookups import IsNull
from django.utils import timezone

# What a calendar elsewhere has to be told: when a meeting is, where, whose, and whether it takes place.
ANNOUNCED = ("kind", "locality", "agency", "starts_at", "ends_at", "venue", "status")


def announcing(model, values):
    """Return what an update that writes some values into a meeting, the model, writes beside them, by column.

    Where it changes something that is announced, the sequence is raised. The database compares, so that it is raised
    once, whatever was read before, and however many rows are written at a time.
    """
    written = {model._meta.get_field(name).name: value for name, value in values.items()}
    same, compares = Q(), False
    for name in ANNOUNCED:
        if name in written:
            same, compares = same & stays(name, written[name]), True
    if not compares:
        return {}
    return {
        "sequence": F("sequence") + Case(When(same, then=Value(0)), default=Value(1)),
        "rescheduled_at": Case(When(same, then=F("rescheduled_at")), default=Value(timezone.now())),
    }


def stays(name, value):
    """Return the condition that a column holds a value, or what an expression gives, already; empty or not."""
    if value is None:
        return Q(**{f"{name}__isnull": True})
    if not hasattr(value, "resolve_expression"):
        return Q(**{name: value})
    return Q(**{name: value}) | (Q(**{f"{name}__isnull": True}) & Q(IsNull(value, True)))
