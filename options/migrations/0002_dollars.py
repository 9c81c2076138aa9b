"""Cash is a position in dollars: the one asset that every book has."""

from uuid import UUID

from django.db import migrations

USD_ID = UUID("5b8f7f5e-7d1b-5c0e-9a51-0f3f1c8d2a10")


def add_dollars(apps, schema_editor):
    apps.get_model("options", "Asset").objects.create(
        id=USD_ID, symbol="USD", name="US dollar", asset_class="usd", tradable=False, marginable=False
    )


def remove_dollars(apps, schema_editor):
    apps.get_model("options", "Asset").objects.filter(pk=USD_ID).delete()


class Migration(migrations.Migration):
    dependencies = [("options", "0001_assets_contracts_and_requests")]

    operations = [migrations.RunPython(add_dollars, remove_dollars)]
