"""What a draft looked like before: kept as it is saved, thinned as it grows, brought back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from submissions.models import DraftRevision, Submission

# What is typed without a break this long is one revision, or there would be one a second.
ONE_SITTING = timedelta(minutes=2)
# Unless this much of the text went at once: then what went is worth keeping.
LOST_SHARE = 0.2
MOST = 30
# Once the work is settled nobody goes back to its drafts.
KEPT_AFTER_SETTLING = timedelta(days=30)


@dataclass(frozen=True)
class Text:
    """What a draft said at a time."""

    body: str
    link: str
    at: datetime


def text_of(draft: Submission) -> Text:
    return Text(draft.body, draft.link, draft.saved_at)


def note(draft: Submission, *, before: Text | None = None, goes_on: bool = True) -> None:
    """Keep the text of a draft that was saved just now; its challenge is locked.

    `before` is what it said until then, which is kept too where no version has it.
    """
    last = draft.revisions.order_by("-saved_at", "-pk").first()
    if last is None and before is not None:
        last = _keep(draft, before)
    if last is not None and (last.body, last.link) == (draft.body, draft.link):
        return
    if last is not None and goes_on and _goes_on(last, draft):
        last.body, last.link, last.saved_at = draft.body, draft.link, draft.saved_at
        last.save(update_fields=["body", "link", "saved_at"])
        return
    _keep(draft, text_of(draft))
    _thin(draft)


def forget_old(*, now: datetime | None = None) -> int:
    """Delete the revisions of works that were settled long ago; returns how many."""
    before = (now or timezone.now()) - KEPT_AFTER_SETTLING
    deleted, _by_model = DraftRevision.objects.filter(submission__settled_at__lt=before).delete()
    return deleted


def _keep(draft: Submission, text: Text) -> DraftRevision | None:
    if not text.body and not text.link and not draft.revisions.exists():
        return None  # an empty page is no version to go back to
    return DraftRevision.objects.create(
        submission=draft, body=text.body, link=text.link, began_at=text.at, saved_at=text.at
    )


def _goes_on(last: DraftRevision, draft: Submission) -> bool:
    """Whether the text was only written on, so that the revision can grow with it."""
    is_one_sitting = draft.saved_at - last.began_at < ONE_SITTING
    return is_one_sitting and len(draft.body) >= len(last.body) * (1 - LOST_SHARE)


def _thin(draft: Submission) -> None:
    """Drop the revision that is missed least, if there are too many.

    That is the one with the smallest gap around it for its age: of the last hour many stay, of
    last week a few. The first and the newest one always stay.
    """
    times = list(draft.revisions.order_by("saved_at", "pk").values_list("pk", "saved_at"))
    if len(times) <= MOST:
        return
    newest = times[-1][1]

    def missed(at: int) -> float:
        gap = (times[at + 1][1] - times[at - 1][1]).total_seconds()
        return gap / (1 + (newest - times[at][1]).total_seconds())

    least = min(range(1, len(times) - 1), key=missed)
    DraftRevision.objects.filter(pk=times[least][0]).delete()
