"""Makes the mailing types that exist from the start."""

from django.db import migrations

from regulars.contract.channels import LOYALTY_CHANNELS
from regulars.loyalty.subscriptions.base_types import BASE_TYPES


def add_base_types(apps, schema_editor):
    kind = apps.get_model("loyalty_subscriptions", "MailingType")
    kind.objects.bulk_create(
        [
            kind(
                code=base.code,
                base=base.code,
                name=base.name,
                channels=[str(channel) for channel in LOYALTY_CHANNELS],
                is_read_only=base.is_read_only,
                position=place,
            )
            for place, base in enumerate(BASE_TYPES)
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):

    dependencies = [("loyalty_subscriptions", "0001_initial")]
    operations = [migrations.RunPython(add_base_types, migrations.RunPython.noop)]
