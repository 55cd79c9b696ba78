"""Works with much the same text, and what moderators decide about them, for API clients."""

from datetime import datetime
from typing import Any, Literal

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from learnquest.core.api import Id, In, Page, Paging, paged, refusals
from learnquest.core.http import LearnerRequest
from reviews import copies
from reviews.after_api import moderators_only
from reviews.models import CopyDecision
from submissions import same_files
from submissions.models import SimilarityFlag

router = Router(tags=["moderation"])


class SameFileOut(Schema):
    """One file in both works, to be had at /api/submissions/{id}/attachments/{id}."""

    attachment: int = Field(description="Its id in the work handed in later.")
    other: int = Field(description="Its id in the work that was there first.")


class SimilarOut(Schema):
    """Two works that share much of their text."""

    id: int
    state: SimilarityFlag.State
    percent: int = Field(description="Passages of three words that both share, of all of them.")
    same_files: int = Field(description="Attached files that are the same, byte for byte.")
    files: list[SameFileOut] = Field(description="Which these are, as far as both still have them.")
    submission: int = Field(alias="submission_id", description="The work handed in later.")
    author: str = Field(alias="submission.author.username")
    other: int = Field(alias="other_id", description="The work that was there first.")
    other_author: str = Field(alias="other.author.username")
    reason: str
    created_at: datetime
    decided_at: datetime | None
    copy_decision: int | None = Field(
        description="Id of the decision that stands on the later work, to be taken back."
    )


class SimilarQuery(Paging):
    state: SimilarityFlag.State = SimilarityFlag.State.OPEN


class SimilarDecisionIn(In):
    decision: Literal["confirmed", "dismissed"]
    reason: str = Field(description="Of a copy, its author reads this: name nobody else.")


class TakeBackIn(In):
    reason: str = Field(description="The author of the work reads this.")


class CopyDecisionOut(Schema):
    """A work that was found to copy another."""

    id: int
    submission: int = Field(alias="submission_id")
    reason: str
    decided_at: datetime
    points: int = Field(description="How many points were taken back with it.")
    undone_for: str = Field(description="Why it was taken back; empty while it stands.")
    taken_back_at: datetime | None


@router.get("/similar", response={200: Page[SimilarOut], **refusals(404, 422)})
def list_similar(request: LearnerRequest, query: Query[SimilarQuery]) -> Any:
    """Works of two learners that share much of their text, in one state, the oldest first."""
    moderators_only(request)
    found = SimilarityFlag.objects.visible_to(request.user).filter(state=query.state)
    rows = found.select_related("submission__author", "other__author")
    return paged(rows.order_by("created_at", "pk"), query, _shown)


@router.post(
    "/similar/{flag_id}/decide", response={200: SimilarOut, **refusals(403, 404, 409, 422)}
)
def decide_similar(request: LearnerRequest, flag_id: Id, payload: SimilarDecisionIn) -> Any:
    """Say whether the later work copies the other. A copy comes back to its author, who reads
    why; its points are taken back, and whoever sent a review of it is paid."""
    moderators_only(request)
    flag = copies.decide(
        flag=get_object_or_404(SimilarityFlag.objects.visible_to(request.user), pk=flag_id),
        by=request.user,
        confirmed=payload.decision == "confirmed",
        reason=payload.reason,
    )
    return _shown([flag])[0]


@router.post(
    "/copies/{copy_id}/take-back", response={200: CopyDecisionOut, **refusals(403, 404, 409, 422)}
)
def take_back_copy(request: LearnerRequest, copy_id: Id, payload: TakeBackIn) -> Any:
    """Undo that a work was found to be a copy: it stands where it stood, with its points."""
    moderators_only(request)
    copy = get_object_or_404(CopyDecision, pk=copy_id)
    return copies.take_back(copy=copy, by=request.user, reason=payload.reason)


def _shown(flags: Any) -> list[SimilarityFlag]:
    """Give each flag the decision that stands on its work, and the files that are the same."""
    works = [flag.submission_id for flag in flags]
    standing = CopyDecision.objects.standing().filter(submission__in=works)
    ids = dict(standing.values_list("submission", "pk"))
    pairs = same_files.pairs((flag.submission_id, flag.other_id) for flag in flags)
    for flag in flags:
        flag.copy_decision = ids.get(flag.submission_id)
        found = pairs[flag.submission_id, flag.other_id]
        flag.files = [{"attachment": pk, "other": other} for pk, other in found]
    return list(flags)
