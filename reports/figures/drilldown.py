"""Which list stands behind which figure: every number of a page opens its rows, and both agree.

They agree as both ask the predicate of the figure (``reports.figures.counts``, ``meetings.counts``) of the same part
of the tree. The address says ``counted``, the part that the page counts in, and ``within``, the locality of the row;
the list makes one part of both (``assignments.filters.counted_part``) and holds what the figure counts, wherever the
localities stand today. Without ``counted`` a list holds what its reader may see.
"""

from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

from assignments.models import Tier
from cadrenet.periods import Quarter, not_after_today
from reports.figures.ratings import RatingRow

LOCALITIES = {"localities": "1"}
# figure -> (name of the list's address, what narrows the list to the figure)
LISTS: dict[str, tuple[str, dict[str, str]]] = {
    "meetings_due": ("meetings:meetings", {"status": "due", **LOCALITIES}),
    "meetings_held": ("meetings:meetings", {"status": "held", **LOCALITIES}),
    "meetings_not_held": ("meetings:meetings", {"status": "not_held", **LOCALITIES}),
    "cells_held": ("meetings:meetings", {"status": "held", "cells": "held"}),
    "cells_rated": ("meetings:meetings", {"status": "held", "cells": "rated"}),
    "cells_good": ("meetings:meetings", {"status": "held", "cells": "good"}),
    "cells_feedback": ("meetings:meetings", {"status": "held", "cells": "feedback"}),
    "cells_organisation_good": ("meetings:meetings", {"status": "held", "cells": "organisation_good"}),
    "cells_content_good": ("meetings:meetings", {"status": "held", "cells": "content_good"}),
    "cells_time_good": ("meetings:meetings", {"status": "held", "cells": "time_good"}),
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


def drilldown_urls(quarter: Quarter, code: str | None, counted: str | None = None) -> dict[str, str]:
    """Return {figure: address of its list} for a quarter and the code of a locality.

    ``counted`` is the code of the part of the tree that the page counts in, where that is more than the locality: the
    row of a commune that lay there for a month counts that month. Without a code there are no addresses: where
    somebody sees several parts of the tree, their sum is no figure of a locality.
    """
    if not code:
        return {}
    lead = urlencode({"within": code, "counted": counted or code})
    return {name: before + lead + after for name, (before, after) in parts_of(quarter).items()}


def drilldown_url(name: str, quarter: Quarter, code: str, **more: object) -> str:
    """Return the address of the list behind one figure of a locality, narrowed further."""
    before, after = parts_of(quarter)[name]
    return before + urlencode({"within": code, "counted": code}) + after + (f"&{urlencode(more)}" if more else "")


def parts_of(quarter: Quarter) -> dict[str, tuple[str, str]]:
    """Return {figure: (what stands before, and what after the locality in the address of its list)}."""
    return around(quarter, not_after_today(quarter.last_day))


@lru_cache(maxsize=100)
def around(quarter: Quarter, as_of: date) -> dict[str, tuple[str, str]]:
    """Return ``parts_of`` a quarter as of its last day, or today while it goes on.

    A page of fifty rows has a thousand addresses, which differ in nothing else; those of a quarter never change.
    """
    parts = {}
    for name, (url, narrowed) in LISTS.items():
        when = {"day": as_of.isoformat()} if name == "groups_uncovered" else {"quarter": str(quarter)}
        parts[name] = f"{reverse(url)}?{urlencode(when)}&", f"&{urlencode(narrowed)}" if narrowed else ""
    return parts


def rated(row: RatingRow, code: str | None = None, level: str | None = None) -> str:
    """Return the address of the organisations behind a row of a year's ratings, or of another level of that year."""
    query = {"year": row.year, "kind": row.kind, "level": level or row.level}
    if code:
        query["within"] = code
    return f"{reverse('reports:rated_organisations')}?{urlencode(query)}"
