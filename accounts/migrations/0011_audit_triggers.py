import django.db.models.functions.comparison
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


# The one function behind every trigger (`accounts.auditing.Audited`). It is told: the subject, its key column,
# the column or two with an account, the column with a correspondent, the table that this column leads
# to, the columns whose content is hidden, and those that are left out. It runs as its owner, so that it
# writes whoever acts, and looks for tables in `public` only, where no other role may create one.
# `at` is the machine's time, also in the sandbox: the trail says when somebody did something, and moving the
# market's clock is itself something that somebody does.
WRITE_AUDIT = """
CREATE FUNCTION write_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    was jsonb;
    becomes jsonb;
    whole jsonb;
    its_account uuid;
    its_correspondent uuid;
    hidden text;
BEGIN
    IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD) - string_to_array(TG_ARGV[6], ','); END IF;
    IF TG_OP <> 'DELETE' THEN becomes := to_jsonb(NEW) - string_to_array(TG_ARGV[6], ','); END IF;
    whole := COALESCE(becomes, was);
    IF TG_OP = 'UPDATE' THEN
        IF was = becomes THEN RETURN NULL; END IF;
        SELECT jsonb_object_agg(key, was -> key), jsonb_object_agg(key, value) INTO was, becomes
            FROM jsonb_each(becomes) WHERE value IS DISTINCT FROM was -> key;
    END IF;

    IF strpos(TG_ARGV[2], ',') > 0 THEN
        SELECT id, correspondent_id INTO its_account, its_correspondent FROM accounts_account
            WHERE id = (whole ->> split_part(TG_ARGV[2], ',', 1))::uuid
               OR id = (whole ->> split_part(TG_ARGV[2], ',', 2))::uuid
            ORDER BY kind = 'firm' LIMIT 1;
    ELSIF TG_ARGV[2] <> '' THEN
        its_account := (whole ->> TG_ARGV[2])::uuid;
        IF TG_ARGV[3] = '' THEN
            SELECT correspondent_id INTO its_correspondent FROM accounts_account WHERE id = its_account;
        END IF;
    END IF;
    IF TG_ARGV[4] <> '' THEN
        EXECUTE format('SELECT correspondent_id FROM %I WHERE id = %L', TG_ARGV[4], whole ->> TG_ARGV[3])
            INTO its_correspondent;
    ELSIF TG_ARGV[3] <> '' THEN
        its_correspondent := (whole ->> TG_ARGV[3])::uuid;
    END IF;

    FOREACH hidden IN ARRAY string_to_array(TG_ARGV[5], ',') LOOP
        IF was ? hidden THEN was := was || jsonb_build_object(hidden, 'hidden'); END IF;
        IF becomes ? hidden THEN becomes := becomes || jsonb_build_object(hidden, 'hidden'); END IF;
    END LOOP;

    INSERT INTO accounts_auditentry (at, act, subject, subject_id, correspondent_id, account_id, actor_id,
                                     origin, request_id, reason, before, after, transaction_id)
    VALUES (clock_timestamp(),
            CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END,
            TG_ARGV[0], whole ->> TG_ARGV[1], its_correspondent, its_account,
            NULLIF(current_setting('strikebook.actor', true), '')::bigint,
            left(COALESCE(current_setting('strikebook.origin', true), ''), 200),
            left(COALESCE(current_setting('strikebook.request_id', true), ''), 32),
            left(COALESCE(current_setting('strikebook.reason', true), ''), 1000),
            was, becomes, pg_current_xact_id()::text::bigint);
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_saved_filters'),
        ('brokerage', '0001_events_clock_and_runs'),
        ('mfa', '0003_authenticator_type_uniq'),
    ]

    operations = [
        migrations.RunSQL(WRITE_AUDIT, "DROP FUNCTION write_audit()"),
        migrations.CreateModel(
            name='AuditedAuthenticator',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('mfa.authenticator',),
        ),
        migrations.CreateModel(
            name='AuditedClock',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('brokerage.sandboxclock',),
        ),
        migrations.CreateModel(
            name='AuditedReviewer',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('accounts.correspondent_reviewers',),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Account', 'id', 'id', 'correspondent_id', '', '', 'search_text,name_key,last_equity_amount')", func='RETURN NULL;', hash='ab1d6f65557a7957b47b10e5a128f46dbb074a99', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_6575a', table='accounts_account', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accountdocument',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('AccountDocument', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='99a53491c0a2cc72c76a5b515b3ae685d81ac0da', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_bdb81', table='accounts_accountdocument', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accountnote',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('AccountNote', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='dd888744c1ba140ebcb2b9563461c3ca920568c3', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_41dbe', table='accounts_accountnote', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accountterms',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('AccountTerms', 'account_id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='90a210fbe0966bf10a1126489d53c74722b75a17', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_92dec', table='accounts_accountterms', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agreement',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Agreement', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='64841fa98f24316c92e01ff685f99367a77ae3de', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_21961', table='accounts_agreement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apikey',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('ApiKey', 'id', '', 'user_id', 'accounts_user', 'secret_hash', 'last_used_at,last_used_from')", func='RETURN NULL;', hash='a46627f504ed0c53e5259ad00a3bbf3736b15c62', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_bd28c', table='accounts_apikey', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='brokerpolicy',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('BrokerPolicy', 'id', '', '', '', '', '')", func='RETURN NULL;', hash='b1e8983b6c22dddeb64d3c7f5a618045d3493dbf', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_11aba', table='accounts_brokerpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ciprecord',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('CipRecord', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='7ce77fa0f0d0eba1ae550302e7f3b9cdb6e638b4', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_39162', table='accounts_ciprecord', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contact',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Contact', 'account_id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='11a02861f4549ec51b9e1a14b936b3b5cf11be46', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_c9af8', table='accounts_contact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='correspondent',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Correspondent', 'id', '', 'id', '', '', '')", func='RETURN NULL;', hash='29630c91e4453b85ad9a2ea4c432b14e509fecd4', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_2c7aa', table='accounts_correspondent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='disclosures',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Disclosures', 'account_id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='e3e26efc0d2c40a21c769c0975b19672ae2905f2', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_db4f1', table='accounts_disclosures', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draftdocument',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('DraftDocument', 'id', '', 'draft_id', 'accounts_openingdraft', '', '')", func='RETURN NULL;', hash='aa90b0c8c47fb1cc928b6a958396edb34f90b9b1', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_f0194', table='accounts_draftdocument', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='identity',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Identity', 'account_id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='5afb75906e726ed56df60ca4487650999c824955', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_a303f', table='accounts_identity', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='openingdraft',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('OpeningDraft', 'id', 'account_id', 'correspondent_id', '', 'sections_sealed', '')", func='RETURN NULL;', hash='8ac76b22c7ddd8ae33660ab0d37aec1aff25e2fa', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_5035f', table='accounts_openingdraft', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ownerdocument',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('OwnerDocument', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='680fd9d430840802cc3521d08b55cca1bb128aa5', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_c2a5c', table='accounts_ownerdocument', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suitability',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Suitability', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='e6689c6b9e5b017381a61ddf2bdbf1b69787c02f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_78ac7', table='accounts_suitability', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trustedcontact',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('TrustedContact', 'account_id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='97432f9eb9d468a6a58d6a126df3c261b2967a9c', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_f70bc', table='accounts_trustedcontact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('User', 'id', '', 'correspondent_id', '', 'password', 'last_login')", func='RETURN NULL;', hash='ca7e90ff9bb8f263b76d3cb7ec86b2a2ebbc86d3', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_0c9f7', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedauthenticator',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Authenticator', 'id', '', 'user_id', 'accounts_user', 'data', 'last_used_at')", func='RETURN NULL;', hash='3da8b8fecd8e60e4c6b052d88f4b56e1e4079a1d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_b9975', table='mfa_authenticator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedclock',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('SandboxClock', 'id', '', '', '', '', '')", func='RETURN NULL;', hash='f0dea7574978f45c4c881a85d8716112495d661f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_1643f', table='brokerage_sandboxclock', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditedreviewer',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Correspondent_reviewers', 'id', '', 'correspondent_id', '', '', '')", func='RETURN NULL;', hash='85d7065df4e6dafa8fd41b4e158d2ad80bbcdc07', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_b1976', table='accounts_correspondent_reviewers', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='settingsproposal',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('SettingsProposal', 'id', '', 'correspondent_id', '', '', '')", func='RETURN NULL;', hash='1e6e97d13903589417afded0a06a4cc9233fbb27', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_b8c7d', table='accounts_settingsproposal', when='AFTER')),
        ),
    ]
