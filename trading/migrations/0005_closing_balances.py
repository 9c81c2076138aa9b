import brokerage.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trading', '0004_journal_batches'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClosingBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField()),
                ('cash_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('equity_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('long_market_value_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('short_market_value_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('initial_margin_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('maintenance_margin_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('buying_power_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('options_buying_power_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20)),
                ('unpriced_positions', models.PositiveIntegerField(default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closing_balances', to='accounts.account')),
            ],
        ),
        migrations.AddConstraint(
            model_name='closingbalance',
            constraint=models.UniqueConstraint(fields=('account', 'date'), name='an_account_closes_once_a_day'),
        ),
    ]
