import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_accounts_by_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditCheck',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('checked_at', models.DateTimeField()),
                ('entries', models.BigIntegerField()),
                ('seals', models.BigIntegerField()),
                ('head', models.CharField(blank=True, max_length=64)),
                ('finding', models.TextField(blank=True)),
            ],
            options={
                'get_latest_by': 'id',
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('act', models.CharField(choices=[('added', 'Added'), ('changed', 'Changed'), ('deleted', 'Deleted'), ('revealed', 'Revealed'), ('exported', 'Exported'), ('signed_in', 'Signed In'), ('signed_out', 'Signed Out'), ('refused', 'Refused')], max_length=12)),
                ('subject', models.CharField(max_length=60)),
                ('subject_id', models.CharField(max_length=80)),
                ('correspondent_id', models.UUIDField(null=True)),
                ('account_id', models.UUIDField(null=True)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('origin', models.CharField(blank=True, max_length=200)),
                ('request_id', models.CharField(blank=True, max_length=32)),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('transaction_id', models.BigIntegerField()),
            ],
            options={
                'verbose_name_plural': 'audit entries',
            },
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('previous_digest', models.CharField(blank=True, max_length=64)),
                ('restored_at_id', models.BigIntegerField(default=0)),
                ('last_transaction_id', models.BigIntegerField()),
                ('last_entry_id', models.BigIntegerField()),
                ('highest_id', models.BigIntegerField()),
                ('entries', models.PositiveIntegerField()),
                ('leaves', models.BinaryField()),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('sealed_at', models.DateTimeField()),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditcheck',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7f6fefae96c14b221fa0d2fa79b99f85c9c32c6c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_18d22', table='accounts_auditcheck', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['-at', '-id'], name='audit_newest_first'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['account_id', '-at', '-id'], name='audit_of_an_account'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['correspondent_id', '-at', '-id'], name='audit_of_a_correspondent'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['actor_id', '-at', '-id'], name='audit_of_an_actor'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['subject', 'subject_id', '-at', '-id'], name='audit_of_a_record'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['request_id'], condition=models.Q(('request_id', ''), _negated=True), name='audit_of_a_request'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['act', '-at', '-id'], condition=models.Q(('act__in', ['deleted', 'revealed', 'exported', 'signed_in', 'signed_out', 'refused'])), name='audit_of_rare_acts'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=GinIndex(OpClass(Upper(models.F('reason')), name='gin_trgm_ops'), condition=models.Q(('reason', ''), _negated=True), name='audit_by_reason'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['transaction_id', 'id'], name='audit_in_sealing_order'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f78d7546cae6abefbfed448b788eab0e8a36f6bf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e6c89', table='accounts_auditentry', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='auditseal',
            constraint=models.UniqueConstraint(fields=('previous_digest',), name='the_chain_does_not_fork'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditseal',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6a38c436bfdcc5028f7f72764db70fd8307f6626', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ed234', table='accounts_auditseal', when='BEFORE')),
        ),
    ]
