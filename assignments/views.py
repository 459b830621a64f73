"""What the pages of several packages share: the tabs above them, columns of their files, and who may enter."""

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.scope import decides
from cadrenet.listing import Column

# Columns of rows that have a ``place``, and of those where nobody is in charge. Their names are public
# (docs/data-format.md): other programs read them.
PLACE_COLUMNS = [
    Column("locality_code", "place.locality.code", gettext_lazy("Locality code")),
    Column("locality_name", "place.name", gettext_lazy("Locality")),
    Column("tier", "place.tier", gettext_lazy("Tier"), shown="place.get_tier_display"),
    Column("lies_in", "place.path", gettext_lazy("Lies in")),
]
VACANCY_COLUMNS = [
    Column("nobody_since", "since", gettext_lazy("Nobody since")),
    Column("previous_cadre_code", "previous.cadre.code", gettext_lazy("Code of who was in charge before")),
    Column("previous_cadre_name", "previous.cadre.full_name", gettext_lazy("In charge before")),
]


def tabs(current, request, numbers=None):
    """The pages about assignments beside each other; what was asked for stays (``day``, ``within``, ``tier``)."""
    query = {name: request.GET[name] for name in ("within", "tier", "day") if request.GET.get(name)}
    pages = [
        ("board", _("Board"), "assignments:board", {}),
        ("vacant", _("Nobody in charge"), "assignments:coverage", {}),
        ("ending", _("Ends within 30 days"), "assignments:coverage", {"state": "ending"}),
        ("list", _("All assignments"), "assignments:assignments", {}),
        ("decisions", _("Decisions"), "assignments:decisions", {}),
        ("tenure", _("Tenure"), "assignments:tenure", {}),
        ("handovers", _("Handovers"), "reports:handovers", {}),
    ]
    if current == "board":
        # The board has its own lists of places with nobody.
        pages[1:3] = [("coverage", _("Coverage"), "assignments:coverage", {})]
    if decides(request.user):
        pages.append(("acting", _("Acting for others"), "assignments:actings", {}))
    return [
        {
            "label": label,
            "url": f"{reverse(address)}?{urlencode(query | more)}".rstrip("?"),
            "current": name == current,
            "count": (numbers or {}).get(name),
        }
        for name, label, address, more in pages
    ]


class DecidingMixin:
    """Pages for those who decide somewhere; for anybody else they do not exist (404)."""

    def dispatch(self, request, *args, **kwargs):
        if not decides(request.user):
            raise Http404
        return self.prepare() or super().dispatch(request, *args, **kwargs)

    def prepare(self):
        """Look up what the page needs; a response that is returned is sent instead of the page."""
