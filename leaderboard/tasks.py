"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from datetime import timedelta

from django.tasks import task

from leaderboard import alternates, badges, history, mirror, outages, recount, seasons_turn, tallies
from learnquest.core.schedule import scheduled


@scheduled(every=timedelta(minutes=1))
@task()
def fold_tallies() -> None:
    tallies.fold()


@scheduled(every=timedelta(minutes=1))
@task()
def tell_redis() -> None:
    mirror.tell_changes()


@task()
def make_board(scope: str, period: str) -> None:
    mirror.make(scope, period)


@scheduled(every=timedelta(hours=1))
@task()
def count_days() -> None:
    history.count_due()


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
def check_points() -> None:
    recount.check()


@scheduled(every=timedelta(days=1))
@task()
def award_badges() -> None:
    badges.award_missing()


@scheduled(every=timedelta(days=1))
@task()
def look_for_alternates() -> None:
    alternates.look()
