"""Work handed in, the coach's feedback and peer reviews, for API clients."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from accounts.idempotency import idempotent
from ai.api import AskOut, answer_ask
from challenges.api import CriterionOut
from challenges.models import Challenge
from learnquest.core.api import Id, In, Page, Paging, paged, refusals
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit
from reviews import (
    ai_feedback,
    assignment,
    coaching,
    consensus_told,
    handin,
    peer_review,
    standings,
    taking_up,
)
from reviews.models import AIFeedback, Outcome, PeerReview
from submissions import drafting, hints
from submissions.models import Submission

submission_router = Router(tags=["submissions"])
review_router = Router(tags=["reviews"])
ai_router = Router(tags=["ai"])


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


class CriterionScoreOut(Schema):
    key: str
    score: int
    comment: str


class QuotedOut(Schema):
    quote: str = Field(description="The learner's own words.")
    comment: str


class FeedbackOut(Schema):
    submission: int = Field(alias="submission_id")
    status: AIFeedback.Status
    summary: str
    scores: list[CriterionScoreOut]
    strengths: list[QuotedOut]
    improvements: list[QuotedOut]
    next_step: str
    message: str = Field(description="What went wrong, when it failed.")
    model: str
    is_offline: bool
    cached: bool
    helpful: bool | None
    is_wrong: bool = Field(description="You reported that something in it is wrong.")
    confidence: str = Field(description="low, medium or high; empty before it is ready.")
    requested_at: datetime
    finished_at: datetime | None


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


class ReviewReceivedOut(Schema):
    """A review as the author sees it: without a name."""

    id: int
    scores: dict[str, int]
    comments: dict[str, str]
    overall: str
    score: float | None
    submitted_at: datetime | None
    is_helpful: bool | None
    addressed: list[str] = Field(description="Criteria whose comment you took up.")


class SubmissionDetail(SubmissionOut):
    feedback: FeedbackOut | None
    consensus: ConsensusOut | None
    reviews: list[ReviewReceivedOut]


class WorkIn(In):
    challenge: Id
    body: str = ""
    link: str = ""
    hand_in: bool = Field(True, description="False keeps it as your draft.")


class ReviewedWorkOut(Schema):
    """Work as its reviewer sees it: without a name."""

    challenge_title: str
    instructions: str
    category: str
    difficulty: int
    rubric: list[CriterionOut]
    body: str
    link: str


class ReviewOut(Schema):
    id: int
    submission: int = Field(alias="submission_id")
    status: PeerReview.Status
    claimed_at: datetime
    lease_until: datetime
    scores: dict[str, int]
    comments: dict[str, str]
    overall: str
    score: float | None
    submitted_at: datetime | None
    is_helpful: bool | None
    quality: float | None = Field(
        description="0 to 1, once the work is settled, and not before your fifth review."
    )


class ReviewDetail(ReviewOut):
    work: ReviewedWorkOut


class ReviewIn(In):
    scores: dict[str, int] = Field(
        {}, description="Criterion key to 0 … 100.", examples=[{"clear": 75}]
    )
    comments: dict[str, str] = Field({}, description="Criterion key to text.")
    overall: str = ""
    send: bool = Field(True, description="False keeps it as your draft.")


class AddressedIn(In):
    criterion: str
    addressed: bool = True


class QualityPartOut(Schema):
    name: str
    percent: int | None
    what: str


class StandingAsReviewerOut(Schema):
    reviews: int = Field(description="How many of your reviews have a quality.")
    missing: int = Field(description="How many more it takes before there is more to see.")
    quality: float | None = Field(description="0 to 1.")
    parts: list[QualityPartOut]
    habit: str
    tip: str
    is_trusted: bool = Field(description="Your single review can settle easy work.")


class ReviewQuery(Paging):
    status: PeerReview.Status | None = None


class FeedbackIn(In):
    submission: Id


class HelpfulIn(In):
    helpful: bool


def _detail(submission: Submission) -> Submission:
    submission.feedback = AIFeedback.objects.filter(submission=submission).first()  # type: ignore[attr-defined]
    submission.reviews = list(  # type: ignore[attr-defined]
        PeerReview.objects.filter(submission=submission).sent().order_by("submitted_at")
    )
    submission.consensus = consensus_told.told(  # type: ignore[attr-defined]
        Outcome.objects.filter(submission=submission).first(),
        submission.reviews,  # type: ignore[attr-defined]
    )
    return submission


def _with_work(review: PeerReview) -> PeerReview:
    challenge = review.submission.challenge
    review.work = {  # type: ignore[attr-defined]
        "challenge_title": challenge.title,
        "instructions": challenge.instructions,
        "category": challenge.goal.category,
        "difficulty": challenge.difficulty,
        "rubric": challenge.rubric,
        "body": review.submission.body,
        "link": review.submission.link,
    }
    return review


def _shown(request: LearnerRequest, reviews: list[PeerReview]) -> list[PeerReview]:
    """Leave out what single reviews were worth until the reviewer has done enough of them."""
    if not standings.may_see_quality(request.user):
        for review in reviews:
            review.quality = None
    return reviews


def _reviews_of(request: LearnerRequest) -> Any:
    return PeerReview.objects.given_by(request.user).select_related("submission__challenge__goal")


@submission_router.post(
    "/",
    response={201: SubmissionOut, 200: SubmissionOut, **refusals(403, 404, 409, 422)},
)
@idempotent
def create_submission(request: LearnerRequest, payload: WorkIn) -> Any:
    """Hand in work (201), or keep it as a draft (200). The same work sent twice is handed in
    once, and answers 200. There are no versions here: the last save of a draft wins."""
    if payload.hand_in:
        limit(request, "submission")
    challenge = get_object_or_404(Challenge.objects.owned_by(request.user), pk=payload.challenge)
    work: dict[str, Any] = {
        "challenge": challenge,
        "body": payload.body,
        "link": payload.link,
    }
    if not payload.hand_in:
        return Status(200, drafting.save_draft(by=request.user, **work))
    submission, is_new = handin.hand_in_work(by=request.user, **work)
    return Status(201 if is_new else 200, submission)


@submission_router.get(
    "/challenge/{challenge_id}", response={200: Page[SubmissionOut], **refusals(404, 422)}
)
def list_submissions(request: LearnerRequest, challenge_id: Id, paging: Query[Paging]) -> Any:
    """Your work on one of your challenges, the latest attempt first."""
    challenge = get_object_or_404(Challenge.objects.owned_by(request.user), pk=challenge_id)
    works = Submission.objects.owned_by(request.user).filter(challenge=challenge)
    return paged(works.order_by("-attempt"), paging, list)


@submission_router.get("/{submission_id}", response={200: SubmissionDetail, **refusals(404)})
def read_submission(request: LearnerRequest, submission_id: Id) -> Any:
    """Work of yours with all that was said of it.

    Work that you are to review is found at its review, without anybody else's scores."""
    if PeerReview.objects.unsent_by(request.user).filter(submission=submission_id).exists():
        raise Http404
    return _detail(get_object_or_404(Submission.objects.visible_to(request.user), pk=submission_id))


