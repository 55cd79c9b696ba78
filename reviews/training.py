"""Known works: new reviewers learn on two of them, and all are measured by one now and then.

A known work is a settled submission of the house's own account, read from `known_works/`, with
marks that we gave and a reason for each. A review of it is a `PeerReview` like any other, so the
desk cannot tell it apart; whether the reviewer knew is `is_training`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User
from challenges.models import Challenge
from challenges.rubrics import weighted_score
from goals.models import Goal
from leaderboard import badges, points
from leaderboard.models import PointEntry
from reviews import anchors, assignment, known_works, learning, scoring
from reviews.models import PeerReview, TrainingWork
from submissions import similarity
from submissions.models import Submission

HOUSE = "learnquest-practice"
# What is not further off than this agrees; what is further off than that is worth a second look.
CLOSE, FAR = 10, 25
# What somebody gave back comes again when they have forgotten it.
COMES_AGAIN = timedelta(days=30)


@dataclass(frozen=True)
class Mark:
    """One criterion of a known work: what the reviewer gave, what we gave, and why."""

    name: str
    given: int | None
    known: int
    reason: str

    @property
    def apart(self) -> int:
        return abs((self.given or 0) - self.known)

    @property
    def tone(self) -> str:
        return "good" if self.apart <= CLOSE else "info" if self.apart < FAR else "warn"

    @property
    def words(self) -> str:
        if self.apart <= CLOSE:
            return _("Close")
        return _("You were kinder") if (self.given or 0) > self.known else _("You were stricter")


def is_known(review: PeerReview) -> bool:
    """Whether a review is of a known work. The reviewer may hear it once it is sent."""
    return TrainingWork.objects.filter(submission=review.submission_id).exists()


def needs_training(by: User) -> bool:
    """Whether `by` is new to reviewing, so that practice comes first."""
    return left_to_practise(by) > 0


def left_to_practise(by: User) -> int:
    """Return how many works for practice come before the first work of a peer."""
    first: int = settings.REVIEW_TRAINING_FIRST
    return max(0, first - PeerReview.objects.given_by(by).sent().count()) if first > 0 else 0


def left(
    by: User, *, announced: bool = True, now: datetime | None = None
) -> "QuerySet[TrainingWork]":
    """Return the known works that `by` may be given, those in their own fields first.

    First what they have not had. What they gave back comes again after 30 days, unless they
    reported it; what a moderator has hidden comes to nobody. Announced practice is done once it is
    sent: it comes again at once when nothing else is left, so that giving it back leads to no work
    of a peer.
    """
    had = PeerReview.objects.filter(submission=OuterRef("submission"), reviewer=by)
    released = PeerReview.Status.RELEASED
    again = had.filter(
        status=released, claimed_at__lte=(now or timezone.now()) - COMES_AGAIN
    ).exclude(released_for=PeerReview.ReleasedFor.REPORTED)
    may_have = Q(~Exists(had)) | Q(Exists(again))
    if announced:
        unsent = had.filter(is_training=True, status__in=(released, PeerReview.Status.EXPIRED))
        may_have |= Q(Exists(unsent))
    own = Goal.objects.filter(owner=by, category=OuterRef("category"))
    return (
        TrainingWork.objects.filter(may_have, submission__hidden_at=None)
        .annotate(is_own_field=Exists(own), last_had=Subquery(had.values("claimed_at")[:1]))
        .order_by(F("last_had").asc(nulls_first=True), "-is_own_field", "pk")
    )


def is_left(by: User) -> bool:
    """Whether there is a known work that `by` may practise on."""
    # Those of the files are stored when one is needed: `begin` finds them.
    return bool(_not_stored()) or left(by).exists()


def is_time_for_a_known_one(by: User) -> bool:
    """Whether the next review should be of a known work without saying so.

    Nobody can tell from outside: it depends on a secret and on how many they have sent.
    """
    every: int = settings.REVIEW_KNOWN_EVERY
    if not every:
        return False
    sent = PeerReview.objects.given_by(by).sent().count()
    drawn = salted_hmac("reviews.training", f"{by.pk}:{sent}", algorithm="sha256").digest()[0]
    return drawn < 256 / every


@transaction.atomic
def begin(*, by: User, now: datetime | None = None) -> PeerReview | None:
    """Give `by` a known work for practice; None when they have had them all.

    Who holds an open claim gets that one again. Raises Conflict for who gave back as much as one
    may in a day.
    """
    now = now or timezone.now()
    if assignment.is_holding(by, now=now):
        return assignment.open_claim(by, now=now)
    load()
    work = left(by, now=now).select_related("submission").first()
    return None if work is None else _give(work, by, now=now, is_training=True)


@transaction.atomic
def begin_unannounced(*, by: User, now: datetime | None = None) -> PeerReview | None:
    """Give `by` a known work in the place of one that waits, without saying so; None if none fits.

    It is of the field of the work in whose place it comes, and that one stays away from them until
    they have sent this: the queue looks as if they had been given it. It comes in no boosted work's
    place, since it is worth no double points. Otherwise like `begin`.
    """
    now = now or timezone.now()
    if assignment.is_holding(by, now=now):
        return assignment.open_claim(by, now=now)
    load()
    waiting = assignment.waiting_for(by, now=now)
    if waiting.filter(is_boosted=True).exists():
        return None
    works = left(by, announced=False, now=now).select_related("submission")
    fields = {work.category: work for work in reversed(list(works))}
    case = waiting.filter(category__in=fields).first()
    if case is None:
        return None
    return _give(
        fields[case.category],
        by,
        now=now,
        is_training=False,
        in_place_of_id=case.submission_id,
        # A seat that nobody waits for grows quiet like any other.
        seat_until=now + assignment.QUIET,
    )


def _give(work: TrainingWork, by: User, *, now: datetime, **fields: Any) -> PeerReview:
    """Make the review of a known work, or take up again what `by` had of it and did not send.

    What they wrote stays only where it is practice; elsewhere it would tell that it came before.
    """
    fields |= {"claimed_at": now, "lease_until": now + assignment.LEASE}
    old = PeerReview.objects.given_by(by).filter(submission=work.submission_id).first()
    if old is not None and old.is_training and fields["is_training"]:
        fields |= {"status": PeerReview.Status.CLAIMED, "released_for": "", "holds_seat": True}
        fields |= {"renewals": 0, "reminders": 0}
        for name, value in fields.items():
            setattr(old, name, value)
        old.save(update_fields=list(fields))
        return old
    if old is not None:
        old.delete()
    return PeerReview.objects.create(
        submission=work.submission, reviewer=by, author_id=work.submission.author_id, **fields
    )


def conclude(review: PeerReview, *, now: datetime) -> None:
    """Say what a review of a known work is worth, and pay for it at once.

    Its outcome is known, and no author waits for it who must not learn whose it is. Announced
    practice counts for oneself; the board shows what was done for others, and badges for reviews
    count peers' works alone.
    """
    known = float(review.submission.score or 0)
    quality = scoring.agreement(float(review.score or 0), known)
    review.quality = Decimal(str(round(quality, 3)))
    review.save(update_fields=["quality"])
    assert review.reviewer_id is not None
    if anchors.takes_part(review):
        learning.learn_known(review=review, truth=known, now=now)
    for reason, amount, key in (
        (PointEntry.Reason.REVIEW_GIVEN, points.REVIEW_GIVEN, f"{points.OF_KNOWN}{review.pk}"),
        (PointEntry.Reason.REVIEW_QUALITY, _for_quality(quality), f"review-quality:{review.pk}"),
    ):
        points.award(
            user_id=review.reviewer_id,
            amount=amount,
            reason=reason,
            key=key,
            verified=not review.is_training,
            category=review.submission.challenge.goal.category,
            now=now,
        )
    badges.award_due(user_id=review.reviewer_id, after=badges.Deed.REVIEWING, now=now)


def effort_of(review: PeerReview) -> int:
    """Return what a review for practice that was sent is worth, in effort (XP)."""
    return points.REVIEW_GIVEN + _for_quality(float(review.quality or 0))


def _for_quality(quality: float) -> int:
    return round(points.REVIEW_QUALITY_MOST * quality)


def comparison(review: PeerReview) -> list[Mark]:
    """Return how a sent review of a known work compares; nothing for any other review."""
    if review.status != PeerReview.Status.SUBMITTED:
        return []
    work = TrainingWork.objects.filter(submission=review.submission_id).first()
    if work is None:
        return []
    return [
        Mark(c.name, review.scores.get(c.key), work.marks[c.key], work.reasons.get(c.key, ""))
        for c in review.submission.challenge.criteria
    ]


@transaction.atomic
def load() -> int:
    """Bring the known works of the files into the database; returns how many are new.

    A work that is there stays as it is, for reviews of it rest on its words; it gets the marks by
    which copies of it are found where it has none yet.
    """
    for stored in TrainingWork.objects.filter(submission__text_marks=None):
        similarity.remember(stored.submission)
    if not _not_stored():
        return 0
    house = _house()
    # One at a time, or two who practise first after an update would both store them.
    User.objects.select_for_update(no_key=True).get(pk=house.pk)
    new = _not_stored()
    for work in new:
        _store(work, house)
    return len(new)


def _not_stored() -> list[known_works.KnownWork]:
    there = set(TrainingWork.objects.values_list("key", flat=True))
    return [work for work in known_works.read() if work.key not in there]


def _house() -> User:
    """Return the account that owns the known works. Nobody can sign in to it or meet it."""
    house, is_new = User.objects.get_or_create(
        username=HOUSE,
        defaults={
            "email": f"{HOUSE}@localhost.invalid",
            "is_active": False,
            "is_on_leaderboard": False,
            "wants_review_mail": False,
            "wants_review_invitations": False,
            "wants_digest_mail": False,
        },
    )
    if is_new:
        house.set_unusable_password()
        house.save(update_fields=["password"])
    return house


def _store(work: known_works.KnownWork, house: User) -> None:
    goal, _is_new = Goal.objects.get_or_create(
        owner=house,
        category=work.category,
        defaults={"title": f"Practice: {work.category}", "status": Goal.Status.ARCHIVED},
    )
    score = Decimal(str(round(weighted_score(work.criteria, work.marks), 2)))
    is_accepted = score >= known_works.PASS_MARK
    challenge = Challenge.objects.create(
        goal=goal,
        title=work.title,
        instructions=work.instructions,
        difficulty=work.difficulty,
        rubric=work.rubric,
        position=goal.challenges.count(),
        status=Challenge.Status.ACCEPTED if is_accepted else Challenge.Status.RETURNED,
    )
    now = timezone.now()
    submission = Submission.objects.create(
        challenge=challenge,
        author=house,
        body=work.body,
        # Settled, so that nothing waits for it and nothing settles it again.
        status=Submission.Status.ACCEPTED if is_accepted else Submission.Status.RETURNED,
        submitted_at=now,
        settled_at=now,
        score=score,
        score_error=0,
    )
    similarity.remember(submission)
    TrainingWork.objects.create(
        key=work.key,
        submission=submission,
        category=work.category,
        marks=work.marks,
        reasons=work.reasons,
    )
