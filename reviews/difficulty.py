"""How hard a task is: what its author states, unless reviewers find it easier."""

from challenges.models import Challenge
from reviews.models import PeerReview
from submissions.models import Submission


def counted(work: Submission, challenge: Challenge) -> int:
    """Return the difficulty by which accepted work is paid: the stated one, or an easier one.

    It is the median of what the reviews say that count for the score, rounded up; a review
    that says nothing says what the author states.
    Second opinions in an appeal are about the score. Reviewers never make a task harder.
    """
    reviews = PeerReview.objects.filter(submission=work, is_for_appeal=False).sent()
    said = [
        min(own or challenge.difficulty, challenge.difficulty)
        for own in reviews.values_list("difficulty", flat=True)
    ]
    return middle(said) if said else challenge.difficulty


def middle(said: list[int]) -> int:
    """Return the median of some difficulties, rounded up."""
    said = sorted(said)
    low, high = said[(len(said) - 1) // 2], said[len(said) // 2]
    return -(-(low + high) // 2)


def found_easier(work: Submission, challenge: Challenge) -> int | None:
    """Return by which difficulty accepted work was paid, where that is not the stated one."""
    if work.status != Submission.Status.ACCEPTED:
        return None
    found = counted(work, challenge)
    return found if found < challenge.difficulty else None
