import brokerage.fields
import brokerage.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


# Rows that are there learn whose they are. Triggers rest meanwhile: nothing that people did is changed.
BACKFILL = """
ALTER TABLE trading_order DISABLE TRIGGER USER;
UPDATE trading_order AS row SET correspondent_id = owner.correspondent_id
FROM accounts_account AS owner WHERE owner.id = row.account_id;
UPDATE trading_position AS row SET correspondent_id = owner.correspondent_id
FROM accounts_account AS owner WHERE owner.id = row.account_id;
UPDATE trading_refusal AS row SET correspondent_id = owner.correspondent_id,
    symbol = left(coalesce(row.ticket ->> 'symbol', ''), 64)
FROM accounts_account AS owner WHERE owner.id = row.account_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE trading_order ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0013_keys_of_one_account'),
        ('options', '0006_whose_requests_and_what_the_rules_said'),
        ('trading', '0008_replaced_orders'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccruedFee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('trade_date', models.DateField()),
                ('kind', models.CharField(choices=[('REG', 'SEC fee'), ('TAF', 'FINRA trading activity fee'), ('ORF', 'Options regulatory fee'), ('OCC', 'OCC clearing fee'), ('CAT', 'Consolidated audit trail fee')], max_length=4)),
                ('exact_amount', brokerage.fields.QuantityField(decimal_places=9, default=Decimal('0'), max_digits=24)),
                ('quantity', brokerage.fields.QuantityField(decimal_places=9, default=Decimal('0'), help_text='Shares or contracts that were charged.', max_digits=24)),
                ('executions', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='EquityPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('equity_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('cash_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('unpriced_positions', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='FeeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('REG', 'SEC fee'), ('TAF', 'FINRA trading activity fee'), ('ORF', 'Options regulatory fee'), ('OCC', 'OCC clearing fee'), ('CAT', 'Consolidated audit trail fee')], max_length=4)),
                ('asset_class', models.CharField(choices=[('us_equity', 'US equity'), ('us_option', 'US option'), ('usd', 'US dollar')], max_length=10)),
                ('side', models.CharField(blank=True, choices=[('buy', 'Buy'), ('sell', 'Sell')], max_length=4)),
                ('exchange', models.CharField(blank=True, max_length=8)),
                ('basis', models.CharField(choices=[('per_unit', 'a share or contract'), ('of_proceeds', 'a dollar of proceeds')], max_length=12)),
                ('rate', models.DecimalField(decimal_places=10, max_digits=18)),
                ('cap_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20, null=True)),
                ('effective_from', models.DateField()),
                ('notice', models.CharField(max_length=200)),
                ('entered_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Watchlist',
            fields=[
                ('id', models.UUIDField(default=brokerage.ids.time_ordered_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=64)),
                ('asset_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, default=list, size=None)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name='refusal',
            name='refusals_of_an_account',
        ),
        migrations.AddField(
            model_name='activity',
            name='exchange',
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddField(
            model_name='activity',
            name='sub_type',
            field=models.CharField(blank=True, max_length=5),
        ),
        migrations.AddField(
            model_name='ledgertransaction',
            name='reverses',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='trading.ledgertransaction'),
        ),
        migrations.AddField(
            model_name='order',
            name='correspondent',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.correspondent'),
        ),
        migrations.AddField(
            model_name='order',
            name='subtag',
            field=models.CharField(blank=True, max_length=128),
        ),
        migrations.AddField(
            model_name='position',
            name='correspondent',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.correspondent'),
        ),
        migrations.AddField(
            model_name='refusal',
            name='correspondent',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.correspondent'),
        ),
        migrations.AddField(
            model_name='refusal',
            name='symbol',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='activity',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='accounts.account'),
        ),
        migrations.AlterField(
            model_name='closingbalance',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='closing_balances', to='accounts.account'),
        ),
        migrations.AlterField(
            model_name='order',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='accounts.account'),
        ),
        migrations.AlterField(
            model_name='position',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='positions', to='accounts.account'),
        ),
        migrations.AlterField(
            model_name='posting',
            name='asset',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='options.asset'),
        ),
        migrations.AlterField(
            model_name='refusal',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='refusals', to='accounts.account'),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='order',
            name='correspondent',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.correspondent'),
        ),
        migrations.AlterField(
            model_name='position',
            name='correspondent',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.correspondent'),
        ),
        migrations.AlterField(
            model_name='refusal',
            name='correspondent',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.correspondent'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['correspondent', '-submitted_at', '-id'], name='orders_of_a_correspondent'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('status__in', ['accepted', 'accepted_for_bidding', 'calculated', 'done_for_day', 'held', 'new', 'partially_filled', 'pending_cancel', 'pending_new', 'pending_replace', 'pending_review', 'stopped', 'suspended'])), fields=['correspondent', '-submitted_at', '-id'], name='open_orders_of_a_correspondent'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['correspondent', 'asset', '-submitted_at'], name='orders_by_asset'),
        ),
        migrations.AddIndex(
            model_name='position',
            index=models.Index(condition=models.Q(models.Q(('quantity', 0), _negated=True), models.Q(('asset', uuid.UUID('5b8f7f5e-7d1b-5c0e-9a51-0f3f1c8d2a10')), _negated=True)), fields=['correspondent', 'asset', 'account'], name='holders_in_a_correspondent'),
        ),
        migrations.AddIndex(
            model_name='refusal',
            index=models.Index(fields=['account', '-refused_at', '-id'], name='refusals_of_account_by_time'),
        ),
        migrations.AddIndex(
            model_name='refusal',
            index=models.Index(fields=['correspondent', '-refused_at', '-id'], name='refusals_of_a_correspondent'),
        ),
        migrations.AddIndex(
            model_name='refusal',
            index=models.Index(fields=['correspondent', 'symbol', '-refused_at'], name='refusals_by_symbol'),
        ),
        migrations.AddIndex(
            model_name='refusal',
            index=models.Index(fields=['correspondent', 'reason', '-refused_at'], name='refusals_by_reason'),
        ),
        migrations.AddField(
            model_name='accruedfee',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='accrued_fees', to='accounts.account'),
        ),
        migrations.AddField(
            model_name='accruedfee',
            name='booked_by',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fee', to='trading.ledgertransaction'),
        ),
        migrations.AddField(
            model_name='equitypoint',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='equity_points', to='accounts.account'),
        ),
        migrations.AddConstraint(
            model_name='feerate',
            constraint=models.UniqueConstraint(fields=('kind', 'asset_class', 'side', 'exchange', 'effective_from'), name='a_fee_has_one_rate_from_a_date'),
        ),
        migrations.AddConstraint(
            model_name='feerate',
            constraint=models.CheckConstraint(condition=models.Q(('rate__gte', 0)), name='a_fee_rate_is_not_negative'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feerate',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2a15e1034d2a4b630186b6af91412a658ff5a2d6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a2c87', table='trading_feerate', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='watchlist',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='watchlists', to='accounts.account'),
        ),
        migrations.AddConstraint(
            model_name='accruedfee',
            constraint=models.UniqueConstraint(condition=models.Q(('booked_by', None)), fields=('account', 'trade_date', 'kind'), name='a_day_has_one_open_total_of_a_fee'),
        ),
        migrations.AddIndex(
            model_name='equitypoint',
            index=models.Index(fields=['at'], name='equity_points_by_time'),
        ),
        migrations.AddConstraint(
            model_name='equitypoint',
            constraint=models.UniqueConstraint(fields=('account', 'at'), name='an_account_has_one_equity_at_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='watchlist',
            constraint=models.UniqueConstraint(fields=('account', 'name'), name='a_watchlist_name_is_used_once_in_an_account'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='watchlist',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(execute="write_audit('Watchlist', 'id', 'account_id', '', '', '', '')", func='RETURN NULL;', hash='cb63496ccfd64e054b0c0b6159263d3bcd92fd2d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_0f41a', table='trading_watchlist', when='AFTER')),
        ),
        # Every status of an order that a venue may report.
        migrations.RemoveConstraint(
            model_name='order',
            name='only_an_open_order_holds_anything',
        ),
        migrations.RemoveIndex(
            model_name='order',
            name='open_orders_in_an_asset',
        ),
        migrations.RemoveIndex(
            model_name='order',
            name='open_orders_by_expiry',
        ),
        migrations.AlterField(
            model_name='activity',
            name='order_status',
            field=models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('pending_new', 'Pending New'), ('new', 'New'), ('partially_filled', 'Partially Filled'), ('accepted_for_bidding', 'Accepted For Bidding'), ('pending_review', 'Pending Review'), ('held', 'Held'), ('stopped', 'Stopped'), ('suspended', 'Suspended'), ('done_for_day', 'Done For Day'), ('calculated', 'Calculated'), ('pending_cancel', 'Pending Cancel'), ('pending_replace', 'Pending Replace'), ('filled', 'Filled'), ('canceled', 'Canceled'), ('expired', 'Expired'), ('replaced', 'Replaced'), ('rejected', 'Rejected')], max_length=20),
        ),
        migrations.AlterField(
            model_name='order',
            name='status',
            field=models.CharField(choices=[('accepted', 'Accepted'), ('pending_new', 'Pending New'), ('new', 'New'), ('partially_filled', 'Partially Filled'), ('accepted_for_bidding', 'Accepted For Bidding'), ('pending_review', 'Pending Review'), ('held', 'Held'), ('stopped', 'Stopped'), ('suspended', 'Suspended'), ('done_for_day', 'Done For Day'), ('calculated', 'Calculated'), ('pending_cancel', 'Pending Cancel'), ('pending_replace', 'Pending Replace'), ('filled', 'Filled'), ('canceled', 'Canceled'), ('expired', 'Expired'), ('replaced', 'Replaced'), ('rejected', 'Rejected')], max_length=20),
        ),
        migrations.AlterField(
            model_name='posting',
            name='destination_book',
            field=models.CharField(blank=True, choices=[('street', 'the street: other brokers and the clearing houses'), ('bank', "the firm's bank"), ('fees', 'fees owed to regulators and the clearing house')], max_length=10),
        ),
        migrations.AlterField(
            model_name='posting',
            name='source_book',
            field=models.CharField(blank=True, choices=[('street', 'the street: other brokers and the clearing houses'), ('bank', "the firm's bank"), ('fees', 'fees owed to regulators and the clearing house')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('status__in', ['accepted', 'accepted_for_bidding', 'calculated', 'done_for_day', 'held', 'new', 'partially_filled', 'pending_cancel', 'pending_new', 'pending_replace', 'pending_review', 'stopped', 'suspended'])), fields=['account', 'asset'], name='open_orders_in_an_asset'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('status__in', ['accepted', 'accepted_for_bidding', 'calculated', 'done_for_day', 'held', 'new', 'partially_filled', 'pending_cancel', 'pending_new', 'pending_replace', 'pending_review', 'stopped', 'suspended'])), fields=['expires_at'], name='open_orders_by_expiry'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['accepted', 'accepted_for_bidding', 'calculated', 'done_for_day', 'held', 'new', 'partially_filled', 'pending_cancel', 'pending_new', 'pending_replace', 'pending_review', 'stopped', 'suspended']), ('hold_quantity', 0), _connector='OR'), name='only_an_open_order_holds_anything'),
        ),
    ]
