"""Hints for a challenge: three steps, from where to look to which way to go, never the answer."""

from django.utils.translation import gettext as _

from accounts.models import User
from ai import asking
from ai.exchange import Purpose
from ai.models import Ask
from ai.schemas import Criterion, HintInputs
from challenges.models import Challenge
from learnquest.core.errors import Conflict
from submissions.models import Submission

STEPS = 3


def given(*, challenge: Challenge, by: User) -> list[Ask]:
    """Return the hints of this challenge, the first step first; those that failed are left out."""
    rows = Ask.objects.visible_to(by).filter(about=_about(challenge), purpose=Purpose.HINT)
    return list(rows.exclude(status=Ask.Status.FAILED).order_by("created_at", "pk")[:STEPS])


def request_hint(*, challenge: Challenge, by: User) -> Ask:
    """Ask for the next hint. One that is on its way is returned again.

    Raises Conflict when all three were given, or the challenge is not open for work.
    """
    challenge = Challenge.objects.owned_by(by).get(pk=challenge.pk)
    if not challenge.is_open_for_work:
        raise Conflict(_("Hints are for work that is not handed in yet."))
    before = given(challenge=challenge, by=by)
    if before and before[-1].status == Ask.Status.PENDING:
        return before[-1]
    if len(before) >= STEPS:
        raise Conflict(_("You had all three hints. Hand in what you have: the feedback goes on."))
    draft = (
        Submission.objects.owned_by(by)
        .filter(challenge=challenge, status=Submission.Status.DRAFT)
        .first()
    )
    inputs = HintInputs(
        challenge_title=challenge.title,
        instructions=challenge.instructions,
        rubric=[Criterion.model_validate(c.model_dump()) for c in challenge.criteria],
        draft=draft.body if draft else "",
        step=len(before) + 1,
        earlier_hints=[str((hint.answer or {}).get("hint", "")) for hint in before],
    )
    return asking.request(by=by, about=_about(challenge), inputs=inputs)


def failed(*, challenge: Challenge, by: User) -> Ask | None:
    """Return the last request if it failed, to say why."""
    last = asking.latest(by=by, about=_about(challenge), purpose=Purpose.HINT)
    return last if last is not None and last.status == Ask.Status.FAILED else None


def _about(challenge: Challenge) -> str:
    return f"challenge:{challenge.pk}"
