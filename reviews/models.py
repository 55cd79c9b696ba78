"""What graders say of work: the coach's feedback and peer reviews."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.conduct import Hideable
from accounts.models import User
from ai.models import AIRequest, Leased
from leaderboard.rules import BOOST
from submissions.models import Submission

CONFIDENCE = [("low", _("Low")), ("medium", _("Medium")), ("high", _("High"))]


class AIFeedbackQuerySet(models.QuerySet["AIFeedback"]):
    def visible_to(self, user: User) -> Self:
        """The author's; moderators see feedback on all work that was handed in.

        Not on work that they are reviewing themselves: it would sway their score.
        """
        if user.is_moderator:
            reviewing = PeerReview.objects.unsent_by(user).filter(submission=OuterRef("submission"))
            return self.filter(~Exists(reviewing))
        return self.filter(submission__author=user)


class AIFeedback(Leased):
    class Status(models.TextChoices):
        PENDING = "pending", _("Being written")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    # One live row per attempt: a retry reuses it.
    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, related_name="ai_feedback"
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    scores = models.JSONField(default=list, blank=True)
    strengths = models.JSONField(default=list, blank=True)
    improvements = models.JSONField(default=list, blank=True)
    summary = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    confidence = models.CharField(max_length=8, choices=CONFIDENCE, blank=True)
    # What there is of it while it is being written, for the page alone.
    draft = models.JSONField(default=dict, blank=True, editable=False)
    message = models.CharField(
        max_length=500, blank=True, help_text="What the learner is told when it failed."
    )
    raw = models.TextField(blank=True)
    model = models.CharField(max_length=100, blank=True)
    is_offline = models.BooleanField(default=False)
    prompt_version = models.CharField(max_length=40, blank=True)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=10, decimal_places=6, default=0)
    latency_ms = models.PositiveIntegerField(default=0)
    cached = models.BooleanField(default=False)
    helpful = models.BooleanField(null=True, blank=True)
    is_wrong = models.BooleanField(default=False, help_text="The author says that it is wrong.")
    wrong_note = models.CharField(max_length=500, blank=True)
    request = models.ForeignKey(
        AIRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = AIFeedbackQuerySet.as_manager()

    class Meta:
        db_table = "ai_feedback"
        verbose_name = "AI feedback"
        verbose_name_plural = "AI feedback"

    def __str__(self) -> str:
        return f"AI feedback on submission {self.submission_id}"

    def is_visible_to(self, user: User) -> bool:
        if self.submission.author_id == user.pk:
            return True
        reviewing = PeerReview.objects.unsent_by(user).filter(submission=self.submission_id)
        return user.is_moderator and not reviewing.exists()


# Work that has its outcome.
SETTLED = (Submission.Status.ACCEPTED, Submission.Status.RETURNED)


class PeerReviewQuerySet(models.QuerySet["PeerReview"]):
    def given_by(self, user: User) -> Self:
        return self.filter(reviewer=user)

    def visible_to(self, user: User) -> Self:
        """The reviewer's own; sent ones for moderators, and for the author unless hidden."""
        sent = Q(status=PeerReview.Status.SUBMITTED)
        if user.is_moderator:
            return self.filter(Q(reviewer=user) | sent)
        return self.filter(Q(reviewer=user) | (sent & Q(author=user, hidden_at=None)))

    def live(self, *, now: datetime) -> Self:
        """Reviews that hold a seat: sent and not hidden, or with somebody who is at it."""
        return self.filter(
            Q(status=PeerReview.Status.SUBMITTED, hidden_at=None)
            | Q(status=PeerReview.Status.CLAIMED, holds_seat=True, lease_until__gt=now)
        )

    def of_known_work(self) -> Self:
        """Reviews of works with known marks, announced or not; `submission.score` is the truth."""
        return self.filter(submission__training_work__isnull=False)

    def of_peers(self) -> Self:
        return self.filter(submission__training_work__isnull=True)

    def with_outcome(self) -> Self:
        """Reviews of settled work; a second opinion has its outcome once the appeal is decided.

        What others may learn of a review, by its points for instance, they learn from then on.
        """
        decided = Q(is_for_appeal=False) | Q(submission__appeal__decided_at__isnull=False)
        return self.filter(decided, submission__status__in=SETTLED)

    def awaiting_outcome(self) -> Self:
        """Reviews whose work is not settled yet, or whose appeal is not decided."""
        undecided = Q(is_for_appeal=True, submission__appeal__decided_at=None)
        return self.filter(Q(submission__status=Submission.Status.SUBMITTED) | undecided)

    def unsent_by(self, user: User) -> Self:
        """Reviews that `user` may still send: of such work they see no other grader's score."""
        unsent = (PeerReview.Status.CLAIMED, PeerReview.Status.EXPIRED)
        return self.filter(reviewer=user, status__in=unsent)

    def showing_work(self) -> Self:
        """Reviews whose reviewer may see the work.

        Who gave the work back sees it no more; and what its author took back is a draft again,
        which they write for themselves. Nor does anybody while a moderator has hidden it.
        """
        return self.exclude(status=PeerReview.Status.RELEASED).filter(
            ~Q(submission__status=Submission.Status.DRAFT), submission__hidden_at=None
        )

    def sent(self) -> Self:
        """Reviews that count: what a moderator hid is as if it had never been sent."""
        return self.filter(status=PeerReview.Status.SUBMITTED, hidden_at=None)


