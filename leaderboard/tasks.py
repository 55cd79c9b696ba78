"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from datetime import timedelta

from django.tasks import task

from leaderboard import alternates, badges, outages, seasons_turn
from learnquest.core.schedule import scheduled


@scheduled(every=timedelta(minutes=20))
@task()
def turn_week() -> None:
    seasons_turn.turn_due()


@scheduled(every=timedelta(minutes=10))
@task()
def heartbeat() -> None:
    outages.beat()


@scheduled(every=timedelta(days=1))
@task()
def award_badges() -> None:
    badges.award_missing()


@scheduled(every=timedelta(days=1))
@task()
def look_for_alternates() -> None:
    alternates.look()
