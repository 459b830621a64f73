"""What the pages show beside the summary, as SQL by hand; one district, the rules as they are shipped."""

from django.db import connection

# The month of a day as a number; each database says it in its own way.
MONTH = {"postgresql": "EXTRACT(MONTH FROM day)::integer", "sqlite": "CAST(SUBSTR(day, 6, 2) AS INTEGER)"}

LOCALITY = "SELECT id, tier FROM assignments_locality WHERE code = %(code)s"

REASONS = """
SELECT reason, COUNT(*) FROM meetings_attendance
WHERE area_id = %(area)s AND day BETWEEN %(first)s AND %(last)s AND held AND expected AND status = 'absent'
GROUP BY reason ORDER BY 2 DESC
"""

MONTHS = """
SELECT {place}{month}, COUNT(*) FILTER (WHERE status <> 'excused'), COUNT(*) FILTER (WHERE status = 'present')
FROM meetings_attendance AS attendance {join}
WHERE attendance.area_id = %(area)s AND day BETWEEN %(year_ago)s AND %(last)s AND held AND expected
GROUP BY {group}
"""

COVERAGE = """
WITH place AS MATERIALIZED (
    SELECT tier, locality_id FROM assignments_place
    WHERE area_id = %(area)s AND tier IN ('regional_group', 'commune', 'hamlet', 'self_governing_group')
        AND first_day <= %(last)s AND last_day >= %(last)s
)
SELECT tier, COUNT(*), COUNT(*) FILTER (WHERE locality_id IN (
    SELECT locality_id FROM place JOIN assignments_assignment AS assignment USING (locality_id)
    WHERE role = CASE WHEN tier = 'regional_group' THEN 'head' ELSE 'in_charge' END
        AND (first_day IS NULL OR first_day <= %(last)s) AND (last_day IS NULL OR last_day >= %(last)s)
))
FROM place GROUP BY tier
"""

THEMES = """
SELECT theme, COUNT(*), COUNT(*) FILTER (WHERE urgent), COUNT(*) FILTER (WHERE raised_on < %(old)s)
FROM reports_issue AS issue JOIN assignments_place AS place USING (locality_id)
WHERE issue.area_id = %(area)s AND raised_on <= %(last)s AND (closed_on IS NULL OR closed_on > %(last)s)
    AND place.first_day <= %(last)s AND place.counts_until >= %(last)s
GROUP BY theme ORDER BY 2 DESC, theme
"""

RESOURCES = """
SELECT COUNT(*), SUM(value_vnd) FILTER (WHERE status = 'delivered') FROM reports_resource
WHERE area_id = %(area)s AND mobilised_on BETWEEN %(first)s AND %(last)s
"""

RATINGS = """
SELECT organisation.kind, rating.year, level.code, COUNT(*)
FROM reports_rating AS rating
JOIN reports_ratinglevel AS level ON level.id = rating.level_id
JOIN reports_partyorganisation AS organisation ON organisation.id = rating.organisation_id
JOIN assignments_locality AS locality ON locality.id = organisation.locality_id
JOIN assignments_place AS place ON place.locality_id = locality.id
    AND place.counts_from <= %(today)s AND place.counts_until >= %(today)s
WHERE place.area_id = %(area)s AND rating.year <= %(year)s
GROUP BY 1, 2, 3 ORDER BY 1, 2 DESC
"""

NAMES = """
SELECT place.locality_id, place.tier, place.name, locality.code
FROM assignments_place AS place JOIN assignments_locality AS locality ON locality.id = place.locality_id
WHERE place.area_id = %(area)s AND place.tier IN ('regional_group', 'commune')
    AND place.first_day <= %(last)s AND place.last_day >= %(year_ago)s
ORDER BY locality.code, place.first_day
"""

