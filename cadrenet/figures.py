"""Percentages, computed from counts and rounded in one place."""

from decimal import ROUND_HALF_UP, Decimal


def percent(part: int | None, whole: int | None, places: int = 2) -> Decimal | None:
    """Per cent that a part is of a whole, rounded half up; None where there is nothing to divide by.

    The result carries its precision: 94 at no places, 94.02 at two.
    """
    if part is None or not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def each(part: int | None, whole: int | None, places: int = 2) -> Decimal | None:
    """How many of a part come to each of a whole, rounded half up; None where there is nothing to divide by."""
    if part is None or not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def change_in_points(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Difference of two percentages in percentage points; None when either is unknown."""
    if now is None or before is None:
        return None
    return now - before
