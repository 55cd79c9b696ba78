"""Reading an answer off the wire: one JSON body, or a stream of events that adds up to one.

Whatever the server does, reading ends: at the deadline, or when the body is beyond MOST_BYTES.
A stream comes out as the body that the same API sends without streaming, so that both are read
alike from there on (`ai.replies`).
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ai.exchange import OnText
from ai.replies import storable

MOST_BYTES = 4_000_000


class Overdue(Exception):
    """The deadline for the whole answer has passed."""


class Torn(Exception):
    """The connection ended in the middle of an answer, or the server said that it failed."""


class NotJSON(ValueError):
    """What came is no answer of this API."""


def read(
    chunks: Iterable[bytes], *, is_stream: bool, is_late: Callable[[], bool], on_text: OnText
) -> dict[str, Any]:
    """Return the body that `chunks` hold; `on_text` gets the text of a stream as it grows."""
    limited = _limited(chunks, is_late)
    if is_stream:
        return _collect(_events(limited), on_text)
    return json_object(b"".join(limited))


def json_object(data: bytes) -> dict[str, Any]:
    try:
        body = json.loads(data)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise NotJSON("the answer was not JSON") from error
    if not isinstance(body, dict):
        raise NotJSON("the answer was not a JSON object")
    return body


def _limited(chunks: Iterable[bytes], is_late: Callable[[], bool]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if is_late():
            raise Overdue
        if size > MOST_BYTES:
            raise NotJSON("the answer was far too long")
        yield chunk


def _events(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the JSON of each server-sent event; one that cannot be read is passed over."""
    for line in _lines(chunks):
        name, _, value = line.partition(b":")
        if name.strip() != b"data" or value.strip() in {b"", b"[DONE]"}:
            continue
        try:
            event = json.loads(value)
        except (json.JSONDecodeError, UnicodeDecodeError):
            continue
        if isinstance(event, dict):
            yield event


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest


def _collect(events: Iterable[dict[str, Any]], on_text: OnText) -> dict[str, Any]:
    pieces: list[str] = []
    chat = _Chat()
    for event in events:
        kind = str(event.get("type") or "")
        if "choices" in event or event.get("object") == "chat.completion.chunk":
            piece = chat.add(event)
        elif kind == "response.output_text.delta":
            piece = str(event.get("delta") or "")
        elif kind in {"response.completed", "response.incomplete"}:
            body = event.get("response")
            return body if isinstance(body, dict) else {}
        elif kind in {"response.failed", "error"} or "error" in event:
            raise Torn(f"the server failed in the middle: {str(event)[:300]}")
        else:
            continue
        if piece:
            pieces.append(piece)
            on_text(storable("".join(pieces)))
    if chat.is_finished:
        return chat.body("".join(pieces))
    raise Torn("the stream ended before the answer did")


class _Chat:
    """The pieces of a Chat Completions stream, put together to what it sends without one."""

    def __init__(self) -> None:
        self.refusal = ""
        self.finish_reason = ""
        self.usage: object = None

    @property
    def is_finished(self) -> bool:
        return bool(self.finish_reason)

    def add(self, chunk: dict[str, Any]) -> str:
        """Take a chunk in; returns its piece of the text."""
        self.usage = chunk.get("usage") or self.usage
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else {}
        if not isinstance(choice, dict):
            return ""
        self.finish_reason = str(choice.get("finish_reason") or self.finish_reason)
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return ""
        self.refusal += str(delta.get("refusal") or "")
        return str(delta.get("content") or "")

    def body(self, text: str) -> dict[str, Any]:
        message = {"content": text, "refusal": self.refusal or None}
        return {
            "choices": [{"finish_reason": self.finish_reason, "message": message}],
            "usage": self.usage,
        }
