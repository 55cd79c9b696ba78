"""What waits for moderators, and what reviewers wrote to them, for API clients."""

from datetime import datetime
from typing import Any, Literal

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from learnquest.core.api import Id, In, Page, Paging, paged, refusals
from learnquest.core.http import LearnerRequest
from reviews import waiting
from reviews.after_api import moderators_only
from reviews.models import PeerReview, ReviewCase

router = Router(tags=["moderation"])


class SaidOut(Schema):
    """What a reviewer told the moderators; nobody's name is with it."""

    id: int
    submission: int = Field(alias="submission_id")
    status: PeerReview.Status = Field(description="submitted, or released: given back.")
    released_for: str = Field(description="Why it was given back; empty for one that was sent.")
    note: str = Field(alias="private_note")
    submitted_at: datetime | None
    read_at: datetime | None = Field(
        alias="note_read_at", description="When a moderator marked the note as read."
    )
    read_by: str | None = Field(description="Name of that moderator; null once they have left.")

    @staticmethod
    def resolve_read_by(review: PeerReview) -> str | None:
        return review.note_read_by.name if review.note_read_by else None


class NotesQuery(Paging):
    read: bool | None = Field(None, description="Only those that are marked as read, or are not.")


class WaitingOut(Schema):
    """Work that went to the moderators."""

    id: int
    submission: int = Field(alias="submission_id")
    title: str = Field(alias="submission.challenge.title")
    concern: str = Field(
        alias="escalated_for",
        description="wait, cannot_judge, reported or hidden; empty once decided.",
    )
    since: datetime | None = Field(alias="escalated_at", description="Null once it is decided.")
    handed_in_at: datetime | None = Field(alias="submission.submitted_at")
    said: list[SaidOut] = Field(description="What its reviewers told the moderators.")


class WaitingDecisionIn(In):
    decision: Literal["back"] = Field(
        description="Back into the queue. A report is decided with the reports."
    )
    reason: str = Field(description="For the audit log: nobody else reads it.")


@router.get("/waiting", response={200: Page[WaitingOut], **refusals(404, 422)})
def list_waiting(request: LearnerRequest, paging: Query[Paging]) -> Any:
    """Work that waited a week, that reviewers could not judge or that they reported, or all reviews
    of which are hidden, the oldest first; none that the caller wrote or had to review."""
    moderators_only(request)
    return paged(waiting.waiting_for(request.user), paging, _shown)


@router.post(
    "/waiting/{case_id}/decide", response={200: WaitingOut, **refusals(403, 404, 409, 422)}
)
def decide_waiting(request: LearnerRequest, case_id: Id, payload: WaitingDecisionIn) -> Any:
    """Put work back into the queue. Neither its author nor its reviewers are told."""
    moderators_only(request)
    case = get_object_or_404(waiting.waiting_for(request.user), pk=case_id)
    return _shown([waiting.put_back(case=case, by=request.user, reason=payload.reason)])[0]


@router.get("/notes", response={200: Page[SaidOut], **refusals(404, 422)})
def list_notes(request: LearnerRequest, query: Query[NotesQuery]) -> Any:
    """What reviewers wrote to the moderators alone, the latest first; with `read=true` the last
    marked as read first."""
    moderators_only(request)
    lists = {None: waiting.notes_for, False: waiting.new_notes_for, True: waiting.read_notes_for}
    return paged(lists[query.read](request.user), query, list)


@router.post("/notes/{note_id}/read", response={200: SaidOut, **refusals(403, 404)})
def mark_note_read(request: LearnerRequest, note_id: Id) -> Any:
    """Mark a note as read, for all moderators; one that is read stays as it is. Its reviewer and
    the author of the work do not learn of it."""
    return waiting.mark_note_read(review=_note(request, note_id), by=request.user)


@router.post("/notes/{note_id}/unread", response={200: SaidOut, **refusals(403, 404)})
def mark_note_unread(request: LearnerRequest, note_id: Id) -> Any:
    """Put a note back among the new ones, whoever marked it as read."""
    return waiting.mark_note_unread(review=_note(request, note_id), by=request.user)


def _note(request: LearnerRequest, note_id: int) -> PeerReview:
    moderators_only(request)
    return get_object_or_404(waiting.notes_for(request.user), pk=note_id)


def _shown(cases: Any) -> list[ReviewCase]:
    """Give each case what its reviewers said, in one query."""
    said: dict[int, list[PeerReview]] = {}
    for review in waiting.said_of(cases):
        said.setdefault(review.submission_id, []).append(review)
    for case in cases:
        case.said = said.get(case.submission_id, [])
    return list(cases)
