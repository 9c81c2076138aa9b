"""Rules adopted by a principal, deliveries of the disclosure document, and what decisions were made by."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


def begin_with_the_newest_event(apps, schema_editor):
    """Accounts that were opened before keep what they have: only later openings start an approval."""
    newest = apps.get_model("brokerage", "Event").objects.aggregate(newest=models.Max("event_id"))["newest"]
    apps.get_model("options", "OpeningsRead").objects.create(event_id=newest or 0)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_audit_triggers'),
        ('brokerage', '0001_events_clock_and_runs'),
        ('options', '0003_audit_triggers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='optionsapplication',
            name='is_by_opening',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='optionsapplication',
            name='reason_rules',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None),
        ),
        migrations.CreateModel(
            name='ApprovalPolicy',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('rule_version', models.CharField(max_length=20)),
                ('thresholds', models.JSONField(blank=True, default=dict)),
                ('reason', models.CharField(max_length=1000)),
                ('adopted_at', models.DateTimeField()),
                ('adopted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('correspondent', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='approval_policies', to='accounts.correspondent')),
            ],
            options={
                'verbose_name_plural': 'approval policies',
            },
        ),
        migrations.AddField(
            model_name='optionsapplication',
            name='policy',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='options.approvalpolicy'),
        ),
        migrations.CreateModel(
            name='DisclosureDelivery',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('edition', models.CharField(max_length=7)),
                ('means', models.CharField(choices=[('agreement', 'Enclosed with the options agreement'), ('electronic', 'Electronic'), ('mail', 'Mail'), ('in_person', 'In Person')], max_length=12)),
                ('delivered_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='disclosure_deliveries', to='accounts.account')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'disclosure deliveries',
            },
        ),
        migrations.CreateModel(
            name='OpeningsRead',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('event_id', models.BigIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'openings read',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='openings_are_read_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='approvalpolicy',
            constraint=models.UniqueConstraint(fields=('correspondent', 'number'), name='policies_of_a_correspondent_are_numbered'),
        ),
        migrations.AddConstraint(
            model_name='approvalpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='policies_are_numbered_from_1'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalpolicy',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4d51662965ae57601195914b1720150f0ea1da8f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_86aa9', table='options_approvalpolicy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalpolicy',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('ApprovalPolicy', 'id', '', 'correspondent_id', '', '', '')", func='RETURN NULL;', hash='c3c01966bc85db9d58d2f09035822b20a2a23751', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_be5e2', table='options_approvalpolicy', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='disclosuredelivery',
            index=models.Index(fields=['account', '-recorded_at'], name='deliveries_of_an_account'),
        ),
        migrations.AddConstraint(
            model_name='disclosuredelivery',
            constraint=models.CheckConstraint(condition=models.Q(('edition__regex', '^[0-9]{4}-(0[1-9]|1[0-2])$')), name='an_edition_is_named_by_its_month'),
        ),
        migrations.AddConstraint(
            model_name='disclosuredelivery',
            constraint=models.CheckConstraint(condition=models.Q(('delivered_at__lte', models.F('recorded_at'))), name='a_delivery_is_recorded_when_it_has_happened'),
        ),
        migrations.AddConstraint(
            model_name='disclosuredelivery',
            constraint=models.CheckConstraint(condition=models.Q(('means__in', ['agreement', 'electronic', 'mail', 'in_person'])), name='a_delivery_is_by_known_means'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disclosuredelivery',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='00844211b9076c92ff5eab8bd817d8d2fa3c496b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5d9a2', table='options_disclosuredelivery', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disclosuredelivery',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('DisclosureDelivery', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='4543b6b118a7395dfbbedce79305d6c396868b6a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_0a4e3', table='options_disclosuredelivery', when='AFTER')),
        ),
        migrations.RunPython(begin_with_the_newest_event, migrations.RunPython.noop),
    ]
