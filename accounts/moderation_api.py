"""Reports for learners, and the moderators' queue, for API clients."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from accounts import moderation, reportables, suspension
from accounts.idempotency import idempotent
from accounts.models import Report, User
from learnquest.core.api import Id, In, Page, Paging, paged, refusals
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit

reports_router = Router(tags=["reports"])
moderation_router = Router(tags=["moderation"])


class ReportOut(Schema):
    """A report as its reporter sees it, or a decision as whom it fell on does."""

    id: int
    kind: str = Field(examples=["review"])
    target: int | None = Field(
        description="null in your own report of work that you review: its id would tell more of "
        "it than you are to know before your review is sent."
    )
    title: str
    state: Report.State
    decision: str = Field(description="Empty while it is not decided.")
    explanation: str
    created_at: datetime
    decided_at: datetime | None
    undone_at: datetime | None

    @staticmethod
    def resolve_target(report: Report, context: Any) -> int | None:
        is_reporters = report.reporter_id == context["request"].user.pk
        return None if is_reporters and report.kind == "submission" else report.target_id


class ReportIn(In):
    kind: str = Field(
        examples=["review"],
        description="work, submission, review, answer, goal, quest or profile. `work` is what you "
        "review: its `target` is the id of your review. `submission` is for what you have sent a "
        "review of.",
    )
    target: Id
    reason: Report.Reason
    note: str = ""


class CaseOut(ReportOut):
    """A report as moderators see it."""

    reason: Report.Reason
    note: str = Field(description="Empty in what concerns you.")
    excerpt: str = Field(
        description="What it said when it was reported. Empty in what concerns you."
    )
    person: str | None = Field(
        description="Username of whose it is; null for nobody, and in what concerns you."
    )
    moderator: str | None = Field(description="Name of who has it.")
    submission: int | None = Field(
        description="Id of the work that it is about, to be read with its files and reviews at "
        "/api/submissions/{id}; null where there is none, and in what concerns you."
    )
    concerns_you: bool = Field(
        description="You reported it, it is yours, you are its other side, such as the author of a "
        "reviewed work, or you hold a review of the same work: another moderator decides."
    )

    @staticmethod
    def resolve_note(report: Report) -> str:
        return "" if _is_apart(report) else report.note

    @staticmethod
    def resolve_excerpt(report: Report) -> str:
        return "" if _is_apart(report) else report.excerpt

    @staticmethod
    def resolve_person(report: Report) -> str | None:
        return report.person.username if report.person and not _is_apart(report) else None

    @staticmethod
    def resolve_submission(report: Report) -> int | None:
        work_id: int | None = report.work_id  # type: ignore[attr-defined]
        return work_id

    @staticmethod
    def resolve_concerns_you(report: Report) -> bool:
        return _is_apart(report)

    @staticmethod
    def resolve_moderator(report: Report) -> str | None:
        return report.moderator.name if report.moderator else None


class CaseQuery(Paging):
    state: Report.State | None = None


class DecisionIn(In):
    decision: Report.Decision
    explanation: str
    days: Literal[0, 1, 7, 30] = Field(7, description="For a suspension; 0: until it is lifted.")


class SuspensionOut(Schema):
    username: str
    suspended_at: datetime
    suspended_until: datetime | None = Field(description="null: until a moderator lifts it.")
    reason: str = Field(alias="suspended_for")


@reports_router.get("/", response={200: Page[ReportOut], **refusals(422)})
def list_reports(request: LearnerRequest, paging: Query[Paging]) -> Any:
    """What you reported, and what was decided against something of yours, newest first."""
    mine = Report.objects.filter(reporter=request.user) | Report.objects.filter(
        person=request.user, decision__in=Report.DECISIONS_AGAINST
    )
    return paged(mine.order_by("-created_at", "-pk"), paging, list)


@reports_router.post("/", response={201: ReportOut, **refusals(403, 404, 422)})
@idempotent
def create_report(request: LearnerRequest, payload: ReportIn) -> Any:
    """Tell the moderators of something that you can see. Whose it is never learns that it was
    you."""
    limit(request, "report")
    sent = payload.model_dump()
    return Status(201, moderation.report(target_id=sent.pop("target"), by=request.user, **sent))


@reports_router.get("/{report_id}", response={200: ReportOut, **refusals(404)})
def read_report(request: LearnerRequest, report_id: Id) -> Any:
    """A report of yours, or a decision on something of yours."""
    return get_object_or_404(Report.objects.visible_to(request.user), pk=report_id)


@moderation_router.get("/reports", response={200: Page[CaseOut], **refusals(404, 422)})
def list_cases(request: LearnerRequest, query: Query[CaseQuery]) -> Any:
    """All reports, the oldest first. For moderators, like all under this path."""
    _moderators_only(request)
    reports = Report.objects.select_related("person", "moderator").order_by("created_at", "pk")
    found = reports.filter(state=query.state) if query.state else reports
    return paged(found, query, lambda rows: _as_seen(rows, request.user))


@moderation_router.get("/reports/{report_id}", response={200: CaseOut, **refusals(404)})
def read_case(request: LearnerRequest, report_id: Id) -> Any:
    """One report with what it said."""
    return _as_seen([_case(request, report_id)], request.user)[0]


@moderation_router.post(
    "/reports/{report_id}/claim", response={200: CaseOut, **refusals(403, 404, 409)}
)
def claim_case(request: LearnerRequest, report_id: Id) -> Any:
    """Take a report, with all others of the same thing, so that nobody else decides."""
    done = moderation.claim(report=_case(request, report_id), by=request.user)
    return _as_seen([done], request.user)[0]


@moderation_router.post(
    "/reports/{report_id}/release", response={200: CaseOut, **refusals(403, 404, 409)}
)
def release_case(request: LearnerRequest, report_id: Id) -> Any:
    """Put it back for others."""
    done = moderation.release(report=_case(request, report_id), by=request.user)
    return _as_seen([done], request.user)[0]


@moderation_router.post(
    "/reports/{report_id}/decide", response={200: CaseOut, **refusals(403, 404, 409, 422)}
)
def decide_case(request: LearnerRequest, report_id: Id, payload: DecisionIn) -> Any:
    """Decide on a report in your hands, with reasons that both sides read."""
    done = moderation.decide(
        report=_case(request, report_id),
        by=request.user,
        decision=payload.decision,
        reason=payload.explanation,
        days=payload.days,
    )
    return _as_seen([done], request.user)[0]


@moderation_router.post(
    "/reports/{report_id}/undo", response={200: CaseOut, **refusals(403, 404, 409)}
)
def undo_case(request: LearnerRequest, report_id: Id) -> Any:
    """Bring back what a decision hid, and let in again whom it kept out."""
    done = moderation.undo(report=_case(request, report_id), by=request.user)
    return _as_seen([done], request.user)[0]


@moderation_router.get("/suspensions", response={200: Page[SuspensionOut], **refusals(404, 422)})
def list_suspensions(request: LearnerRequest, paging: Query[Paging]) -> Any:
    """Who is kept out now."""
    _moderators_only(request)
    people = User.objects.filter(suspended_at__isnull=False).order_by("-suspended_at", "-pk")
    return paged(people, paging, list)


@moderation_router.post(
    "/suspensions/{username}/lift", response={204: None, **refusals(403, 404, 409)}
)
def lift_suspension(request: LearnerRequest, username: str) -> Any:
    """Let somebody in again before their time is over."""
    _moderators_only(request)
    person = get_object_or_404(User, username__iexact=username, suspended_at__isnull=False)
    suspension.lift(user=person, by=request.user)
    return Status(204, None)


def _as_seen(reports: Sequence[Report], user: User) -> list[Report]:
    """Mark the reports that have to do with the moderator who reads them; name others' works."""
    theirs = moderation.concerning(user, reports)
    works = reportables.works_of(reports)
    for report in reports:
        report.is_apart = report.pk in theirs  # type: ignore[attr-defined]
        report.work_id = None if report.is_apart else works.get(report.pk)  # type: ignore[attr-defined]
    return list(reports)


def _is_apart(report: Report) -> bool:
    is_apart: bool = report.is_apart  # type: ignore[attr-defined]
    return is_apart


def _moderators_only(request: LearnerRequest) -> None:
    if not request.user.is_moderator:
        raise Http404


def _case(request: LearnerRequest, report_id: int) -> Report:
    _moderators_only(request)
    return get_object_or_404(Report.objects.select_related("person", "moderator"), pk=report_id)
