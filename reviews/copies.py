"""A moderator finds that work copies another learner's: what follows, and the way back.

The work comes back without points, and its author may hand in work of their own. Reviews that were
sent stay, and are paid. All of it can be taken back, and is then as it was before.
"""

import re
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import User
from accounts.speech import language_of
from challenges import lifecycle as challenge_lifecycle
from challenges.models import Challenge
from goals import progress_log
from goals.models import Progress
from leaderboard import fair_play, points
from learnquest.core.errors import Conflict, Forbidden, Invalid
from learnquest.core.text import is_blank
from reviews import attempts, cases, claims, copies_told, outcome, paying
from reviews.models import CopyDecision, PeerReview
from submissions import lifecycle, similarity
from submissions.models import SimilarityFlag, Submission

LONGEST_REASON = 500


@transaction.atomic
@points.together()
def decide(
    *, flag: SimilarityFlag, by: User, confirmed: bool, reason: str, now: datetime | None = None
) -> SimilarityFlag:
    """Say whether a work was copied, and why. A copy comes back, and its author reads why.

    Its points are taken back, whoever was reviewing it is told that they need not go on, and the
    queue lets go of it. A work that was found to copy another is a copy already: then only the
    flag is decided. Raises Forbidden for whom it does not concern or whose own work it is, Conflict
    when it was decided already, and Invalid, at "reason", without one, or where it names the
    author of the other work.
    """
    now = now or timezone.now()
    if not flag.is_visible_to(by):
        raise Forbidden(_("Only a moderator whose own work it is not can decide this."))
    if not confirmed:
        return similarity.decide(flag=flag, by=by, confirmed=False, reason=reason, now=now)
    _check_reason(reason, not_naming=[flag.other.author])
    challenge, work = attempts.lock(flag.submission_id)
    flag = similarity.decide(flag=flag, by=by, confirmed=True, reason=reason, now=now)
    if not attempts.is_copy(work):
        _return(work, challenge, flag, now=now)
    return flag


@transaction.atomic
@points.together()
def take_back(
    *, copy: CopyDecision, by: User, reason: str, now: datetime | None = None
) -> CopyDecision:
    """Undo that a work was found to be copied: status, score, points, challenge and case return.

    Accepted work is paid again, in the week in which it was settled; work that was in review goes
    on waiting, and settles at once where its reviews are enough. Whoever was reviewing it may still
    send what they began. Its flags are dismissed. Raises Forbidden for anybody but a moderator
    who neither wrote nor reviews it, Conflict when it was taken back already, and Invalid, at
    "reason", as `decide` does.
    """
    now = now or timezone.now()
    challenge, work = attempts.lock(copy.submission_id)
    copy = CopyDecision.objects.select_for_update(of=("self",)).get(pk=copy.pk)
    others = [flag.other.author for flag in _confirmed(work)]
    if not by.is_moderator or _is_party(by, copy):
        raise Forbidden(
            _("Only a moderator who neither wrote nor reviews this work can take this back.")
        )
    if copy.taken_back_at is not None:
        raise Conflict(_("Somebody took this back already."))
    _check_reason(reason, not_naming=others)
    copy.undone_for, copy.taken_back_by, copy.taken_back_at = reason.strip(), by, now
    copy.save(update_fields=["undone_for", "taken_back_by", "taken_back_at"])
    similarity.undo(submission=work, by=by, reason=copy.undone_for, now=now)
    _restore(copy, work, challenge, now=now)
    copies_told.undone(copy, work, now=now)
    _audit(copy, by, "copy taken back", now)
    return copy


def may_take_back(copy: CopyDecision | None, by: User) -> bool:
    """Whether `by` may take this decision back, for pages that offer it."""
    if copy is None or copy.taken_back_at is not None or not by.is_moderator:
        return False
    return not _is_party(by, copy)


def _is_party(user: User, copy: CopyDecision) -> bool:
    """Whether `user` wrote or reviews one of the works that a decision is about."""
    works = [copy.submission, *(flag.other for flag in _confirmed(copy.submission))]
    return any(
        work.author_id == user.pk or work.peer_reviews.filter(reviewer=user).exists()
        for work in works
    )


def _return(
    work: Submission, challenge: Challenge, flag: SimilarityFlag, *, now: datetime
) -> CopyDecision:
    copy = CopyDecision.objects.create(
        submission=work,
        flag=flag,
        reason=flag.reason,
        decided_by=flag.decided_by,
        decided_at=now,
        status=work.status,
        score=work.score,
        score_error=work.score_error,
        settled_at=work.settled_at,
        finished_at=challenge.finished_at,
        claims=_end_claims(work, now=now),
    )
    lifecycle.return_copy(submission=work, now=now)
    cases.close_case(submission_id=work.pk, now=now)
    _follow(challenge, copy, now=now)
    _take_points(copy, work, challenge, now=now)
    _see_reviewers_paid(work, now=now)
    copies_told.found(copy, work, now=now)
    return copy


