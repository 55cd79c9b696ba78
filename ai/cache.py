"""Answers that need not be paid for twice."""

import hashlib
import json
import re
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db.models import F

from accounts.models import User
from ai import statements
from ai.exchange import Purpose
from ai.models import CachedCompletion
from ai.prompts import Prompt
from ai.purposes import SHARED
from ai.schemas import Answer, AnyInputs


def key(
    *,
    purpose: Purpose,
    inputs: AnyInputs,
    prompt: Prompt,
    schema: type[Answer],
    user: User,
    model: str,
) -> str:
    """Return the SHA-256 under which the answer to exactly this question is kept."""
    parts = {
        "purpose": purpose.value,
        "model": model,
        "api": settings.AI_API,
        "server": settings.OPENAI_BASE_URL,
        "prompt": [prompt.name, prompt.version],
        "inputs": _settled(inputs.model_dump(mode="json")),
        "schema": _written(schema),
        "user": None if purpose in SHARED else user.pk,
    }
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def look_up(request_hash: str, *, now: datetime) -> CachedCompletion | None:
    """Return the answer kept under this hash, if it is still fresh, and count the hit."""
    if not statements.rows(
        "SELECT id FROM cached_completions WHERE request_hash = %s AND expires_at > %s",
        request_hash,
        now,
    ):
        return None
    found = CachedCompletion.objects.filter(request_hash=request_hash).first()
    if found is not None:
        CachedCompletion.objects.filter(pk=found.pk).update(hits=F("hits") + 1)
    return found


def keep(
    *,
    request_hash: str,
    purpose: Purpose,
    answer: Answer,
    user: User,
    model: str,
    prompt_version: int,
    tokens: tuple[int, int],
    now: datetime,
) -> None:
    """Keep an answer for the days of its purpose; an older one under the same hash is replaced."""
    kept = CachedCompletion(
        request_hash=request_hash,
        purpose=purpose.value,
        user=None if purpose in SHARED else user,
        response=answer.model_dump(mode="json"),
        model=model,
        prompt_version=prompt_version,
        tokens_in=tokens[0],
        tokens_out=tokens[1],
        created_at=now,
        expires_at=now + timedelta(days=settings.AI_CACHE_DAYS[purpose.value]),
    )
    CachedCompletion.objects.bulk_create(
        [kept],
        update_conflicts=True,
        unique_fields=["request_hash"],
        update_fields=[
            "response",
            "model",
            "prompt_version",
            "tokens_in",
            "tokens_out",
            "created_at",
            "expires_at",
        ],
    )


def forget_expired(*, now: datetime) -> int:
    """Delete what nobody can be given any more; returns how many answers went."""
    return CachedCompletion.objects.filter(expires_at__lte=now).delete()[0]


# Writing a schema down takes longer than a query.
@lru_cache
def _written(schema: type[Answer]) -> str:
    return json.dumps(schema.model_json_schema(), sort_keys=True)


def _settled(value: object) -> object:
    """Return JSON data with white space normalised, so that a stray blank costs no call."""
    if isinstance(value, str):
        # Line breaks can carry meaning (code, verse), blanks at line ends do not.
        lines = [re.sub(r"[^\S\n]+$", "", line) for line in value.strip().splitlines()]
        return "\n".join(lines)
    if isinstance(value, list):
        return [_settled(item) for item in value]
    if isinstance(value, dict):
        return {name: _settled(item) for name, item in value.items()}
    return value
