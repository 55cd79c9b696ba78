"""What reviewers learn of their own reviewing, once it rests on enough of it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from reviews import quality
from reviews.consensus import FEW_GRADES, LEAST_CORRECTION
from reviews.consensus_models import REVIEWS_BEFORE_SHOWN, TRUSTED_QUALITY, TRUSTED_REVIEWS
from reviews.models import GraderStanding


@dataclass(frozen=True)
class Part:
    """One part of a reviewer's quality, from 0 to 100; None where it says nothing yet."""

    name: str
    title: str
    what: str
    percent: int | None


@dataclass(frozen=True)
class Mine:
    """A reviewer's standing. Before five reviews have a quality there are only the counts."""

    reviews: int
    missing: int
    quality: float | None
    parts: list[Part]
    habit: str
    tip: str
    is_trusted: bool

    @property
    def is_shown(self) -> bool:
        return not self.missing

    @property
    def percent(self) -> int:
        return round(100 * (self.quality or 0))


def of(reviewer: User) -> Mine:
    """Return what `reviewer` may know of how they review."""
    standing = GraderStanding.objects.filter(reviewer=reviewer).first()
    count = standing.reviews if standing else 0
    missing = max(0, REVIEWS_BEFORE_SHOWN - count)
    if standing is None or missing:
        return Mine(count, missing, None, [], "", "", is_trusted=False)
    latest = (
        quality.that_count()
        .given_by(reviewer)
        .only("quality_parts")
        .order_by("-submitted_at")[: quality.LATEST]
    )
    means = quality.means_of(latest)
    return Mine(
        reviews=count,
        missing=0,
        quality=standing.quality,
        parts=_parts(means),
        habit=_habit(standing),
        tip=quality.tip_for(means, standing),
        is_trusted=standing.is_trusted,
    )


def may_see_quality(reviewer: User) -> bool:
    """Whether a reviewer has reviewed enough to be shown what single reviews were worth."""
    return GraderStanding.objects.filter(
        reviewer=reviewer, reviews__gte=REVIEWS_BEFORE_SHOWN
    ).exists()


def rules() -> dict[str, Any]:
    """Return what it takes to be trusted, for a page that says so."""
    return {"reviews": TRUSTED_REVIEWS, "percent": round(100 * TRUSTED_QUALITY)}


def _parts(means: dict[str, float | None]) -> list[Part]:
    words = [
        (
            "agreement",
            _("Agreement"),
            _("How near your scores come to what all others say, as far as they follow the works."),
        ),
        ("words", _("Words"), _("For how many criteria you say something.")),
        (
            "helpful",
            _("Helpfulness"),
            _("What authors say, less what merely answers a high or a low grade."),
        ),
        (
            "used",
            _("Taken up"),
            _("What authors took up in their next attempt, with a higher score for it."),
        ),
    ]
    return [
        Part(name, title, what, None if (mean := means[name]) is None else round(100 * mean))
        for name, title, what in words
    ]


def _habit(standing: GraderStanding) -> str:
    heed = quality.heed_of(standing)
    if heed < 1:
        return _(
            "Your scores hardly follow the works, so agreement counts for %(n)d %% of what it "
            "usually does. That ends once they do."
        ) % {"n": round(100 * heed)}
    if standing.grades < FEW_GRADES:
        return ""
    if abs(standing.bias) < LEAST_CORRECTION:
        return _("You usually grade as others do.")
    points = round(abs(standing.bias))
    if standing.bias < 0:
        words = ngettext(
            "You usually grade %(n)d point lower than others. That is corrected.",
            "You usually grade %(n)d points lower than others. That is corrected.",
            points,
        )
    else:
        words = ngettext(
            "You usually grade %(n)d point higher than others. That is corrected.",
            "You usually grade %(n)d points higher than others. That is corrected.",
            points,
        )
    return words % {"n": points}
