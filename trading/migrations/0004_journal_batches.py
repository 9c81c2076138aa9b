import brokerage.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


OF_ITS_SOURCE = """
UPDATE trading_journal SET correspondent_id = a.correspondent_id FROM accounts_account a WHERE a.id = from_account_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('trading', '0003_funding'),
    ]

    operations = [
        migrations.AddField(
            model_name='journal',
            name='transmitter_account_number',
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AddField(
            model_name='journal',
            name='transmitter_address',
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AddField(
            model_name='journal',
            name='transmitter_financial_institution',
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AddField(
            model_name='journal',
            name='transmitter_name',
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AddField(
            model_name='journal',
            name='transmitter_timestamp',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='JournalBatch',
            fields=[
                ('id', models.UUIDField(default=brokerage.ids.time_ordered_id, editable=False, primary_key=True, serialize=False)),
                ('is_reverse', models.BooleanField(default=False)),
                ('idempotency_key', models.CharField(max_length=128, null=True)),
                ('request_digest', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('correspondent', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.correspondent')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'journal batches',
            },
        ),
        migrations.AddField(
            model_name='journal',
            name='batch',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='journals', to='trading.journalbatch'),
        ),
        migrations.AddConstraint(
            model_name='journalbatch',
            constraint=models.UniqueConstraint(condition=models.Q(('idempotency_key__isnull', False)), fields=('correspondent', 'idempotency_key'), name='an_idempotency_key_is_used_once_for_a_batch'),
        ),
        migrations.AddField(
            model_name='journal',
            name='correspondent',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.correspondent'),
        ),
        migrations.RunSQL(OF_ITS_SOURCE, migrations.RunSQL.noop),
        migrations.RunSQL('SET CONSTRAINTS ALL IMMEDIATE', migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='journal',
            name='correspondent',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.correspondent'),
        ),
        migrations.RemoveConstraint(
            model_name='journal',
            name='an_idempotency_key_is_used_once_by_an_account',
        ),
        migrations.AddConstraint(
            model_name='journal',
            constraint=models.UniqueConstraint(condition=models.Q(('idempotency_key__isnull', False)), fields=('correspondent', 'idempotency_key'), name='an_idempotency_key_is_used_once'),
        ),
        # Lists of a correspondent's journals read newest first: an index scan without a sort.
        migrations.AddIndex(
            model_name='journal',
            index=models.Index(fields=['correspondent', '-created_at', '-id'], name='journals_of_a_correspondent'),
        ),
    ]
