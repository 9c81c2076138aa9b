"""Requests that were made before say whose they are, and what the rules decided on them."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
    UPDATE options_optionsapplication request
    SET correspondent_id = account.correspondent_id,
        ruled_status = CASE WHEN request.decided_by_id IS NULL THEN request.status ELSE 'PENDING' END,
        ruled_level = CASE WHEN request.decided_by_id IS NULL THEN request.approved_level END,
        level_before = coalesce((
            SELECT max(earlier.approved_level) FROM options_optionsapplication earlier
            WHERE earlier.account_id = request.account_id AND earlier.id < request.id
        ), 0)
    FROM accounts_account account
    WHERE account.id = request.account_id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""


# Nobody is written to about what happened before there were notices.
READ_ALREADY = """
    INSERT INTO options_eventsread (reader, event_id)
    SELECT 'notices', max(event_id) FROM brokerage_event HAVING max(event_id) IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('options', '0005_review_queue'),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(READ_ALREADY, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='optionsapplication',
            name='correspondent',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.correspondent'),
        ),
        migrations.AlterField(
            model_name='optionsapplication',
            name='ruled_status',
            field=models.CharField(choices=[('APPROVED', 'Approved'), ('LOWER_LEVEL_APPROVED', 'Lower level approved'), ('PENDING', 'Pending'), ('REJECTED', 'Rejected')], max_length=20),
        ),
    ]
