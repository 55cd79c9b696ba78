"""An author holds an outcome to be wrong: two fresh trusted reviewers look, a moderator decides.

Once for each piece of work, within 30 days of its outcome. An appeal never makes an outcome worse,
so nobody need fear one.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, blocks, inbox
from accounts.models import Notification, User
from challenges.models import Challenge
from leaderboard import points
from learnquest.core.errors import Conflict, Forbidden, Invalid
from reviews import attempts, outcome, paying
from reviews.after import SETTLED
from reviews.models import Appeal, GraderStanding, PeerReview
from submissions import lifecycle
from submissions.models import Submission

TIME_TO_APPEAL = timedelta(days=30)
OPINIONS = 2
# How long somebody asked has, and how long a moderator waits for both at most.
TIME_TO_JUDGE = timedelta(days=5)
PATIENCE = timedelta(days=14)
LEAST_REASON = 20
EXPERIENCED_AFTER = 5  # reviews


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
    if len(reason) < LEAST_REASON:
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
    ask_for_two(work, now=now)
    return new


def ask_for_two(submission: Submission, *, now: datetime | None = None) -> int:
    """Ask as many fresh trusted reviewers as are missing for two opinions; returns how many.

    Each finds the work in their hands, for five days, and may give it back like any other. Who
    reviewed it before, or has anything to do with its author, is not asked; those with the least
    to do are asked first.
    """
    now = now or timezone.now()
    asked = PeerReview.objects.filter(submission=submission, is_for_appeal=True).live(now=now)
    missing = OPINIONS - asked.count()
    if missing <= 0:
        return 0
    chosen = _trusted_strangers(submission, missing, now=now)
    for person in chosen:
        review = PeerReview.objects.create(
            submission=submission,
            reviewer=person,
            author_id=submission.author_id,
            claimed_at=now,
            lease_until=now + TIME_TO_JUDGE,
            is_for_appeal=True,
        )
        inbox.notify(
            user_id=person.pk,
            kind=Notification.Kind.APPEAL_ASKED,
            subject=submission.challenge.title,
            target=review.get_absolute_url(),
            now=now,
        )
    return len(chosen)


@transaction.atomic
def note_opinion(*, submission_id: int, now: datetime | None = None) -> None:
    """Hand an appeal to the moderators once both second opinions are there. Safe to call twice."""
    now = now or timezone.now()
    waiting = Appeal.objects.select_for_update().filter(
        submission=submission_id, heard_at=None, decided_at=None
    )
    appeal = waiting.first()
    if appeal is None:
        return
    opinions = PeerReview.objects.filter(submission=submission_id, is_for_appeal=True).sent()
    if opinions.count() >= OPINIONS:
        appeal.heard_at = now
        appeal.save(update_fields=["heard_at"])


def ask_again(*, now: datetime | None = None) -> int:
    """Ask others where somebody gave an appeal back or let the time pass; returns how many."""
    now = now or timezone.now()
    waiting = Appeal.objects.undecided().filter(heard_at=None).select_related("submission__author")
    return sum(ask_for_two(appeal.submission, now=now) for appeal in waiting)


def is_ripe(appeal: Appeal, *, now: datetime | None = None) -> bool:
    """Whether a moderator may decide: both opinions are there, or nobody is left to wait for."""
    now = now or timezone.now()
    if appeal.heard_at is not None or appeal.created_at <= now - PATIENCE:
        return True
    asked = PeerReview.objects.filter(
        submission=appeal.submission_id,
        is_for_appeal=True,
        status=PeerReview.Status.CLAIMED,
        lease_until__gt=now,
    )
    return not asked.exists()


def proposed_score(work: Submission) -> Decimal:
    """Return what all reviews together say, the second opinions with them."""
    reviews = list(PeerReview.objects.filter(submission=work).sent())
    if not reviews:
        return work.score or Decimal(0)
    return Decimal(str(round(outcome.consensus_of(reviews).score, 2)))


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

    What then passes is accepted, with its points, and the second opinions are paid. Raises
    Forbidden for a moderator who wrote or reviewed the work, Conflict while second opinions are on
    their way, after a decision, or while the work is held to be copied, and Invalid, by field,
    without reasons or with a score that is not higher.
    """
    now = now or timezone.now()
    challenge = (
        Challenge.objects.select_for_update(of=("self",))
        .select_related("goal__owner")
        .get(submissions=appeal.submission_id)
    )
    work = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("author")
        .get(pk=appeal.submission_id)
    )
    appeal = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if by.pk == work.author_id or by.pk in _who_reviewed(work):
        raise Forbidden(_("You wrote or reviewed this work: another moderator decides."))
    if appeal.decided_at is not None:
        raise Conflict(_("This appeal was decided already."))
    if attempts.is_copy(work):
        raise Conflict(_("This work was found to be copied. Take that back first, if it is wrong."))
    if not is_ripe(appeal, now=now):
        raise Conflict(_("Second opinions are on their way. Decide once they are there."))
    reason = reason.strip()
    new_score = _new_score(appeal, decision, reason, score)
    appeal.decision, appeal.explanation, appeal.moderator = decision, reason, by
    appeal.decided_at, appeal.score_after = now, new_score
    appeal.save(update_fields=["decision", "explanation", "moderator", "decided_at", "score_after"])
    if decision == Appeal.Decision.RAISED:
        _raise_to(new_score, work, challenge, now=now)
    paying.pay_all_given(submission_id=work.pk, now=now)
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


