"""What the pages of several packages share: the tabs above them, and who may enter."""

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from assignments.scope import decides


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