def _restore(copy: CopyDecision, work: Submission, challenge: Challenge, *, now: datetime) -> None:
    lifecycle.undo_copy(
        submission=work,
        to=Submission.Status(copy.status),
        score=copy.score,
        score_error=copy.score_error,
        settled_at=copy.settled_at,
    )
    _follow(challenge, copy, now=now, finished_at=copy.finished_at)
    # As after a lease that is over: what they wrote counts when they send it, and nobody waits.
    PeerReview.objects.filter(pk__in=copy.claims, status=PeerReview.Status.RELEASED).update(
        status=PeerReview.Status.EXPIRED
    )
    if work.status == Submission.Status.ACCEPTED:
        best = attempts.best_accepted(challenge) or work
        outcome.pay_work(best, challenge, now=now, earned_at=copy.settled_at)
    if work.status == Submission.Status.SUBMITTED:
        cases.reopen_case(submission=work, category=challenge.goal.category, now=now)
        outcome.settle(submission_id=work.pk, now=now)


def _follow(
    challenge: Challenge,
    copy: CopyDecision,
    *,
    now: datetime,
    finished_at: datetime | None = None,
) -> None:
    """Move the challenge to where its attempts leave it now, and log that where it moves."""
    to = attempts.status_of(challenge)
    if copy.status == Submission.Status.RETURNED or to == challenge.status:
        return
    best = attempts.best_accepted(challenge)
    challenge_lifecycle.follow_attempts(
        challenge=challenge, to=to, finished_at=finished_at or (best.settled_at if best else now)
    )
    kind, note = Progress.Kind.CHALLENGE_MOVED, f"{challenge.title}: {to.label}"
    if to == Challenge.Status.ACCEPTED:
        kind, note = Progress.Kind.ACCEPTED, challenge.title
    elif to == Challenge.Status.RETURNED:
        kind, note = Progress.Kind.RETURNED, challenge.title
    progress_log.record(goal=challenge.goal, by=challenge.goal.owner, kind=kind, note=note, now=now)


def _take_points(
    copy: CopyDecision, work: Submission, challenge: Challenge, *, now: datetime
) -> None:
    """Take back what the challenge was paid for this work; what another attempt is worth stays."""
    if copy.status != Submission.Status.ACCEPTED:
        return
    with override(language_of(work.author)):
        why = _("A moderator found that this copies other work.")
    taken = [
        points.reverse(key=entry.key, reason=why, now=now) for entry in attempts.paid_for(challenge)
    ]
    was_held = fair_play.let_go(attempts.points_key(challenge))
    copy.points = -sum(entry.amount for entry in taken if entry is not None)
    copy.save(update_fields=["points"])
    other = attempts.best_accepted(challenge)
    if other is not None and (copy.points or was_held):
        outcome.pay_work(other, challenge, now=now, earned_at=other.settled_at)


def _see_reviewers_paid(work: Submission, *, now: datetime) -> None:
    """Pay whoever sent a review of a copy: they did their work. It changes nothing else."""
    outcome.settle(submission_id=work.pk, now=now)
    paying.pay_at_the_end(submission_id=work.pk, now=now)


def _end_claims(work: Submission, *, now: datetime) -> list[int]:
    """Take the work out of its reviewers' hands, and tell them; returns the ids of the claims."""
    ended = claims.end_all(
        PeerReview.objects.filter(submission=work),
        to=PeerReview.Status.RELEASED,
        may_end=_note_late,
        now=now,
    )
    return [claim.pk for claim in ended]


def _note_late(claim: PeerReview) -> bool:
    """Keep a claim that ends after the decision with the others; False where none stands now."""
    copy = CopyDecision.objects.standing().filter(submission=claim.submission_id).first()
    if copy is None:
        return False
    copy.claims = [*copy.claims, claim.pk]
    copy.save(update_fields=["claims"])
    return True


def _confirmed(work: Submission) -> list[SimilarityFlag]:
    confirmed = SimilarityFlag.objects.filter(submission=work, state=SimilarityFlag.State.CONFIRMED)
    return list(confirmed.select_related("other__author"))


def _check_reason(reason: str, *, not_naming: list[User]) -> None:
    """Raise Invalid unless the author may read it: some words, that name no other author."""
    message = ""
    if is_blank(reason):
        message = _("Say why: the author reads it, and whoever looks at this later.")
    elif len(reason.strip()) > LONGEST_REASON:
        message = _("Shorten this to 500 characters.")
    elif any(_names(reason, person) for person in not_naming):
        message = _("Leave out whose the other work is: the author of this one reads your reason.")
    if message:
        raise Invalid(message, errors={"reason": [message]})


def _names(text: str, person: User) -> bool:
    names = [name for name in (person.username, person.display_name, person.email) if len(name) > 2]
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in names)


def _audit(copy: CopyDecision, by: User, decision: str, now: datetime) -> None:
    audit.record(
        kind=audit.Kind.MODERATED,
        user=copy.submission.author,
        actor=by,
        details={"target": f"copy:{copy.pk}", "decision": decision},
        now=now,
    )
