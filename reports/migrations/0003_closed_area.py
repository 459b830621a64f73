"""An issue knows the area in which it was closed, so that one district's are found without looking at all others'."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assignments", "0003_moved_places"), ("reports", "0002_issue_closed")]

    operations = [
        migrations.RemoveIndex(model_name="issue", name="issue_closed"),
        migrations.AddField(
            model_name="issue",
            name="closed_area",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="assignments.locality",
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(fields=["closed_area", "closed_on", "closed_place"], name="issue_closed"),
        ),
    ]
