"""The orders that the venue does not have yet, oldest first; and two indexes less to keep for every order.

`SELECT … WHERE status = 'pending_new' ORDER BY id LIMIT 20`, asked at every wake-up, reads the index
alone whatever the book. Nothing is looked up by the asset that an order holds or by who submitted it:
assets and users are never deleted, and everything else that asks begins with the account.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trading", "0013_reconciliation")]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("status", "pending_new")), fields=["id"], name="orders_for_the_venue"
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="hold_asset",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="options.asset"
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="submitted_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