MEETINGS = """
WITH page AS (
    SELECT * FROM meetings_meeting WHERE area_id = %(area)s ORDER BY day DESC, starts_at DESC, id LIMIT 50
)
SELECT page.id, page.kind, page.day, page.starts_at, page.ends_at, page.status, place.name, place.path,
    COUNT(attendance.id) FILTER (WHERE expected),
    COUNT(*) FILTER (WHERE expected AND attendance.status = 'present'),
    COUNT(*) FILTER (WHERE expected AND attendance.status = 'unrecorded')
FROM page JOIN assignments_place AS place ON place.id = page.place_id
LEFT JOIN meetings_attendance AS attendance ON attendance.meeting_id = page.id
GROUP BY page.id, page.kind, page.day, page.starts_at, page.ends_at, page.status, place.name, place.path
ORDER BY page.day DESC, page.starts_at DESC, page.id
"""
MEETINGS_COUNT = "SELECT COUNT(*) FROM meetings_meeting WHERE area_id = %(area)s"

# The assignment board of a district: its lists with their numbers, and a page of its tree.
BOARD_COUNTS = """
WITH place AS MATERIALIZED (
    SELECT tier, locality_id, CASE WHEN tier = 'regional_group' THEN 'head' ELSE 'in_charge' END AS role
    FROM assignments_place WHERE area_id = %(area)s
        AND tier IN ('regional_group', 'commune', 'hamlet', 'self_governing_group')
        AND first_day <= %(today)s AND last_day >= %(today)s
), held AS MATERIALIZED (
    SELECT locality_id, MAX(COALESCE(assignment.last_day, '9999-12-31')) AS until,
        MAX(assignment.first_day) AS begun, MIN(cadre.left_on) AS left_on
    FROM place JOIN assignments_assignment AS assignment USING (locality_id, role)
    JOIN assignments_cadre AS cadre ON cadre.id = assignment.cadre_id
    WHERE (assignment.first_day IS NULL OR assignment.first_day <= %(today)s)
        AND (assignment.last_day IS NULL OR assignment.last_day >= %(today)s)
    GROUP BY locality_id
)
SELECT tier, COUNT(*), COUNT(*) FILTER (WHERE until IS NULL), COUNT(*) FILTER (WHERE until < %(later)s),
    COUNT(*) FILTER (WHERE left_on < %(today)s), COUNT(*) FILTER (WHERE begun > %(year_ago)s)
FROM place LEFT JOIN held USING (locality_id) GROUP BY tier
"""
BOARD = """
WITH page AS (
    SELECT place.locality_id, place.tier, place.name, place.path, top.code AS a, middle.code AS b, low.code AS c
    FROM assignments_place AS place
    LEFT JOIN assignments_locality AS top ON top.id = place.regional_group_id
    LEFT JOIN assignments_locality AS middle ON middle.id = place.commune_id
    LEFT JOIN assignments_locality AS low ON low.id = place.hamlet_id
    WHERE place.area_id = %(area)s AND place.tier IN ('regional_group', 'commune', 'hamlet')
        AND place.first_day <= %(today)s AND place.last_day >= %(today)s
    ORDER BY 5 NULLS FIRST, 6 NULLS FIRST, 7 NULLS FIRST LIMIT 50
)
SELECT page.locality_id, page.tier, page.name, page.path, assignment.id, cadre.id, cadre.full_name, agency.name,
    assignment.last_day, cadre.left_on,
    (SELECT MIN(first_day) FROM assignments_assignment AS own
        WHERE own.cadre_id = assignment.cadre_id AND own.locality_id = page.locality_id),
    (SELECT COUNT(*) FROM assignments_assignment AS own
        WHERE own.cadre_id = assignment.cadre_id AND (own.first_day IS NULL OR own.first_day <= %(today)s)
            AND (own.last_day IS NULL OR own.last_day >= %(today)s)),
    (SELECT before.full_name FROM assignments_assignment AS past
        JOIN assignments_cadre AS before ON before.id = past.cadre_id
        WHERE past.locality_id = page.locality_id AND past.last_day < %(today)s
        ORDER BY past.last_day DESC LIMIT 1)
FROM page
LEFT JOIN assignments_assignment AS assignment ON assignment.locality_id = page.locality_id
    AND assignment.role = CASE WHEN page.tier = 'regional_group' THEN 'head' ELSE 'in_charge' END
    AND (assignment.first_day IS NULL OR assignment.first_day <= %(today)s)
    AND (assignment.last_day IS NULL OR assignment.last_day >= %(today)s)
LEFT JOIN assignments_cadre AS cadre ON cadre.id = assignment.cadre_id
LEFT JOIN assignments_posting AS posting ON posting.cadre_id = cadre.id
    AND (posting.first_day IS NULL OR posting.first_day <= %(today)s)
    AND (posting.last_day IS NULL OR posting.last_day >= %(today)s)
LEFT JOIN assignments_agency AS agency ON agency.id = posting.agency_id
ORDER BY page.a NULLS FIRST, page.b NULLS FIRST, page.c NULLS FIRST, assignment.id
"""

