"""Feedback while it is being written: what of it can be shown already, saved in pieces."""

from time import monotonic
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from ai.grounding import keep_quoted
from ai.schemas import QuotedPoint
from reviews.models import AIFeedback

EVERY_SECONDS = 0.3


class Keeper:
    """Takes the model's text as it grows and saves what there is to see, a few times a second."""

    def __init__(self, feedback: AIFeedback) -> None:
        self.pk = feedback.pk
        self.lease_until = feedback.lease_until
        self.body = feedback.submission.body
        self.saved_at = 0.0
        self.last: dict[str, Any] = {}

    def __call__(self, text: str) -> None:
        now = monotonic()
        if self.last and now - self.saved_at < EVERY_SECONDS:
            return
        draft = so_far(text, self.body)
        if not draft or draft == self.last:
            return
        self.last, self.saved_at = draft, now
        # Only while the lease is ours: a worker that was thought lost must not write any more.
        AIFeedback.objects.filter(
            pk=self.pk, status=AIFeedback.Status.PENDING, lease_until=self.lease_until
        ).update(draft=draft)


def so_far(text: str, body: str) -> dict[str, Any]:
    """Return what can be read of an answer that is not complete yet.

    Quotes are checked as in a complete answer: what is not in the work is not shown for a moment
    either.
    """
    try:
        partial = from_json(text, allow_partial="trailing-strings")
    except ValueError:
        return {}
    if not isinstance(partial, dict):
        return {}
    draft: dict[str, Any] = {}
    for name in ("summary", "next_step"):
        told = partial.get(name)
        if isinstance(told, str) and (told := told.replace("\x00", "").strip()):
            draft[name] = told[:2000]
    for name in ("strengths", "improvements"):
        points = _points(partial.get(name), body)
        if points:
            draft[name] = points
    return draft


def _points(value: object, body: str) -> list[dict[str, str]]:
    points = []
    for item in value if isinstance(value, list) else []:
        try:
            points.append(QuotedPoint.model_validate(item))
        except ValidationError:
            continue  # not complete yet
    return [point.model_dump() for point in keep_quoted(points[:5], body)]
