"""What the pages of meetings have in common: the lists beside each other, and the quarter that is meant."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cadrenet.periods import Month, Quarter, today
from meetings.corrections import corrections_asked_of, heads_a_group
from meetings.excuses import excuses_asked_of, heads_somebody
from meetings.models import Meeting


def tabs(current, user=None):
    """The lists of this app beside each other; that of excuses for a ``user`` who is asked for some."""
    pages = [
        ("list", _("List"), reverse("meetings:meetings")),
        ("month", _("Month"), reverse("meetings:month", args=[Month.of(today())])),
        ("patterns", _("Regular meetings"), reverse("meetings:patterns")),
        ("attendances", _("Attendance"), reverse("meetings:attendances")),
        ("guidance", _("Guidance"), reverse("meetings:guidance")),
        ("clashes", _("Clashes"), reverse("meetings:clashes")),
    ]
    if current == "excuses" or (user is not None and heads_somebody(user) and excuses_asked_of(user).exists()):
        pages.append(("excuses", _("Asked to be excused"), reverse("meetings:excuses")))
    if current == "remind" or (user is not None and heads_somebody(user)):
        pages.append(("remind", _("To remind"), reverse("meetings:remind")))
    if current == "corrections" or (user is not None and heads_a_group(user) and corrections_asked_of(user).exists()):
        pages.append(("corrections", _("Corrections"), reverse("meetings:corrections")))
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
