"""Work handed in, the coach's feedback and peer reviews, for API clients."""

from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from accounts.idempotency import idempotent
from ai.api import AskOut, answer_ask
from challenges.api import CriterionOut
from challenges.models import Challenge
from learnquest.core.api import Id, In, Page, Paging, paged, refusals, stale_shown_by
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit
from reviews import (
    ai_feedback,
    assignment,
    coaching,
    consensus_told,
    handin,
    invitations,
    next_work,
    peer_review,
    standings,
    taking_up,
    training,
    waits,
    withdrawal,
    work_views,
)
from reviews.models import AIFeedback, Outcome, PeerReview
from submissions import drafting, hints
from submissions.api import FILE_ANSWER, AttachmentOut
from submissions.models import Attachment, Submission

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
    attachments: list[AttachmentOut]


class FileToReviewOut(Schema):
    """A file of work under review, under a name that tells nothing of its author."""

    number: int
    name: str = Field(alias="neutral_name")
    kind: Attachment.Kind
    size: int


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


class PassageOut(Schema):
    quote: str = Field(description="The exact words of the work.")
    comment: str
    start: int | None = Field(description="Where they begin in the work's text, without Markdown.")
    end: int | None


class ReviewReceivedOut(Schema):
    """A review as the author sees it: without a name."""

    id: int
    scores: dict[str, int]
    comments: dict[str, str]
    overall: str
    quotes: list[PassageOut]
    score: float | None
    submitted_at: datetime | None
    is_helpful: bool | None
    addressed: list[str] = Field(description="Criteria whose comment you took up.")
    reviewer: str | None = Field(description="Their name, where both sides show theirs.")
    is_for_appeal: bool = Field(description="A second opinion.")

    @staticmethod
    def resolve_reviewer(review: PeerReview) -> str | None:
        is_shown = review.shows_names and review.reviewer is not None
        return review.reviewer.name if is_shown and review.reviewer else None


class WaitOut(Schema):
    """Where work in review stands."""

    done: int = Field(description="Reviews that have come.")
    wanted: int
    usual: str = Field(description="Half of all works had theirs within this; may be empty.")
    is_boosted: bool = Field(description="It comes first, since it has waited for 72 hours.")
    is_ended: bool = Field(description="It has waited for a week: the next review settles it.")


class SubmissionDetail(SubmissionOut):
    feedback: FeedbackOut | None
    consensus: ConsensusOut | None
    reviews: list[ReviewReceivedOut]
    wait: WaitOut | None = Field(description="While it is in review.")


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
    attempt: int
    attachments: list[FileToReviewOut] = Field(
        description="To be had at `/api/reviews/{review_id}/attachments/{number}`."
    )


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
    quotes: list[PassageOut]
    private_note: str = Field(description="Only moderators read it.")
    version: str = Field(description="Changes with each save; send it back with the next one.")
    holds_seat: bool = Field(description="Whether nobody else is asked in your place.")
    is_boosted: bool = Field(description="Double points.")
    is_training: bool = Field(description="Announced practice on a work with known marks.")
    submitted_at: datetime | None
    is_helpful: bool | None
    quality: float | None = Field(
        description="0 to 1, once the work is settled, and not before your fifth review."
    )

    @staticmethod
    def resolve_version(review: PeerReview) -> str:
        return peer_review.version_of(review)


class MarkOut(Schema):
    """One criterion of a known work."""

    name: str
    given: int | None
    known: int
    reason: str


class ReviewDetail(ReviewOut):
    work: ReviewedWorkOut
    comparison: list[MarkOut] = Field(
        description="How a sent review of a known work compares; else empty."
    )


class PassageIn(In):
    quote: str = Field(description="Words of the work, as they stand there.")
    comment: str = ""
    start: int | None = Field(None, description="About where, if they stand there twice.")


class ReviewIn(In):
    scores: dict[str, int] = Field(
        {}, description="Criterion key to 0 … 100.", examples=[{"clear": 75}]
    )
    comments: dict[str, str] = Field({}, description="Criterion key to text.")
    overall: str = ""
    quotes: list[PassageIn] | None = Field(None, description="Left out, they stay as they are.")
    private_note: str | None = Field(None, description="To moderators alone.")
    version: str | None = Field(
        None,
        description="The version that you wrote upon: when there is another one, the answer is "
        "412 with `current`, and nothing has changed. Left out, the last save wins.",
    )
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


class ReleaseIn(In):
    reason: Literal["", "no_time", "cannot_judge", "knows_author", "reported"] = ""
    note: str = Field("", description="What moderators should know; needed for a report.")


class FieldWaitingOut(Schema):
    category: str
    count: int
    has_boosted: bool = Field(description="Some of it is worth double points.")


class QueueOut(Schema):
    waiting: list[FieldWaitingOut]
    received: int = Field(description="Reviews that you received in four weeks.")
    given: int
    owed: int
    needs_training: bool = Field(description="Practice comes first.")
    held: int | None = Field(description="The review in your hands.")


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
    submission.wait = waits.of_work(submission)  # type: ignore[attr-defined]
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
        "attempt": review.submission.attempt,
        "attachments": list(review.submission.attachments.all()),
    }
    review.comparison = training.comparison(review)  # type: ignore[attr-defined]
    return review


def _shown(request: LearnerRequest, reviews: list[PeerReview]) -> list[PeerReview]:
    """Leave out what single reviews were worth until the reviewer has done enough of them."""
    if not standings.may_see_quality(request.user):
        for review in reviews:
            review.quality = None
    return reviews


