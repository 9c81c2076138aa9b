import brokerage.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


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
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='journal_batches', to='accounts.account')),
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
            constraint=models.UniqueConstraint(condition=models.Q(('idempotency_key__isnull', False)), fields=('account', 'idempotency_key'), name='an_idempotency_key_is_used_once_for_a_batch'),
        ),
    ]
