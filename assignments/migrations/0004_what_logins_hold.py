"""What each login holds is a view, so that every page reads it by one short query."""

from django.db import migrations, models

from assignments.migrations._held import create_held


class Migration(migrations.Migration):

    dependencies = [
        ('assignments', '0003_moved_places'),
    ]

    operations = [
        migrations.CreateModel(
            name='Held',
            fields=[
                ('source', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('level', models.CharField(max_length=10)),
                ('tier', models.CharField(choices=[('province', 'Province'), ('district', 'District'), ('regional_group', 'Regional group'), ('commune', 'Commune or town'), ('hamlet', 'Hamlet or neighbourhood'), ('self_governing_group', 'Self-governing group')], max_length=20, null=True)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
            ],
            options={
                'managed': False,
                'default_permissions': (),
            },
        ),
        create_held(),
    ]
