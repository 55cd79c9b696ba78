"""Handing in is asking for review, which is why it stands here."""

from datetime import datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from challenges import lifecycle as challenge_lifecycle
from challenges.models import Challenge
from goals import progress_log
from goals.models import Progress
from leaderboard import badges, points
from leaderboard.models import PointEntry
from learnquest.core.errors import Conflict, Invalid
from learnquest.core.text import is_blank
from reviews import ai_feedback, cases
from submissions import checks, drafting, lifecycle, tasks
from submissions.models import Submission

_is_url = URLValidator(schemes=["http", "https"])


@transaction.atomic
def hand_in(*, submission: Submission, by: User, now: datetime | None = None) -> Submission:
    """Hand a draft in: it goes to the coach and to peers, and can no longer be changed.

    Handing in twice is handing in once. Raises Invalid, by field, for work without text, link and
    file, with a link that is none, without what its challenge asks for, or that is the same as
    an earlier attempt or as work that counts for another challenge; the draft stays as it is.
    """
    # The challenge's lock first, as in every deed that changes work on it: no dead-lock.
    challenge = drafting.lock_challenge(submission.challenge, by)
    submission = Submission.objects.select_for_update().owned_by(by).get(pk=submission.pk)
    if submission.status == Submission.Status.SUBMITTED:
        return submission
    # Then their own: the same text handed in for two challenges at once would get past the check.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    check_ready(submission)
    lifecycle.hand_in(submission=submission, now=now)
    challenge_lifecycle.move(challenge=challenge, to=Challenge.Status.HANDED_IN)
    ai_feedback.request(submission=submission)
    cases.open_case(submission=submission, category=challenge.goal.category, now=now)
    progress_log.record(
        goal=challenge.goal, by=by, kind=Progress.Kind.HANDED_IN, note=challenge.title, now=now
    )
    points.award(
        user_id=by.pk,
        amount=points.HANDED_IN,
        reason=PointEntry.Reason.HANDED_IN,
        key=effort_key(submission),
        verified=False,
        category=challenge.goal.category,
        now=now,
    )
    badges.award_due(user_id=by.pk, after=badges.Deed.HANDING_IN, now=now)
    transaction.on_commit(partial(tasks.compare_work.enqueue, submission.pk))
    return submission


@transaction.atomic
def hand_in_work(
    *, challenge: Challenge, by: User, body: str, link: str = "", version: str | None = None
) -> tuple[Submission, bool]:
    """Save and hand in at once, for a client that keeps its own drafts.

    Returns the submission and whether it is new: the same work sent again while it is in review
    is the same submission. Raises Conflict for other work while one is in review, Stale as
    `drafting.save_draft` does, and Invalid as `hand_in` does.
    """
    challenge = drafting.lock_challenge(challenge, by)
    if challenge.status == Challenge.Status.HANDED_IN:
        waiting = Submission.objects.owned_by(by).get(
            challenge=challenge, status=Submission.Status.SUBMITTED
        )
        if (waiting.body, waiting.link) == (body, link.strip()):
            return waiting, False
        raise Conflict(_("Your work is in review. When it comes back, you can try again."))
    draft = drafting.save_draft(challenge=challenge, by=by, body=body, link=link, version=version)
    return hand_in(submission=draft, by=by), True


def effort_key(submission: Submission) -> str:
    """Return what names the effort of handing in: new each time that it was taken back."""
    again = f":{submission.withdrawals}" if submission.withdrawals else ""
    return f"handed-in:{submission.pk}{again}"


def check_ready(submission: Submission) -> None:
    """Raise Invalid, by field ("body", "link", "files"), unless the draft can be handed in."""
    errors: dict[str, list[str]] = {}
    is_empty = is_blank(submission.body) and not submission.link
    if is_empty and not submission.attachments.exists():
        errors["body"] = [_("Write something, or give a link or a file, before handing in.")]
    if submission.link:
        try:
            _is_url(submission.link)
        except ValidationError:
            errors["link"] = [_("This is not a link: it should begin with https://.")]
    for field, texts in checks.missing(submission).items():
        errors.setdefault(field, texts)
    same = checks.same_as(submission)
    if same is not None:
        said = _("This is the same as your attempt %(number)d. Change what the reviews ask for.")
        errors.setdefault("body", [said % {"number": same}])
    other = checks.handed_in_elsewhere(submission) if same is None else None
    if other is not None:
        said = _(
            "You handed this text in for “%(title)s” already, where it is accepted or in review. "
            "Each challenge takes work of its own: write what you did for this one."
        )
        errors.setdefault("body", [said % {"title": other.challenge.title}])
    if errors:
        raise Invalid(_("This work cannot be handed in yet."), errors=errors)
