"""An author holds an outcome to be wrong: two fresh trusted reviewers look, a moderator decides.

Once for each piece of work, within 30 days of its outcome. An appeal never makes an outcome worse,
so nobody need fear one.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, inbox
from accounts.models import Notification, User
from challenges.models import Challenge
from leaderboard import points
from learnquest.core.errors import Conflict, Forbidden, Invalid
from learnquest.core.text import is_blank
from reviews import attempts, outcome, paying, second_opinions
from reviews.models import SETTLED, Appeal, PeerReview
from submissions import lifecycle
from submissions.models import Submission

TIME_TO_APPEAL = timedelta(days=30)
# How long a moderator waits for both opinions at most.
PATIENCE = timedelta(days=14)
LEAST_REASON = 20


def can_appeal(work: Submission, by: User, *, now: datetime | None = None) -> bool:
    """Whether the author may still appeal this outcome."""
    return (
        work.author_id == by.pk
        and work.status in SETTLED
        and work.settled_at is not None
        and work.settled_at > (now or timezone.now()) - TIME_TO_APPEAL
        and not Appeal.objects.filter(submission=work).exists()
        and not attempts.is_copy(work)
    )


@transaction.atomic
def appeal(*, work: Submission, by: User, reason: str, now: datetime | None = None) -> Appeal:
    """Have an outcome of one's own looked at again.

    Raises Conflict before the outcome, after 30 days, for a second appeal, or for work found to be
    copied, and Invalid, by field, without a reason.
    """
    now = now or timezone.now()
    work = (
        Submission.objects.select_for_update(of=("self",))
        .owned_by(by)
        .select_related("challenge")
        .get(pk=work.pk)
    )
    if Appeal.objects.filter(submission=work).exists():
        raise Conflict(_("This outcome was appealed already: there is one appeal for each work."))
    if attempts.is_copy(work):
        raise Conflict(
            _("Work that was found to be copied has no outcome to appeal. If that is a mistake, "
              "write to those who run this site.")
        )  # fmt: skip
    if not can_appeal(work, by, now=now):
        raise Conflict(_("An appeal is possible for 30 days after the outcome."))
    reason = reason.strip()
    message = ""
    if is_blank(reason) or len(reason) < LEAST_REASON:
        message = _("Say in a sentence or two what the reviewers overlooked.")
    elif len(reason) > 2000:
        message = _("Shorten this to 2000 characters.")
    if message:
        raise Invalid(message, errors={"reason": [message]})
    new = Appeal.objects.create(
        submission=work, reason=reason, created_at=now, score_before=work.score or 0
    )
    for reviewer_id in _who_reviewed(work):
        _tell(reviewer_id, work, Notification.Kind.APPEALED, now)
    second_opinions.ask_for_two(work, now=now)
    return new


@transaction.atomic
def note_opinion(*, submission_id: int, now: datetime | None = None) -> None:
    """Hand an appeal to the moderators once both second opinions are there. Safe to call twice.

    One that comes after the decision gets its quality, as its reviewer gets their points.
    """
    now = now or timezone.now()
    appeal = Appeal.objects.select_for_update().filter(submission=submission_id).first()
    if appeal is None:
        return
    if appeal.decided_at is not None:
        _value_opinions(submission_id, now=now)
    elif appeal.heard_at is None and second_opinions.are_all_there(submission_id):
        appeal.heard_at = now
        appeal.save(update_fields=["heard_at"])


def is_ripe(appeal: Appeal, *, now: datetime | None = None) -> bool:
    """Whether a moderator may decide: both opinions are there, or the time for them is over.

    Nor is there anything to wait for where nobody is left who could be asked.
    """
    return bool(ripe_among([appeal], now=now))


def ripe_among(waiting: list[Appeal], *, now: datetime | None = None) -> set[int]:
    """Return the ids of those that a moderator may decide.

    One query, and some more for each of which nobody holds an opinion that is missing: there are
    few of those, since others are asked each hour.
    """
    now = now or timezone.now()
    held = second_opinions.in_hand([one.submission_id for one in waiting], now=now)
    held_ids = set(held.values_list("submission", flat=True))
    return {
        one.pk
        for one in waiting
        if one.heard_at is not None
        or one.created_at <= now - PATIENCE
        or (
            one.submission_id not in held_ids
            and not second_opinions.is_somebody_left(one.submission, now=now)
        )
    }


def may_decide(work: Submission, by: User) -> bool:
    """Whether this moderator neither wrote nor reviewed the work, nor holds a review of it."""
    return by.pk != work.author_id and by.pk not in second_opinions.judges_of(work)


def proposed_score(work: Submission) -> Decimal:
    """Return what all reviews together say, the second opinions with them."""
    reviews = list(PeerReview.objects.filter(submission=work).sent())
    if not reviews:
        return work.score or Decimal(0)
    return Decimal(str(round(outcome.consensus_of(reviews).score, 2)))


def suggested_score(appeal: Appeal) -> int | None:
    """Return what to begin with where the score is raised: what all say, if that is higher.

    None where there is nothing to raise.
    """
    least = int(_floor(appeal, appeal.submission)) + 1
    return max(least, round(proposed_score(appeal.submission))) if least <= 100 else None


@transaction.atomic
@points.together()
def decide(
    *,
    appeal: Appeal,
    by: User,
    decision: str,
    reason: str,
    score: Decimal | None = None,
    now: datetime | None = None,
) -> Appeal:
    """Uphold an outcome, or raise its score, with reasons that both sides read.

    What then passes is accepted, with its points; the second opinions are paid and valued like any
    review, and who has not sent theirs is told. Raises Forbidden for a moderator who wrote or
    reviewed the work, or holds a review of it, Conflict while second opinions are on their way,
    after a decision, or while the work is held to be copied, and Invalid, by field,
    without reasons or with a score that is not higher.
    """
    now = now or timezone.now()
    challenge, work = attempts.lock(appeal.submission_id)
    appeal = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if not may_decide(work, by):
        raise Forbidden(_("You wrote or reviewed this work: another moderator decides."))
    if appeal.decided_at is not None:
        raise Conflict(_("This appeal was decided already."))
    if attempts.is_copy(work):
        raise Conflict(_("This work was found to be copied. Take that back first, if it is wrong."))
    if not is_ripe(appeal, now=now):
        raise Conflict(_("Second opinions are on their way. Decide once they are there."))
    reason = reason.strip()
    least = _floor(appeal, work)
    new_score = _new_score(appeal, decision, reason, score, least=least)
    appeal.decision, appeal.explanation, appeal.moderator = decision, reason, by
    appeal.decided_at, appeal.score_after = now, new_score
    appeal.save(update_fields=["decision", "explanation", "moderator", "decided_at", "score_after"])
    if decision == Appeal.Decision.RAISED:
        _raise_to(new_score, work, challenge, now=now)
    paying.pay_all_given(submission_id=work.pk, now=now)
    _value_opinions(work.pk, now=now)
    second_opinions.end_rest(work, now=now)
    for person_id in [work.author_id, *_who_reviewed(work)]:
        _tell(person_id, work, Notification.Kind.APPEAL_DECIDED, now)
    audit.record(
        kind=audit.Kind.MODERATED,
        user=work.author,
        actor=by,
        details={"decision": decision, "target": f"appeal:{appeal.pk}"},
        now=now,
    )
    return appeal


def _floor(appeal: Appeal, work: Submission) -> Decimal:
    """Return the score above which it is raised: late reviews may have raised it meanwhile."""
    return max(appeal.score_before, work.score or Decimal(0))


def _new_score(
    appeal: Appeal, decision: str, reason: str, score: Decimal | None, *, least: Decimal
) -> Decimal:
    errors: dict[str, list[str]] = {}
    if decision not in Appeal.Decision.values:
        errors["decision"] = [_("Choose what is to happen.")]
    if is_blank(reason) or len(reason) < LEAST_REASON:
        errors["explanation"] = [_("Give the reasons in a sentence or two: both sides read them.")]
    elif len(reason) > 2000:
        errors["explanation"] = [_("Shorten this to 2000 characters.")]
    if decision == Appeal.Decision.RAISED and (score is None or not least < score <= 100):
        message = _("Give a score above %(before)s, at most 100: an appeal never lowers one.")
        errors["score"] = [message % {"before": f"{least:.2f}".rstrip("0").rstrip(".")}]
    if errors:
        raise Invalid(_("The decision is not complete yet."), errors=errors)
    if decision == Appeal.Decision.UPHELD or score is None:
        return appeal.score_before
    return score


def _raise_to(score: Decimal, work: Submission, challenge: Challenge, *, now: datetime) -> None:
    passes = float(score) >= outcome.PASS_MARK
    lifecycle.correct(
        submission=work, score=score, to=Submission.Status.ACCEPTED if passes else None
    )
    if passes:
        outcome.accept_late(work, challenge, now=now)


def _value_opinions(submission_id: int, *, now: datetime) -> None:
    """See what the second opinions are worth beside all other reviews, each without its own."""
    reviews = PeerReview.objects.filter(submission=submission_id).sent().order_by("pk")
    found = list(reviews.select_related("submission__challenge__goal"))
    if found:
        outcome.value_unvalued(found[0].submission.challenge, found, now=now)


def _who_reviewed(work: Submission) -> list[int]:
    sent = PeerReview.objects.filter(submission=work, reviewer__isnull=False).sent()
    return list(sent.values_list("reviewer_id", flat=True))


def _tell(user_id: int, work: Submission, kind: Notification.Kind, now: datetime) -> None:
    path = work.get_absolute_url()
    if user_id != work.author_id:
        review = PeerReview.objects.filter(submission=work, reviewer=user_id).first()
        path = review.get_absolute_url() if review else "/reviews/"
    inbox.notify(user_id=user_id, kind=kind, subject=work.challenge.title, target=path, now=now)
