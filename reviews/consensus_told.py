"""A consensus in words, numbers and a picture for its author, who learns no reviewer's name.

It speaks of how far reviewers agree, which is not the same as being right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.models import Outcome, PeerReview

ROW_HEIGHT = 28


@dataclass(frozen=True)
class Row:
    """What one grade came to. `review` is None for the coach."""

    review: int | None
    name: str
    score: float
    correction: int
    share: int
    y: int = 0

    @property
    def distance(self) -> int:
        return abs(self.correction)

    @property
    def corrected(self) -> float:
        return min(100.0, max(0.0, self.score + self.correction))


@dataclass(frozen=True)
class Told:
    """All that a page shows of a consensus."""

    rows: list[Row]
    sentences: list[str]
    score: float
    error: float
    is_mean: bool
    is_provisional: bool

    @property
    def low(self) -> float:
        return max(0.0, self.score - self.error)

    @property
    def high(self) -> float:
        return min(100.0, self.score + self.error)

    @property
    def width(self) -> float:
        return self.high - self.low

    @property
    def height(self) -> int:
        return ROW_HEIGHT * len(self.rows)


def told(outcome: Outcome | None, reviews: Sequence[PeerReview]) -> Told | None:
    """Return what to tell of an outcome; None before there is one.

    `reviews` are those that the page shows, in its order, by which they are numbered.
    """
    if outcome is None or not (outcome.is_final or outcome.is_provisional):
        return None
    numbers = {review.pk: number for number, review in enumerate(reviews, start=1)}
    rows: list[Row] = []
    for part in sorted(outcome.parts, key=lambda part: numbers.get(part["review"], 99)):
        name = _("The coach")
        if part["review"] is not None:
            number = numbers.get(part["review"])
            name = _("Reviewer %(n)d") % {"n": number} if number else _("A reviewer")
        y = ROW_HEIGHT * len(rows) + ROW_HEIGHT // 2
        rows.append(Row(part["review"], name, part["score"], part["correction"], part["share"], y))
    return Told(
        rows,
        _sentences(outcome, rows),
        float(outcome.score),
        float(outcome.error),
        outcome.is_mean,
        outcome.is_provisional,
    )


def _sentences(outcome: Outcome, rows: list[Row]) -> list[str]:
    if outcome.is_provisional:
        return [
            _(
                "No peer came in seven days, so the coach's result stands for now. It gives no "
                "points, and what your peers say replaces it as they arrive."
            )
        ]
    peers = [row for row in rows if row.review is not None]
    coach = next((row for row in rows if row.review is None), None)
    found = []
    if len(peers) == 1:
        found.append(_("One review settled this."))
    elif outcome.is_mean:
        found.append(
            _("How these reviewers usually grade is not known yet, so this is the plain mean.")
        )
    else:
        found += _habits(peers)
    if coach is not None:
        found.append(_of_coach(coach))
    if outcome.is_late:
        found.append(_("Its seven days were over, so it was settled on what there was."))
    if outcome.revisions:
        found.append(_("Its score was reckoned anew when its reviews changed."))
    return found


def _habits(peers: list[Row]) -> list[str]:
    """Return what is known of how the reviewers usually grade, and what was done about it."""
    low = [row.correction for row in peers if row.correction > 0]
    high = [-row.correction for row in peers if row.correction < 0]
    found = []
    if low:
        words = ngettext(
            "%(n)d of %(all)d reviewers usually grades %(points)d points low; corrected.",
            "%(n)d of %(all)d reviewers usually grade %(points)d points low; corrected.",
            len(low),
        )
        found.append(words % _counted(low, peers))
    if high:
        words = ngettext(
            "%(n)d of %(all)d reviewers usually grades %(points)d points high; corrected.",
            "%(n)d of %(all)d reviewers usually grade %(points)d points high; corrected.",
            len(high),
        )
        found.append(words % _counted(high, peers))
    if not found:
        found.append(_("None of the reviewers usually grades high or low."))
    if max(row.share for row in peers) - min(row.share for row in peers) > 5:
        found.append(_("Whose grades usually lie near the others' counts for more."))
    return found


def _counted(points: list[int], peers: list[Row]) -> dict[str, int]:
    return {"n": len(points), "all": len(peers), "points": round(sum(points) / len(points))}


def _of_coach(coach: Row) -> str:
    if coach.correction:
        words = (
            _("The coach, who usually grades %(points)d points low, counts for %(share)d %%.")
            if coach.correction > 0
            else _("The coach, who usually grades %(points)d points high, counts for %(share)d %%.")
        )
        return words % {"points": abs(coach.correction), "share": coach.share}
    return _("The coach counts for %(share)d %%.") % {"share": coach.share}
