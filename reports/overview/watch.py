"""What needs somebody, on the overview: at most four things, none where all is well."""

from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.coverage.queries import Covered, uncovered
from assignments.models import Agency, Tier
from assignments.models.place import PATH_SEPARATOR
from cadrenet.components import WatchItem
from cadrenet.periods import Month
from cadrenet.templatetags.figures import count, day
from meetings.models import Meeting
from meetings.queries import on_restricted_days
from reports.figures import Figures, old_before
from reports.figures.wording import shown
from reports.overview.asked import Asked

NAMES_AT_MOST = 6


def watch(asked: Asked, now: Figures, covered: Iterable[Covered], themes: list[dict[str, Any]]) -> list[WatchItem]:
    """At most four things that somebody has to do something about; none where all is well."""
    by_tier = {row.tier: row for row in covered}
    found = [hamlets(asked, by_tier.get(Tier.HAMLET)), issues(asked, themes), reports(asked, now), breaches(asked)]
    return [item for item in found if item]


def hamlets(asked: Asked, covered: Covered | None) -> WatchItem | None:
    """Hamlets nobody answers for, with the communes they lie in."""
    if not (covered and covered.uncovered):
        return None
    above = uncovered(Tier.HAMLET, asked.seen_on, asked.part).values_list("path", flat=True)
    communes = Counter(path.rpartition(PATH_SEPARATOR)[2] for path in above)
    names = [f"{name} ({count(number)})" for name, number in communes.most_common(NAMES_AT_MOST)]
    if len(communes) > NAMES_AT_MOST:
        names.append("…")
    return WatchItem(
        tone="bad",
        figure="uncovered_hamlets",
        number=covered.uncovered,
        text=ngettext(
            "%(number)s hamlet or neighbourhood has nobody in charge",
            "%(number)s hamlets and neighbourhoods have nobody in charge",
            covered.uncovered,
        )
        % shown(number=covered.uncovered),
        detail=", ".join(names),
        url=asked.coverage_url(Tier.HAMLET),
    )


def issues(asked: Asked, themes: list[dict[str, Any]]) -> WatchItem | None:
    """Pressing issues that are open, and how many are older than the limit."""
    urgent, old = sum(row["urgent"] for row in themes), sum(row["old"] for row in themes)
    if not urgent:
        return None
    _before, limit = old_before(asked.seen_on, asked.part.rules)
    return WatchItem(
        tone="bad",
        figure="urgent_issues",
        number=urgent,
        text=ngettext("%(number)s pressing issue is open", "%(number)s pressing issues are open", urgent)
        % shown(number=urgent),
        detail=ngettext(
            "%(number)s issue is older than %(limit)s days", "%(number)s issues are older than %(limit)s days", old
        )
        % shown(number=old, limit=limit),
        url=asked.address("issues_open", urgent="1"),
    )


def reports(asked: Asked, now: Figures) -> WatchItem | None:
    """Reports that are missing although the time is up."""
    due = asked.due
    if not now.reports_missing or asked.today <= due:
        return None
    return WatchItem(
        icon="clock",
        figure="reports_missing",
        number=now.reports_missing,
        text=ngettext(
            "%(number)s quarterly report is missing", "%(number)s quarterly reports are missing", now.reports_missing
        )
        % shown(number=now.reports_missing),
        detail=_("due by %(day)s; %(late)s came late") % {"day": day(due), "late": count(now.reports_late)},
        url=asked.address("reports_missing"),
    )


def breaches(asked: Asked) -> WatchItem | None:
    """Meetings of agencies on restricted days, in the last month of the quarter that has begun."""
    month = Month.of(asked.seen_on)
    # By agency, as they lie in no part of the tree; to look through all meetings that one sees would take long.
    agencies = Agency.objects.visible_to(asked.user)
    found = Meeting.objects.filter(on_restricted_days(), agency__in=agencies, day__range=month.days).due()
    number = found.count()
    if not number:
        return None
    query = {"restricted": 1, "status": "due", "first_day": month.first_day, "last_day": month.last_day}
    return WatchItem(
        icon="ban",
        figure="breaches",
        number=number,
        text=ngettext(
            "%(number)s agency meeting on restricted days", "%(number)s agency meetings on restricted days", number
        )
        % shown(number=number),
        detail=_("in %(month)s") % {"month": month.label},
        url=f"{reverse('meetings:meetings')}?{urlencode(query)}",
    )
