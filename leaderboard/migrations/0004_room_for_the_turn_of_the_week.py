"""Room in the pages of PostgreSQL, so that the turn of the week changes rows where they stand.

Every membership changes once, when its week ends, and many players do. With room in its page a
changed row needs no new entries in the indexes.
"""

from django.db import migrations


def set_room(apps, schema_editor, memberships, players):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE league_memberships SET (fillfactor = {memberships})")
        schema_editor.execute(f"ALTER TABLE league_players SET (fillfactor = {players})")


def make_room(apps, schema_editor):
    set_room(apps, schema_editor, memberships=50, players=50)


def take_it_back(apps, schema_editor):
    set_room(apps, schema_editor, memberships=100, players=100)


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0003_leagues_badges_and_fair_play")]

    operations = [migrations.RunPython(make_room, take_it_back)]
