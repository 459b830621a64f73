"""Texts of before become as those that come in are now: without what nobody sees."""

from django.db import migrations

from assignments.migrations._texts import clean_texts


def clean(apps, schema_editor):
    clean_texts(apps, "assignments")


class Migration(migrations.Migration):
    dependencies = [("assignments", "0012_must_change_password")]

    operations = [migrations.RunPython(clean, migrations.RunPython.noop, elidable=True)]