def _new_score(appeal: Appeal, decision: str, reason: str, score: Decimal | None) -> Decimal:
    errors: dict[str, list[str]] = {}
    if decision not in Appeal.Decision.values:
        errors["decision"] = [_("Choose what is to happen.")]
    if len(reason) < LEAST_REASON:
        errors["explanation"] = [_("Give the reasons in a sentence or two: both sides read them.")]
    elif len(reason) > 2000:
        errors["explanation"] = [_("Shorten this to 2000 characters.")]
    if decision == Appeal.Decision.RAISED and (
        score is None or not appeal.score_before < score <= 100
    ):
        message = _("Give a score above %(before)s, at most 100: an appeal never lowers one.")
        errors["score"] = [message % {"before": f"{appeal.score_before:.0f}"}]
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


def _trusted_strangers(work: Submission, count: int, *, now: datetime) -> list[User]:
    """Return so many who may be asked: trusted, or else experienced where too few are."""
    trusted = GraderStanding.objects.trusted().exclude(reviewer=None).values("reviewer")
    found = list(_strangers(work, now=now).filter(pk__in=trusted)[:count])
    if len(found) < count:
        others = _strangers(work, now=now, least=EXPERIENCED_AFTER)
        found += others.exclude(pk__in=[person.pk for person in found])[: count - len(found)]
    return found


def _strangers(work: Submission, *, now: datetime, least: int = 0) -> QuerySet[User]:
    """Return who has nothing to do with a work or its author, those with least to do first.

    They have given `least` reviews or more.
    """
    involved = PeerReview.objects.filter(submission=work, reviewer__isnull=False)
    mine = Q(peer_reviews__status=PeerReview.Status.SUBMITTED)
    held = Q(peer_reviews__status=PeerReview.Status.CLAIMED, peer_reviews__lease_until__gt=now)
    return (
        User.objects.filter(is_active=True, erase_at=None)
        .exclude(pk=work.author_id)
        .exclude(pk__in=involved.values("reviewer"))
        .exclude(pk__in=blocks.blocked_with(work.author))
        .annotate(given=Count("peer_reviews", filter=mine), held=Count("peer_reviews", filter=held))
        .filter(given__gte=least)
        .order_by("held", "given", "pk")
    )


def _who_reviewed(work: Submission) -> list[int]:
    sent = PeerReview.objects.filter(submission=work, reviewer__isnull=False).sent()
    return list(sent.values_list("reviewer_id", flat=True))


def _tell(user_id: int, work: Submission, kind: Notification.Kind, now: datetime) -> None:
    path = work.get_absolute_url()
    if user_id != work.author_id:
        review = PeerReview.objects.filter(submission=work, reviewer=user_id).first()
        path = review.get_absolute_url() if review else "/reviews/"
    inbox.notify(user_id=user_id, kind=kind, subject=work.challenge.title, target=path, now=now)
