"""Texts of before become as those that come in are now: without what nobody sees."""

from django.db import migrations

from assignments.migrations._texts import clean_texts


def clean(apps, schema_editor):
    clean_texts(apps, "reports")


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_bounded_years")]

    operations = [migrations.RunPython(clean, migrations.RunPython.noop, elidable=True)]
