"""Files that are the same, byte for byte, in works of two learners."""

from collections.abc import Iterator

from django.db.models import Count

from submissions import shingles
from submissions.models import Attachment, Submission

MOST_WORKS = 3
# A text file with fewer words beside the task's is the same by chance: a program of one line.
LEAST_WORDS = 8
# So long a text, in bytes, has more words than that.
LONG = 10_000


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
