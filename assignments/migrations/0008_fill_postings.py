"""Each cadre's agency and position become one posting, open on both sides while the cadre serves, with its history."""

from itertools import groupby

from django.db import migrations
from django.db.models import Q

AT_ONCE = 2000


def fill_postings(apps, schema_editor):
    Cadre = apps.get_model("assignments", "Cadre")
    Posting = apps.get_model("assignments", "Posting")
    rows = Cadre.objects.filter(Q(agency__isnull=False) | ~Q(position="")).order_by("pk")
    Posting.objects.bulk_create(
        (
            # Who has left works there no longer: open, it would be told as something still held.
            Posting(cadre_id=row.pk, agency_id=row.agency_id, position=row.position, last_day=row.left_on)
            for row in rows.iterator(AT_ONCE)
        ),
        batch_size=AT_ONCE,
    )
    apps.get_model("assignments", "HistoricalPosting").objects.bulk_create(
        history_of(apps.get_model("assignments", "HistoricalCadre"), apps), batch_size=AT_ONCE
    )


def history_of(history, apps):
    """Yield what the history of cadres says about their agencies and positions, where it says something new."""
    made = dict(apps.get_model("assignments", "Posting").objects.order_by().values_list("cadre", "pk"))
    record = apps.get_model("assignments", "HistoricalPosting")
    rows = history.objects.filter(id__in=history.objects.exclude(agency=None, position="").values("id"))
    rows = rows.order_by("id", "history_date", "history_id")
    for cadre, changes in groupby(rows.iterator(AT_ONCE), key=lambda row: row.id):
        # A cadre without a posting today has none that a page could lead to.
        said, posting = (None, ""), made.get(cadre)
        for row in changes if posting else ():
            says = row.agency_id, row.position
            if says == said or row.history_type == "-":
                continue
            yield record(
                id=posting,
                cadre_id=cadre,
                agency_id=row.agency_id,
                position=row.position,
                history_date=row.history_date,
                history_change_reason=row.history_change_reason,
                history_type="+" if said == (None, "") else "~",
                history_user_id=row.history_user_id,
            )
            said = says


def back_to_cadres(apps, schema_editor):
    """The last posting of each cadre becomes its agency and position: what is dated otherwise is lost."""
    Cadre = apps.get_model("assignments", "Cadre")
    last = {row.cadre_id: row for row in apps.get_model("assignments", "Posting").objects.order_by("last_day", "pk")}
    rows = apps.get_model("assignments", "Posting").objects.filter(last_day=None)
    last |= {row.cadre_id: row for row in rows}
    cadres = list(Cadre.objects.filter(pk__in=last))
    for cadre in cadres:
        cadre.agency_id, cadre.position = last[cadre.pk].agency_id, last[cadre.pk].position
    Cadre.objects.bulk_update(cadres, ["agency", "position"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("assignments", "0007_postings")]

    operations = [migrations.RunPython(fill_postings, back_to_cadres)]
