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
    (Purpose.FEEDBACK.value, _("Feedback")),
    (Purpose.EXPLAIN.value, _("Explanation")),
]


class PromptTemplate(models.Model):
    """One version of a prompt. A version never changes: a better text is a new version."""

    name = models.CharField(_("name"), max_length=20, choices=PURPOSES)
    version = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("text"))
    active = models.BooleanField(_("active"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

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
    OUTCOMES = [(PENDING, _("Under way"))] + [(s.value, s.value) for s in State]

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
    cached = models.BooleanField(_("from the cache"), default=False)
    offline = models.BooleanField(_("offline coach"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        db_table = "ai_requests"
        verbose_name = _("AI request")
        verbose_name_plural = _("AI requests")
        indexes = [
            # `budget.left_today`, before every remote call.
            models.Index(fields=["user", "created_at"], name="ai_requests_budget"),
            # The admin's list, newest first.
            models.Index(fields=["-created_at"], name="ai_requests_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.outcome} {self.created_at:%Y-%m-%d %H:%M}"


class ExplanationQuerySet(models.QuerySet["Explanation"]):
    def visible_to(self, user: User) -> Self:
        """Return the explanations `user` may see: their own."""
        return self.filter(user=user)


class Explanation(models.Model):
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