@submission_router.put(
    "/{submission_id}/review", response={200: ReviewOut, **refusals(403, 404, 409, 422)}
)
def review_submission(request: LearnerRequest, submission_id: Id, payload: ReviewIn) -> Any:
    """Send your review of work that you claimed, or keep it as a draft."""
    if payload.send:
        limit(request, "review")
    review = get_object_or_404(_reviews_of(request), submission=submission_id)
    given = payload.model_dump(exclude={"send"})
    deed = peer_review.submit_review if payload.send else peer_review.save_draft
    return _shown(request, [deed(review=review, by=request.user, **given)])[0]


@review_router.get("/", response={200: Page[ReviewOut], **refusals(422)})
def list_reviews(request: LearnerRequest, query: Query[ReviewQuery]) -> Any:
    """Your reviews, the latest first."""
    reviews = PeerReview.objects.given_by(request.user).order_by("-claimed_at", "-pk")
    if query.status:
        reviews = reviews.filter(status=query.status)
    return paged(reviews, query, lambda rows: _shown(request, list(rows)))


@review_router.get("/standing", response=StandingAsReviewerOut)
def read_standing(request: LearnerRequest) -> Any:
    """How you review: your quality with its parts and a tip, after five reviews."""
    return standings.of(request.user)


@review_router.post("/next", response={200: ReviewDetail, 204: None, **refusals(403)})
def claim_next(request: LearnerRequest) -> Any:
    """Claim the work that needs a review most; 204 when nothing waits for you."""
    limit(request, "review")
    review = assignment.claim_next(by=request.user)
    return Status(204, None) if review is None else Status(200, _with_work(review))


@review_router.get("/{review_id}", response={200: ReviewDetail, **refusals(404)})
def read_review(request: LearnerRequest, review_id: Id) -> Any:
    """A review of yours with the work."""
    review = get_object_or_404(_reviews_of(request), pk=review_id)
    return _with_work(_shown(request, [review])[0])


@review_router.post("/{review_id}/release", response={200: ReviewOut, **refusals(403, 404, 409)})
def release(request: LearnerRequest, review_id: Id) -> Any:
    """Give a claim back."""
    return assignment.release(
        review=get_object_or_404(_reviews_of(request), pk=review_id), by=request.user
    )


