import brokerage.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


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
    ]
