"""Peer reviews, for API clients: the queue, a claim, and what its author says of a review."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from ai.api import AskOut, answer_ask
from challenges.api import CriterionOut
from learnquest.core.api import Id, In, Page, Paging, Whole, paged, refusals, stale_shown_by, whole
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit
from reviews import (
    assignment,
    coaching,
    giving_back,
    invitations,
    next_work,
    nothing_left,
    paying,
    peer_review,
    standings,
    taking_up,
    training,
    work_numbers,
    work_views,
)
from reviews.feedback_api import HelpfulIn
from reviews.models import PeerReview
from reviews.quotes import COMMENT_LENGTH, MOST_LETTERS, MOST_PASSAGES
from submissions import names
from submissions.api import FILE_ANSWER
from submissions.models import Attachment

router = Router(tags=["reviews"])


class FileToReviewOut(Schema):
    """A file of work under review, under a name that tells nothing of its author."""

    number: int
    name: str = Field(alias="neutral_name")
    kind: Attachment.Kind
    size: int


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
    is_mark_counted: bool = Field(
        description="Whether `is_helpful` has counted for the reviewer, and so stays as it is."
    )
    is_use_counted: bool = Field(description="Likewise for `addressed`.")
    reviewer: str | None = Field(description="Their name, where both sides show theirs.")
    is_for_appeal: bool = Field(description="A second opinion.")

    @staticmethod
    def resolve_reviewer(review: PeerReview) -> str | None:
        is_shown = review.shows_names and review.reviewer is not None
        return review.reviewer.name if is_shown and review.reviewer else None


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
    submission: int = Field(
        description="Until you have sent the review, a number of its own, for "
        "`/api/submissions/{submission_id}/review` alone; from then on the work's id."
    )
    status: PeerReview.Status
    claimed_at: datetime
    lease_until: datetime
    scores: dict[str, int]
    comments: dict[str, str]
    overall: str
    score: float | None
    quotes: list[PassageOut]
    private_note: str = Field(description="Only moderators read it.")
    difficulty: int | None = Field(
        description="How hard you find the task, where that is easier than stated. The middle of "
        "all answers counts, and that is all that the author learns."
    )
    version: str = Field(description="Changes with each save; send it back with the next one.")
    holds_seat: bool = Field(description="Whether nobody else is asked in your place.")
    is_boosted: bool = Field(description="Double points.")
    is_training: bool = Field(description="Announced practice on a work with known marks.")
    submitted_at: datetime | None
    is_helpful: bool | None
    quality: float | None = Field(
        description="0 to 1, once the work is settled, and not before your fifth review."
    )
    names_you: list[str] = Field(description=names.HINT)

    @staticmethod
    def resolve_names_you(review: PeerReview) -> list[str]:
        return coaching.names_in(review, review.reviewer) if review.reviewer else []

    @staticmethod
    def resolve_submission(review: PeerReview) -> int:
        return work_numbers.of(review)

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
    quote: str = Field(
        max_length=MOST_LETTERS, description="Words of the work, as they stand there."
    )
    comment: str = Field("", max_length=COMMENT_LENGTH)
    start: int | None = Field(None, description="About where, if they stand there twice.")


class ReviewIn(In):
    scores: dict[str, Whole] = Field(
        {}, description="Criterion key to 0 … 100.", examples=[{"clear": 75}]
    )
    comments: dict[str, str] = Field({}, description="Criterion key to text.")
    overall: str = ""
    quotes: list[PassageIn] | None = Field(
        None, max_length=MOST_PASSAGES, description="Left out, they stay as they are."
    )
    private_note: str | None = Field(None, description="To moderators alone.")
    difficulty: Annotated[int, Field(ge=1, le=5), whole] | None = Field(
        None,
        description="How hard you find the task, where that is easier than stated; the stated "
        "difficulty, or more, takes it back. Left out, it stays as it is.",
    )
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
    note: str = Field(
        "", description="What moderators should know, with a reason; needed for a report."
    )


class FieldWaitingOut(Schema):
    category: str
    count: int
    has_boosted: bool = Field(description="Some of it is worth double points.")


class NothingLeftOut(Schema):
    why: str = Field(description="In words for the reader.")
    told: str = Field(description="How they hear of new work, in words.")
    invitations: Literal["on", "off", "no_goals"] = Field(
        description="`on`: they may be asked when work waits in a field of their goals."
    )


class QueueOut(Schema):
    waiting: list[FieldWaitingOut]
    received: int = Field(description="Reviews that you received in four weeks.")
    given: int
    owed: int
    points_on_their_way: int = Field(
        description="What reviews that you sent will pay for having been given, once their works "
        "are settled. Only you see it."
    )
    needs_training: bool = Field(description="Practice comes first.")
    held: int | None = Field(description="The review in your hands.")
    paused_until: datetime | None = Field(
        description="From when on there is new work for you, after you gave back as much as one "
        "may within 24 hours; null while there is some now."
    )
    can_practise: bool = Field(description="Whether works with known marks are left for you.")
    nothing_left: NothingLeftOut | None = Field(
        description="Where nothing waits and all practice is done. Meanwhile there are your own "
        "next steps (`/api/progress/dashboard`) and how you review (`/api/reviews/standing`)."
    )


class ReviewQuery(Paging):
    status: PeerReview.Status | None = None


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


def shown(request: LearnerRequest, reviews: list[PeerReview]) -> list[PeerReview]:
    """Leave out what single reviews were worth until the reviewer has done enough of them."""
    if not standings.may_see_quality(request.user):
        for review in reviews:
            review.quality = None
    return reviews


def write(request: LearnerRequest, review: PeerReview, payload: ReviewIn) -> PeerReview:
    """Send a review or keep it, as the client asks."""
    limit(request, "review" if payload.send else "draft")
    given = payload.model_dump(exclude={"send"})
    deed = peer_review.submit_review if payload.send else peer_review.save_draft
    with stale_shown_by(lambda row: ReviewOut.from_orm(row).model_dump(mode="json")):
        return deed(review=review, by=request.user, **given)


@router.get("/", response={200: Page[ReviewOut], **refusals(422)})
def list_reviews(request: LearnerRequest, query: Query[ReviewQuery]) -> Any:
    """Your reviews, the latest first."""
    reviews = PeerReview.objects.given_by(request.user).select_related("reviewer")
    reviews = reviews.order_by("-claimed_at", "-pk")
    if query.status:
        reviews = reviews.filter(status=query.status)
    return paged(reviews, query, lambda rows: shown(request, list(rows)))


@router.get("/standing", response={200: StandingAsReviewerOut, **refusals()})
def read_standing(request: LearnerRequest) -> Any:
    """How you review: your quality with its parts and a tip, after five reviews."""
    return standings.of(request.user)


@router.post("/next", response={200: ReviewDetail, 204: None, **refusals(403, 409)})
def claim_next(request: LearnerRequest) -> Any:
    """Claim the work that needs a review most; 204 when nothing waits for you: the queue says what
    then. Who is new to reviewing gets two works for practice first, with `is_training`: they come
    again until they are sent. 409 for who gave back as much as one may in a day, with the time
    from which on there is new work."""
    limit(request, "review")
    review = next_work.next_for(by=request.user)
    return Status(204, None) if review is None else Status(200, _with_work(review))


@router.get("/queue", response={200: QueueOut, **refusals()})
def read_queue(request: LearnerRequest) -> Any:
    """What waits for you by field, and what you owe: as many reviews as you receive."""
    held = assignment.open_claim(request.user)
    waiting = invitations.waiting_by_field(request.user)
    balance = invitations.balance(request.user)
    paused_until = giving_back.paused_until(request.user)
    can_practise = training.is_left(request.user)
    return {
        "waiting": waiting,
        "received": balance.received,
        "given": balance.given,
        "owed": balance.owed,
        "points_on_their_way": paying.on_their_way(request.user),
        "needs_training": training.needs_training(request.user),
        "held": held.pk if held else None,
        "paused_until": paused_until,
        "can_practise": can_practise,
        "nothing_left": None
        if held or paused_until or waiting or can_practise
        else nothing_left.of(request.user),
    }


@router.post("/practise", response={200: ReviewDetail, 204: None, **refusals(403, 409)})
def practise(request: LearnerRequest) -> Any:
    """Take a work with known marks to practise on; 204 when you have had them all: the
    queue says what then."""
    limit(request, "review")
    review = training.begin(by=request.user)
    return Status(204, None) if review is None else Status(200, _with_work(review))


@router.get("/{review_id}", response={200: ReviewDetail, **refusals(404)})
def read_review(request: LearnerRequest, review_id: Id) -> Any:
    """A review of yours with the work. Of work that you gave back there is what you wrote, in the
    list of your reviews."""
    review = work_views.review_of(request, review_id)
    return _with_work(shown(request, [review])[0])


@router.get(
    "/{review_id}/attachments/{number}",
    response={200: None, **refusals(404)},
    openapi_extra=FILE_ANSWER,
)
def read_attachment_to_review(request: LearnerRequest, review_id: Id, number: int) -> Any:
    """A file of the work that you review, under a name that tells nothing."""
    return work_views.attachment(request, review_id, number)


@router.put("/{review_id}", response={200: ReviewOut, **refusals(403, 404, 409, 412, 422)})
def write_review(request: LearnerRequest, review_id: Id, payload: ReviewIn) -> Any:
    """Send your review, or keep it as a draft. A draft keeps your place for twelve hours; what
    you send counts even when your lease is over. Its points come with the outcome of the work."""
    review = work_views.review_of(request, review_id)
    return shown(request, [write(request, review, payload)])[0]


@router.post("/{review_id}/release", response={200: ReviewOut, **refusals(403, 404, 409, 422)})
def release(request: LearnerRequest, review_id: Id, payload: ReleaseIn | None = None) -> Any:
    """Give a claim back, perhaps with a reason; `reported` sends it to the moderators. Always
    allowed; after several within 24 hours (all but reports count) there is no new work until the
    first of them is a day old."""
    given = payload.model_dump() if payload else {}
    # What was given back already answers 409, not 404: a client that asks twice is told so.
    review = get_object_or_404(PeerReview.objects.given_by(request.user), pk=review_id)
    return assignment.release(review=review, by=request.user, **given)


@router.post("/{review_id}/renew", response={200: ReviewOut, **refusals(403, 404, 409)})
def renew(request: LearnerRequest, review_id: Id) -> Any:
    """Have it for 48 hours from now, at most three times. 409, with from when on it can be, while
    that would add less than twelve hours; it uses none of the three up."""
    return assignment.renew(review=work_views.review_of(request, review_id), by=request.user)


@router.post(
    "/{review_id}/helpful", response={200: ReviewReceivedOut, **refusals(403, 404, 409, 422)}
)
def mark_helpful(request: LearnerRequest, review_id: Id, payload: HelpfulIn) -> Any:
    """Say whether a review of your work helped. It counts for the reviewer with the outcome, and
    what you say later once a day; after that it stays, and another answer is 409."""
    received = PeerReview.objects.filter(author=request.user).sent()
    review = get_object_or_404(received, pk=review_id)
    return peer_review.mark_helpful(review=review, by=request.user, helpful=payload.helpful)


@router.post(
    "/{review_id}/addressed", response={200: ReviewReceivedOut, **refusals(403, 404, 409, 422)}
)
def mark_addressed(request: LearnerRequest, review_id: Id, payload: AddressedIn) -> Any:
    """Say whether you took up what a review of your work says of a criterion. It counts with the
    outcome of your next attempt, and what you say later once a day; after that it stays."""
    received = PeerReview.objects.filter(author=request.user).sent()
    review = get_object_or_404(received, pk=review_id)
    return taking_up.mark_addressed(review=review, by=request.user, **payload.model_dump())


@router.post("/{review_id}/check", response={200: AskOut, 202: AskOut, **refusals(403, 404, 422)})
def check_review(request: LearnerRequest, response: HttpResponse, review_id: Id) -> Any:
    """Have the saved words of your review looked at before you send it: vague, or unkind?"""
    limit(request, "ai")
    review = work_views.review_of(request, review_id)
    return answer_ask(response, coaching.check(review=review, by=request.user))