def _write(request: LearnerRequest, review: PeerReview, payload: ReviewIn) -> PeerReview:
    """Send a review or keep it, as the client asks."""
    if payload.send:
        limit(request, "review")
    given = payload.model_dump(exclude={"send"})
    deed = peer_review.submit_review if payload.send else peer_review.save_draft
    with stale_shown_by(lambda row: ReviewOut.from_orm(row).model_dump(mode="json")):
        return deed(review=review, by=request.user, **given)


def _reviews_of(request: LearnerRequest) -> Any:
    # What a moderator hid is out of its reviewers' sight, too.
    mine = PeerReview.objects.given_by(request.user).filter(submission__hidden_at=None)
    return mine.select_related("submission__challenge__goal")


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
    return paged(works.order_by("-attempt").prefetch_related("attachments"), paging, list)


@submission_router.get("/{submission_id}", response={200: SubmissionDetail, **refusals(404)})
def read_submission(request: LearnerRequest, submission_id: Id) -> Any:
    """Work of yours with all that was said of it.

    Work that you are to review is found at its review, without anybody else's scores."""
    if PeerReview.objects.unsent_by(request.user).filter(submission=submission_id).exists():
        raise Http404
    return _detail(get_object_or_404(Submission.objects.visible_to(request.user), pk=submission_id))


@submission_router.post(
    "/{submission_id}/withdraw", response={200: SubmissionOut, **refusals(403, 404, 409)}
)
def withdraw_submission(request: LearnerRequest, submission_id: Id) -> Any:
    """Take work back before anybody has begun to review it: it is your draft again."""
    work = get_object_or_404(Submission.objects.owned_by(request.user), pk=submission_id)
    return withdrawal.withdraw(submission=work, by=request.user)


@submission_router.put(
    "/{submission_id}/review", response={200: ReviewOut, **refusals(403, 404, 409, 412, 422)}
)
def review_submission(request: LearnerRequest, submission_id: Id, payload: ReviewIn) -> Any:
    """Send your review of work that you claimed, or keep it as a draft."""
    review = get_object_or_404(_reviews_of(request), submission=submission_id)
    return _shown(request, [_write(request, review, payload)])[0]


@review_router.get("/", response={200: Page[ReviewOut], **refusals(422)})
def list_reviews(request: LearnerRequest, query: Query[ReviewQuery]) -> Any:
    """Your reviews, the latest first."""
    reviews = PeerReview.objects.given_by(request.user).order_by("-claimed_at", "-pk")
    if query.status:
        reviews = reviews.filter(status=query.status)
    return paged(reviews, query, lambda rows: _shown(request, list(rows)))


@review_router.get("/standing", response={200: StandingAsReviewerOut, **refusals()})
def read_standing(request: LearnerRequest) -> Any:
    """How you review: your quality with its parts and a tip, after five reviews."""
    return standings.of(request.user)


@review_router.post("/next", response={200: ReviewDetail, 204: None, **refusals(403)})
def claim_next(request: LearnerRequest) -> Any:
    """Claim the work that needs a review most; 204 when nothing waits for you. Who is new to
    reviewing gets two works for practice first, with `is_training`."""
    limit(request, "review")
    review = next_work.next_for(by=request.user)
    return Status(204, None) if review is None else Status(200, _with_work(review))


@review_router.get("/queue", response={200: QueueOut, **refusals()})
def read_queue(request: LearnerRequest) -> Any:
    """What waits for you by field, and what you owe: as many reviews as you receive."""
    held = assignment.open_claim(request.user)
    balance = invitations.balance(request.user)
    return {
        "waiting": invitations.waiting_by_field(request.user),
        "received": balance.received,
        "given": balance.given,
        "owed": balance.owed,
        "needs_training": training.needs_training(request.user),
        "held": held.pk if held else None,
    }


@review_router.post("/practise", response={200: ReviewDetail, 204: None, **refusals(403)})
def practise(request: LearnerRequest) -> Any:
    """Take a work with known marks to practise on; 204 when you have had them all."""
    limit(request, "review")
    review = training.begin(by=request.user)
    return Status(204, None) if review is None else Status(200, _with_work(review))


@review_router.get("/{review_id}", response={200: ReviewDetail, **refusals(404)})
def read_review(request: LearnerRequest, review_id: Id) -> Any:
    """A review of yours with the work."""
    review = get_object_or_404(_reviews_of(request), pk=review_id)
    return _with_work(_shown(request, [review])[0])


@review_router.get(
    "/{review_id}/attachments/{number}",
    response={200: None, **refusals(404)},
    openapi_extra=FILE_ANSWER,
)
def read_attachment_to_review(request: LearnerRequest, review_id: Id, number: int) -> Any:
    """A file of the work that you review, under a name that tells nothing."""
    return work_views.attachment(request, review_id, number)


@review_router.put("/{review_id}", response={200: ReviewOut, **refusals(403, 404, 409, 412, 422)})
def write_review(request: LearnerRequest, review_id: Id, payload: ReviewIn) -> Any:
    """Send your review, or keep it as a draft. A draft keeps your place for twelve hours; what
    you send counts even when your lease is over."""
    review = get_object_or_404(_reviews_of(request), pk=review_id)
    return _shown(request, [_write(request, review, payload)])[0]


@review_router.post(
    "/{review_id}/release", response={200: ReviewOut, **refusals(403, 404, 409, 422)}
)
def release(request: LearnerRequest, review_id: Id, payload: ReleaseIn | None = None) -> Any:
    """Give a claim back, perhaps with a reason; `reported` sends it to the moderators."""
    given = payload.model_dump() if payload else {}
    return assignment.release(
        review=get_object_or_404(_reviews_of(request), pk=review_id), by=request.user, **given
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
