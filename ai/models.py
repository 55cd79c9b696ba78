"""Prompts, remembered answers, the record of calls, and explanations asked for."""

from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ai import schemas
from ai.exchange import Purpose, State

# A job that has been pending for longer was lost with its worker and may be asked for again.
LOST_AFTER = timedelta(minutes=10)

PURPOSES = [
    (Purpose.PLAN.value, _("Plan")),
    (Purpose.VARY.value, _("Another proposal")),
    (Purpose.REPLAN.value, _("New plan")),
    (Purpose.FEEDBACK.value, _("Feedback")),
    (Purpose.EXPLAIN.value, _("Explanation")),
    (Purpose.HINT.value, _("Hint")),
    (Purpose.REVIEW.value, _("Check of a review")),
]


class Leased(models.Model):
    """Work for the worker, whatever kind: who takes it holds a lease, so that none is done twice
    and none is lost with its worker. See `ai.leases`."""

    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


class PromptTemplate(models.Model):
    """One version of a prompt. A version never changes: a better text is a new version."""

    name = models.CharField(_("name"), max_length=20, choices=PURPOSES)
    version = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("text"))
    active = models.BooleanField(_("active"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    # Who wrote it, and who made it active last; nobody, where it came with the code.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("author"),
    )
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("made active by"),
    )
    activated_at = models.DateTimeField(_("made active"), null=True, blank=True, editable=False)

    class Meta:
        db_table = "prompt_templates"
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering: ClassVar[list[str]] = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="prompt_version_unique"),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(active=True),
                name="prompt_one_active",
                violation_error_message=_("Another version of this prompt is active."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def clean(self) -> None:
        from ai import prompts  # that module reads this model

        try:
            prompts.check(self.name, self.text)
        except prompts.BadPrompt as refusal:
            raise ValidationError({"text": str(refusal)}) from refusal


class CachedCompletion(models.Model):
    """An answer that need not be paid for twice."""

    request_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(_("purpose"), max_length=20, choices=PURPOSES)
    # Whose answer it is; empty where everybody may share it. It goes when they go.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    response = models.JSONField(_("response"))
    model = models.CharField(_("model"), max_length=100)
    prompt_version = models.PositiveIntegerField(default=0)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    hits = models.PositiveIntegerField(_("hits"), default=0)

    class Meta:
        db_table = "cached_completions"
        verbose_name = _("cached answer")
        verbose_name_plural = _("cached answers")
        indexes = [
            # `cache.forget_expired` deletes by age.
            models.Index(fields=["expires_at"], name="cached_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.request_hash[:12]}"


class AIRequest(models.Model):
    """One call of the gateway: who asked, why, what it took and how it ended."""

    PENDING = "pending"
    LOST = "lost"
    OUTCOMES = [
        (PENDING, _("Under way")),
        (LOST, _("Lost with its worker")),
        (State.OK.value, _("Answered")),
        (State.LIMITED.value, _("Told to slow down")),
        (State.TIMED_OUT.value, _("Too slow")),
        (State.UNAVAILABLE.value, _("Not reachable")),
        (State.INVALID.value, _("Not to be used")),
        (State.REFUSED.value, _("Declined by the model")),
        (State.OVER_BUDGET.value, _("Over budget")),
    ]

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=PURPOSES)
    model = models.CharField(_("model"), max_length=100)
    prompt_version = models.PositiveIntegerField(default=0)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    latency_ms = models.PositiveIntegerField(default=0)
    outcome = models.CharField(_("outcome"), max_length=20, choices=OUTCOMES, default=PENDING)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=6, default=0)
    cached = models.BooleanField(_("from the cache"), default=False)
    offline = models.BooleanField(_("offline coach"), default=False)
    # What was set aside for this call in the budgets' rows; empty once it is settled.
    reserved = models.JSONField(default=dict, blank=True, editable=False)
    helpful = models.BooleanField(_("helpful"), null=True, blank=True)
    is_wrong = models.BooleanField(_("reported as wrong"), default=False)
    note = models.CharField(_("what is wrong"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        db_table = "ai_requests"
        verbose_name = _("AI request")
        verbose_name_plural = _("AI requests")
        indexes = [
            # A learner's page of what was sent.
            models.Index(fields=["user", "created_at"], name="ai_requests_budget"),
            # The admin's list, newest first; the span of its page of figures, and the alerts' hour.
            models.Index(fields=["-created_at"], name="ai_requests_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.outcome} {self.created_at:%Y-%m-%d %H:%M}"


class TranscriptQuerySet(models.QuerySet["Transcript"]):
    def visible_to(self, user: User) -> Self:
        """Return the transcripts `user` may see: their own."""
        return self.filter(user=user)


class Transcript(models.Model):
    """What left this server for one call, and what came back, word for word."""

    request = models.OneToOneField(AIRequest, on_delete=models.CASCADE, related_name="transcript")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sent = models.TextField(_("sent"))
    received = models.TextField(_("received"), blank=True)

    objects = TranscriptQuerySet.as_manager()

    class Meta:
        db_table = "ai_transcripts"
        verbose_name = _("transcript")
        verbose_name_plural = _("transcripts")

    def __str__(self) -> str:
        return f"Transcript of request {self.request_id}"

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk


class Spend(models.Model):
    """What was spent and set aside in one period: of a learner, or of the site without `user`."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    # "2026-11-25" or "2026-11".
    period = models.CharField(max_length=10)
    calls = models.IntegerField(default=0)
    tokens = models.BigIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=6, default=0)

    class Meta:
        db_table = "ai_spend"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "period"],
                condition=Q(user__isnull=False),
                name="ai_spend_once_per_learner",
            ),
            models.UniqueConstraint(
                fields=["period"], condition=Q(user__isnull=True), name="ai_spend_once_per_site"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or 'site'} {self.period}"


class Breaker(models.Model):
    """How a model server fares, known to all processes. See `ai.breaker`."""

    server = models.CharField(max_length=300, unique=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=20, blank=True)
    cause = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "ai_breakers"

    def __str__(self) -> str:
        return self.server


class Flight(models.Model):
    """A question that is being asked right now, so that others wait for its answer. See
    `ai.flights`."""

    request_hash = models.CharField(max_length=64, unique=True)
    token = models.CharField(max_length=32)
    lease_until = models.DateTimeField()
    # How it failed, for those who waited; a success is found in the cache.
    state = models.CharField(max_length=20, blank=True)
    cause = models.CharField(max_length=20, blank=True)
    retry_after = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        db_table = "ai_flights"

    def __str__(self) -> str:
        return self.request_hash[:12]


class Alert(models.Model):
    """When the operator was last told of a kind of trouble, so that it is not told each minute."""

    kind = models.CharField(max_length=30, unique=True)
    raised_at = models.DateTimeField()

    class Meta:
        db_table = "ai_alerts"

    def __str__(self) -> str:
        return self.kind


class ExplanationQuerySet(models.QuerySet["Explanation"]):
    def visible_to(self, user: User) -> Self:
        """Return the explanations `user` may see: their own."""
        return self.filter(user=user)


class Explanation(Leased):
    """A learner's question about a concept, and the answer once it is there."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Being written")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="explanations"
    )
    concept = models.CharField(_("concept"), max_length=200)
    level = models.CharField(_("level"), max_length=20, blank=True)
    context = models.TextField(_("context"), max_length=4000, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    answer = models.JSONField(_("answer"), null=True, blank=True)
    message = models.CharField(_("message"), max_length=400, blank=True)
    model = models.CharField(_("model"), max_length=100, blank=True)
    offline = models.BooleanField(_("offline coach"), default=False)
    request = models.ForeignKey(
        AIRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Asking again starts the clock anew.
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = ExplanationQuerySet.as_manager()

    class Meta:
        db_table = "explanations"
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        indexes = [
            # The learner's list of explanations, newest first.
            models.Index(fields=["user", "-created_at"], name="explanations_of_learner"),
        ]

    def __str__(self) -> str:
        return self.concept

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk

    @property
    def parsed(self) -> schemas.Explanation | None:
        """The answer in its schema, once it is there."""
        return None if self.answer is None else schemas.Explanation.model_validate(self.answer)

    @property
    def may_be_retried(self) -> bool:
        """Whether it failed, or has been pending for so long that its worker must be gone."""
        lost = self.status == self.Status.PENDING and timezone.now() - self.created_at > LOST_AFTER
        return lost or self.status == self.Status.FAILED


class AskQuerySet(models.QuerySet["Ask"]):
    def visible_to(self, user: User) -> Self:
        """Return what `user` may see: what they asked themselves."""
        return self.filter(user=user)


class Ask(Leased):
    """A small question beside the loop: a hint, or a check of a review before it is sent."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Being written")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=20, choices=PURPOSES)
    # What it is about, such as "challenge:7"; the apps above name their own things.
    about = models.CharField(max_length=60)
    inputs = models.JSONField()
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    answer = models.JSONField(null=True, blank=True)
    message = models.CharField(max_length=400, blank=True)
    model = models.CharField(max_length=100, blank=True)
    offline = models.BooleanField(default=False)
    request = models.ForeignKey(
        AIRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = AskQuerySet.as_manager()

    class Meta:
        db_table = "ai_asks"
        verbose_name = _("small question")
        verbose_name_plural = _("small questions")
        indexes = [
            # The hints of a challenge, the last check of a review.
            models.Index(fields=["user", "about", "-created_at"], name="ai_asks_about"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.about}"

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk
