"""Work that learners write and hand in."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxLengthValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.conduct import Hideable
from accounts.models import User
from challenges.models import Challenge

MAX_BODY_LENGTH = 50_000
MOST_ATTACHMENTS = 5
MOST_ATTACHMENT_BYTES = 10 * 1024 * 1024


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(author=user)

    def visible_to(self, user: User) -> Self:
        """Own work; moderators see all that was handed in.

        A reviewer sees the work through their review, which hides whose it is.
        """
        if user.is_moderator:
            return self.filter(Q(author=user) | ~Q(status=Submission.Status.DRAFT))
        return self.filter(author=user)


class Submission(Hideable):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("In review")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Try again")

    # A goal with work in it cannot vanish beneath its reviewers. RESTRICT, not PROTECT, because
    # a whole account may: then the work goes with its author.
    challenge = models.ForeignKey(Challenge, on_delete=models.RESTRICT, related_name="submissions")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="submissions"
    )
    attempt = models.PositiveSmallIntegerField(default=1)
    body = models.TextField(
        _("your work"), blank=True, validators=[MaxLengthValidator(MAX_BODY_LENGTH)]
    )
    link = models.URLField(
        _("link"),
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
    )
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    # How often it was taken back before anybody reviewed it: handing in again is worth its effort
    # again only as often as it was taken away.
    withdrawals = models.PositiveSmallIntegerField(default=0, editable=False)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    score_error = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        db_table = "submissions"
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "author"],
                condition=Q(status="draft"),
                name="submissions_one_draft",
            ),
            models.UniqueConstraint(
                fields=["challenge", "author", "attempt"], name="submissions_attempt_unique"
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(submitted_at__isnull=False),
                name="submissions_handed_in_when",
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=Decimal(0), score__lte=Decimal(100)),
                name="submissions_score_range",
            ),
        ]
        indexes = [
            # "Review next" takes the longest wait among what is in review.
            models.Index(
                fields=["submitted_at"],
                condition=Q(status="submitted"),
                name="submissions_waiting",
            ),
            # The author's own list, newest first.
            models.Index(fields=["author", "-saved_at"], name="submissions_mine"),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.attempt} at challenge {self.challenge_id}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:submission", args=[self.pk])

    def is_visible_to(self, user: User) -> bool:
        return self.author_id == user.pk or (user.is_moderator and self.status != self.Status.DRAFT)


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> Self:
        """As its submission; a reviewer gets it through their review, which hides its name."""
        return self.filter(submission__in=Submission.objects.visible_to(user))


class Attachment(models.Model):
    """A file beside the text of a work: checked, cleaned and written anew before it is kept."""

    class Kind(models.TextChoices):
        """What the content is, whatever the file was called."""

        PNG = "image/png", _("PNG picture")
        JPEG = "image/jpeg", _("JPEG picture")
        WEBP = "image/webp", _("WebP picture")
        GIF = "image/gif", _("GIF picture")
        PDF = "application/pdf", _("PDF")
        TEXT = "text/plain", _("Text")
        MP3 = "audio/mpeg", _("MP3 recording")
        WAV = "audio/wav", _("WAV recording")
        OGG = "audio/ogg", _("Ogg recording")
        M4A = "audio/mp4", _("M4A recording")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attachments")
    # Which of the five places it takes; also what it is called for those who may not see its name.
    number = models.PositiveSmallIntegerField()
    file = models.FileField(max_length=200, editable=False)
    # As its author knows it. Nobody who must not know the author sees it.
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, choices=Kind)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=timezone.now)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        db_table = "attachments"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "number"], name="attachments_one_per_place"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_ATTACHMENTS),
                name="attachments_five_places",
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=MOST_ATTACHMENT_BYTES),
                name="attachments_size_range",
            ),
            # The same file twice is the same attachment.
            models.UniqueConstraint(fields=["submission", "sha256"], name="attachments_once_each"),
        ]
        indexes = [
            # Whether somebody else attached the same.
            models.Index(fields=["sha256"], name="attachments_same"),
        ]

    def __str__(self) -> str:
        return f"Attachment {self.number} of submission {self.submission_id}"

    def is_visible_to(self, user: User) -> bool:
        return self.submission.is_visible_to(user)

    @property
    def extension(self) -> str:
        """The end of a file's name by what it is, without regard to what it was called."""
        return EXTENSIONS[self.Kind(self.kind)]

    @property
    def neutral_name(self) -> str:
        """What it is called for reviewers: file names give people away."""
        return f"attachment-{self.number}{self.extension}"

    @property
    def is_picture(self) -> bool:
        return self.kind.startswith("image/")

    @property
    def is_sound(self) -> bool:
        return self.kind.startswith("audio/")


EXTENSIONS = {
    Attachment.Kind.PNG: ".png",
    Attachment.Kind.JPEG: ".jpg",
    Attachment.Kind.WEBP: ".webp",
    Attachment.Kind.GIF: ".gif",
    Attachment.Kind.PDF: ".pdf",
    Attachment.Kind.TEXT: ".txt",
    Attachment.Kind.MP3: ".mp3",
    Attachment.Kind.WAV: ".wav",
    Attachment.Kind.OGG: ".ogg",
    Attachment.Kind.M4A: ".m4a",
}


class DraftRevisionQuerySet(models.QuerySet["DraftRevision"]):
    def visible_to(self, user: User) -> Self:
        """The author's alone: nobody else ever saw what was not handed in."""
        return self.filter(submission__author=user)


class DraftRevision(models.Model):
    """The text of a draft as it was at some time; see `history`."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="revisions")
    body = models.TextField(blank=True)
    link = models.CharField(max_length=500, blank=True)
    # From its first save to its last one.
    began_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = DraftRevisionQuerySet.as_manager()

    class Meta:
        db_table = "draft_revisions"
        indexes = [
            # The newest one, at each autosave; and the list of them.
            models.Index(fields=["submission", "-saved_at"], name="draft_revisions_of_draft"),
        ]

    def __str__(self) -> str:
        return f"Draft of submission {self.submission_id} at {self.saved_at:%Y-%m-%d %H:%M}"

    def is_visible_to(self, user: User) -> bool:
        return self.submission.author_id == user.pk


# Django looks for models here; those of alike texts have a file of their own.
from submissions.similarity_models import SimilarityFlag, TextMark  # noqa: E402

__all__ = [
    "EXTENSIONS",
    "MAX_BODY_LENGTH",
    "MOST_ATTACHMENTS",
    "MOST_ATTACHMENT_BYTES",
    "Attachment",
    "DraftRevision",
    "SimilarityFlag",
    "Submission",
    "SubmissionQuerySet",
    "TextMark",
]
