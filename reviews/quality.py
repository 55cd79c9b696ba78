"""What a review is worth to its author and to the model: 0 to 1, in parts that are shown.

Agreement leaves the reviewer's own grade out, and counts as far as the reviewer is known to look at
works: who gives all the same is near the others as often as not. A helpfulness mark counts less
where the grade alone would explain it. What the author took up in the next attempt, and got a
higher score for, counts most; where nothing was taken up, that part is left out and nobody is the
worse for it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from math import sqrt
from typing import Self

from django.db.models import Avg
from django.utils.translation import gettext as _

from learnquest.core.text import is_blank
from reviews.consensus import Weighed
from reviews.consensus_models import GRADES_BEFORE_ATTENTION, POOR_ATTENTION
from reviews.models import GraderStanding, PeerReview, PeerReviewQuerySet
from submissions import checks

AGREEMENT, WORDS, HELPFUL, USED = 5, 3, 2, 6
# Agreement is none at this many points apart, beyond what the others' own error explains.
FAR = 40.0
WORDS_THAT_SAY_SOMETHING = 3
# A mark is explained by the grade entirely when that lies so many points off.
EXPLAINED = 30.0
# The standing rests on so many of the latest reviews.
LATEST = 30


@dataclass(frozen=True)
class Parts:
    """Each from 0 to 1, or None where it says nothing yet."""

    agreement: float | None
    words: float
    helpful: float | None
    used: float | None

    @property
    def value(self) -> float:
        """The weighted mean of what there is; what was taken up never lowers it."""
        plain = [(AGREEMENT, self.agreement), (WORDS, self.words), (HELPFUL, self.helpful)]
        without = _mean(plain)
        return max(without, _mean([*plain, (USED, self.used)]))

    def to_json(self) -> dict[str, float | None]:
        told: dict[str, float | None] = {
            name: None if value is None else round(value, 3) for name, value in asdict(self).items()
        }
        return told

    @classmethod
    def from_json(cls, told: dict[str, float | None]) -> Self:
        return cls(told["agreement"], told["words"] or 0.0, told["helpful"], told["used"])


def parts_of(
    review: PeerReview,
    *,
    criteria: int,
    others: Weighed | None,
    correction: int,
    pass_mark: float,
    used: int = 0,
    heed: float = 1.0,
) -> Parts:
    """Return the parts of a review's quality.

    `others` is what all others say of the work, `correction` what the reviewer's bias comes to,
    `used` how many comments the author took up with success, `heed` what `heed_of` knows of them.
    """
    score = float(review.score or 0) + correction
    said = sum(_says_something(text) for text in review.comments.values())
    return Parts(
        agreement=None if others is None else heed * agreement(score, others),
        words=min(1.0, said / criteria),
        helpful=_helpful(review.is_helpful, score, others, pass_mark),
        # One comment that bore fruit is much already.
        used=0.8 + 0.2 * min(1.0, used / max(1, said)) if used else None,
    )


def heed_of(standing: GraderStanding | None) -> float:
    """Return for how much of the usual a reviewer's agreement counts, from 0 to 1.

    All of it where they look at works as likely as not, or where too little is known of them.
    """
    if standing is None or standing.grades < GRADES_BEFORE_ATTENTION:
        return 1.0
    return min(1.0, standing.attention / POOR_ATTENTION)


def _says_something(text: str) -> bool:
    """Whether a comment has some words, each counted once and only where it can be seen."""
    seen = {word.casefold() for word in checks.words(text) if not is_blank(word)}
    return len(seen) >= WORDS_THAT_SAY_SOMETHING


def agreement(score: float, others: Weighed) -> float:
    """Return how near a score lies to what others say: the distance that their error leaves."""
    beyond = sqrt(max(0.0, (score - others.score) ** 2 - others.stderr**2))
    return max(0.0, 1.0 - beyond / FAR)


def _helpful(
    mark: bool | None, score: float, others: Weighed | None, pass_mark: float
) -> float | None:
    """Return the author's mark, moved to the middle as far as the grade alone explains it.

    A low mark may merely answer a low grade, and a high one merely thank for a high grade.
    """
    if mark is None:
        return None
    usual = pass_mark if others is None else others.score
    off = score - usual if mark else max(usual, pass_mark) - score
    explained = min(1.0, max(0.0, off / EXPLAINED))
    return 0.5 + (0.5 if mark else -0.5) * (1 - explained)


def that_count() -> PeerReviewQuerySet:
    """Return the reviews on which standings rest: of peers' works, and with a quality.

    Works with known marks are not among them, announced or not: their marks can be looked up.
    """
    return PeerReview.objects.of_peers().sent().filter(quality__isnull=False)


def note(reviewer_id: int) -> None:
    """Bring a reviewer's standing up to date with the quality of their latest reviews of peers."""
    valued = that_count().filter(reviewer=reviewer_id)
    latest = valued.order_by("-submitted_at").values_list("pk", flat=True)[:LATEST]
    of_latest = PeerReview.objects.filter(pk__in=list(latest))
    mean = of_latest.aggregate(mean=Avg("quality"))["mean"] or Decimal(0)
    count = valued.count()
    GraderStanding.objects.update_or_create(
        reviewer_id=reviewer_id, defaults={"quality": round(float(mean), 3), "reviews": count}
    )


def means_of(reviews: Iterable[PeerReview]) -> dict[str, float | None]:
    """Return the mean of each part over some reviews; None for one that none of them has."""
    found: dict[str, list[float]] = {"agreement": [], "words": [], "helpful": [], "used": []}
    for review in reviews:
        for name, value in review.quality_parts.items():
            if value is not None and name in found:
                found[name].append(value)
    return {name: sum(v) / len(v) if v else None for name, v in found.items()}


def tip_for(means: dict[str, float | None], standing: GraderStanding) -> str:
    """Return the one thing that would help this reviewer most."""
    words, agreed, helpful = means["words"], means["agreement"], means["helpful"]
    if heed_of(standing) < 1:
        return _(
            "Your scores hardly differ between works. Compare each with the levels of the rubric."
        )
    if words is not None and words < 0.7:
        return _("Say something for each criterion: a sentence with what you saw, and where.")
    if agreed is not None and agreed < 0.6 and standing.spread > 15:
        return _("Read the levels of each criterion again before you score: others read them so.")
    if helpful is not None and helpful < 0.5:
        return _("Name one thing to do next, and quote the line that it is about.")
    if means["used"] is None:
        return _("Name a change that fits into the next attempt: what is taken up counts most.")
    return _("Keep at it: authors use what you tell them.")


def _mean(parts: list[tuple[int, float | None]]) -> float:
    there = [(weight, value) for weight, value in parts if value is not None]
    return sum(weight * value for weight, value in there) / sum(weight for weight, _v in there)
