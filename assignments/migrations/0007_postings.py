"""Where a cadre works is dated: a row for each time, in place of one agency and one position for good."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

DAYS = [
    ('first_day', models.DateField(blank=True, help_text='Empty: since before records began.', null=True, verbose_name='first day')),
    ('last_day', models.DateField(blank=True, help_text='This day still counts. Empty while it goes on.', null=True, verbose_name='last day')),
]
POSITION = ('position', models.CharField(blank=True, max_length=200, verbose_name='position'))


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('assignments', '0006_receipts_and_undo'),
    ]

    operations = [
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                *DAYS,
                POSITION,
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='assignments.agency', verbose_name='agency')),
                ('cadre', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='postings', to='assignments.cadre', verbose_name='cadre')),
            ],
            options={
                'verbose_name': 'posting',
                'verbose_name_plural': 'postings',
                'ordering': ['cadre', models.OrderBy(models.F('first_day'), nulls_first=True), 'pk'],
                'abstract': False,
                'indexes': [models.Index(fields=['agency', 'cadre', 'first_day', 'last_day'], name='posting_by_agency')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('first_day', None), ('last_day', None), ('last_day__gte', models.F('first_day')), _connector='OR'), name='assignments_posting_days_in_order', violation_error_message='The last day lies before the first day.'),
                    models.CheckConstraint(condition=models.Q(('agency__isnull', False), models.Q(('position', ''), _negated=True), _connector='OR'), name='posting_agency_or_position', violation_error_message='Say at which agency, or in which position.'),
                    models.UniqueConstraint(condition=models.Q(('last_day', None)), fields=('cadre',), name='posting_one_open_per_cadre', violation_error_message='This cadre already has a posting without a last day.'),
                    models.UniqueConstraint(condition=models.Q(('first_day', None)), fields=('cadre',), name='posting_one_since_ever_per_cadre', violation_error_message='This cadre already has a posting without a first day.'),
                    models.UniqueConstraint(fields=('cadre', 'first_day'), name='posting_once_per_first_day', violation_error_message='This cadre already has a posting from that day.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='HistoricalPosting',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                *DAYS,
                POSITION,
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('agency', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assignments.agency', verbose_name='agency')),
                ('cadre', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assignments.cadre', verbose_name='cadre')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical posting',
                'verbose_name_plural': 'historical postings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
