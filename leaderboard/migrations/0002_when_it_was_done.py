"""When something was done, where it is paid only later: a review, with the outcome of the work."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0001_squashed")]

    operations = [
        migrations.AddField(
            model_name="heldpoints",
            name="done_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pointentry",
            name="done_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
