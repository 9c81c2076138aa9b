import brokerage.fields
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_api_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='BrokerPolicy',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('allocation_method', models.CharField(choices=[('random', 'Random'), ('fifo', 'First in, first out')], default='random', max_length=6)),
            ],
            options={
                'verbose_name_plural': 'broker policies',
            },
        ),
        migrations.AddField(
            model_name='correspondent',
            name='daily_transfer_limit_amount',
            field=brokerage.fields.MoneyField(decimal_places=2, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name='correspondent',
            name='least_deposit_amount',
            field=brokerage.fields.MoneyField(decimal_places=2, default=Decimal('0'), max_digits=20),
        ),
        migrations.AddField(
            model_name='correspondent',
            name='least_withdrawal_amount',
            field=brokerage.fields.MoneyField(decimal_places=2, default=Decimal('0'), max_digits=20),
        ),
        migrations.AddField(
            model_name='correspondent',
            name='opening_review',
            field=models.CharField(choices=[('automatic', 'Automatic'), ('person', 'Person')], default='automatic', max_length=10),
        ),
        migrations.AddField(
            model_name='correspondent',
            name='options_review',
            field=models.CharField(choices=[('automatic', 'Automatic'), ('person', 'Person')], default='automatic', max_length=10),
        ),
        migrations.AddField(
            model_name='correspondent',
            name='principals_for_level_2',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='correspondent',
            name='requests_per_minute',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='correspondent',
            name='reviewers',
            field=models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='correspondent',
            constraint=models.CheckConstraint(condition=models.Q(('daily_transfer_limit_amount__isnull', True), ('daily_transfer_limit_amount__gte', 0), _connector='OR'), name='a_daily_transfer_limit_is_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='correspondent',
            constraint=models.CheckConstraint(condition=models.Q(('least_deposit_amount__gte', 0), ('least_withdrawal_amount__gte', 0)), name='the_least_that_moves_is_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='correspondent',
            constraint=models.CheckConstraint(condition=models.Q(('principals_for_level_2__in', [1, 2])), name='one_or_two_principals_approve_level_2'),
        ),
        migrations.AddConstraint(
            model_name='brokerpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='there_is_one_broker_policy'),
        ),
        migrations.CreateModel(
            name='SettingsProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('changes', models.JSONField()),
                ('reason', models.CharField(max_length=1000)),
                ('proposed_at', models.DateTimeField()),
                ('is_accepted', models.BooleanField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('correspondent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='accounts.correspondent')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('correspondent',), name='one_proposal_waits_at_a_time'),
                    models.CheckConstraint(condition=models.Q(('decided_by', models.F('proposed_by')), ('is_accepted', True), _negated=True), name='nobody_accepts_their_own_proposal'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('is_accepted__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('is_accepted__isnull', False)), _connector='OR'), name='a_decision_on_settings_is_whole'),
                ],
            },
        ),
    ]
