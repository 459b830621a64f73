"""The eight figures of the overview, each beside the quarter before."""

from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.models import Tier
from cadrenet.components import Tile
from cadrenet.templatetags.figures import count, money, pct
from reports.figures import Figures
from reports.figures.drilldown import drilldown_urls
from reports.figures.wording import in_counts, in_points, on_reports, shown
from reports.models import Resource
from reports.overview.asked import Asked


def tiles(asked: Asked, now: Figures, before: Figures) -> list[Tile]:
    """Return the eight figures, each with the counts behind it and the address of its list."""
    urls = drilldown_urls(asked.quarter, asked.within.code)
    urls = {**urls, "groups_uncovered": asked.coverage_url(Tier.SELF_GOVERNING_GROUP)}

    def tile(figure: str, label: str, **more: Any) -> Tile:
        return Tile(label, figure=figure, url=urls[figure], **more)

    return [
        tile(
            "attendance_present",
            _("Attendance rate"),
            value=pct(now.present_of_unexcused_pct),
            count=_("%(part)s of %(whole)s attendances")
            % shown(part=now.attendance_present, whole=now.attendance_unexcused),
            **in_points(
                (now.attendance_present, now.attendance_unexcused),
                (before.attendance_present, before.attendance_unexcused),
            ),
        ),
        tile(
            "attendance_unrecorded",
            _("Not recorded yet"),
            value=count(now.attendance_unrecorded),
            count=_("of %(whole)s attendances expected") % shown(whole=now.attendance_expected),
            **in_counts(now.attendance_unrecorded, before.attendance_unrecorded, better="down"),
        ),
        tile(
            "meetings_held",
            _("Meetings held"),
            value=pct(now.meetings_held_pct),
            count=_("%(part)s of %(whole)s meetings") % shown(part=now.meetings_held, whole=now.meetings_passed),
            **note_on_meetings(asked, now, before),
        ),
        tile(
            "households_represented",
            _("Household participation"),
            value=pct(now.participation_pct),
            count=_("%(part)s of %(whole)s households")
            % shown(part=now.households_represented, whole=now.households_total),
            **in_points(
                (now.households_represented, now.households_total),
                (before.households_represented, before.households_total),
            ),
        ),
        tile(
            "groups_uncovered",
            _("Self-governing groups with somebody in charge"),
            value=pct(now.coverage_pct),
            count=_("%(part)s of %(whole)s groups") % shown(part=now.groups_covered, whole=now.groups),
            note=ngettext("%(number)s group has nobody", "%(number)s groups have nobody", now.groups_uncovered)
            % shown(number=now.groups_uncovered),
        ),
        tile(
            "reports_on_time",
            _("Reports on time"),
            **on_reports(now, asked.due, asked.today),
        ),
        tile(
            "issues_open",
            _("Issues open"),
            value=count(now.issues_open),
            count=_("%(raised)s raised, %(closed)s closed in the quarter")
            % shown(raised=now.issues_raised, closed=now.issues_closed),
            **in_counts(now.issues_open, before.issues_open, better="down"),
        ),
        tile(
            "resources_value_vnd",
            _("Resources mobilised"),
            value=money(now.resources_value_vnd),
            **note_on_resources(asked),
        ),
    ]


def note_on_meetings(asked: Asked, now: Figures, before: Figures) -> dict[str, Any]:
    """The change against the quarter before; while the quarter goes on, what is still to come."""
    awaited = now.meetings_awaited
    if not asked.going_on:
        return in_points((now.meetings_held, now.meetings_passed), (before.meetings_held, before.meetings_passed))
    return {
        "note": ngettext("%(number)s meeting is still to come", "%(number)s meetings are still to come", awaited)
        % shown(number=awaited)
    }


def note_on_resources(asked: Asked) -> dict[str, Any]:
    """How many resources these are, and what of them has come."""
    found = Resource.objects.visible_to(asked.user, asked.within).filter(mobilised_on__range=asked.quarter.days)
    delivered = Q(status=Resource.Status.DELIVERED)
    sums = found.aggregate(n=Count("pk"), delivered=Sum("value_vnd", filter=delivered))
    return {
        "count": ngettext("%(number)s contribution", "%(number)s contributions", sums["n"]) % shown(number=sums["n"]),
        "note": _("delivered: %(amount)s") % {"amount": money(sums["delivered"] or 0)},
    }
