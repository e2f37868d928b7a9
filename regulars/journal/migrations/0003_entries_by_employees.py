from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0002_deliveries_that_died"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("by_kind", "employee")), fields=["event", "-id"], name="entry_by_employees"
            ),
        ),
    ]
