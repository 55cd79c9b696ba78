"""What the gateway hands back, with words for the learner."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.exchange import Cause, State
from ai.schemas import Answer


@dataclass(frozen=True, kw_only=True)
class Outcome[A: Answer]:
    """How a call ended. `answer` is there exactly when `state` is ok.

    `raw` is the model's text as it came, `message` says in plain words what happened and what
    comes next, `retry_after` is a wait in seconds where one is known.
    """

    state: State
    answer: A | None = None
    raw: str = ""
    model: str = ""
    prompt_version: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    latency_ms: int = 0
    cached: bool = False
    offline: bool = False
    message: str = ""
    retry_after: int | None = None
    # The row of AIRequest about it.
    request_id: int | None = None

    @property
    def is_ok(self) -> bool:
        return self.state is State.OK


def words(state: State, *, retry_after: int | None = None, cause: Cause = Cause.NONE) -> str:
    """Say to a learner how a call ended and what happens next; nothing when all is well."""
    if state is State.LIMITED:
        asked = _("The AI service is busy (it asked us to slow down). Nothing is lost: ")
        return asked + _again_in(retry_after)
    if state is State.UNAVAILABLE:
        return _unavailable(cause)
    if state is State.OVER_BUDGET:
        return _over_budget(cause)
    if cause is Cause.UNGROUNDED:
        return _(
            "The AI service spoke of things that are not in your work, twice. That was thrown "
            "away. Nothing is lost: try again, another attempt often works."
        )
    return {
        State.OK: "",
        State.TIMED_OUT: _(
            "The AI service took too long to answer. Nothing is lost: try again in a minute."
        ),
        State.INVALID: _(
            "The AI service gave an answer that could not be read, twice. It was thrown away. "
            "Nothing is lost: try again, another attempt often works."
        ),
        State.REFUSED: _(
            "The AI service declined to answer this text. Nothing is lost: change the wording "
            "and try again, or go on without it."
        ),
    }[state]


def _over_budget(cause: Cause) -> str:
    return {
        Cause.SITE_DAY: _(
            "This site has used its AI answers of today. Nothing is lost: new ones are there "
            "tomorrow."
        ),
        Cause.SITE_MONTH: _(
            "This site has used its AI answers of this month. Nothing is lost: new ones are there "
            "next month."
        ),
    }.get(
        cause,
        _("You have used today's AI answers. Nothing is lost: new ones are there tomorrow."),
    )


def words_when_lost() -> str:
    """Say that the worker was lost more than once."""
    return _("The coach was interrupted more than once. Nothing is lost: try again.")


def _again_in(seconds: int | None) -> str:
    if seconds is None:
        return _("try again in a minute.")
    if seconds < 60:
        return ngettext(
            "try again in %(count)d second.", "try again in %(count)d seconds.", seconds
        ) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext(
        "try again in %(count)d minute.", "try again in %(count)d minutes.", minutes
    ) % {"count": minutes}


def _unavailable(cause: Cause) -> str:
    texts = {
        Cause.NONE: _(
            "The AI service cannot be reached at the moment. Nothing is lost: try again in a "
            "few minutes."
        ),
        Cause.KEY: _(
            "The AI service did not accept this site's key. Nothing is lost and it is not your "
            "fault: whoever runs this site has to check the key."
        ),
        Cause.QUOTA: _(
            "This site's account with the AI service is used up. Nothing is lost and it is not "
            "your fault: whoever runs this site has to renew it."
        ),
        Cause.REQUEST: _(
            "The AI service does not understand this site's requests. Nothing is lost and it is "
            "not your fault: whoever runs this site has to check the AI settings."
        ),
    }
    return texts.get(cause, texts[Cause.NONE])
