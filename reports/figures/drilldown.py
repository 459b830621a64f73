"""Which list stands behind which figure: every number of a page opens its rows, and both agree."""

from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

from assignments.models import Tier

LOCALITIES = {"localities": "1"}
# figure -> (name of the list's address, what narrows the list to the figure)
LISTS = {
    "meetings_due": ("meetings:meetings", {"status": "due", **LOCALITIES}),
    "meetings_held": ("meetings:meetings", {"status": "held", **LOCALITIES}),
    "meetings_not_held": ("meetings:meetings", {"status": "not_held", **LOCALITIES}),
    "attendance_expected": ("meetings:attendances", {"status": "expected"}),
    "attendance_present": ("meetings:attendances", {"status": "present"}),
    "attendance_excused": ("meetings:attendances", {"status": "excused"}),
    "attendance_absent": ("meetings:attendances", {"status": "absent"}),
    "attendance_unrecorded": ("meetings:attendances", {"status": "unrecorded"}),
    "guests": ("meetings:attendances", {"status": "guest"}),
    # The sums stand under the list of held meetings.
    "households_represented": ("meetings:meetings", {"status": "held", **LOCALITIES}),
    "groups_uncovered": ("assignments:coverage", {"tier": Tier.SELF_GOVERNING_GROUP.value}),
    "issues_raised": ("reports:issues", {"state": "raised"}),
    "issues_closed": ("reports:issues", {"state": "closed"}),
    "issues_open": ("reports:issues", {"state": "open"}),
    "resources_value_vnd": ("reports:resources", {}),
    "reports_expected": ("reports:quarterly_reports", {"state": "expected"}),
    "reports_on_time": ("reports:quarterly_reports", {"state": "on_time"}),
    "reports_late": ("reports:quarterly_reports", {"state": "late"}),
    "reports_missing": ("reports:quarterly_reports", {"state": "missing"}),
}


def drilldown_urls(quarter, code):
    """Return {figure: address of its list} for a quarter and the code of a locality.

    Without a code there are no addresses: the lists of somebody who sees several parts of the tree also hold own
    rows from elsewhere, which are in no figure.
    """
    within = urlencode({"within": code})
    return {name: before + within + after for name, (before, after) in around(quarter).items()} if code else {}


def drilldown_url(name, quarter, code, **more):
    """Return the address of the list behind one figure, narrowed further."""
    before, after = around(quarter)[name]
    return before + urlencode({"within": code}) + after + (f"&{urlencode(more)}" if more else "")


@lru_cache(maxsize=100)
def around(quarter):
    """Return {figure: (what stands before, and what after the locality in the address of its list)}.

    A page of fifty rows has a thousand addresses, which differ in nothing else; those of a quarter never change.
    """
    parts = {}
    for name, (url, narrowed) in LISTS.items():
        when = {"day": quarter.last_day.isoformat()} if name == "groups_uncovered" else {"quarter": str(quarter)}
        parts[name] = f"{reverse(url)}?{urlencode(when)}&", f"&{urlencode(narrowed)}" if narrowed else ""
    return parts


def rated(row, code=None, level=None):
    """Return the address of the organisations behind a row of a year's ratings, or of another level of that year."""
    query = {"year": row.year, "kind": row.kind, "level": level or row.level}
    if code:
        query["within"] = code
    return f"{reverse('reports:rated_organisations')}?{urlencode(query)}"
