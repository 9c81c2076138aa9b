"""What a market has said, cut by day of New York.

The processes own no table, so two functions that act as the owner make days and drop them. A day is made
beside its table and then attached: that waits for nobody who reads or writes. Dropping one waits for them
two seconds at most, and is tried again.

A page of trades of many symbols is read in this order, by the primary key of each day (PostgreSQL 18):
    Limit > Incremental Sort (presorted: symbol) > Nested Loop > Function Scan on unnest, Limit > Append > Index Scan
"""

import brokerage.fields
from django.db import migrations, models


TABLES = """
CREATE TABLE options_storedquote (
    symbol varchar(32) COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    bid_price numeric(18, 4),
    bid_size integer NOT NULL CHECK (bid_size >= 0),
    bid_exchange varchar(1) NOT NULL,
    ask_price numeric(18, 4),
    ask_size integer NOT NULL CHECK (ask_size >= 0),
    ask_exchange varchar(1) NOT NULL,
    condition varchar(8) NOT NULL,
    PRIMARY KEY (symbol, at),
    CONSTRAINT a_stored_quote_is_not_crossed CHECK (bid_price <= ask_price),
    CONSTRAINT a_stored_quote_is_of_real_prices CHECK (bid_price >= 0 AND ask_price > 0)
) PARTITION BY RANGE (at);
CREATE TABLE options_storedtrade (
    symbol varchar(32) COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    number bigint NOT NULL,
    price numeric(18, 4) NOT NULL,
    size integer NOT NULL,
    exchange varchar(1) NOT NULL,
    condition varchar(8) NOT NULL,
    PRIMARY KEY (symbol, at, number),
    CONSTRAINT a_stored_trade_is_of_a_price_and_a_size CHECK (price > 0 AND size > 0)
) PARTITION BY RANGE (at);
CREATE TABLE options_minutebar (
    symbol varchar(32) COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    open numeric(18, 4) NOT NULL,
    high numeric(18, 4) NOT NULL,
    low numeric(18, 4) NOT NULL,
    close numeric(18, 4) NOT NULL,
    volume bigint NOT NULL,
    trades integer NOT NULL CHECK (trades >= 0),
    vwap numeric(20, 6) NOT NULL,
    PRIMARY KEY (symbol, at),
    CONSTRAINT a_minute_bar_spans_what_was_paid
        CHECK (high >= open AND low <= open AND high >= close AND low <= close)
) PARTITION BY RANGE (at);
CREATE INDEX stored_quotes_by_time ON options_storedquote (at);
CREATE INDEX stored_trades_by_time ON options_storedtrade (at);
CREATE INDEX minute_bars_by_time ON options_minutebar (at);
"""
NO_TABLES = "DROP TABLE options_storedquote, options_storedtrade, options_minutebar"

MAKE_DAYS = """
CREATE FUNCTION make_market_days(days date[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    day date;
    whole text;
    part text;
    made integer := 0;
BEGIN
    FOREACH day IN ARRAY days LOOP
        FOREACH whole IN ARRAY ARRAY['options_storedquote', 'options_storedtrade', 'options_minutebar'] LOOP
            part := whole || to_char(day, '_YYYYMMDD');
            CONTINUE WHEN to_regclass(part) IS NOT NULL;
            PERFORM pg_advisory_xact_lock(5072010);
            CONTINUE WHEN to_regclass(part) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, whole);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', whole, part,
                day::timestamp AT TIME ZONE 'America/New_York', (day + 1)::timestamp AT TIME ZONE 'America/New_York');
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
"""

