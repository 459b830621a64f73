"""A place says from when it counts, so that each locality has exactly one on any day; none is the latest."""

from datetime import date

from django.db import migrations, models
from django.db.models import Exists, F, OuterRef

from assignments.migrations._held import while_held_is_away


def set_counts_from(apps, schema_editor):
    """The first place of a locality counts from the beginning; each other one from its own first day."""
    place = apps.get_model("assignments", "Place").objects
    earlier = place.filter(locality=OuterRef("locality"), first_day__lt=OuterRef("first_day"))
    place.filter(Exists(earlier)).update(counts_from=F("first_day"))


class Migration(migrations.Migration):
    dependencies = [("assignments", "0009_agency_is_dated")]

    operations = [
        migrations.AddField(
            model_name="place",
            name="counts_from",
            field=models.DateField(default=date.min),
            preserve_default=False,
        ),
        migrations.RunPython(set_counts_from, migrations.RunPython.noop),
        *while_held_is_away(migrations.RemoveField(model_name="locality", name="latest")),
    ]
