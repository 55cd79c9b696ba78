"""What became of a piece of work, step by step, as its author and its reviewers may know it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from reviews.models import SETTLED, Appeal, CopyDecision, PeerReview
from submissions.models import Submission, SubmissionQuerySet


@dataclass(frozen=True)
class Step:
    when: datetime
    what: str
    # What was said with it: the reasons of an appeal, and of its decision.
    words: str = ""
    icon: str = "check"


def open_to(user: User) -> SubmissionQuerySet:
    """Return the work whose steps `user` may read: their own, and what they have reviewed.

    Reviewers read them once they have sent their review, so that they sway nobody's score.
    """
    if user.is_moderator:
        reviewing = PeerReview.objects.unsent_by(user).values("submission")
        seen = Submission.objects.visible_to(user).exclude(status=Submission.Status.DRAFT)
        return seen.exclude(pk__in=reviewing)
    mine = Submission.objects.owned_by(user).exclude(status=Submission.Status.DRAFT)
    reviewed = PeerReview.objects.given_by(user).sent().values("submission")
    return mine | Submission.objects.filter(pk__in=reviewed, hidden_at=None)


def steps_of(work: Submission, reader: User) -> list[Step]:
    """Return the steps in the order of time, in three queries, without anybody's name.

    Practice on a work of ours has none: nobody handed it in.
    """
    reviews = list(PeerReview.objects.filter(submission=work).sent().order_by("submitted_at"))
    if any(review.is_training and review.reviewer_id == reader.pk for review in reviews):
        return []
    appeal = Appeal.objects.filter(submission=work).first()
    copies = list(CopyDecision.objects.filter(submission=work).order_by("pk"))
    steps = []
    if work.submitted_at is not None:
        is_mine = work.author_id == reader.pk
        what = _("You handed it in") if is_mine else _("The author handed it in")
        steps.append(Step(work.submitted_at, what, icon="arrow"))
    for number, review in enumerate(reviews, start=1):
        if review.submitted_at is not None:
            steps.append(Step(review.submitted_at, _sent(review, number, reader), icon="review"))
    # Of work that was found copied, the outcome is what it was before.
    standing = next((one for one in copies if one.taken_back_at is None), None)
    settled_at = standing.settled_at if standing else work.settled_at
    if settled_at is not None and work.status in SETTLED:
        # After an appeal the score stands for its decision; what it was before stands there, too.
        score = appeal.score_before if appeal else (standing or work).score
        steps.append(Step(settled_at, _("Settled at %(score)s of 100") % {"score": _round(score)}))
    if appeal is not None:
        steps += _of_appeal(appeal, work, reader)
    for copy in copies:
        steps += _of_copy(copy, work, reader)
    return sorted(steps, key=lambda step: step.when)


def _sent(review: PeerReview, number: int, reader: User) -> str:
    if review.reviewer_id == reader.pk:
        return _("You sent your review")
    if review.is_for_appeal:
        return _("A second opinion came")
    return _("Reviewer %(n)d sent their review") % {"n": number}


def _of_appeal(appeal: Appeal, work: Submission, reader: User) -> list[Step]:
    is_mine = work.author_id == reader.pk
    what = _("You appealed") if is_mine else _("The author appealed")
    steps = [Step(appeal.created_at, what, appeal.reason, icon="warn")]
    if appeal.heard_at is not None:
        steps.append(
            Step(appeal.heard_at, _("Both second opinions are with a moderator"), icon="eye")
        )
    if appeal.decided_at is not None:
        what = _("A moderator decided: %(decision)s, %(before)s → %(after)s") % {
            "decision": appeal.get_decision_display(),
            "before": _round(appeal.score_before),
            "after": _round(appeal.score_after),
        }
        if appeal.decision == Appeal.Decision.UPHELD:
            what = _("A moderator decided: the outcome stays")
        steps.append(Step(appeal.decided_at, what, appeal.explanation, icon="shield"))
    return steps


def _of_copy(copy: CopyDecision, work: Submission, reader: User) -> list[Step]:
    """Return what moderators decided; the reasons are for the author and for them.

    While a decision stands, the page of the work says why, above all else.
    """
    is_over = copy.taken_back_at is not None
    may_read = is_over and (work.author_id == reader.pk or reader.is_moderator)
    what = _("A moderator found that this copies other work")
    steps = [Step(copy.decided_at, what, copy.reason if may_read else "", icon="warn")]
    if copy.taken_back_at is not None:
        what = _("A moderator took back that this is a copy")
        words = copy.undone_for if may_read else ""
        steps.append(Step(copy.taken_back_at, what, words, icon="shield"))
    return steps


def _round(score: object) -> str:
    return f"{float(str(score or 0)):.0f}"
