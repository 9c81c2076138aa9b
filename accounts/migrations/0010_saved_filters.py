import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

# How the account list reads 100,000 accounts (EXPLAIN ANALYZE, first page, last page alike):
#
#   newest first, nothing else    Index Scan using accounts_listed_by_broker / _by_tenant
#   status=REJECTED (0.5 %)       Index Scan using accounts_by_status_of_all / _of_a_tenant; a scan of the table before
#   two rare statuses             Bitmap Index Scan using accounts_by_status_of_…, then a sort of what was found
#   status=ACTIVE (90 %)          Index Scan of the list's own order, filtered: 51 rows are soon found
#   level=2                       Index Scan using accounts_by_level_of_…; the statistics below let the planner know
#                                 how common a level is, where it expected 0.5 % of any and sorted a fifth of the book
#   asset=crypto, asset=ipo       Index Scan using accounts_that_trade_…, for few trade them; partial, because an array
#                                 operator reaches no GIN index behind row-level security, while an index whose
#                                 condition is the filter itself needs no operator at all
#   asset=us_option, us_equity    Index Scan of the list's own order, filtered: many trade them
#   opened from and to            Index Scan using accounts_listed_by_…: bounds of the index itself
#   query=ada                     accounts_found below, then the rows by their ids
#
# LIKE may tell, by how long it takes or what it complains of, of rows that a policy hides, so behind row-level
# security it reaches no index. The function stands in front of the policies, applies the tenant's rule itself, and
# answers no more ids than asked for: the planner sees the patterns as constants and takes the trigram index.
FIND = """
CREATE FUNCTION accounts_found(patterns text[], most integer) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    tenant text := coalesce(current_setting('strikebook.tenant', true), '');
BEGIN
    IF tenant = '' AND current_setting('role') <> 'none' THEN
        RETURN;  -- the runtime role, before anybody acts
    END IF;
    RETURN QUERY EXECUTE
        'SELECT id FROM accounts_account WHERE '
        || (SELECT string_agg(format('search_text LIKE %L', pattern), ' AND ') FROM unnest(patterns) AS pattern)
        || CASE WHEN tenant IN ('all', '') THEN '' ELSE format(' AND correspondent_id = %L::uuid', tenant) END
        || format(' LIMIT %s', most);
END
$$
"""
# A partial index on an expression gives the planner no statistics of it; these do.
KNOW_LEVELS = """
CREATE STATISTICS accounts_levels_in_force
ON (LEAST(options_approved_level, max_options_trading_level, admin_max_options_trading_level)) FROM accounts_account
"""
FORGET_LEVELS = "DROP STATISTICS accounts_levels_in_force"
FORGET = "DROP FUNCTION accounts_found(text[], integer)"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_opening_drafts'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('page', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=60)),
                ('query_string', models.CharField(max_length=1000)),
                ('is_shared', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='savedfilter',
            name='correspondent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.correspondent'),
        ),
        migrations.AddField(
            model_name='savedfilter',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='saved_filters', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='savedfilter',
            constraint=models.UniqueConstraint(fields=('owner', 'page', 'name'), name='a_filter_is_saved_once_under_a_name'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('kind', 'customer')), fields=['correspondent', 'status', '-created_at', '-id'], name='accounts_by_status_of_a_tenant'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('kind', 'customer')), fields=['status', '-created_at', '-id'], name='accounts_by_status_of_all'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(models.F('correspondent'), django.db.models.functions.comparison.Least(models.F('options_approved_level'), models.F('max_options_trading_level'), models.F('admin_max_options_trading_level')), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('kind', 'customer')), name='accounts_by_level_of_a_tenant'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(django.db.models.functions.comparison.Least(models.F('options_approved_level'), models.F('max_options_trading_level'), models.F('admin_max_options_trading_level')), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('kind', 'customer')), name='accounts_by_level_of_all'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('kind', 'customer'), ('enabled_assets__overlap', ['crypto'])), fields=['correspondent', '-created_at', '-id'], name='accounts_that_trade_crypto'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('kind', 'customer'), ('enabled_assets__overlap', ['ipo'])), fields=['correspondent', '-created_at', '-id'], name='accounts_that_trade_ipos'),
        ),
        # lower(name) is not leakproof, so behind row-level security a page deep in the order of names walked there
        # (44 ms in 100,000 accounts); by a kept column it is an index scan wherever it lies (0.6 ms).
        migrations.RemoveIndex(model_name='account', name='accounts_by_name_of_a_tenant'),
        migrations.RemoveIndex(model_name='account', name='accounts_by_name_of_all'),
        migrations.AddField(
            model_name='account',
            name='name_key',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Lower('name'), output_field=models.CharField(max_length=200)),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('kind', 'customer')), fields=['correspondent', 'name_key', 'id'], name='accounts_by_name_of_a_tenant'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('kind', 'customer')), fields=['name_key', 'id'], name='accounts_by_name_of_all'),
        ),
        migrations.RunSQL(KNOW_LEVELS, FORGET_LEVELS),
        migrations.RunSQL(FIND, FORGET),
    ]
