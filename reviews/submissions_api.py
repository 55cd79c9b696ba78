"""Work handed in, with all that was said of it, for API clients."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from accounts.idempotency import idempotent
from challenges.models import Challenge
from learnquest.core.api import Id, In, Page, Paging, paged, refusals
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit
from reviews import consensus_told, difficulty, handin, waits, withdrawal, work_numbers, work_views
from reviews.api import ReviewIn, ReviewOut, ReviewReceivedOut, shown, write
from reviews.feedback_api import FeedbackOut
from reviews.models import AIFeedback, CopyDecision, Outcome, PeerReview
from submissions import drafting, names
from submissions.api import AttachmentOut
from submissions.models import Submission

router = Router(tags=["submissions"])


class SubmissionOut(Schema):
    id: int
    challenge: int = Field(alias="challenge_id")
    attempt: int
    body: str
    link: str
    status: Submission.Status
    saved_at: datetime
    submitted_at: datetime | None
    settled_at: datetime | None
    score: float | None = Field(description="0 to 100, once it is settled.")
    score_error: float | None = Field(description="Standard error of the score.")
    attachments: list[AttachmentOut]
    names_you: list[str] = Field(description=names.HINT)

    @staticmethod
    def resolve_names_you(work: Submission, context: Any) -> list[str]:
        user = context["request"].user
        return names.in_work(work.body, work.link, user) if work.author_id == user.pk else []


class ConsensusPartOut(Schema):
    """What one grade came to: without a name."""

    review: int | None = Field(description="Id of the review; null for the coach.")
    score: float
    correction: int = Field(description="For how high or low this grader usually grades.")
    share: int = Field(description="How much it counts, in per cent.")


class ConsensusOut(Schema):
    """How a score came about. It says how far graders agree, not who is right."""

    score: float
    error: float = Field(description="Standard error.")
    is_mean: bool = Field(description="The plain mean, since no grader is known well enough.")
    is_provisional: bool = Field(description="The coach's result, until peers arrive.")
    parts: list[ConsensusPartOut] = Field(alias="rows")
    words: list[str] = Field(alias="sentences")


class WaitOut(Schema):
    """Where work in review stands."""

    done: int = Field(description="Reviews that have come.")
    wanted: int
    usual: str = Field(description="Half of all works had theirs within this; may be empty.")
    is_boosted: bool = Field(description="It comes first, since it has waited for 72 hours.")
    is_ended: bool = Field(description="It has waited for a week: the next review settles it.")


class CopyOut(Schema):
    """A moderator found that the work copies another. Whose that is, nobody is told."""

    reason: str
    decided_at: datetime
    points: int = Field(description="How many points were taken back with it.")


class SubmissionDetail(SubmissionOut):
    feedback: FeedbackOut | None
    consensus: ConsensusOut | None
    reviews: list[ReviewReceivedOut]
    wait: WaitOut | None = Field(description="While it is in review.")
    paid_as_difficulty: int | None = Field(
        description="Where the reviewers found the task easier than stated: as what it was paid."
    )
    found_copied: CopyOut | None = Field(description="Write your own, and hand that in.")


class WorkIn(In):
    challenge: Id
    body: str = ""
    link: str = ""
    hand_in: bool = Field(
        True,
        description="False keeps it as your draft. With neither `body` nor `link` it begins one: "
        "empty, or after work that came back with the text and link of that attempt, without its "
        "files. A draft that is there stays as it is.",
    )


def _detail(submission: Submission) -> Submission:
    submission.feedback = AIFeedback.objects.filter(submission=submission).first()  # type: ignore[attr-defined]
    submission.reviews = list(  # type: ignore[attr-defined]
        PeerReview.objects.filter(submission=submission).sent().order_by("submitted_at")
    )
    submission.consensus = consensus_told.told(  # type: ignore[attr-defined]
        Outcome.objects.filter(submission=submission).first(),
        submission.reviews,  # type: ignore[attr-defined]
    )
    submission.wait = waits.of_work(submission)  # type: ignore[attr-defined]
    submission.paid_as_difficulty = difficulty.found_easier(  # type: ignore[attr-defined]
        submission, submission.challenge
    )
    standing = CopyDecision.objects.standing()
    submission.found_copied = standing.filter(submission=submission).first()  # type: ignore[attr-defined]
    return submission


@router.post(
    "/",
    response={201: SubmissionOut, 200: SubmissionOut, **refusals(403, 404, 409, 422)},
)
@idempotent
def create_submission(request: LearnerRequest, payload: WorkIn) -> Any:
    """Hand in work (201), or keep it as a draft (200). The same work sent twice is handed in
    once, and answers 200. There are no versions here: the last save of a draft wins."""
    limit(request, "submission" if payload.hand_in else "draft")
    challenge = get_object_or_404(Challenge.objects.owned_by(request.user), pk=payload.challenge)
    work: dict[str, Any] = {
        "challenge": challenge,
        "body": payload.body,
        "link": payload.link,
    }
    if not payload.hand_in and not {"body", "link"} & payload.sent().keys():
        return Status(200, drafting.begin(challenge=challenge, by=request.user))
    if not payload.hand_in:
        return Status(200, drafting.save_draft(by=request.user, **work))
    submission, is_new = handin.hand_in_work(by=request.user, **work)
    return Status(201 if is_new else 200, submission)


@router.get("/challenge/{challenge_id}", response={200: Page[SubmissionOut], **refusals(404, 422)})
def list_submissions(request: LearnerRequest, challenge_id: Id, paging: Query[Paging]) -> Any:
    """Your work on one of your challenges, the latest attempt first."""
    challenge = get_object_or_404(Challenge.objects.owned_by(request.user), pk=challenge_id)
    works = Submission.objects.owned_by(request.user).filter(challenge=challenge)
    return paged(works.order_by("-attempt").prefetch_related("attachments"), paging, list)


@router.get("/{submission_id}", response={200: SubmissionDetail, **refusals(404)})
def read_submission(request: LearnerRequest, submission_id: Id) -> Any:
    """Work of yours with all that was said of it.

    Work that you are to review is found at its review, without anybody else's scores."""
    if PeerReview.objects.unsent_by(request.user).filter(submission=submission_id).exists():
        raise Http404
    return _detail(get_object_or_404(Submission.objects.visible_to(request.user), pk=submission_id))


@router.post("/{submission_id}/withdraw", response={200: SubmissionOut, **refusals(403, 404, 409)})
def withdraw_submission(request: LearnerRequest, submission_id: Id) -> Any:
    """Take work back before anybody has begun to review it: it is your draft again."""
    work = get_object_or_404(Submission.objects.owned_by(request.user), pk=submission_id)
    return withdrawal.withdraw(submission=work, by=request.user)


@router.put(
    "/{submission_id}/review", response={200: ReviewOut, **refusals(403, 404, 409, 412, 422)}
)
def review_submission(request: LearnerRequest, submission_id: Id, payload: ReviewIn) -> Any:
    """Send your review of work that you claimed, or keep it as a draft. `submission_id` is what the
    claim calls `submission`."""
    try:
        review = work_numbers.find(work_views.reviews_of(request.user), submission_id)
    except PeerReview.DoesNotExist as missing:
        raise Http404 from missing
    return shown(request, [write(request, review, payload)])[0]
