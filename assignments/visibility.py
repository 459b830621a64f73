"""What of the tree lies in a user's sight: of a place, and of the chain above it. Costs no query beside the reach."""

from django.urls import reverse

from assignments.scope import reach_of


def can_see_place(place, user):
    """Return whether a place is, or lies below, something that the user sees."""
    return lies_below(place, reach_of(user).sees, user)


def can_assign_at(place, user):
    """Return whether the user decides there: assigns, rates, changes the tree."""
    return lies_below(place, reach_of(user).decides, user)


def lies_below(place, roots, user):
    """Return whether a place is, or lies below, one of these (tier, locality id); everything for who sees all.

    An agency's meeting has no place, and lies below nothing.
    """
    if place is None or reach_of(user).everything:
        return reach_of(user).everything
    return any(getattr(place, f"{tier}_id") == id for tier, id in roots)


def chain_of(place, user, query=""):
    """The localities above a place and the place itself, each with its page where the user may open it.

    ``query`` is added to the addresses: a page as of a day leads to pages as of that day. No place, no chain.
    """
    if place is None:
        return []
    seen = visible_steps(place, user)
    return [
        {"label": name, "url": reverse("reports:locality", args=[id]) + query if id in seen else ""}
        for _tier, id, name in place.steps
    ]


def visible_steps(place, user):
    """Return the ids of those localities above a place, and of its own, that are or lie below what the user sees."""
    reach = reach_of(user)
    found, seen = set(), reach.everything
    for tier, id, _name in place.steps:
        seen = seen or (tier.value, id) in reach.sees
        if seen:
            found.add(id)
    return found
