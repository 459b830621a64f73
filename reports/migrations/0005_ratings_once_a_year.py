"""An organisation counts once in a year: of two ratings by two schemes, that by the scheme of the year stays.

What goes is kept in the history, with the reason.
"""

from datetime import date

from django.db import migrations
from django.utils import timezone

REASON = "rated twice for one year"
KEPT = ["id", "organisation_id", "year", "level_id", "scheme_id", "decision_number", "decision_on"]


def in_force(scheme, day):
    return (scheme.first_day is None or scheme.first_day <= day) and (scheme.last_day is None or scheme.last_day >= day)


def surplus(rows, year):
    """Of some ratings of an organisation for one year, all but the one that stays: the scheme of the year first, of
    these the one entered last.
    """
    return sorted(rows, key=lambda row: (in_force(row.scheme, date(year, 12, 31)), row.pk), reverse=True)[1:]


def remove(row, history):
    history.objects.create(
        history_date=timezone.now(),
        history_type="-",
        history_change_reason=REASON,
        **{name: getattr(row, name) for name in KEPT},
    )
    row.delete()


def keep_one(apps, schema_editor):
    rating, history = apps.get_model("reports", "Rating"), apps.get_model("reports", "HistoricalRating")
    by_year = {}
    for row in rating.objects.select_related("scheme").order_by("pk"):
        by_year.setdefault((row.organisation_id, row.year), []).append(row)
    for (_organisation, year), rows in by_year.items():
        for row in surplus(rows, year):
            remove(row, history)


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_fill_closed_area")]
    operations = [migrations.RunPython(keep_one, migrations.RunPython.noop)]
