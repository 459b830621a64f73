"""The view behind ``assignments.models.Held``.

A view stands in the way of changes to its tables: PostgreSQL alters no column that it reads, and SQLite, which makes a
changed table anew under its name, refuses while a view is without its table. So a migration that alters the table of
access grants, acting, assignments, cadres or localities does it while the view is away::

    operations = while_held_is_away(migrations.AlterField(...), ...)

A view that says something else gets a name of its own beside ``HELD``, as migrations of before keep theirs.
"""

from django.db.migrations import RunSQL

HELD = """
    SELECT 'grant ' || held.id AS source, held.user_id, held.level, held.agency_id, CAST(NULL AS bigint) AS cadre_id,
           locality.tier, held.locality_id,
           COALESCE(held.first_day, '0001-01-01') AS first_day, COALESCE(held.last_day, '9999-12-31') AS last_day
      FROM assignments_accessgrant held
      LEFT JOIN assignments_locality locality ON locality.id = held.locality_id
    UNION ALL
    SELECT 'cadre ' || cadre.id, cadre.user_id, '', CAST(NULL AS bigint), cadre.id,
           CAST(NULL AS varchar(20)), CAST(NULL AS bigint), '0001-01-01', '9999-12-31'
      FROM assignments_cadre cadre
     WHERE cadre.user_id IS NOT NULL
    UNION ALL
    SELECT 'assignment ' || held.id, cadre.user_id, '', CAST(NULL AS bigint), cadre.id,
           locality.tier, held.locality_id,
           COALESCE(held.first_day, '0001-01-01') AS first_day, COALESCE(held.last_day, '9999-12-31') AS last_day
      FROM assignments_cadre cadre
      JOIN assignments_assignment held ON held.cadre_id = cadre.id
      JOIN assignments_locality locality ON locality.id = held.locality_id
     WHERE cadre.user_id IS NOT NULL
    UNION ALL
    SELECT 'acting ' || acting.id || ' assignment ' || held.id, cadre.user_id, 'acting', CAST(NULL AS bigint),
           held.cadre_id, locality.tier, held.locality_id,
           CASE WHEN held.first_day > acting.first_day THEN held.first_day ELSE acting.first_day END,
           CASE WHEN held.last_day < acting.last_day THEN held.last_day ELSE acting.last_day END
      FROM assignments_cadre cadre
      JOIN assignments_acting acting ON acting.cadre_id = cadre.id
      JOIN assignments_assignment held ON held.cadre_id = acting.absent_id
      JOIN assignments_locality locality ON locality.id = held.locality_id
     WHERE cadre.user_id IS NOT NULL
"""


def create_held(select=HELD):
    """Return the operation that makes the view."""
    return RunSQL(f"CREATE VIEW assignments_held AS {select}", "DROP VIEW assignments_held")


def drop_held(select=HELD):
    """Return the operation that takes the view away."""
    return RunSQL("DROP VIEW assignments_held", f"CREATE VIEW assignments_held AS {select}")


def while_held_is_away(*operations):
    """Return operations on the tables behind the view, before which it goes, and after which it comes again."""
    return [drop_held(), *operations, create_held()]
