from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    # The index is built beside the work that goes on: nobody who writes waits for it.
    atomic = False

    dependencies = [
        ('journal', '0001_initial'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'dead')), fields=['id'], name='deliveries_that_died'),
        ),
    ]