@review_router.post("/{review_id}/renew", response={200: ReviewOut, **refusals(403, 404, 409)})
def renew(request: LearnerRequest, review_id: Id) -> Any:
    """Take 48 more hours."""
    return assignment.renew(
        review=get_object_or_404(_reviews_of(request), pk=review_id), by=request.user
    )


@review_router.post(
    "/{review_id}/helpful", response={200: ReviewReceivedOut, **refusals(403, 404, 422)}
)
def mark_helpful(request: LearnerRequest, review_id: Id, payload: HelpfulIn) -> Any:
    """Say whether a review of your work helped."""
    received = PeerReview.objects.filter(author=request.user).sent()
    review = get_object_or_404(received, pk=review_id)
    return peer_review.mark_helpful(review=review, by=request.user, helpful=payload.helpful)


@review_router.post(
    "/{review_id}/addressed", response={200: ReviewReceivedOut, **refusals(403, 404, 409, 422)}
)
def mark_addressed(request: LearnerRequest, review_id: Id, payload: AddressedIn) -> Any:
    """Say whether you took up what a review of your work says of a criterion."""
    received = PeerReview.objects.filter(author=request.user).sent()
    review = get_object_or_404(received, pk=review_id)
    return taking_up.mark_addressed(review=review, by=request.user, **payload.model_dump())


@ai_router.post(
    "/feedback", response={200: FeedbackOut, 202: FeedbackOut, **refusals(403, 404, 409, 422)}
)
def ask_for_feedback(request: LearnerRequest, response: HttpResponse, payload: FeedbackIn) -> Any:
    """The coach's feedback on work that you handed in: 200 when it is there, else 202 with
    `Location` to poll. After a failure this asks again."""
    limit(request, "ai")
    feedback = get_object_or_404(
        AIFeedback.objects.filter(submission__author=request.user), submission=payload.submission
    )
    if ai_feedback.can_retry(feedback):
        feedback = ai_feedback.retry(feedback=feedback, by=request.user)
    if feedback.status == AIFeedback.Status.READY:
        return Status(200, feedback)
    response["Location"] = f"/api/ai/feedback/{feedback.submission_id}"
    return Status(202, feedback)


@ai_router.get("/feedback/{submission_id}", response={200: FeedbackOut, **refusals(404)})
def read_feedback(request: LearnerRequest, submission_id: Id) -> Any:
    """Feedback on work: `pending`, `ready` or `failed`."""
    feedback = AIFeedback.objects.visible_to(request.user).filter(submission=submission_id).first()
    if feedback is None:
        raise Http404
    return feedback


@ai_router.post(
    "/feedback/{submission_id}/helpful",
    response={200: FeedbackOut, **refusals(403, 404, 409, 422)},
)
def rate_feedback(request: LearnerRequest, submission_id: Id, payload: HelpfulIn) -> Any:
    """Say whether the coach's feedback on your work helped."""
    feedback = get_object_or_404(
        AIFeedback.objects.filter(submission__author=request.user), submission=submission_id
    )
    return ai_feedback.rate(feedback=feedback, by=request.user, helpful=payload.helpful)


class WrongIn(In):
    note: str = ""


@ai_router.post(
    "/feedback/{submission_id}/wrong", response={200: FeedbackOut, **refusals(403, 404, 409, 422)}
)
def report_feedback(request: LearnerRequest, submission_id: Id, payload: WrongIn) -> Any:
    """Say that the coach's feedback on your work is wrong, and why."""
    feedback = get_object_or_404(
        AIFeedback.objects.filter(submission__author=request.user), submission=submission_id
    )
    return ai_feedback.report_wrong(feedback=feedback, by=request.user, note=payload.note)


class HintIn(In):
    challenge: int


@ai_router.post("/hint", response={200: AskOut, 202: AskOut, **refusals(403, 404, 409, 422)})
def request_hint(request: LearnerRequest, response: HttpResponse, payload: HintIn) -> Any:
    """Get the next of three hints for a challenge of yours; never the answer."""
    limit(request, "ai")
    challenge = get_object_or_404(Challenge.objects.owned_by(request.user), pk=payload.challenge)
    return answer_ask(response, hints.request_hint(challenge=challenge, by=request.user))


@review_router.post(
    "/{review_id}/check", response={200: AskOut, 202: AskOut, **refusals(403, 404, 422)}
)
def check_review(request: LearnerRequest, response: HttpResponse, review_id: Id) -> Any:
    """Have the saved words of your review looked at before you send it: vague, or unkind?"""
    limit(request, "ai")
    review = get_object_or_404(PeerReview.objects.given_by(request.user), pk=review_id)
    return answer_ask(response, coaching.check(review=review, by=request.user))
