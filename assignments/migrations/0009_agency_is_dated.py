"""A cadre's agency and position are those of a day (``Posting``), and no columns of the cadre any more."""

from django.db import migrations

from assignments.migrations._held import while_held_is_away


class Migration(migrations.Migration):
    dependencies = [("assignments", "0008_fill_postings")]

    operations = while_held_is_away(
        migrations.RemoveField(model_name="cadre", name="agency"),
        migrations.RemoveField(model_name="cadre", name="position"),
        migrations.RemoveField(model_name="historicalcadre", name="agency"),
        migrations.RemoveField(model_name="historicalcadre", name="position"),
    )
