"""An event is in the indexes of the streams once it has its place in them: its first write touches none of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brokerage", "0002_events_of_an_order"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="event",
            name="events_of_a_stream",
        ),
        migrations.RemoveIndex(
            model_name="event",
            name="events_of_an_account",
        ),
        migrations.AlterField(
            model_name="event",
            name="event_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="event",
            name="ulid",
            field=models.CharField(max_length=26, null=True),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("event_id__isnull", False)),
                fields=["correspondent_id", "type", "event_id"],
                name="events_of_a_stream",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("event_id__isnull", False)),
                fields=["account_id", "event_id"],
                name="events_of_an_account",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("type", "account.updated")), fields=["account_id"], name="edits_of_an_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                condition=models.Q(("event_id__isnull", False)), fields=("event_id",), name="a_place_is_given_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ulid__isnull", False)), fields=("ulid",), name="a_ulid_is_given_once"
            ),
        ),
    ]
