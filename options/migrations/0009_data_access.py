"""Which feed of market data a correspondent may see, what it costs, and how much its keys took."""

import brokerage.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_proposals_of_the_broker'),
        ('options', '0008_market_data'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='UsageBatch',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('booked_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='DataPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('feed', models.CharField(choices=[('opra', 'Real time (OPRA)'), ('indicative', '15 minutes late')], max_length=10)),
                ('effective_from', models.DateField()),
                ('monthly_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('reason', models.CharField(max_length=1000)),
                ('entered_at', models.DateTimeField()),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DataUsage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('endpoint', models.CharField(max_length=100)),
                ('requests', models.BigIntegerField()),
                ('points', models.BigIntegerField()),
                ('api_key', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='data_usage', to='accounts.apikey')),
                ('correspondent', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='data_usage', to='accounts.correspondent')),
            ],
        ),
        migrations.CreateModel(
            name='DataEntitlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('feed', models.CharField(choices=[('opra', 'Real time (OPRA)'), ('indicative', '15 minutes late'), ('none', 'None')], max_length=10)),
                ('signed_by', models.CharField(blank=True, max_length=120)),
                ('signed_on', models.DateField(null=True)),
                ('effective_from', models.DateTimeField()),
                ('reason', models.CharField(max_length=1000)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('correspondent', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='data_entitlements', to='accounts.correspondent')),
            ],
            options={
                'indexes': [models.Index(fields=['correspondent', '-effective_from', '-id'], name='entitlement_that_holds_first')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('signed_by', ''), ('signed_on', None)), models.Q(models.Q(('signed_by', ''), _negated=True), ('signed_on__isnull', False)), _connector='OR'), name='who_signed_the_opra_agreement_and_when'), models.CheckConstraint(condition=models.Q(models.Q(('feed', 'opra'), _negated=True), ('signed_on__isnull', False), _connector='OR'), name='opra_needs_its_agreement_signed')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dataentitlement',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e403fc80889823e7ff55232ab7f0ef10d68c20ff', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_03662', table='options_dataentitlement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dataentitlement',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('DataEntitlement', 'id', '', 'correspondent_id', '', '', '')", func='RETURN NULL;', hash='7272cc9ec13d98eb0e7cca69d158fbc876a8bb96', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_0b948', table='options_dataentitlement', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='dataprice',
            constraint=models.CheckConstraint(condition=models.Q(('monthly_amount__gte', 0)), name='a_data_price_is_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='dataprice',
            constraint=models.CheckConstraint(condition=models.Q(('effective_from__day', 1)), name='a_data_price_begins_with_a_month'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dataprice',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e6fea4a12611c69177a80d7f709f7240f6e6fd63', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6595e', table='options_dataprice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dataprice',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('DataPrice', 'id', '', '', '', '', '')", func='RETURN NULL;', hash='91566d2733e9992410b8808801732f76b4b74eb7', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_4358f', table='options_dataprice', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='datausage',
            index=models.Index(fields=['correspondent', '-day', 'api_key', 'endpoint'], name='usage_of_a_correspondent'),
        ),
        migrations.AddIndex(
            model_name='datausage',
            index=models.Index(fields=['day', 'correspondent'], name='usage_of_a_day'),
        ),
        migrations.AddConstraint(
            model_name='datausage',
            constraint=models.UniqueConstraint(fields=('api_key', 'day', 'endpoint'), name='a_key_has_one_count_of_an_endpoint_a_day'),
        ),
        migrations.AddConstraint(
            model_name='datausage',
            constraint=models.CheckConstraint(condition=models.Q(('points__gte', 0), ('requests__gte', 1)), name='usage_is_not_negative'),
        ),
    ]
