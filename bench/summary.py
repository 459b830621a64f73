"""The quarterly summary of one district as a person would write it in SQL, over the same tables.

This is what the project's own figures are measured against, so it is as fast as could be found by trial on both
databases. It knows less than the project: one district, the rules as they are shipped, nobody's scope.
"""

from collections import defaultdict
from dataclasses import astuple, fields
from datetime import timedelta

from django.db import connection

from reports.figures import Figures

COUNTS = [field.name for field in fields(Figures)]

ROWS = """
SELECT place.locality_id, locality.code, place.name
FROM assignments_place AS place JOIN assignments_locality AS locality ON locality.id = place.locality_id
WHERE place.area_id = %(area)s AND place.tier = '{level}' AND place.first_day <= %(last)s
    AND place.last_day >= %(first)s{within}
ORDER BY locality.code, place.first_day
"""

MEETINGS = """
SELECT place.{level}_id, COUNT(*),
    COUNT(*) FILTER (WHERE status = 'held'), COUNT(*) FILTER (WHERE status = 'not_held'),
    SUM(households_total) FILTER (WHERE status = 'held' AND households_represented IS NOT NULL),
    SUM(households_represented) FILTER (WHERE status = 'held' AND households_total IS NOT NULL)
FROM meetings_meeting AS meeting JOIN assignments_place AS place ON place.id = meeting.place_id
WHERE meeting.area_id = %(area)s AND day BETWEEN %(first)s AND %(last)s AND status <> 'cancelled'
    AND (status = 'held' OR place.last_day >= day) AND place.area_id = %(area)s{within}
GROUP BY 1
"""

ATTENDANCE = """
SELECT place.{level}_id, COUNT(*) FILTER (WHERE expected),
    COUNT(*) FILTER (WHERE expected AND status = 'present'), COUNT(*) FILTER (WHERE expected AND status = 'excused'),
    COUNT(*) FILTER (WHERE expected AND status = 'absent'),
    COUNT(*) FILTER (WHERE expected AND status = 'unrecorded'),
    COUNT(*) FILTER (WHERE NOT expected AND status = 'present')
FROM meetings_attendance AS attendance JOIN assignments_place AS place ON place.id = attendance.place_id
WHERE attendance.area_id = %(area)s AND day BETWEEN %(first)s AND %(last)s AND held
    AND place.area_id = %(area)s{within}
GROUP BY 1
"""

# One statement for what is small. COUNT over a single row, and not EXISTS: PostgreSQL would read the assignments of
# all districts into memory to answer the latter.
OTHERS = """
SELECT 'raised', place.{level}_id, COUNT(*), 0, 0
FROM reports_issue AS issue JOIN assignments_place AS place ON place.id = issue.place_id
WHERE issue.area_id = %(area)s AND raised_on BETWEEN %(first)s AND %(last)s{within}
GROUP BY 2
UNION ALL
SELECT 'closed', place.{level}_id, COUNT(*), 0, 0
FROM reports_issue AS issue JOIN assignments_place AS place ON place.id = issue.closed_place_id
WHERE issue.area_id = %(area)s AND raised_on <= %(last)s AND closed_on BETWEEN %(first)s AND %(last)s{within}
GROUP BY 2
UNION ALL
SELECT 'open', place.{level}_id, COUNT(*), 0, 0
FROM reports_issue AS issue JOIN assignments_place AS place USING (locality_id)
WHERE issue.area_id = %(area)s AND raised_on <= %(last)s AND (closed_on IS NULL OR closed_on > %(last)s)
    AND place.first_day <= %(last)s AND place.counts_until >= %(last)s{within}
GROUP BY 2
UNION ALL
SELECT 'resources', place.{level}_id, SUM(value_vnd), 0, 0
FROM reports_resource AS resource JOIN assignments_place AS place ON place.id = resource.place_id
WHERE resource.area_id = %(area)s AND mobilised_on BETWEEN %(first)s AND %(last)s{within}
GROUP BY 2
UNION ALL
SELECT 'groups', place.{level}_id, COUNT(*), COUNT((
    SELECT assignment.id FROM assignments_assignment AS assignment
    WHERE assignment.locality_id = place.locality_id AND role = 'in_charge'
        AND (assignment.first_day IS NULL OR assignment.first_day <= %(last)s)
        AND (assignment.last_day IS NULL OR assignment.last_day >= %(last)s)
    LIMIT 1
)), 0
FROM assignments_place AS place
WHERE place.area_id = %(area)s AND tier = 'self_governing_group'
    AND place.first_day <= %(last)s AND place.last_day >= %(last)s{within}
GROUP BY 2
UNION ALL
SELECT 'reports', place.{level}_id, COUNT(*),
    COUNT(*) FILTER (WHERE submitted_on <= %(due)s), COUNT(*) FILTER (WHERE submitted_on > %(due)s)
FROM assignments_place AS place JOIN assignments_assignment AS assignment USING (locality_id)
LEFT JOIN reports_quarterlyreport AS report ON report.quarter = %(quarter)s
    AND report.locality_id = assignment.locality_id AND report.cadre_id = assignment.cadre_id
    AND report.status IN ('submitted', 'accepted')
WHERE place.area_id = %(area)s AND place.tier IN ('commune', 'hamlet')
    AND place.first_day <= %(last)s AND place.last_day >= %(last)s AND assignment.role = 'in_charge'
    AND (assignment.first_day IS NULL OR assignment.first_day <= %(last)s)
    AND (assignment.last_day IS NULL OR assignment.last_day >= %(last)s){within}
GROUP BY 2
"""

MEETING_COUNTS = ["meetings_due", "meetings_held", "meetings_not_held", "households_total", "households_represented"]
ATTENDANCE_COUNTS = [
    "attendance_expected",
    "attendance_present",
    "attendance_excused",
    "attendance_absent",
    "attendance_unrecorded",
    "guests",
]
OTHER_COUNTS = {
    "raised": ["issues_raised"],
    "closed": ["issues_closed"],
    "open": ["issues_open"],
    "resources": ["resources_value_vnd"],
    "groups": ["groups", "groups_covered"],
    "reports": ["reports_expected", "reports_on_time", "reports_late"],
}


def by_hand(quarter, level, area, within=None):
    """Return the lines of the summary of a district: code, name and all counts, in order of code.

    ``within`` narrows it to a (tier, locality id) of the district.
    """
    tier, narrower = within or ("", None)
    parts = {"level": level, "within": f" AND place.{tier}_id = %(within)s" if within else ""}
    values = {
        "area": area,
        "first": str(quarter.first_day),
        "last": str(quarter.last_day),
        "due": str(quarter.last_day + timedelta(days=5)),
        "quarter": str(quarter),
        "within": narrower,
    }
    named, counted = {}, defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(ROWS.format(**parts), values)
        for id, code, name in cursor.fetchall():
            named[id] = code, name
        for statement, counts in (MEETINGS, MEETING_COUNTS), (ATTENDANCE, ATTENDANCE_COUNTS):
            cursor.execute(statement.format(**parts), values)
            for id, *found in cursor.fetchall():
                counted[id].update(zip(counts, found, strict=True))
        cursor.execute(OTHERS.format(**parts), values)
        for topic, id, *found in cursor.fetchall():
            counted[id].update(zip(OTHER_COUNTS[topic], found, strict=False))
    return [(*named[id], *(counted[id].get(name) or 0 for name in COUNTS)) for id in named]


def by_project(rows):
    """Return the project's own rows in the same form."""
    return [(row.locality_code, row.locality_name, *astuple(row)[: len(COUNTS)]) for row in rows]
