from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep the titles that a plan's variations replaced. Those of before are not known."""

    dependencies = [("challenges", "0001_squashed")]

    operations = [
        migrations.AddField(
            model_name="variation",
            name="replaced_title",
            field=models.CharField(blank=True, db_default="", max_length=120),
        ),
    ]