# The page of a commune.
PLACE = """
SELECT place.name, place.path, place.area_id, place.households, type.name, place.district_id, place.regional_group_id
FROM assignments_place AS place JOIN assignments_localitytype AS type ON type.id = place.type_id
WHERE place.locality_id = %(id)s AND place.first_day <= %(last)s AND place.last_day >= %(last)s
"""
IN_CHARGE = """
SELECT assignment.locality_id, assignment.role, assignment.first_day, assignment.decision_number, cadre.full_name,
    posting.position, cadre.phone, agency.name
FROM assignments_assignment AS assignment JOIN assignments_cadre AS cadre ON cadre.id = assignment.cadre_id
LEFT JOIN assignments_posting AS posting ON posting.cadre_id = cadre.id
    AND (posting.first_day IS NULL OR posting.first_day <= %(last)s)
    AND (posting.last_day IS NULL OR posting.last_day >= %(last)s)
LEFT JOIN assignments_agency AS agency ON agency.id = posting.agency_id
WHERE assignment.locality_id IN (%(id)s, %(group)s, %(area)s)
    AND (assignment.first_day IS NULL OR assignment.first_day <= %(last)s)
    AND (assignment.last_day IS NULL OR assignment.last_day >= %(last)s)
ORDER BY assignment.role, assignment.first_day, assignment.id
"""
BELOW = """
SELECT tier, COUNT(*), SUM(households), COUNT((
    SELECT assignment.id FROM assignments_assignment AS assignment
    WHERE assignment.locality_id = place.locality_id AND role = 'in_charge'
        AND (assignment.first_day IS NULL OR assignment.first_day <= %(last)s)
        AND (assignment.last_day IS NULL OR assignment.last_day >= %(last)s)
    LIMIT 1
))
FROM assignments_place AS place
WHERE commune_id = %(id)s AND place.first_day <= %(last)s AND place.last_day >= %(last)s AND locality_id <> %(id)s
GROUP BY tier
"""
PEOPLE_BELOW = """
SELECT place.tier, COUNT(DISTINCT assignment.cadre_id)
FROM assignments_place AS place JOIN assignments_assignment AS assignment USING (locality_id)
WHERE place.commune_id = %(id)s AND place.first_day <= %(last)s AND place.last_day >= %(last)s
    AND role = 'in_charge' AND (assignment.first_day IS NULL OR assignment.first_day <= %(last)s)
    AND (assignment.last_day IS NULL OR assignment.last_day >= %(last)s)
GROUP BY place.tier
"""
OF_ITS_OWN = """
SELECT meeting.id, meeting.starts_at, meeting.status, COUNT(attendance.id) FILTER (WHERE expected),
    COUNT(*) FILTER (WHERE expected AND attendance.status = 'present'),
    COUNT(*) FILTER (WHERE expected AND attendance.status = 'unrecorded'),
    MIN(attendance.status) FILTER (WHERE attendance.cadre_id IN (
        SELECT cadre_id FROM assignments_assignment WHERE locality_id = %(id)s))
FROM meetings_meeting AS meeting LEFT JOIN meetings_attendance AS attendance ON attendance.meeting_id = meeting.id
WHERE meeting.locality_id = %(id)s AND kind = 'commune_committee' AND meeting.day >= %(year_ago)s
GROUP BY meeting.id, meeting.starts_at, meeting.status ORDER BY meeting.starts_at
"""
# What is still to come, who served there before under another paper, and what ever lay in it.
NEXT = """
SELECT meeting.id, meeting.kind, meeting.starts_at, place.name
FROM meetings_meeting AS meeting JOIN assignments_place AS place ON place.id = meeting.place_id
WHERE meeting.locality_id = %(id)s AND day >= %(last)s AND status <> 'cancelled' ORDER BY starts_at LIMIT 3
"""
SERVED = """
SELECT earlier.cadre_id, MIN(earlier.first_day)
FROM assignments_assignment AS assignment JOIN assignments_assignment AS earlier USING (cadre_id, locality_id)
WHERE assignment.locality_id IN (%(id)s, %(group)s, %(area)s)
    AND (assignment.first_day IS NULL OR assignment.first_day <= %(last)s)
    AND (assignment.last_day IS NULL OR assignment.last_day >= %(last)s)
GROUP BY 1
"""
CHILDREN = """
SELECT place.locality_id, place.first_day, place.parent_id, place.path
FROM assignments_place AS place
WHERE place.locality_id IN (SELECT locality_id FROM assignments_place WHERE parent_id = %(id)s)
ORDER BY 1, 2
"""
CLOSED_ISSUES = """
SELECT COUNT(*) FROM reports_issue AS issue JOIN assignments_place AS place ON place.id = issue.closed_place_id
WHERE place.commune_id = %(id)s AND closed_on <= %(last)s
"""
ATTENDANCE_OF = """
SELECT COUNT(*) FILTER (WHERE status <> 'excused'), COUNT(*) FILTER (WHERE status = 'present'),
    COUNT(*) FILTER (WHERE status = 'unrecorded')
FROM meetings_attendance AS attendance JOIN assignments_place AS place ON place.id = attendance.place_id
WHERE attendance.area_id = %(area)s AND day BETWEEN %(first)s AND %(last)s AND held AND expected
    AND place.commune_id = %(id)s
"""
OPEN_ISSUES = """
SELECT issue.id, issue.raised_on, issue.theme, issue.summary, issue.urgent, place.name, agency.name
FROM reports_issue AS issue JOIN assignments_place AS place USING (locality_id)
LEFT JOIN assignments_agency AS agency ON agency.id = issue.responsible_agency_id
WHERE issue.area_id = %(area)s AND place.commune_id = %(id)s
    AND place.first_day <= %(last)s AND place.counts_until >= %(last)s
    AND raised_on <= %(last)s AND (closed_on IS NULL OR closed_on > %(last)s)
ORDER BY issue.raised_on
"""
EVENTS = """
SELECT first_day, last_day, name, '' FROM assignments_localityversion WHERE locality_id = %(id)s
UNION ALL
SELECT assignment.first_day, assignment.last_day, cadre.full_name, assignment.decision_number
FROM assignments_assignment AS assignment JOIN assignments_cadre AS cadre ON cadre.id = assignment.cadre_id
WHERE assignment.locality_id = %(id)s
"""
RATINGS_OF = """
SELECT organisation.kind, rating.year, level.code FROM reports_rating AS rating
JOIN reports_ratinglevel AS level ON level.id = rating.level_id
JOIN reports_partyorganisation AS organisation ON organisation.id = rating.organisation_id
WHERE organisation.locality_id = %(id)s ORDER BY rating.year DESC
"""
RESOURCES_OF = """
SELECT COUNT(*), SUM(value_vnd), SUM(value_vnd) FILTER (WHERE status = 'delivered'),
    SUM(value_vnd) FILTER (WHERE mobilised_on >= %(first)s) FROM reports_resource AS resource
JOIN assignments_place AS place ON place.id = resource.place_id
WHERE resource.area_id = %(area)s AND place.commune_id = %(id)s AND mobilised_on <= %(last)s
"""

