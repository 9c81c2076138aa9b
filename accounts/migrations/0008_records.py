import uuid
from datetime import date

import brokerage.fields
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.sealing import seal, unseal

BATCH = 2000


def seal_dates_of_birth(apps, schema_editor):
    """Seal what stood there in the clear, in batches of one statement each."""
    identity = apps.get_model("accounts", "Identity")
    for rows in _batches(identity):
        for row in rows:
            row.date_of_birth_sealed = seal(row.date_of_birth.isoformat().encode(), account_id=row.account_id)
        identity.objects.bulk_update(rows, ["date_of_birth_sealed"])


def open_dates_of_birth(apps, schema_editor):
    """Put back in the clear what was sealed."""
    identity = apps.get_model("accounts", "Identity")
    for rows in _batches(identity):
        for row in rows:
            opened = unseal(bytes(row.date_of_birth_sealed), account_id=row.account_id)
            row.date_of_birth = date.fromisoformat(opened.decode())
        identity.objects.bulk_update(rows, ["date_of_birth"])


def _batches(identity):
    columns = ("account_id", "date_of_birth", "date_of_birth_sealed")
    last = uuid.UUID(int=0)
    while rows := list(identity.objects.filter(pk__gt=last).order_by("pk").only(*columns)[:BATCH]):
        yield rows
        last = rows[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_correspondent_settings'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountDocument',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('document_type', models.CharField(choices=[('account_application', 'Account Application'), ('account_statement', 'Account Statement'), ('tax_statement', 'Tax Statement'), ('trade_confirmation', 'Trade Confirmation')], max_length=24)),
                ('sub_type', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(max_length=120)),
                ('date', models.DateField()),
                ('content', models.FileField(max_length=120, upload_to='account-documents')),
                ('content_size', models.PositiveIntegerField()),
                ('content_digest', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-date', '-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='AccountNote',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=4000)),
                ('written_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='CipRecord',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('provider_name', models.JSONField(default=list)),
                ('approval_status', models.CharField(blank=True, choices=[('approved', 'Approved'), ('rejected', 'Rejected')], max_length=10)),
                ('sections_sealed', models.BinaryField()),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'get_latest_by': 'recorded_at',
            },
        ),
        migrations.AddField(
            model_name='account',
            name='closed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='daily_transfer_limit_amount',
            field=brokerage.fields.MoneyField(decimal_places=2, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='incoming_transfers_blocked',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='account',
            name='kyc_results',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='outgoing_transfers_blocked',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='accountdocument',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='account_documents', to='accounts.account'),
        ),
        migrations.AddField(
            model_name='accountnote',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='accounts.account'),
        ),
        migrations.AddField(
            model_name='accountnote',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ciprecord',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cip_records', to='accounts.account'),
        ),
        migrations.AddField(
            model_name='ciprecord',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='accountdocument',
            index=models.Index(fields=['account', '-date'], name='made_documents_of_an_account'),
        ),
        migrations.AddIndex(
            model_name='accountnote',
            index=models.Index(fields=['account', '-id'], name='notes_newest_first'),
        ),
        migrations.AddConstraint(
            model_name='accountnote',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='a_note_says_something'),
        ),
        migrations.AddIndex(
            model_name='ciprecord',
            index=models.Index(fields=['account', '-recorded_at'], name='cip_newest_first'),
        ),
        migrations.AddField(
            model_name='accountterms',
            name='makers',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='accountterms',
            name='record_due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='accountterms',
            index=models.Index(condition=models.Q(('record_due_at__isnull', False)), fields=['record_due_at'], name='records_that_are_due'),
        ),
        migrations.AddField(
            model_name='identity',
            name='date_of_birth_sealed',
            field=models.BinaryField(null=True),
        ),
        migrations.AlterField(
            model_name='identity',
            name='date_of_birth',
            field=models.DateField(null=True),
        ),
        migrations.RunPython(seal_dates_of_birth, open_dates_of_birth),
        migrations.AlterField(
            model_name='identity',
            name='date_of_birth_sealed',
            field=models.BinaryField(),
        ),
        migrations.RemoveField(
            model_name='identity',
            name='date_of_birth',
        ),
    ]
