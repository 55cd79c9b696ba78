"""Whom an appeal asks for a second opinion, and what becomes of those who were asked."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.models import Permission
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from accounts import blocks, inbox
from accounts.models import Notification, User
from reviews import claims
from reviews.eligibility import PAIR_REST
from reviews.models import SETTLED, Appeal, GraderStanding, PeerReview
from submissions.models import Submission

OPINIONS = 2
# How long somebody asked has.
TIME_TO_JUDGE = timedelta(days=5)
EXPERIENCED_AFTER = 5  # reviews


def ask_for_two(submission: Submission, *, now: datetime | None = None) -> int:
    """Ask as many fresh trusted reviewers as are missing for two opinions; returns how many.

    Each finds the work in their hands, for five days, and may give it back like any other. Who
    reviewed it before, or has anything to do with its author, is not asked, nor is whose reviews
    are poor or who hardly looks; those with the least to do are asked first. Whose own work the
    author reviewed within 30 days is asked only where nobody else is left, and so are moderators
    before that: never the last who could decide.
    """
    now = now or timezone.now()
    missing = OPINIONS - sent(submission.pk).count() - in_hand([submission.pk], now=now).count()
    if missing <= 0:
        return 0
    chosen = _chosen(submission, missing, now=now)
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


def ask_again(*, now: datetime | None = None) -> int:
    """Ask others where somebody gave an appeal back or let the time pass; returns how many."""
    now = now or timezone.now()
    waiting = Appeal.objects.undecided().filter(heard_at=None)
    waiting = waiting.select_related("submission__author", "submission__challenge")
    return sum(ask_for_two(appeal.submission, now=now) for appeal in waiting)


def sent(submission_id: int) -> QuerySet[PeerReview]:
    """Return the second opinions that are there."""
    return PeerReview.objects.filter(submission=submission_id, is_for_appeal=True).sent()


def are_all_there(submission_id: int) -> bool:
    """Whether there are as many second opinions as an appeal asks for."""
    return sent(submission_id).count() >= OPINIONS


def in_hand(submission_ids: Collection[int], *, now: datetime) -> QuerySet[PeerReview]:
    """Return the second opinions on which somebody may be at work: theirs until the lease ends."""
    return PeerReview.objects.filter(
        submission__in=submission_ids,
        is_for_appeal=True,
        status=PeerReview.Status.CLAIMED,
        lease_until__gt=now,
    )


def is_somebody_left(work: Submission, *, now: datetime) -> bool:
    """Whether there is anybody who could be asked for an opinion that is missing."""
    return bool(_chosen(work, 1, now=now))


def judges_of(work: Submission) -> set[int]:
    """Return the ids of those who reviewed a work or may still send a review of it.

    A review that a moderator hid is theirs all the same; what they gave back is not.
    """
    held = PeerReview.objects.filter(submission=work, reviewer__isnull=False).exclude(
        status=PeerReview.Status.RELEASED
    )
    return set(held.values_list("reviewer_id", flat=True).order_by())


def end_rest(work: Submission, *, now: datetime) -> None:
    """Tell whoever was asked and has not answered that the appeal was decided without them.

    What they have written counts when they send it: the notice leads to their desk.
    """
    asked = PeerReview.objects.filter(submission=work, is_for_appeal=True)
    claims.end_all(asked, leads_to_desk=True, now=now)


def _chosen(work: Submission, count: int, *, now: datetime) -> list[User]:
    """Return so many who may be asked: trusted, or else experienced where too few are."""
    moderators = set(_moderators().values_list("pk", flat=True))
    # Whoever gives an opinion does not decide, so one of them is left out of it.
    spare = len(moderators - judges_of(work) - {work.author_id}) - 1
    chosen: list[User] = []
    for person in _strangers(work, now=now)[: count + len(moderators)]:
        if person.pk in moderators:
            if spare < 1:
                continue
            spare -= 1
        chosen.append(person)
    return chosen[:count]


def _strangers(work: Submission, *, now: datetime) -> QuerySet[User]:
    """Return who has nothing to do with a work or its author, in the order of asking.

    Among those with equally much to do, the more experienced come first: were it the less, one
    could become the next by doing just enough.
    """
    involved = PeerReview.objects.filter(submission=work, reviewer__isnull=False)
    met = PeerReview.objects.filter(
        reviewer=work.author_id, claimed_at__gt=now - PAIR_REST
    ).exclude(status=PeerReview.Status.RELEASED)
    trusted = GraderStanding.objects.trusted().exclude(reviewer=None)
    # Experience is what became of peers' works: practice can be had as often as one likes.
    mine = Q(
        peer_reviews__status=PeerReview.Status.SUBMITTED,
        peer_reviews__hidden_at=None,
        peer_reviews__submission__training_work=None,
        peer_reviews__submission__status__in=SETTLED,
    )
    was_asked = Q(peer_reviews__is_for_appeal=True, peer_reviews__claimed_at__gt=now - PAIR_REST)
    held = Q(peer_reviews__status=PeerReview.Status.CLAIMED, peer_reviews__lease_until__gt=now)
    return (
        User.objects.filter(is_active=True, erase_at=None)
        .exclude(pk=work.author_id)
        .exclude(pk__in=involved.values("reviewer"))
        .exclude(pk__in=blocks.kept_apart_in_reviews(work.author))
        .exclude(pk__in=GraderStanding.objects.poor().values("reviewer"))
        .annotate(
            given=Count("peer_reviews", filter=mine),
            held=Count("peer_reviews", filter=held),
            asked=Count("peer_reviews", filter=was_asked),
            is_met=_whether(Q(pk__in=met.values("author"))),
            moderates=_whether(Q(pk__in=_moderators().values("pk"))),
            trusted=_whether(Q(pk__in=trusted.values("reviewer"))),
        )
        .filter(Q(trusted=True) | Q(given__gte=EXPERIENCED_AFTER))
        .order_by("is_met", "moderates", "-trusted", "held", "asked", "-given", "pk")
    )


def _moderators() -> QuerySet[User]:
    may = Permission.objects.filter(codename="moderate", content_type__app_label="accounts")
    return User.objects.filter(
        Q(is_superuser=True) | Q(user_permissions__in=may) | Q(groups__permissions__in=may),
        is_active=True,
        erase_at=None,
    ).distinct()


def _whether(condition: Q) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(condition, output_field=BooleanField())
