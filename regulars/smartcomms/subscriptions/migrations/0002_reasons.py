"""The reasons that the dictionary has from the start."""

from django.db import migrations

REASONS = [
    ("too_many", "There are too many messages"),
    ("not_for_me", "The messages are not about what I buy"),
    ("never_asked", "I did not ask for these messages"),
    ("not_a_customer", "I do not shop here any more"),
    ("other", "Another reason"),
]


def add_reasons(apps, schema_editor):
    reason = apps.get_model("smartcomms_subscriptions", "UnsubscriptionReason")
    for position, (code, text) in enumerate(REASONS):
        reason.objects.get_or_create(code=code, defaults={"text": text, "position": position})


class Migration(migrations.Migration):
    dependencies = [("smartcomms_subscriptions", "0001_initial")]
    operations = [migrations.RunPython(add_reasons, migrations.RunPython.noop)]
