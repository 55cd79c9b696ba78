"""What the graders of one work said, each with what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from challenges.rubrics import Rubric, weighted_score
from reviews.consensus import Heard, Weighed, weigh
from reviews.grader_beliefs import USUAL, Population
from reviews.models import AIFeedback, GraderStanding, GradingFit, PeerReview


@dataclass
class Hearing:
    """All grades of a work: those of its reviews, then the coach's if there is one."""

    reviews: list[PeerReview]
    coach_score: float | None = None
    standings: dict[int, GraderStanding] = field(default_factory=dict)
    coach: GraderStanding | None = None
    usual: Population = USUAL

    @cached_property
    def grades(self) -> list[Heard]:
        found = [
            Heard(float(review.score or 0), *_known(self.standing_of(review)))
            for review in self.reviews
        ]
        if self.coach_score is not None:
            found.append(Heard(self.coach_score, *_known(self.coach), is_coach=True))
        return found

    @cached_property
    def consensus(self) -> Weighed:
        return weigh(self.grades, self.usual)

    def standing_of(self, review: PeerReview) -> GraderStanding | None:
        return self.standings.get(review.reviewer_id or 0)

    def without(self, review: PeerReview) -> Weighed | None:
        """Return what all others say; None where nobody else says anything that counts."""
        others = [
            grade
            for other, grade in zip([*self.reviews, None], self.grades, strict=False)
            if other is not review and (not grade.is_coach or grade.is_known)
        ]
        return weigh(others, self.usual) if others else None

    def correction_of(self, review: PeerReview) -> int:
        """Return by how many points a review's score was corrected."""
        return self.consensus.parts[self.reviews.index(review)].correction

    def parts(self) -> list[dict[str, Any]]:
        """Return what each grade came to, as the outcome keeps it."""
        ids = [*(review.pk for review in self.reviews), None]
        return [
            {"review": pk, "score": part.score, "correction": part.correction, "share": part.share}
            for pk, part in zip(ids, self.consensus.parts, strict=False)
            # The coach is not there until it is known, unless it is alone.
            if pk is not None or part.share
        ]


def hear(*, submission_id: int, reviews: Sequence[PeerReview], rubric: Rubric) -> Hearing:
    """Return the grades of a work with what is known of its graders, in three queries."""
    feedback = AIFeedback.objects.filter(submission=submission_id).first()
    hearing = Hearing(list(reviews), coach_score=score_of(feedback, rubric))
    ids = [review.reviewer_id for review in reviews if review.reviewer_id is not None]
    known = GraderStanding.objects.filter(reviewer__in=ids)
    if hearing.coach_score is not None and feedback is not None:
        known = known | GraderStanding.objects.filter(coach=name_of(feedback))
    for standing in known:
        if standing.reviewer_id is None:
            hearing.coach = standing
        else:
            hearing.standings[standing.reviewer_id] = standing
    hearing.usual = usual()
    return hearing


def usual() -> Population:
    """Return what is usual among graders by the latest fit."""
    fit = (
        GradingFit.objects.filter(finished_at__isnull=False)
        .order_by("-finished_at")
        .values_list("usual", flat=True)
        .first()
    )
    return Population.from_json(fit) if fit else USUAL


def score_of(feedback: AIFeedback | None, rubric: Rubric) -> float | None:
    """Return what the coach's feedback comes to by the rubric; None unless it judged all of it."""
    if feedback is None or feedback.status != AIFeedback.Status.READY:
        return None
    given = {score["key"]: score["score"] for score in feedback.scores}
    if any(criterion.key not in given for criterion in rubric):
        return None
    return weighted_score(rubric, given)


def name_of(feedback: AIFeedback) -> str:
    """Return under which name a coach's way of grading is kept."""
    return "offline" if feedback.is_offline else feedback.model or "unknown"


def _known(standing: GraderStanding | None) -> tuple[list[float], int]:
    return (standing.belief, standing.grades) if standing is not None else ([], 0)
