import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0012_notices_and_signed_texts'),
    ]

    operations = [
        migrations.AddField(
            model_name='apikey',
            name='account',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='api_keys', to='accounts.account'),
        ),
    ]
