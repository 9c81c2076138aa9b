"""The history of open interest begins with what the master says now."""

from django.db import migrations

KNOWN = """
INSERT INTO options_openinterest (contract_id, date, contracts)
SELECT asset_id, open_interest_date, open_interest FROM options_optioncontract
WHERE open_interest IS NOT NULL AND open_interest_date IS NOT NULL
ON CONFLICT (contract_id, date) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("options", "0010_open_interest"),
    ]

    operations = [
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
