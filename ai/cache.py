"""Answers that need not be paid for twice."""

import hashlib
import json
import re
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db.models import F

from accounts.models import User
from ai.exchange import Purpose
from ai.models import CachedCompletion
from ai.prompts import Prompt
from ai.purposes import SHARED
from ai.schemas import Answer, AnyInputs
from ai.statements import Statement, statement


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
    found = CachedCompletion.objects.filter(request_hash=request_hash, expires_at__gt=now).first()
    if found is not None:
        CachedCompletion.objects.filter(pk=found.pk).update(hits=F("hits") + 1)
    return found


def kept(
    *,
    request_hash: str,
    purpose: Purpose,
    answer: Answer,
    user: User,
    model: str,
    prompt_version: int,
    tokens: tuple[int, int],
    now: datetime,
) -> Statement:
    """Return what keeps an answer for the days of its purpose, in the place of an older one."""
    renewed = "response model prompt_version tokens_in tokens_out created_at expires_at".split()
    return statement(
        "INSERT INTO cached_completions (request_hash, purpose, user_id, response, model,"  # noqa: S608 - names of ours
        " prompt_version, tokens_in, tokens_out, created_at, expires_at, hits)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0)"
        " ON CONFLICT (request_hash) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in renewed),
        request_hash,
        purpose.value,
        None if purpose in SHARED else user.pk,
        answer.model_dump_json(),
        model,
        prompt_version,
        *tokens,
        now,
        now + timedelta(days=settings.AI_CACHE_DAYS[purpose.value]),
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
