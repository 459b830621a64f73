"""Issues that are there already learn in which area they were closed."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    Issue, Place = apps.get_model("reports", "Issue"), apps.get_model("assignments", "Place")
    area = Place.objects.filter(pk=OuterRef("closed_place")).values("area")
    Issue.objects.exclude(closed_place=None).update(closed_area=Subquery(area[:1]))


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_closed_area")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
