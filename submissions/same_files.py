"""Files that are the same, byte for byte, in works of two learners."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count

from submissions import shingles
from submissions.models import Attachment, Submission

MOST_WORKS = 3
# A text file with fewer words beside the task's is the same by chance: a program of one line.
LEAST_WORDS = 8
# So long a text, in bytes, has more words than that.
LONG = 10_000


@dataclass(frozen=True)
class SideFile:
    """A file of a work beside another work: `twin` is the same file there."""

    file: Attachment
    twin: Attachment | None


def of(work: Submission) -> dict[int, int]:
    """Return the ids of others' works that have files of this one, the most first: how many."""
    hashes = list(_telling(work))
    if not hashes:
        return {}
    found = (
        Attachment.objects.filter(sha256__in=hashes)
        .exclude(submission__author=work.author_id)
        .exclude(submission__status=Submission.Status.DRAFT)
        .values("submission")
        .annotate(count=Count("pk"))
        .order_by("-count", "submission")
    )
    return dict(found.values_list("submission", "count")[:MOST_WORKS])


def beside(work: Submission, other: Submission) -> tuple[list[SideFile], list[SideFile]]:
    """Return the files of two works, each with its twin in the other one, in one query."""
    found: dict[int, list[Attachment]] = {work.pk: [], other.pk: []}
    for file in Attachment.objects.filter(submission__in=found).order_by("number"):
        found[file.submission_id].append(file)
    return (
        _with_twins(found[work.pk], found[other.pk]),
        _with_twins(found[other.pk], found[work.pk]),
    )


def pairs(works: Iterable[tuple[int, int]]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Return, for each two works, the ids of the files that are the same in both: one query."""
    asked = list(works)
    files: dict[int, dict[str, int]] = {}
    rows = Attachment.objects.filter(submission__in={pk for two in asked for pk in two})
    for pk, work, sha256 in rows.order_by("number").values_list("pk", "submission", "sha256"):
        files.setdefault(work, {})[sha256] = pk
    return {
        (one, other): [
            (pk, theirs)
            for sha256, pk in files.get(one, {}).items()
            if (theirs := files.get(other, {}).get(sha256))
        ]
        for one, other in asked
    }


def _with_twins(files: list[Attachment], others: list[Attachment]) -> list[SideFile]:
    twins = {file.sha256: file for file in others}
    return [SideFile(file, twins.get(file.sha256)) for file in files]


def _telling(work: Submission) -> Iterator[str]:
    """Yield the hashes of a work's files, without those that many may have by chance."""
    task = shingles.of_task(work.challenge)
    for file in work.attachments.all():
        if (
            file.kind != Attachment.Kind.TEXT
            or file.size > LONG
            or shingles.words_beside(_text_of(file), task) >= LEAST_WORDS
        ):
            yield file.sha256


def _text_of(file: Attachment) -> str:
    try:
        with file.file.open() as opened:
            return str(opened.read(), errors="replace")
    except FileNotFoundError:
        return ""
