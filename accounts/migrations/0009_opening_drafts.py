import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_records'),
    ]

    operations = [
        migrations.CreateModel(
            name='DraftDocument',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('document_type', models.CharField(choices=[('account_approval_letter', 'Account Approval Letter'), ('address_verification', 'Address Verification'), ('cip_result', 'CIP result'), ('company_formation', 'Company Formation'), ('date_of_birth_verification', 'Date Of Birth Verification'), ('entity_operating_document', 'Entity Operating Document'), ('entity_registration', 'Entity Registration'), ('hio_declaration_form', 'HIO declaration form'), ('identity_verification', 'Identity Verification'), ('limited_trading_authorization', 'Limited Trading Authorization'), ('pep_declaration_form', 'PEP declaration form'), ('tax_id_verification', 'Tax Id Verification'), ('w8ben', 'W-8BEN'), ('w9', 'W-9'), ('social_security_number_verification', 'Social Security Number Verification'), ('other', 'Other')], max_length=40)),
                ('document_sub_type', models.CharField(blank=True, max_length=80)),
                ('file_name', models.CharField(blank=True, max_length=200)),
                ('mime_type', models.CharField(choices=[('application/pdf', 'PDF'), ('image/png', 'PNG'), ('image/jpeg', 'JPEG'), ('application/json', 'JSON')], max_length=20)),
                ('content', models.FileField(max_length=120, upload_to='draft-documents')),
                ('content_size', models.PositiveIntegerField()),
                ('content_digest', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='OpeningDraft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('label', models.CharField(blank=True, max_length=200)),
                ('step', models.CharField(choices=[('contact', 'Contact'), ('identity', 'Identity'), ('suitability', 'Suitability'), ('disclosures', 'Disclosures'), ('agreements', 'Agreements'), ('documents', 'Documents'), ('review', 'Review')], default='contact', max_length=16)),
                ('sections_sealed', models.BinaryField(null=True)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('discarded_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='openingdraft',
            name='account',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opening_draft', to='accounts.account'),
        ),
        migrations.AddField(
            model_name='openingdraft',
            name='correspondent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opening_drafts', to='accounts.correspondent'),
        ),
        migrations.AddField(
            model_name='openingdraft',
            name='started_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='draftdocument',
            name='draft',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='accounts.openingdraft'),
        ),
        migrations.AddIndex(
            model_name='openingdraft',
            index=models.Index(condition=models.Q(('account__isnull', True), ('discarded_at__isnull', True)), fields=['correspondent', '-updated_at', '-id'], name='drafts_still_open'),
        ),
    ]
