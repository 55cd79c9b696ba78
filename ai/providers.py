"""Who answers. The only module that knows the `openai` package."""

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

import httpx2
from django.conf import settings
from openai import OpenAI
from openai.lib._parsing._completions import type_to_response_format_param
from openai.lib._parsing._responses import type_to_text_format_param

from ai import wire
from ai.exchange import Question, Reply
from ai.schemas import Answer

logger = logging.getLogger(__name__)


class Provider(Protocol):
    """Somebody who answers questions and never raises for troubles of their own."""

    def ask(self, question: Question) -> Reply: ...


class OpenAIProvider:
    """OpenAI, or any server that speaks its Responses or Chat Completions API.

    What it raises is sorted by `ai.conversation`, which retries and mends.
    """

    def __init__(self) -> None:
        self.client = _client(
            settings.OPENAI_API_KEY or "unused",
            settings.OPENAI_BASE_URL or "https://api.openai.com/v1",
            float(settings.AI_CONNECT_TIMEOUT_SECONDS),
            float(settings.AI_TIMEOUT_SECONDS),
        )

    def ask(self, question: Question) -> Reply:
        """Ask, retry and mend as far as that goes, and say how it ended."""
        from ai.conversation import Conversation  # which sends through this class

        return Conversation(self, question).run()

    def send(
        self, question: Question, mending: list[Any], is_late: Callable[[], bool]
    ) -> dict[str, Any]:
        """Send one request and return the body of the answer.

        Raises what `openai` and `ai.wire` raise.
        """
        open_ = self._chat if settings.AI_API == "chat" else self._responses
        try:
            with open_(question, mending) as raw:
                kind = raw.headers.get("content-type", "")
                return wire.read(
                    raw.iter_bytes(),
                    is_stream="event-stream" in kind,
                    is_late=is_late,
                    on_text=question.on_text,
                )
        except httpx2.TimeoutException as error:
            raise wire.Overdue from error
        except httpx2.HTTPError as error:
            raise wire.Torn(str(error) or type(error).__name__) from error

    def _responses(self, question: Question, mending: list[Any]) -> Any:
        # Raw, because `parse` would raise away the text and the token count of a bad answer.
        return self.client.responses.with_streaming_response.create(
            model=question.model,
            instructions=question.system,
            input=[{"role": "user", "content": question.user}, *mending],
            text={"format": _text_format(question.schema)},
            max_output_tokens=question.max_tokens,
            store=False,
            stream=bool(settings.AI_STREAM),
        )

    def _chat(self, question: Question, mending: list[Any]) -> Any:
        more: dict[str, Any] = {}
        if settings.AI_STREAM:
            more = {"stream": True, "stream_options": {"include_usage": True}}
        return self.client.chat.completions.with_streaming_response.create(
            model=question.model,
            messages=[
                {"role": "system", "content": question.system},
                {"role": "user", "content": question.user},
                *mending,
            ],
            response_format=_response_format(question.schema),
            **more,
        )


# Writing a schema down takes longer than all else that we do with an answer.
@lru_cache
def _text_format(schema: type[Answer]) -> Any:
    return type_to_text_format_param(schema)


@lru_cache
def _response_format(schema: type[Answer]) -> Any:
    return type_to_response_format_param(schema)


# One client per configuration keeps connections open between calls.
@lru_cache(maxsize=4)
def _client(key: str, base_url: str, connect: float, read: float) -> OpenAI:
    return OpenAI(
        api_key=key,
        base_url=base_url,
        timeout=httpx2.Timeout(read, connect=connect),
        max_retries=0,
    )
