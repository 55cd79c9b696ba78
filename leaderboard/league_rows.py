"""The board of a league group: everyone's, cut down to about thirty, whom one page holds."""

from datetime import datetime

from django.db.models import QuerySet

from leaderboard.models import Standing
from leaderboard.periods import EVERYONE
from leaderboard.rows import NEIGHBOURS, Found, Row, Spot, Wish


def find(group: int, period: str, user_id: int, wish: Wish) -> Found:
    """Find the rows of a page in one query; every page is the whole group."""
    rows: list[Row] = []
    for place, (points, reached_at, who) in enumerate(_standings(group, period), start=1):
        is_tie = bool(rows) and rows[-1].points == points
        rows.append(Row(Spot(-points, reached_at, who), rows[-1].rank if is_tie else place))
    at = next((at for at, row in enumerate(rows) if row.spot.user_id == user_id), None)
    return Found(
        page=rows if wish.way != "none" else [],
        has_previous=False,
        has_next=False,
        mine=None if at is None else rows[at],
        near=[] if at is None else rows[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1],
        total=len(rows),
    )


def _standings(group: int, period: str) -> QuerySet[Standing, tuple[int, datetime, int]]:
    return (
        Standing.objects.on_board(EVERYONE, period)
        .listed()
        .filter(user__league_memberships__group=group, user__league_player__left_at=None)
        .in_rank_order()
        .values_list("points", "reached_at", "user_id")
    )
