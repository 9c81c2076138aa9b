import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_notices_of_instructions'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='settingsproposal',
            name='one_proposal_waits_at_a_time',
        ),
        migrations.AlterField(
            model_name='settingsproposal',
            name='correspondent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='accounts.correspondent'),
        ),
        migrations.AddConstraint(
            model_name='settingsproposal',
            constraint=models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('correspondent',), name='one_proposal_waits_at_a_time', nulls_distinct=False),
        ),
    ]
