from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty_members", "0002_strangers_may_join"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["-registered_at"], name="member_by_time"),
        ),
    ]
