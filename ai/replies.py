"""Reading what a model server sent: untrusted JSON, so nothing in it is taken for granted."""

import email.utils
import math
import time
from typing import Any

import httpx2
from pydantic import ValidationError


def read_response(body: dict[str, Any]) -> tuple[str | None, tuple[int, int]]:
    """Return the text (None for a refusal) and the tokens of a Responses API body."""
    used = _tokens(body, "input_tokens", "output_tokens")
    parts = [
        part
        for item in _dicts(body.get("output"))
        # Other phases are thinking aloud, not the answer.
        if item.get("type") == "message" and item.get("phase") in {None, "final_answer"}
        for part in _dicts(item.get("content"))
    ]
    why = body.get("incomplete_details")
    filtered = isinstance(why, dict) and why.get("reason") == "content_filter"
    if filtered or any(part.get("type") == "refusal" for part in parts):
        return None, used
    texts = [str(p.get("text") or "") for p in parts if p.get("type") == "output_text"]
    return "".join(texts), used


def read_chat(body: dict[str, Any]) -> tuple[str | None, tuple[int, int]]:
    """Return the text (None for a refusal) and the tokens of a Chat Completions body."""
    used = _tokens(body, "prompt_tokens", "completion_tokens")
    choice = next(iter(_dicts(body.get("choices"))), {})
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        return None, used
    return str(message.get("content") or ""), used


def storable(text: str) -> str:
    """Return `text` without what no database keeps: NUL, and halves of characters.

    Two halves that came in different pieces of a stream are one character.
    """
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return whole.replace("\x00", "")


def _tokens(body: dict[str, Any], name_in: str, name_out: str) -> tuple[int, int]:
    usage = body.get("usage")
    usage = usage if isinstance(usage, dict) else {}

    def count(name: str) -> int:
        value = usage.get(name)
        return value if isinstance(value, int) and value >= 0 else 0

    return count(name_in), count(name_out)


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def problems(error: ValidationError) -> str:
    """Say what is wrong, without the values: they may be long."""
    lines = [
        f"- {'.'.join(str(part) for part in problem['loc']) or 'answer'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return "\n".join(lines[:10])


def retry_after(response: httpx2.Response) -> float | None:
    """Return the wait in seconds that the server asks for, as a number or as a date."""
    asked = response.headers.get("retry-after")
    if asked is None:
        return None
    try:
        wait = float(asked)
    except ValueError:
        try:
            wait = email.utils.parsedate_to_datetime(asked).timestamp() - time.time()
        except ValueError:
            return None
    return min(max(0.0, wait), 86_400.0) if math.isfinite(wait) else None
