"""What stands in the side and bottom navigation: by role, in one order; what one may not open is not shown."""

from functools import cache

from django.core.cache import caches
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assignments.models import Place, Tier
from assignments.scope import decides, reach_of
from cadrenet.periods import today

COMMITTEE, IN_CHARGE, COMMUNE, AGENCY, ADMIN = "committee", "in_charge", "commune", "agency", "admin"
# Holds nothing today: the own past, and what is still to be handed over.
FORMER = "former"

# name: (label, address, symbol)
ITEMS = {
    "overview": (_("Overview"), "home", "overview"),
    "today": (_("Today"), "home", "today"),
    # Translators: vi "Lịch họp"
    "meetings": (pgettext_lazy("navigation", "Meetings"), "meetings:meetings", "calendar"),
    "localities": (_("Localities"), "assignments:localities", "place"),
    "assignments": (_("Assignments"), "assignments:assignments", "assign"),
    "coverage": (_("Who answers where"), "assignments:coverage", "assign"),
    "cadres": (_("Cadres"), "assignments:cadres", "people"),
    "staff": (_("Staff"), "assignments:cadres", "people"),
    # Leads to the page of the agency where it is only one.
    "agency": (_("Own agency"), "assignments:agencies", "building"),
    "issues": (_("Issues"), "reports:issues", "flag"),
    "quarterly": (_("Quarterly summary"), "reports:quarterly", "table"),
    "reports": (_("Quarterly reports"), "reports:quarterly_reports", "report"),
    "ratings": (_("Annual ratings"), "reports:ratings", "rating"),
    "resources": (_("Resources"), "reports:resources", "resource"),
    "admin": (_("Administration"), "admin:index", "settings"),
    "more": (_("More"), "more", "more"),
}
GROUPS = [
    (
        _("Follow"),
        ["overview", "today", "meetings", "localities", "assignments", "cadres", "agency", "staff", "issues"],
    ),
    (_("Report"), ["quarterly", "reports", "ratings", "resources"]),
    (_("Manage"), ["admin"]),
]
# What whoever sees a whole commune or more is shown beside the own start page.
WHOLE = ["meetings", "localities", "assignments", "cadres", "issues", "quarterly", "reports", "ratings", "resources"]
ALLOWED = {
    COMMITTEE: ["overview", *WHOLE],
    IN_CHARGE: ["today", "meetings", "localities", "issues", "quarterly", "reports"],
    COMMUNE: ["today", *WHOLE],
    AGENCY: ["meetings", "agency", "staff", "issues"],
    ADMIN: ["admin"],
    FORMER: ["today", "meetings", "reports"],
}
# Five places on a phone; "more" is a page, so that it needs no script.
BOTTOM = {
    COMMITTEE: ["overview", "meetings", "localities", "quarterly", "more"],
    IN_CHARGE: ["today", "meetings", "localities", "issues", "reports"],
    COMMUNE: ["today", "meetings", "assignments", "issues", "more"],
    AGENCY: ["meetings", "agency", "staff", "issues", "more"],
    ADMIN: ["admin", "more"],
    FORMER: ["today", "meetings", "reports"],
}


# The same few addresses on every page, twenty times each: looking them up took a tenth of a small page.
address_of = cache(reverse)


def roles_of(user):
    """Return the roles of a user in the order in which they decide where one starts."""
    reach = reach_of(user)
    roles = []
    if reach.everything or reach.tiers & {Tier.PROVINCE, Tier.DISTRICT, Tier.REGIONAL_GROUP}:
        roles.append(COMMITTEE)
    if any(tier == Tier.COMMUNE for tier, _id in reach.sees - reach.assigned):
        roles.append(COMMUNE)
    if reach.assigned or (reach.sees and not roles):
        roles.append(IN_CHARGE)
    if reach.agencies:
        roles.append(AGENCY)
    if user.is_staff:
        roles.append(ADMIN)
    if reach.cadre and not roles:
        roles.append(FORMER)
    return roles


def starts_with(user):
    """Return the first role, by which the start page is chosen; None for somebody who reaches nothing."""
    roles = roles_of(user)
    return roles[0] if roles else None


def navigation(request):
    """Context of every page: ``nav``, ``office`` and ``person``; empty for somebody who is not signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": {"groups": [], "bottom": []}, "office": None, "person": None}
    return {"nav": Navigation(request), "office": Office(), "person": str(user)}


class Office:
    """The name of the top of the tree, asked for only when a page shows it, and by each worker once a minute."""

    def __str__(self):
        return caches["worker"].get_or_set("office", lambda: next(iter(top_names()), ""))


def top_names():
    """The name of the top of the tree as it is called today; the first by code where there are several."""
    tops = Place.objects.filter(parent=None).standing_on(today()).order_by("tier", "locality__code")
    return tops.values_list("name", flat=True)[:1]


class Navigation:
    """The navigation of one request, worked out only when a page shows it."""

    def __init__(self, request):
        self.request = request
        self.roles = roles_of(request.user)
        self.allowed = {name for role in self.roles for name in ALLOWED[role]}
        if COMMITTEE in self.roles:
            # The overview is their start page, and they see all cadres, not only own staff.
            self.allowed -= {"today", "staff"}
        elif "cadres" in self.allowed:
            self.allowed.discard("staff")

    @property
    def groups(self):
        """Headings with their items, for the side."""
        groups = [
            {"label": label, "items": [self.item(name) for name in names if name in self.allowed]}
            for label, names in GROUPS
        ]
        return [group for group in groups if group["items"]]

    @property
    def bottom(self):
        """Up to five items, for a phone."""
        return [self.item(name) for name in BOTTOM[self.roles[0]]] if self.roles else []

    def item(self, name):
        label, address, symbol = ITEMS[name]
        agencies = reach_of(self.request.user).agencies
        if name == "agency" and len(agencies) == 1:
            url = reverse("reports:agency", args=agencies)
        else:
            url = address_of(address)
        path = self.request.path
        # What follows from the start page belongs to it.
        current = path == url or path.startswith("/today/") if url == "/" else path.startswith(url)
        if name == "assignments" and decides(self.request.user):
            # Whoever assigns begins at the board; everybody else reads the list.
            url = address_of("assignments:board")
        return {"label": label, "url": url, "icon": symbol, "current": current}
