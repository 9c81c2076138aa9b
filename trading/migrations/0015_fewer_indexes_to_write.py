"""Less to keep for every row that is written by the ten thousand.

What is null in most rows is indexed only where it is not. Positions and what expires keep no index on
what changes, and have room on their pages, so that a change touches no index at all. Nobody looks for
activities by the beginning of their id in another order than the primary key's.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models

ROOM = [
    ("ALTER TABLE trading_position SET (fillfactor = 50)", "ALTER TABLE trading_position RESET (fillfactor)"),
    (
        "ALTER TABLE trading_expiringposition SET (fillfactor = 50)",
        "ALTER TABLE trading_expiringposition RESET (fillfactor)",
    ),
]
# Django makes a second index of a text that is a key, for LIKE.
UNLIKE = (
    "DROP INDEX IF EXISTS trading_activity_id_357699cb_like",
    "CREATE INDEX IF NOT EXISTS trading_activity_id_357699cb_like ON trading_activity (id varchar_pattern_ops)",
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_proposals_of_the_broker"),
        ("options", "0007_cash_beside_the_shares"),
        ("trading", "0014_orders_for_the_venue"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="expiringposition",
            name="expiring_positions_by_state",
        ),
        migrations.RemoveIndex(
            model_name="position",
            name="holders_in_a_correspondent",
        ),
        migrations.AlterField(
            model_name="activity",
            name="order",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activities",
                to="trading.order",
            ),
        ),
        migrations.AlterField(
            model_name="posting",
            name="destination_account",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.AlterField(
            model_name="posting",
            name="source_account",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("order__isnull", False)), fields=["order"], name="activities_of_an_order"
            ),
        ),
        migrations.AddIndex(
            model_name="position",
            index=models.Index(
                condition=models.Q(("asset", uuid.UUID("5b8f7f5e-7d1b-5c0e-9a51-0f3f1c8d2a10")), _negated=True),
                fields=["correspondent", "asset", "account"],
                name="holders_in_a_correspondent",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("source_account__isnull", False)),
                fields=["source_account"],
                name="postings_from_an_account",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("destination_account__isnull", False)),
                fields=["destination_account"],
                name="postings_to_an_account",
            ),
        ),
        *(migrations.RunSQL(there, back) for there, back in [*ROOM, UNLIKE]),
    ]
