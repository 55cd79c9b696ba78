"""What follows the outcome, and the moderators' side of it, for API clients."""

from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from accounts.idempotency import idempotent
from learnquest.core.api import Id, In, Page, Paging, Sent, paged, refusals
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit
from reviews import after, appeals, fairness, steps
from reviews.models import Answer, Appeal, PeerReview
from submissions import names
from submissions.models import Submission

after_router = Router(tags=["reviews"])
appeal_router = Router(tags=["submissions"])
moderation_of_reviews = Router(tags=["moderation"])


class NamesOut(Schema):
    review: int
    author: str | None = Field(description="Null unless both sides show their names.")
    reviewer: str | None
    you_show: bool
    other_shows: bool


class NamesIn(In):
    show: bool


class LineOut(Schema):
    id: int
    who: str = Field(description="You, The author, The reviewer; or a name that both sides show.")
    text: str
    created_at: datetime
    names_you: list[str] = Field(description=names.HINT)


class AnswerIn(In):
    text: str


class StepOut(Schema):
    when: datetime
    what: str
    words: str = Field(description="What was said with it, such as a moderator's reasons.")


class AppealOut(Schema):
    id: int
    submission: int = Field(alias="submission_id")
    reason: str
    created_at: datetime
    heard_at: datetime | None = Field(description="When both second opinions were there.")
    score_before: float
    decision: str = Field(description="upheld or raised; empty before it is decided.")
    explanation: str
    score_after: float | None
    decided_at: datetime | None


class AppealIn(In):
    reason: str


class AppealDecisionIn(In):
    decision: Appeal.Decision
    explanation: str
    score: Decimal | None = Field(None, ge=0, le=100, decimal_places=2)


class WaitsOut(Schema):
    works: int
    median: float = Field(description="Hours until the second review.")
    p90: float
    longest: float
    waiting: int
    longest_waiting: float


class LoadOut(Schema):
    reviewers: int
    reviews: int
    busiest_tenth: float = Field(description="Share of all reviews, 0 to 1.")
    gini: float
    most: int


class AgreementOut(Schema):
    grades: int
    mean_gap: float = Field(description="Points between a grade and the mean of the others.")
    within: float = Field(description="Share within 10 points.")


class FieldOut(Schema):
    category: str
    reviews: int
    mean_score: float
    shift: float = Field(description="Against what the same people give elsewhere.")
    error: float
    stands_out: bool


class RingOut(Schema):
    members: list[str]
    chance: float
    reviews: int
    favour: float


class FewReviewersOut(Schema):
    username: str
    reviewers: list[str] = Field(description="The one or two who reviewed them most.")
    reviews: int
    share: float = Field(description="How much of it those gave, 0 to 1.")
    blocks: int = Field(description="How many people they block.")


class GivesBackOut(Schema):
    username: str
    times: int


class FairnessOut(Schema):
    since: datetime
    until: datetime
    waits: WaitsOut
    load: LoadOut
    agreement: AgreementOut
    fields: list[FieldOut]
    rings: list[RingOut]
    few_reviewers: list[FewReviewersOut] = Field(
        description="Authors whose reviews come from one or two people far above chance."
    )
    give_backs: list[GivesBackOut] = Field(
        description="Who gave back more than ten works in the seven days before `until`."
    )


class FairnessQuery(Sent):
    days: int = Field(90, ge=1, le=365)


def _talked_about(request: LearnerRequest, review_id: int) -> PeerReview:
    """Return a review of the caller's, given or received, whatever the time."""
    sent = PeerReview.objects.sent().select_related("submission", "author", "reviewer")
    mine = sent.filter(reviewer=request.user) | sent.filter(author=request.user)
    return get_object_or_404(mine, pk=review_id)


def _names(review: PeerReview, request: LearnerRequest) -> dict[str, Any]:
    is_author = review.author_id == request.user.pk
    shown = review.shows_names
    both = (review.author_shows_name, review.reviewer_shows_name)
    you, other = both if is_author else both[::-1]
    return {
        "review": review.pk,
        "author": review.author.name if shown else None,
        "reviewer": review.reviewer.name if shown and review.reviewer else None,
        "you_show": you,
        "other_shows": other,
    }


@after_router.post("/{review_id}/names", response={200: NamesOut, **refusals(403, 404, 409, 422)})
def show_name(request: LearnerRequest, review_id: Id, payload: NamesIn) -> Any:
    """Say whether the other side may know who you are; names appear once both have said yes.
    Only after the outcome."""
    review = after.show_name(
        review=_talked_about(request, review_id), by=request.user, show=payload.show
    )
    return _names(review, request)


