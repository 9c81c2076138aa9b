import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_audit_triggers'),
        ('trading', '0005_closing_balances'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='achrelationship',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('AchRelationship', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='13bbf82783683cc3f9b07a51939f43a2e22960c7', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_e8293', table='trading_achrelationship', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bank',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Bank', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='16b8d292f8c3ff1d3be9c8d9fb93700f961c730d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_7c341', table='trading_bank', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journal',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Journal', 'id', 'from_account_id,to_account_id', '', '', '', '')", func='RETURN NULL;', hash='3b8e51ef4bd460fd80f753a9e874d442ff820fe6', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_26b78', table='trading_journal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalbatch',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('JournalBatch', 'id', '', 'correspondent_id', '', '', '')", func='RETURN NULL;', hash='4b24c93fd6c3791f87b63b44234d3b9dec7c70fe', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_c9f64', table='trading_journalbatch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='order',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Order', 'id', 'account_id', '', '', '', 'filled_quantity,filled_value,filled_at,hold_quantity,updated_at')", func='RETURN NULL;', hash='f5058ba9eb48c2dd411f5cc74a93735788c1201e', operation='INSERT OR DELETE', pgid='pgtrigger_audited_d1c48', table='trading_order', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='order',
            trigger=pgtrigger.compiler.Trigger(name='audited_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.filled_quantity = NEW.filled_quantity AND (NEW.status NOT IN ('pending_new', 'new') OR OLD.quantity <> NEW.quantity OR OLD.limit_price IS DISTINCT FROM NEW.limit_price))", execute="write_audit('Order', 'id', 'account_id', '', '', '', 'filled_quantity,filled_value,filled_at,hold_quantity,updated_at')", func='RETURN NULL;', hash='3239a718ffc1eff22a1dcd31145b84f90d086ff7', operation='UPDATE', pgid='pgtrigger_audited_changes_e89f9', table='trading_order', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transfer',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Transfer', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='8d2b7997e8537b784372ba2f13b902690148208b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_21f73', table='trading_transfer', when='AFTER')),
        ),
    ]
