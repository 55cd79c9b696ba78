"""Work that copies another learner's: found by the worker, decided by a moderator."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from learnquest.core.checked import check
from learnquest.core.errors import Conflict, Forbidden, Invalid
from learnquest.core.text import is_blank
from submissions import same_files, shingles
from submissions.differences import Piece
from submissions.models import Attachment, SimilarityFlag, Submission, SubmissionQuerySet, TextMark

# From this share of passages in common on, two texts are hardly written apart.
ALIKE_FROM = 0.5
# Shorter texts, without the task's own words, are alike by chance.
LEAST_PASSAGES = 15
# But hardly the same, letter for letter, with so many words beside the task's.
LEAST_WORDS = 8
# What shares the most marks is looked at; a phrase that thousands use leads to no thousands.
MOST_CANDIDATES = 20
MOST_FLAGS = 3
# Work that nobody has compared so long after it was handed in was lost with its worker.
LOST_AFTER = timedelta(minutes=10)
LOOKED_FOR = timedelta(days=1)
# No text with enough words is shorter than this, in characters: in some scripts each is a word.
LEAST_LENGTH = LEAST_WORDS


def compare(submission_id: int, *, now: datetime | None = None) -> list[SimilarityFlag]:
    """Look for works of others with much the same text, or a file that is the same, and flag the
    later one of each pair.

    Short texts count where they are the same word for word. The words of the tasks do not count,
    nor do the learner's own other attempts. Safe to run twice: it finds the same again.
    """
    work = _handed_in().filter(pk=submission_id).first()
    if work is None:
        return []
    own = shingles.shingles(work.body) - shingles.of_task(work.challenge)
    # Before others are looked for: of two at once, each of which is the first to look, one finds
    # the other.
    values = remember(work)
    files = same_files.of(work)
    others = {other.pk: other for other in _candidates(work, values, also=files)}
    alike = sorted(
        ((_likeness(own, work, other), files.get(pk, 0), other) for pk, other in others.items()),
        key=lambda found: (-max(found[0], 1.0 if found[1] else 0.0), found[2].pk),
    )
    return [
        _flag(work, other, share, count, now=now)
        for share, count, other in alike[:MOST_FLAGS]
        if share >= ALIKE_FROM or count
    ]


def remember(work: Submission) -> list[int]:
    """Keep the marks under which copies of a work are found, and return them. Safe to run twice."""
    task = shingles.of_task(work.challenge)
    own = shingles.shingles(work.body) - task
    values = shingles.marks(own) if len(own) >= LEAST_PASSAGES else []
    if shingles.words_beside(work.body, task) >= LEAST_WORDS:
        values.append(shingles.whole(work.body))
    TextMark.objects.bulk_create(
        [TextMark(submission=work, value=value) for value in values], ignore_conflicts=True
    )
    return values


def find_lost(*, now: datetime | None = None) -> list[int]:
    """Return the ids of works in review that should have been compared by now, and were not.

    A text that has too few words of its own comes again until it is a day old.
    """
    now = now or timezone.now()
    has_file = Exists(Attachment.objects.filter(submission=OuterRef("pk")))
    lost = Submission.objects.annotate(length=Length("body")).filter(
        Q(length__gte=LEAST_LENGTH) | has_file,
        status=Submission.Status.SUBMITTED,
        submitted_at__gt=now - LOOKED_FOR,
        submitted_at__lte=now - LOST_AFTER,
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
    tasks = shingles.of_task(works[0].challenge) | shingles.of_task(works[1].challenge)
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


def _candidates(
    work: Submission, values: Sequence[int], *, also: Collection[int]
) -> list[Submission]:
    """Return others' works that share the most marks, and those with these ids."""
    found = (
        TextMark.objects.filter(value__in=values)
        .exclude(submission__author=work.author_id)
        .values("submission")
        .annotate(shared=Count("pk"))
        .order_by("-shared", "submission")
        .values_list("submission", flat=True)[:MOST_CANDIDATES]
    )
    return list(_handed_in().filter(pk__in={*found, *also}))


def _likeness(own: set[str], work: Submission, other: Submission) -> float:
    tasks = shingles.of_task(other.challenge)
    if shingles.folded(work.body) == shingles.folded(other.body):
        beside = shingles.words_beside(work.body, tasks | shingles.of_task(work.challenge))
        if beside >= LEAST_WORDS:
            return 1.0
    if len(own) < LEAST_PASSAGES:
        return 0.0
    theirs = shingles.shingles(other.body) - tasks - shingles.of_task(work.challenge)
    return shingles.likeness(own - tasks, theirs)


def _flag(
    work: Submission, other: Submission, share: float, files: int, *, now: datetime | None
) -> SimilarityFlag:
    later, earlier = sorted((work, other), key=lambda one: (one.submitted_at, one.pk), reverse=True)
    flag, _is_new = SimilarityFlag.objects.get_or_create(
        submission=later,
        other=earlier,
        defaults={
            "percent": round(100 * share),
            "same_files": files,
            "created_at": now or timezone.now(),
        },
    )
    return flag