DROP_DAYS = """
CREATE FUNCTION drop_market_days(whole text, before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    part text;
    dropped integer := 0;
BEGIN
    IF whole NOT IN ('options_storedquote', 'options_storedtrade', 'options_minutebar') THEN
        RAISE EXCEPTION '% is not cut by day', whole;
    END IF;
    FOR part IN
        SELECT class.relname FROM pg_inherits JOIN pg_class class ON class.oid = inhrelid
        WHERE inhparent = whole::regclass AND class.relname < whole || to_char(before, '_YYYYMMDD') ORDER BY 1
    LOOP
        EXECUTE format('DROP TABLE %I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('options', '0007_cash_beside_the_shares'),
    ]

    operations = [
        migrations.CreateModel(
            name='BarToBuild',
            fields=[
                ('pk', models.CompositePrimaryKey('symbol', 'at', 'is_daily', blank=True, editable=False, primary_key=True, serialize=False)),
                ('symbol', models.CharField(db_collation='C', max_length=32)),
                ('at', models.DateTimeField()),
                ('is_daily', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(fields=['is_daily', 'at'], name='bars_to_build_oldest_first')],
            },
        ),
        migrations.CreateModel(
            name='DailyBar',
            fields=[
                ('symbol', models.CharField(db_collation='C', max_length=32)),
                ('open', brokerage.fields.PriceField(decimal_places=4, max_digits=18)),
                ('high', brokerage.fields.PriceField(decimal_places=4, max_digits=18)),
                ('low', brokerage.fields.PriceField(decimal_places=4, max_digits=18)),
                ('close', brokerage.fields.PriceField(decimal_places=4, max_digits=18)),
                ('volume', models.BigIntegerField()),
                ('trades', models.PositiveIntegerField()),
                ('vwap', models.DecimalField(decimal_places=6, max_digits=20)),
                ('pk', models.CompositePrimaryKey('symbol', 'date', blank=True, editable=False, primary_key=True, serialize=False)),
                ('date', models.DateField()),
                ('is_built', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('high__gte', models.F('open')), ('low__lte', models.F('open')), ('high__gte', models.F('close')), ('low__lte', models.F('close'))), name='a_daily_bar_spans_what_was_paid')],
            },
        ),
        migrations.CreateModel(
            name='LatestValue',
            fields=[
                ('symbol', models.CharField(db_collation='C', max_length=32, primary_key=True, serialize=False)),
                ('quoted_at', models.DateTimeField(null=True)),
                ('bid_price', brokerage.fields.PriceField(decimal_places=4, max_digits=18, null=True)),
                ('bid_size', models.PositiveIntegerField(default=0)),
                ('bid_exchange', models.CharField(blank=True, max_length=1)),
                ('ask_price', brokerage.fields.PriceField(decimal_places=4, max_digits=18, null=True)),
                ('ask_size', models.PositiveIntegerField(default=0)),
                ('ask_exchange', models.CharField(blank=True, max_length=1)),
                ('quote_condition', models.CharField(blank=True, max_length=8)),
                ('traded_at', models.DateTimeField(null=True)),
                ('trade_number', models.BigIntegerField(default=0)),
                ('trade_price', brokerage.fields.PriceField(decimal_places=4, max_digits=18, null=True)),
                ('trade_size', models.PositiveIntegerField(default=0)),
                ('trade_exchange', models.CharField(blank=True, max_length=1)),
                ('trade_condition', models.CharField(blank=True, max_length=8)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('bid_price__lte', models.F('ask_price'))), name='a_latest_quote_is_not_crossed')],
            },
        ),
        migrations.CreateModel(
            name='MarketStanding',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('heard_at', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, max_length=200)),
                ('played_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='there_is_one_standing_of_the_market')],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLES, NO_TABLES)],
            state_operations=[
                migrations.CreateModel(
                    name='StoredQuote',
                    fields=[
                        ('pk', models.CompositePrimaryKey('symbol', 'at', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('symbol', models.CharField(db_collation='C', max_length=32)),
                        ('at', models.DateTimeField()),
                        ('bid_price', brokerage.fields.PriceField(decimal_places=4, max_digits=18, null=True)),
                        ('bid_size', models.PositiveIntegerField()),
                        ('bid_exchange', models.CharField(blank=True, max_length=1)),
                        ('ask_price', brokerage.fields.PriceField(decimal_places=4, max_digits=18, null=True)),
                        ('ask_size', models.PositiveIntegerField()),
                        ('ask_exchange', models.CharField(blank=True, max_length=1)),
                        ('condition', models.CharField(blank=True, max_length=8)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('bid_price__lte', models.F('ask_price'))), name='a_stored_quote_is_not_crossed'), models.CheckConstraint(condition=models.Q(('bid_price__gte', 0), ('ask_price__gt', 0)), name='a_stored_quote_is_of_real_prices')],
                    },
                ),
                migrations.CreateModel(
                    name='StoredTrade',
                    fields=[
                        ('pk', models.CompositePrimaryKey('symbol', 'at', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('symbol', models.CharField(db_collation='C', max_length=32)),
                        ('at', models.DateTimeField()),
                        ('number', models.BigIntegerField()),
                        ('price', brokerage.fields.PriceField(decimal_places=4, max_digits=18)),
                        ('size', models.PositiveIntegerField()),
                        ('exchange', models.CharField(blank=True, max_length=1)),
                        ('condition', models.CharField(blank=True, max_length=8)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('price__gt', 0), ('size__gt', 0)), name='a_stored_trade_is_of_a_price_and_a_size')],
                    },
                ),
                migrations.CreateModel(
                    name='MinuteBar',
                    fields=[
                        ('symbol', models.CharField(db_collation='C', max_length=32)),
                        ('open', brokerage.fields.PriceField(decimal_places=4, max_digits=18)),
                        ('high', brokerage.fields.PriceField(decimal_places=4, max_digits=18)),
                        ('low', brokerage.fields.PriceField(decimal_places=4, max_digits=18)),
                        ('close', brokerage.fields.PriceField(decimal_places=4, max_digits=18)),
                        ('volume', models.BigIntegerField()),
                        ('trades', models.PositiveIntegerField()),
                        ('vwap', models.DecimalField(decimal_places=6, max_digits=20)),
                        ('pk', models.CompositePrimaryKey('symbol', 'at', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('high__gte', models.F('open')), ('low__lte', models.F('open')), ('high__gte', models.F('close')), ('low__lte', models.F('close'))), name='a_minute_bar_spans_what_was_paid')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(MAKE_DAYS, "DROP FUNCTION make_market_days(date[])"),
        migrations.RunSQL(DROP_DAYS, "DROP FUNCTION drop_market_days(text, date)"),
    ]
