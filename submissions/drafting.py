"""Drafts: what a learner writes before handing it in. Saved as they type, lost never."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from challenges import lifecycle as challenge_lifecycle
from challenges import prerequisites
from challenges.models import Challenge
from learnquest.core.errors import Conflict, Invalid, Stale
from submissions import history
from submissions.models import MAX_BODY_LENGTH, DraftRevision, SimilarityFlag, Submission

MAX_LINK_LENGTH = 500


@transaction.atomic
def save_draft(
    *,
    challenge: Challenge,
    by: User,
    body: str,
    link: str = "",
    version: str | None = None,
    goes_on: bool = True,
) -> Submission:
    """Keep what was written so far; the first save begins an attempt.

    `version` is the `version_of` the draft that this text was written upon. Raises Stale when
    another text was saved since; without it the last save wins. What goes on where the last save
    ended is one revision with it in `history`.

    A link that is not whole yet is kept too: it is judged when the work is handed in. Raises
    Conflict when the challenge takes no work now, or when another one comes first, and Invalid
    when the text is too long.
    """
    challenge = lock_challenge(challenge, by)
    check_open(challenge)
    if challenge.status == Challenge.Status.TODO:
        prerequisites.check_unlocked(challenge)
    _check_lengths(body, link)
    draft = draft_of(challenge, by)
    if version is not None:
        _check_newest(draft, version, body, link)
    if draft is None:
        draft = Submission(challenge=challenge, author=by, attempt=_next_attempt(challenge, by))
    before = history.text_of(draft) if draft.pk else None
    draft.body, draft.link, draft.saved_at = body, link.strip(), timezone.now()
    draft.save()
    history.note(draft, before=before, goes_on=goes_on)
    if challenge.status == Challenge.Status.TODO:
        challenge_lifecycle.move(challenge=challenge, to=Challenge.Status.DOING)
    return draft


@transaction.atomic
def begin(*, challenge: Challenge, by: User) -> Submission:
    """Return the learner's open draft; where there is none, begin one as `start_of` says.

    Raises what `save_draft` raises.
    """
    challenge = lock_challenge(challenge, by)
    check_open(challenge)
    draft = draft_of(challenge, by)
    if draft is not None:
        return draft
    start = start_of(challenge, by)
    return save_draft(
        challenge=challenge,
        by=by,
        body=start.body if start else "",
        link=start.link if start else "",
    )


@transaction.atomic
def bring_back(*, revision: DraftRevision, by: User) -> Submission:
    """Make an older text the draft again; the present one stays among the revisions.

    Raises Conflict for a revision of work that was handed in since.
    """
    challenge = lock_challenge(revision.submission.challenge, by)
    draft = draft_of(challenge, by)
    if draft is None or draft.pk != revision.submission_id:
        raise Conflict(_("This draft was handed in or thrown away in the meantime."))
    return save_draft(
        challenge=challenge, by=by, body=revision.body, link=revision.link, goes_on=False
    )


@transaction.atomic
def discard_draft(*, submission: Submission, by: User) -> None:
    """Throw a draft away, for good.

    Raises Conflict for work that was handed in.
    """
    challenge = lock_challenge(submission.challenge, by)
    draft = draft_of(challenge, by)
    if draft is None or draft.pk != submission.pk:
        raise Conflict(_("Only a draft can be thrown away; this work was handed in."))
    draft.delete()
    if challenge.status == Challenge.Status.DOING:
        challenge_lifecycle.move(challenge=challenge, to=Challenge.Status.TODO)


def draft_of(challenge: Challenge, by: User) -> Submission | None:
    """Return the learner's open draft for a challenge."""
    return (
        Submission.objects.owned_by(by)
        .filter(challenge=challenge, status=Submission.Status.DRAFT)
        .first()
    )


def start_of(challenge: Challenge, by: User) -> Submission | None:
    """Return the attempt from whose text and link the next one begins: the last, if it came back.

    Not work that was found to be copied, nor what a moderator hid: those are to be written anew.
    Files are not taken over.
    """
    attempts = Submission.objects.owned_by(by).filter(challenge=challenge)
    last = attempts.exclude(status=Submission.Status.DRAFT).order_by("-attempt").first()
    if last is None or last.status != Submission.Status.RETURNED or last.is_hidden:
        return None
    is_copy = last.similarity_flags.filter(state=SimilarityFlag.State.CONFIRMED).exists()
    return None if is_copy else last


def version_of(draft: Submission | None) -> str:
    """Return what tells one save of a draft from the next; "" before the first."""
    return draft.saved_at.isoformat() if draft else ""


def lock_challenge(challenge: Challenge, by: User) -> Challenge:
    """Lock a challenge of the learner's own: all that changes work on it queues here."""
    return (
        Challenge.objects.select_for_update(of=("self",))
        .owned_by(by)
        .select_related("goal")
        .get(pk=challenge.pk)
    )


def check_open(challenge: Challenge) -> None:
    """Raise Conflict unless work on the challenge can be written now."""
    if challenge.status == Challenge.Status.HANDED_IN:
        raise Conflict(_("Your work is in review. When it comes back, you can try again."))
    if not challenge.is_open_for_work:
        raise Conflict(
            _("This challenge is “%(status)s”, so it takes no more work.")
            % {"status": challenge.get_status_display()}
        )


def _check_newest(draft: Submission | None, version: str, body: str, link: str) -> None:
    # A draft that only holds files has no text that could be overwritten.
    if draft is None or not (draft.body or draft.link):
        return
    opened = _moment(version)
    is_older = opened is None or opened < draft.saved_at
    # Forms send other line ends than scripts do, and the same text twice overwrites nothing.
    is_other = (_lines(body), link.strip()) != (_lines(draft.body), draft.link)
    if is_older and is_other and not _is_just_begun(draft):
        raise Stale(
            _("Another tab saved a newer text. Nothing was overwritten: choose one."),
            current=draft,
        )


def _is_just_begun(draft: Submission) -> bool:
    """Whether a draft says no more than the attempt from which it begins: nothing is lost then."""
    start = start_of(draft.challenge, draft.author)
    return start is not None and (start.body, start.link) == (draft.body, draft.link)


def _moment(version: str) -> datetime | None:
    """Return the moment that a version names; None for one that is none of ours."""
    try:
        moment = datetime.fromisoformat(version)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


def _check_lengths(body: str, link: str) -> None:
    errors = {}
    if len(body) > MAX_BODY_LENGTH:
        errors["body"] = [
            _("Your text has %(length)d characters; shorten it to %(most)d or link to the rest.")
            % {"length": len(body), "most": MAX_BODY_LENGTH}
        ]
    if len(link) > MAX_LINK_LENGTH:
        errors["link"] = [_("The link is too long: 500 characters at most.")]
    if errors:
        raise Invalid(_("The draft was not saved: it is too long."), errors=errors)


def _next_attempt(challenge: Challenge, by: User) -> int:
    last = (
        Submission.objects.owned_by(by)
        .filter(challenge=challenge)
        .aggregate(last=Max("attempt"))["last"]
    )
    return (last or 0) + 1
