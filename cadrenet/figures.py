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


# What a percentage is made of: the part and the whole.
Counts = tuple[int | None, int | None]


def change_in_points(now: Counts, before: Counts, places: int = 2) -> Decimal | None:
    """Return the difference of two percentages in percentage points, None when either is unknown.

    From the counts, rounded half up once: 2 of 21 after 3 of 21 is −4.76, though the rounded percentages, 9.52 and
    14.29, differ by 4.77.
    """
    (part, whole), (part_before, whole_before) = now, before
    if part is None or part_before is None or not whole or not whole_before:
        return None
    difference = part * whole_before - part_before * whole
    return percent(difference, whole * whole_before, places)
