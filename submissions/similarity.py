"""Work that copies another learner's: found by the worker, decided by a moderator."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from learnquest.core.checked import check
from learnquest.core.errors import Conflict, Forbidden, Invalid
from learnquest.core.text import is_blank
from submissions import shingles
from submissions.differences import Piece
from submissions.models import SimilarityFlag, Submission, SubmissionQuerySet, TextMark

# From this share of passages in common on, two texts are hardly written apart.
ALIKE_FROM = 0.5
# Shorter texts, without the task's own words, are alike by chance.
LEAST_PASSAGES = 15
# What shares the most marks is looked at; a phrase that thousands use leads to no thousands.
MOST_CANDIDATES = 20
MOST_FLAGS = 3
# Work that nobody has compared so long after it was handed in was lost with its worker.
LOST_AFTER = timedelta(minutes=10)
LOOKED_FOR = timedelta(days=1)
# No text with enough passages is shorter than this, in characters.
LEAST_LENGTH = 2 * (LEAST_PASSAGES + 2)


def compare(submission_id: int, *, now: datetime | None = None) -> list[SimilarityFlag]:
    """Look for works of others with much the same text, and flag the later one of each pair.

    The words of the tasks do not count, nor do the learner's own other attempts. Safe to run
    twice: it finds the same again.
    """
    work = _handed_in().filter(pk=submission_id).first()
    if work is None:
        return []
    own = shingles.shingles(work.body) - _of_task(work)
    if len(own) < LEAST_PASSAGES:
        return []
    values = shingles.marks(own)
    # Before others are looked for: of two at once, each of which is the first to look, one finds
    # the other.
    TextMark.objects.bulk_create(
        [TextMark(submission=work, value=value) for value in values], ignore_conflicts=True
    )
    alike = sorted(
        ((_likeness(own, work, other), other) for other in _candidates(work, values)),
        key=lambda pair: -pair[0],
    )
    return [
        _flag(work, other, share, now=now)
        for share, other in alike[:MOST_FLAGS]
        if share >= ALIKE_FROM
    ]


def find_lost(*, now: datetime | None = None) -> list[int]:
    """Return the ids of works in review that should have been compared by now, and were not.

    A text that has too few passages of its own comes again until it is a day old.
    """
    now = now or timezone.now()
    lost = Submission.objects.annotate(length=Length("body")).filter(
        status=Submission.Status.SUBMITTED,
        submitted_at__gt=now - LOOKED_FOR,
        submitted_at__lte=now - LOST_AFTER,
        length__gte=LEAST_LENGTH,
        text_marks=None,
    )
    return list(lost.order_by("submitted_at").values_list("pk", flat=True))


def forget(submission: Submission) -> None:
    """Let go of what was found of a text that its author took back."""
    TextMark.objects.filter(submission=submission).delete()
    flags = SimilarityFlag.objects.open()
    flags.filter(submission=submission).delete()
    flags.filter(other=submission).delete()


@transaction.atomic
def undo(
    *, submission: Submission, by: User, reason: str, now: datetime | None = None
) -> list[SimilarityFlag]:
    """Dismiss all that was confirmed of a work, which the caller has locked and may decide on."""
    confirmed = SimilarityFlag.objects.select_for_update(of=("self",)).filter(
        submission=submission, state=SimilarityFlag.State.CONFIRMED
    )
    flags = list(confirmed.order_by("pk"))
    for flag in flags:
        flag.state = SimilarityFlag.State.DISMISSED
        flag.reason, flag.decided_by, flag.decided_at = reason, by, now or timezone.now()
        flag.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return flags


@transaction.atomic
def decide(
    *, flag: SimilarityFlag, by: User, confirmed: bool, reason: str, now: datetime | None = None
) -> SimilarityFlag:
    """Say whether a work was copied, and why. It stands in the audit log of the work's author.

    What follows for the work is done by `reviews.copies.decide`, which both doors call. Raises
    Forbidden for whom it does not concern or whose own work it is, Conflict when it was decided
    already or the work was taken back, and Invalid, at "reason", without one.
    """
    found = SimilarityFlag.objects.select_for_update(of=("self",)).filter(pk=flag.pk).first()
    if found is None:
        raise Conflict(_("The author has taken this work back: there is nothing to decide."))
    flag = found
    if not flag.is_visible_to(by):
        raise Forbidden(_("Only a moderator whose own work it is not can decide this."))
    if flag.state != SimilarityFlag.State.OPEN:
        raise Conflict(_("Somebody decided this already."))
    if is_blank(reason):
        message = _("Say why: whoever looks at this later needs to know.")
        raise Invalid(message, errors={"reason": [message]})
    state = SimilarityFlag.State
    flag.state = state.CONFIRMED if confirmed else state.DISMISSED
    flag.reason, flag.decided_by, flag.decided_at = reason.strip(), by, now or timezone.now()
    check(flag)
    flag.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    audit.record(
        kind=audit.Kind.MODERATED,
        user=flag.submission.author,
        actor=by,
        details={"target": f"similarity:{flag.pk}", "decision": flag.state},
        now=now,
    )
    return flag


def side_by_side(flag: SimilarityFlag) -> tuple[list[Piece], list[Piece]]:
    """Return both texts in pieces, those "common" that both have and no task gave them."""
    works = (flag.submission, flag.other)
    tasks = _of_task(works[0]) | _of_task(works[1])
    common = shingles.shingles(works[0].body) & shingles.shingles(works[1].body) - tasks
    return _marked(works[0].body, common), _marked(works[1].body, common)


def _marked(text: str, common: set[str]) -> list[Piece]:
    pieces: list[Piece] = []
    done = begin = end = 0
    for passage in shingles.passages(text):
        if passage.words not in common:
            continue
        if passage.start > end:
            pieces += [Piece("same", text[done:begin]), Piece("common", text[begin:end])]
            done, begin = end, passage.start
        end = passage.end
    pieces += [Piece("same", text[done:begin]), Piece("common", text[begin:end])]
    pieces.append(Piece("same", text[end:]))
    return [piece for piece in pieces if piece.text]


def _handed_in() -> SubmissionQuerySet:
    return Submission.objects.exclude(status=Submission.Status.DRAFT).select_related("challenge")


def _of_task(work: Submission) -> set[str]:
    """Return the passages that the task itself has: quoting it is no copying."""
    rubric = " ".join(f"{item.name} {item.description}" for item in work.challenge.criteria)
    return shingles.shingles(f"{work.challenge.instructions}\n\n{rubric}")


def _candidates(work: Submission, values: Sequence[int]) -> list[Submission]:
    """Return others' works that share a mark, those with the most in common first."""
    found = (
        TextMark.objects.filter(value__in=values)
        .exclude(submission__author=work.author_id)
        .values("submission")
        .annotate(shared=Count("pk"))
        .order_by("-shared", "submission")
        .values_list("submission", flat=True)[:MOST_CANDIDATES]
    )
    return list(_handed_in().filter(pk__in=list(found)))


def _likeness(own: set[str], work: Submission, other: Submission) -> float:
    tasks = _of_task(other)
    theirs = shingles.shingles(other.body) - tasks - _of_task(work)
    return shingles.likeness(own - tasks, theirs)


def _flag(
    work: Submission, other: Submission, share: float, *, now: datetime | None
) -> SimilarityFlag:
    later, earlier = sorted((work, other), key=lambda one: (one.submitted_at, one.pk), reverse=True)
    flag, _is_new = SimilarityFlag.objects.get_or_create(
        submission=later,
        other=earlier,
        defaults={"percent": round(100 * share), "created_at": now or timezone.now()},
    )
    return flag
