"""The user that acts when nobody does: openings that move on, expirations, assignments."""

from datetime import UTC, datetime

from django.db import migrations

SYSTEM_EMAIL = "system@strikebook.invalid"


def make_system_user(apps, schema_editor):
    """Insert the one system user; nobody can sign in as it."""
    apps.get_model("accounts", "User").objects.get_or_create(
        email=SYSTEM_EMAIL,
        defaults={
            "name": "System",
            "kind": "system",
            "role": "system",
            "password": "!nobody-signs-in-as-the-system",
            "created_at": datetime(2024, 1, 1, tzinfo=UTC),
        },
    )


def remove_system_user(apps, schema_editor):
    """Take it out again; refused by the database where it has acted."""
    apps.get_model("accounts", "User").objects.filter(email=SYSTEM_EMAIL).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_accounts_and_users")]

    operations = [migrations.RunPython(make_system_user, remove_system_user)]