OWN_ROWS = """
SELECT meeting.id, meeting.kind, meeting.starts_at, place.name, place.path, attendance.status, attendance.day
FROM meetings_attendance AS attendance
JOIN meetings_meeting AS meeting ON meeting.id = attendance.meeting_id
JOIN assignments_place AS place ON place.id = meeting.place_id
WHERE attendance.cadre_id = %(cadre)s AND expected AND meeting.status IN ('planned', 'held')
    AND (attendance.day >= %(today)s OR (attendance.day >= %(back)s AND attendance.status = 'unrecorded'))
ORDER BY attendance.day, meeting.starts_at, attendance.id LIMIT 50
"""
OWN_MEETINGS = """
SELECT meeting.id, meeting.kind, meeting.starts_at, place.name, place.path
FROM meetings_meeting AS meeting JOIN assignments_place AS place ON place.id = meeting.place_id
WHERE meeting.locality_id IN (SELECT locality_id FROM assignments_assignment
        WHERE cadre_id = %(cadre)s AND (last_day IS NULL OR last_day >= %(today)s))
    AND meeting.day BETWEEN %(back)s AND %(today)s
    AND (meeting.status = 'planned' OR (meeting.status = 'held' AND EXISTS (
        SELECT 1 FROM meetings_attendance AS attendance
        WHERE attendance.meeting_id = meeting.id AND expected AND attendance.status = 'unrecorded')))
ORDER BY meeting.day, meeting.starts_at, meeting.id LIMIT 6
"""
OWN_REPORTS = """
SELECT assignment.id, place.name, assignment.first_day, assignment.last_day, report.quarter, report.status
FROM assignments_assignment AS assignment
JOIN assignments_locality AS locality ON locality.id = assignment.locality_id
JOIN assignments_place AS place ON place.locality_id = locality.id
    AND place.counts_from <= %(today)s AND place.counts_until >= %(today)s
LEFT JOIN reports_quarterlyreport AS report ON report.locality_id = assignment.locality_id
    AND report.cadre_id = assignment.cadre_id AND report.quarter IN (%(quarter)s, %(previous)s)
WHERE assignment.cadre_id = %(cadre)s AND role = 'in_charge' AND locality.tier IN ('commune', 'hamlet')
    AND (assignment.last_day IS NULL OR assignment.last_day >= %(back)s)
"""
OWN_HANDOVERS = """
SELECT handover.id, ended.locality_id FROM assignments_handover AS handover
JOIN assignments_assignment AS ended ON ended.id = handover.ended_id
LEFT JOIN assignments_assignment AS successor ON successor.id = handover.successor_id
WHERE (ended.cadre_id = %(cadre)s AND given_on IS NULL) OR (successor.cadre_id = %(cadre)s AND received_on IS NULL)
"""
OWN_PLACES = """
SELECT place.locality_id, place.name, place.path, type.name, COUNT(below.id), COUNT((
    SELECT held.id FROM assignments_assignment AS held
    WHERE held.locality_id = below.locality_id AND held.role = 'in_charge'
        AND (held.first_day IS NULL OR held.first_day <= %(today)s)
        AND (held.last_day IS NULL OR held.last_day >= %(today)s)
    LIMIT 1
))
FROM assignments_assignment AS assignment JOIN assignments_place AS place USING (locality_id)
JOIN assignments_localitytype AS type ON type.id = place.type_id
LEFT JOIN assignments_place AS below ON below.hamlet_id = place.locality_id AND below.tier = 'self_governing_group'
    AND below.first_day <= %(today)s AND below.last_day >= %(today)s
WHERE assignment.cadre_id = %(cadre)s AND (assignment.first_day IS NULL OR assignment.first_day <= %(today)s)
    AND (assignment.last_day IS NULL OR assignment.last_day >= %(today)s)
    AND place.first_day <= %(today)s AND place.last_day >= %(today)s
GROUP BY place.locality_id, place.name, place.path, type.name, place.sort_key
ORDER BY place.path, place.sort_key LIMIT 20
"""


def ask(statement, values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def months(values, *columns):
    """Return attendance by month: the columns of the place, month, expected and not excused, present."""
    month = MONTH[connection.vendor]
    # Said of the place, too: PostgreSQL then reads the places of the district once, and does not look up each.
    near = "ON place.id = attendance.place_id AND place.area_id = %(area)s"
    join = f"JOIN assignments_place AS place {near}" if columns else ""
    group = ", ".join(str(number) for number in range(1, len(columns) + 2))
    place = "".join(f"place.{column}_id, " for column in columns)
    return ask(MONTHS.format(place=place, month=month, join=join, group=group), values)
