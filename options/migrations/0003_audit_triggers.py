import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_audit_triggers'),
        ('options', '0002_dollars'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='optionsapplication',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('OptionsApplication', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='b4d439c8e105648f45f7aba1b10dae9707e42281', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_92925', table='options_optionsapplication', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pinnedquote',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('PinnedQuote', 'asset_id', '', '', '', '', '')", func='RETURN NULL;', hash='8225770cd81d46ee29233999e1f2fc3e97a6be88', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_fb67e', table='options_pinnedquote', when='AFTER')),
        ),
    ]
