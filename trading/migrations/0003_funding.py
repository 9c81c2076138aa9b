import brokerage.fields
import brokerage.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_saved_filters'),
        ('trading', '0002_open_orders_that_buy_back'),
    ]

    operations = [
        migrations.CreateModel(
            name='AchRelationship',
            fields=[
                ('id', models.UUIDField(default=brokerage.ids.time_ordered_id, editable=False, primary_key=True, serialize=False)),
                ('status', models.CharField(choices=[('QUEUED', 'Queued'), ('PENDING', 'Pending'), ('APPROVED', 'Approved'), ('REJECTED', 'Rejected'), ('CANCEL_REQUESTED', 'Cancel Requested'), ('CANCELED', 'Canceled')], default='QUEUED', max_length=16)),
                ('account_owner_name', models.CharField(max_length=200)),
                ('bank_account_type', models.CharField(blank=True, choices=[('CHECKING', 'Checking'), ('SAVINGS', 'Savings')], max_length=8)),
                ('bank_account_number_sealed', models.BinaryField()),
                ('bank_account_last_four', models.CharField(blank=True, max_length=4)),
                ('bank_routing_number', models.CharField(max_length=9)),
                ('nickname', models.CharField(blank=True, max_length=120)),
                ('processor_token_digest', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ach_relationships', to='accounts.account')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Bank',
            fields=[
                ('id', models.UUIDField(default=brokerage.ids.time_ordered_id, editable=False, primary_key=True, serialize=False)),
                ('status', models.CharField(choices=[('QUEUED', 'Queued'), ('SENT_TO_CLEARING', 'Sent To Clearing'), ('APPROVED', 'Approved'), ('REJECTED', 'Rejected'), ('CANCELED', 'Canceled')], default='QUEUED', max_length=16)),
                ('name', models.CharField(max_length=200)),
                ('bank_code', models.CharField(max_length=11)),
                ('bank_code_type', models.CharField(choices=[('ABA', 'Aba'), ('BIC', 'Bic')], max_length=3)),
                ('account_number_sealed', models.BinaryField()),
                ('account_number_digest', models.CharField(max_length=64)),
                ('account_number_last_four', models.CharField(blank=True, max_length=4)),
                ('country', models.CharField(blank=True, max_length=60)),
                ('state_province', models.CharField(blank=True, max_length=60)),
                ('postal_code', models.CharField(blank=True, max_length=20)),
                ('city', models.CharField(blank=True, max_length=100)),
                ('street_address', models.CharField(blank=True, max_length=200)),
                ('extra_fields', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='banks', to='accounts.account')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.UUIDField(default=brokerage.ids.time_ordered_id, editable=False, primary_key=True, serialize=False)),
                ('transfer_type', models.CharField(choices=[('ach', 'ACH'), ('wire', 'Wire')], max_length=4)),
                ('direction', models.CharField(choices=[('INCOMING', 'Incoming'), ('OUTGOING', 'Outgoing')], max_length=8)),
                ('status', models.CharField(choices=[('QUEUED', 'Queued'), ('APPROVAL_PENDING', 'Approval Pending'), ('PENDING', 'Pending'), ('SENT_TO_CLEARING', 'Sent To Clearing'), ('APPROVED', 'Approved'), ('COMPLETE', 'Complete'), ('REJECTED', 'Rejected'), ('CANCELED', 'Canceled'), ('RETURNED', 'Returned')], default='QUEUED', max_length=16)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('requested_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('fee_amount', brokerage.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                ('fee_payment_method', models.CharField(choices=[('user', 'User'), ('invoice', 'Invoice')], default='invoice', max_length=7)),
                ('additional_information', models.CharField(blank=True, max_length=1024)),
                ('hold_amount', brokerage.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                ('trade_date', models.DateField()),
                ('expires_at', models.DateTimeField()),
                ('moves_at', models.DateTimeField(null=True)),
                ('one_time_key', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='accounts.account')),
                ('bank', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='trading.bank')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('relationship', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='trading.achrelationship')),
                ('returned_by', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='returned_transfer', to='trading.ledgertransaction')),
                ('transaction', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfer', to='trading.ledgertransaction')),
            ],
        ),
        migrations.AddIndex(
            model_name='achrelationship',
            index=models.Index(fields=['account', '-created_at'], name='ach_of_an_account'),
        ),
        migrations.AddIndex(
            model_name='achrelationship',
            index=models.Index(condition=models.Q(('status__in', ['QUEUED', 'PENDING', 'CANCEL_REQUESTED'])), fields=['created_at'], name='ach_that_waits'),
        ),
        migrations.AddConstraint(
            model_name='achrelationship',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['QUEUED', 'PENDING', 'APPROVED'])), fields=('account',), name='an_account_has_one_ach_relationship_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='bank',
            index=models.Index(fields=['account', '-created_at'], name='banks_of_an_account'),
        ),
        migrations.AddIndex(
            model_name='bank',
            index=models.Index(condition=models.Q(('status__in', ['QUEUED', 'SENT_TO_CLEARING'])), fields=['created_at'], name='banks_that_wait'),
        ),
        migrations.AddConstraint(
            model_name='bank',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['CANCELED', 'REJECTED']), _negated=True), fields=('account', 'bank_code', 'account_number_digest'), name='an_account_has_a_bank_once'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(fields=['account', '-created_at', '-id'], name='transfers_of_an_account'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('hold_amount__gt', 0)), fields=['account'], include=('hold_amount',), name='what_transfers_hold'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('moves_at__isnull', False)), fields=['moves_at'], name='transfers_that_move'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('hold_amount', 0), models.Q(('direction', 'OUTGOING'), ('hold_amount', models.F('requested_amount')), ('status__in', ['APPROVAL_PENDING', 'APPROVED', 'PENDING', 'QUEUED', 'SENT_TO_CLEARING'])), _connector='OR'), name='only_what_is_on_its_way_out_is_held'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(fields=('account', 'one_time_key'), name='a_form_makes_one_transfer'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('requested_amount__gt', 0)), name='a_transfer_moves_something'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('fee_amount__gte', 0)), name='a_transfer_fee_is_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('bank', None), ('relationship__isnull', False), ('transfer_type', 'ach')), models.Q(('bank__isnull', False), ('relationship', None), ('transfer_type', 'wire')), _connector='OR'), name='a_transfer_names_its_bank'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'COMPLETE'), _negated=True), ('transaction__isnull', False), _connector='OR'), name='a_complete_transfer_is_posted'),
        ),
    ]
