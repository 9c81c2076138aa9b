from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brokerage", "0001_events_clock_and_runs"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("type__startswith", "order.")),
                fields=["subject_id", "id"],
                name="events_of_an_order",
            ),
        ),
    ]
