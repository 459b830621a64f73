"""A place knows whether its locality has stood in several areas, so that these few are found at once."""

from django.db import migrations, models


def mark_moved(apps, schema_editor):
    """Mark the places that are there already, as ``assignments.places`` does from now on."""
    Place = apps.get_model("assignments", "Place")
    areas = Place.objects.order_by().values("locality").annotate(n=models.Count("area", distinct=True))
    Place.objects.filter(locality__in=areas.filter(n__gt=1).values("locality")).update(moved=True)


class Migration(migrations.Migration):
    dependencies = [("assignments", "0002_decisions_and_handovers")]

    operations = [
        migrations.AddField(model_name="place", name="moved", field=models.BooleanField(default=False)),
        migrations.AddIndex(
            model_name="place",
            index=models.Index(fields=["area"], condition=models.Q(moved=True), name="place_moved"),
        ),
        migrations.RunPython(mark_moved, migrations.RunPython.noop),
    ]
