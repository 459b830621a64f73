"""What the pages of meetings have in common: the lists beside each other, and the chain above a place."""

from django.urls import reverse
from django.utils.translation import gettext as _

from assignments.models import Tier
from assignments.scope import reach_of
from cadrenet.periods import Month, Quarter, today
from meetings.models import Meeting


def tabs(current):
    """The lists of this app beside each other."""
    pages = [
        ("list", _("List"), reverse("meetings:list")),
        ("month", _("Month"), reverse("meetings:month", args=[Month.of(today())])),
        ("attendances", _("Attendance"), reverse("meetings:attendances")),
        ("clashes", _("Clashes"), reverse("meetings:clashes")),
    ]
    return [{"label": label, "url": url, "current": name == current} for name, label, url in pages]


def with_quarter(request):
    """The query string with the quarter that is meant when none is named: the last in which the user sees a meeting.

    An empty quarter is any time.
    """
    query = request.GET.copy()
    if "quarter" not in query:
        seen = Meeting.objects.visible_to(request.user).filter(day__lte=today()).order_by("-day")
        query["quarter"] = str(Quarter.of(seen.values_list("day", flat=True).first() or today()))
    return query


def chain_of(place, user):
    """The localities above a place and the place itself, each with its page where the user may open it."""
    if place is None:
        return []
    reach = reach_of(user)
    steps = [(tier, id, name) for tier, id, name in place.chain]
    steps.append((Tier(place.tier), place.locality_id, place.name))
    chain, seen = [], reach.everything
    for tier, id, name in steps:
        seen = seen or (tier.value, id) in reach.sees
        chain.append({"label": name, "url": reverse("reports:locality", args=[id]) if seen else ""})
    return chain


def lies_in_sight(place, user):
    """Return whether the user sees a place itself, and not only somebody who is expected there."""
    reach = reach_of(user)
    if place is None or reach.everything:
        return reach.everything
    return any(getattr(place, f"{tier}_id") == id for tier, id in reach.sees)