@after_router.get("/{review_id}/names", response={200: NamesOut, **refusals(404)})
def read_names(request: LearnerRequest, review_id: Id) -> Any:
    """Who said what about names."""
    return _names(_talked_about(request, review_id), request)


@after_router.post("/{review_id}/thanks", response={204: None, **refusals(403, 404, 409)})
def thank(request: LearnerRequest, review_id: Id) -> Any:
    """Thank the reviewer of your work."""
    after.thank(review=_talked_about(request, review_id), by=request.user)
    return Status(204, None)


@after_router.get("/{review_id}/answers", response={200: list[LineOut], **refusals(404)})
def list_answers(request: LearnerRequest, review_id: Id) -> Any:
    """The talk about a review, in order; twelve lines at most."""
    review = _talked_about(request, review_id)
    answers = Answer.objects.visible_to(request.user).filter(review=review).order_by("created_at")
    lines = after.lines_of(review, request.user, list(answers))
    return [_line(line, review, request) for line in lines]


@after_router.post("/{review_id}/answers", response={201: LineOut, **refusals(403, 404, 409, 422)})
@idempotent
def answer(request: LearnerRequest, review_id: Id, payload: AnswerIn) -> Any:
    """Say something to the other side of a review, without your name. Only after the outcome."""
    limit(request, "review")
    review = _talked_about(request, review_id)
    new = after.answer(review=review, by=request.user, text=payload.text)
    return Status(201, _line(after.lines_of(review, request.user, [new])[0], review, request))


@appeal_router.get("/{submission_id}/steps", response={200: list[StepOut], **refusals(404)})
def list_steps(request: LearnerRequest, submission_id: Id) -> Any:
    """What became of work of yours, or of work that you have reviewed, without names."""
    work = get_object_or_404(steps.open_to(request.user), pk=submission_id)
    return steps.steps_of(work, request.user)


@appeal_router.post(
    "/{submission_id}/appeal", response={201: AppealOut, **refusals(403, 404, 409, 422)}
)
@idempotent
def make_appeal(request: LearnerRequest, submission_id: Id, payload: AppealIn) -> Any:
    """Have the outcome of your work looked at again: two trusted reviewers, then a moderator.
    Once, within 30 days. The score can rise, and never falls."""
    work = get_object_or_404(Submission.objects.owned_by(request.user), pk=submission_id)
    return Status(201, appeals.appeal(work=work, by=request.user, reason=payload.reason))


@appeal_router.get("/{submission_id}/appeal", response={200: AppealOut, **refusals(404)})
def read_appeal(request: LearnerRequest, submission_id: Id) -> Any:
    """The appeal on work of yours, or on work that you have reviewed."""
    return get_object_or_404(Appeal.objects.visible_to(request.user), submission=submission_id)


@moderation_of_reviews.get("/appeals", response={200: Page[AppealOut], **refusals(404, 422)})
def list_appeals(request: LearnerRequest, paging: Query[Paging]) -> Any:
    """All appeals, those that wait first, the oldest of them first."""
    moderators_only(request)
    waiting_first = F("decided_at").desc(nulls_first=True)
    return paged(
        Appeal.objects.visible_to(request.user).order_by(waiting_first, "created_at", "pk"),
        paging,
        list,
    )


@moderation_of_reviews.post(
    "/appeals/{appeal_id}/decide", response={200: AppealOut, **refusals(403, 404, 409, 422)}
)
def decide_appeal(request: LearnerRequest, appeal_id: Id, payload: AppealDecisionIn) -> Any:
    """Decide on an appeal, with reasons that both sides read."""
    moderators_only(request)
    return appeals.decide(
        appeal=get_object_or_404(Appeal, pk=appeal_id),
        by=request.user,
        decision=payload.decision,
        reason=payload.explanation,
        score=payload.score,
    )


@moderation_of_reviews.get("/fairness", response={200: FairnessOut, **refusals(404, 422)})
def read_fairness(request: LearnerRequest, query: Query[FairnessQuery]) -> Any:
    """How peer review treated people in the last days."""
    moderators_only(request)
    found = fairness.report(window=timedelta(days=query.days))
    fields = [asdict(one) | {"stands_out": one.stands_out} for one in found.fields]
    return asdict(found) | {"fields": fields}


def moderators_only(request: LearnerRequest) -> None:
    if not request.user.is_moderator:
        raise Http404


def _line(line: after.Line, review: PeerReview, request: LearnerRequest) -> dict[str, Any]:
    text = line.answer.text
    return {
        "names_you": after.names_in(text, review, request.user) if line.is_mine else [],
        "id": line.answer.pk,
        "who": line.who,
        "text": line.answer.text,
        "created_at": line.answer.created_at,
    }
