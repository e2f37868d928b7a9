"""Adds the unsubscription reasons that the dictionary has from the start."""

from django.db import migrations

from regulars.smartcomms.subscriptions.reasons import SHIPPED


def add_reasons(apps, schema_editor):
    reason = apps.get_model("smartcomms_subscriptions", "UnsubscriptionReason")
    reason.objects.bulk_create(
        [reason(code=code, text=text, position=position) for position, (code, text) in enumerate(SHIPPED)],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):

    dependencies = [("smartcomms_subscriptions", "0001_initial")]
    operations = [migrations.RunPython(add_reasons, migrations.RunPython.noop)]