class PeerReview(Hideable):
    class Status(models.TextChoices):
        CLAIMED = "claimed", _("In your hands")
        SUBMITTED = "submitted", _("Sent")
        EXPIRED = "expired", _("Expired")
        RELEASED = "released", _("Given back")

    class ReleasedFor(models.TextChoices):
        """Why a reviewer gave work back."""

        NO_TIME = "no_time", _("I have no time after all")
        CANNOT_JUDGE = "cannot_judge", _("I cannot judge this")
        KNOWS_AUTHOR = "knows_author", _("I know whose work this is")
        REPORTED = "reported", _("Something here should not be")

    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="peer_reviews"
    )
    # Empty once the reviewer's account is erased: what they said stays with those they said it to.
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="peer_reviews",
    )
    # The author's id stands here too, so that the database can refuse a self-review.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.CLAIMED)
    claimed_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField()
    # Until when nobody else gets this place: some hours after the reviewer last wrote.
    seat_until = models.DateTimeField(null=True, blank=True)
    holds_seat = models.BooleanField(default=True)
    renewals = models.PositiveSmallIntegerField(default=0)
    reminders = models.PositiveSmallIntegerField(default=0)
    # Double points: the work had waited long.
    is_boosted = models.BooleanField(default=False)
    # Sent when the places were filled already. It counts like any other.
    is_extra = models.BooleanField(default=False)
    # Whether the reviewer knows that this is practice. Known works also come unannounced.
    is_training = models.BooleanField(default=False)
    released_for = models.CharField(max_length=12, choices=ReleasedFor, blank=True)
    # When the reviewer gave it back, where that counts towards how often they may in a day.
    given_back_at = models.DateTimeField(null=True, blank=True)
    # What an unannounced known work came instead of. It stays out of the reviewer's queue until
    # they have sent this, as if they had been given it: else counting would tell the two apart.
    in_place_of = models.ForeignKey(
        Submission, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # For moderators alone: neither the author nor another reviewer sees it.
    private_note = models.TextField(
        _("note to the moderators"), blank=True, validators=[MaxLengthValidator(2000)]
    )
    # When the first moderator marked the note as read, and who: for moderators alone, too.
    note_read_at = models.DateTimeField(null=True, blank=True)
    note_read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    saved_at = models.DateTimeField(null=True, blank=True)
    # Passages with a comment each: quote, start, end, comment, as `quotes.Passage` has them.
    quotes = models.JSONField(default=list, blank=True)
    scores = models.JSONField(default=dict, blank=True)
    comments = models.JSONField(default=dict, blank=True)
    overall = models.TextField(_("overall"), blank=True, validators=[MaxLengthValidator(5000)])
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    is_helpful = models.BooleanField(null=True, blank=True)
    quality = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    # What the quality is made of, each 0 to 1: as `quality.Parts` has them.
    quality_parts = models.JSONField(default=dict, blank=True)
    # Criteria whose comment the author says they took up in the next attempt.
    addressed = models.JSONField(default=list, blank=True)
    # After the outcome: names are shown while both sides say so.
    author_shows_name = models.BooleanField(default=False)
    reviewer_shows_name = models.BooleanField(default=False)
    thanked_at = models.DateTimeField(null=True, blank=True)
    is_for_appeal = models.BooleanField(default=False, help_text="A second opinion, asked for.")
    # How hard the reviewer finds the task, where that is easier than its author states.
    difficulty = models.PositiveSmallIntegerField(_("difficulty"), null=True, blank=True)

    objects = PeerReviewQuerySet.as_manager()

    class Meta:
        db_table = "peer_reviews"
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "reviewer"], name="peer_reviews_once_each"
            ),
            models.CheckConstraint(
                condition=~Q(reviewer=F("author")), name="peer_reviews_not_own_work"
            ),
            models.CheckConstraint(
                condition=~Q(status="submitted")
                | Q(score__isnull=False, submitted_at__isnull=False),
                name="peer_reviews_sent_with_score",
            ),
            models.CheckConstraint(
                condition=Q(difficulty=None) | Q(difficulty__range=(1, 5)),
                name="peer_reviews_difficulty",
            ),
        ]
        indexes = [
            # Seats taken on a submission.
            models.Index(fields=["submission", "status"], name="peer_reviews_seats"),
            # "My reviews", newest first.
            models.Index(fields=["reviewer", "status", "-claimed_at"], name="peer_reviews_mine"),
            # Who reviewed somebody's work lately: they get none of it to review.
            models.Index(fields=["author", "-claimed_at"], name="peer_reviews_of_author"),
            # Each "review next": what the reviewer gave back within a day.
            models.Index(
                fields=["reviewer", "given_back_at"],
                condition=Q(given_back_at__isnull=False),
                name="peer_reviews_given_back",
            ),
            # The moderators' list of new notes, which are few among all reviews: without it a
            # list of less than a page reads them all. Then the list of those that are read.
            models.Index(
                fields=["-id"],
                condition=Q(note_read_at=None) & ~Q(private_note=""),
                name="peer_reviews_new_notes",
            ),
            models.Index(
                fields=["-note_read_at", "-id"],
                condition=Q(note_read_at__isnull=False),
                name="peer_reviews_read_notes",
            ),
            # Each minute: seats on which nobody has written for hours, and leases that are over.
            models.Index(
                fields=["seat_until"],
                condition=Q(status="claimed", holds_seat=True),
                name="peer_reviews_quiet",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(status="claimed"), name="peer_reviews_leases"
            ),
        ]

    def __str__(self) -> str:
        return f"Review of submission {self.submission_id}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:desk", args=[self.pk])

    def is_visible_to(self, user: User) -> bool:
        if self.reviewer_id == user.pk:
            return True
        if self.status != self.Status.SUBMITTED:
            return False
        return user.is_moderator or (self.author_id == user.pk and not self.is_hidden)

    @property
    def shows_names(self) -> bool:
        """Whether author and reviewer have both said that the other may know who they are."""
        return self.author_shows_name and self.reviewer_shows_name

    @property
    def is_mark_counted(self) -> bool:
        """Whether its quality rests on the author's mark, which then stays as it is."""
        return self.quality_parts.get("helpful") is not None

    @property
    def is_use_counted(self) -> bool:
        """Whether its quality rests on what the author took up, which then stays as it is."""
        return self.quality_parts.get("used") is not None

    @property
    def is_lease_over(self) -> bool:
        if self.status == self.Status.EXPIRED:
            return True
        return self.status == self.Status.CLAIMED and self.lease_until <= timezone.now()

    @property
    def times(self) -> int:
        """How many times the usual points it earns."""
        return BOOST if self.is_boosted else 1


# Django looks for models here; those of the queue, of the consensus and of what follows it have
# files of their own.
from reviews.after_models import Answer, Appeal  # noqa: E402
from reviews.consensus_models import GraderStanding, GradingFit, Outcome  # noqa: E402
from reviews.copy_models import CopyDecision  # noqa: E402
from reviews.queue_models import ReviewCase, TrainingWork  # noqa: E402

__all__ = [
    "SETTLED",
    "AIFeedback",
    "Answer",
    "Appeal",
    "CopyDecision",
    "GraderStanding",
    "GradingFit",
    "Outcome",
    "PeerReview",
    "ReviewCase",
    "TrainingWork",
]
