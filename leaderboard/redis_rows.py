"""Which rows of a board a page shows: found in Redis, by their places in a sorted set."""

from typing import Any

from redis import Redis

from leaderboard.mirror import Unsure, member, read_member
from leaderboard.rows import NEIGHBOURS, PAGE_SIZE, Found, Row, Spot, Wish


def find(client: Redis, key: str, *, user_id: int, wish: Wish) -> Found:
    """Find the rows of a page. Raises Unsure for a cursor whose row has moved since."""
    mine: Any = client.hget(f"{key}:members", str(user_id))
    with client.pipeline() as pipe:
        pipe.zcard(key)
        pipe.zrank(key, mine or "")
        pipe.zscore(key, member(wish.spot.user_id, wish.spot.reached_at) if wish.spot else "")
        pipe.zrank(key, member(wish.spot.user_id, wish.spot.reached_at) if wish.spot else "")
        pipe.zrange(key, wish.rank - 1, wish.rank - 1, withscores=True)
        total, my_index, spot_score, spot_index, at_rank = pipe.execute()
    if wish.spot is not None and spot_score != wish.spot.behind:
        raise Unsure
    index = my_index if wish.way == "around" and not wish.rank else spot_index
    if wish.rank and at_rank:
        # The first of those who share the place.
        index = client.zcount(key, "-inf", f"({at_rank[0][1]:.0f}")
    start, stop = _span(wish, index, total)
    near_start = max(0, my_index - NEIGHBOURS) if my_index is not None else 0
    near_stop = my_index + NEIGHBOURS + 1 if my_index is not None else 0
    with client.pipeline() as pipe:
        pipe.zrange(key, *_closed(start, stop), withscores=True)
        pipe.zrange(key, *_closed(near_start, near_stop), withscores=True)
        page, near = pipe.execute()
    scores = list(dict.fromkeys(score for _, score in [*page, *near]))
    with client.pipeline() as pipe:
        for score in scores:
            pipe.zcount(key, "-inf", f"({score:.0f}")
        ranks = {score: above + 1 for score, above in zip(scores, pipe.execute(), strict=True)}

    def rows(found: list[tuple[str, float]]) -> list[Row]:
        read = [(*read_member(name), score) for name, score in found]
        return [Row(Spot(int(score), at, who), ranks[score]) for at, who, score in read]

    around = rows(near)
    return Found(
        page=rows(page),
        has_previous=start > 0 and stop > start,
        has_next=stop < total and stop > start,
        mine=next((row for row in around if row.spot.user_id == user_id), None),
        near=around,
        total=total,
    )


def _closed(start: int, stop: int) -> tuple[int, int]:
    """Return a span as Redis takes it, whose ends both count; from 0 to -1 would be a whole set."""
    return (start, stop - 1) if stop > start else (1, 0)


def _span(wish: Wish, index: int | None, total: int) -> tuple[int, int]:
    """Return the first place of a page and the one after its last, counted from 0."""
    if wish.way == "none":
        return 0, 0
    if index is None:
        return 0, min(total, PAGE_SIZE)
    if wish.way == "next":
        return index + 1, min(total, index + 1 + PAGE_SIZE)
    if wish.way == "previous":
        return max(0, index - PAGE_SIZE), index
    start = max(0, index - PAGE_SIZE // 2)
    return start, min(total, start + PAGE_SIZE)
