"""What lies beside the demo's texts: older versions of drafts, and pages of a notebook."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from random import Random

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from submissions.attachments import FOLDER
from submissions.models import Attachment, DraftRevision, Submission

WITH_A_PAGE = 6
SIZE = (1000, 640)
PAPER, LINES, INK = (250, 246, 236), (222, 214, 198), (52, 62, 92)


def versions_of(draft: Submission) -> list[DraftRevision]:
    """The text as it grew: a third of it, two thirds, and as it is now."""
    words = draft.body.split(" ")
    return [
        DraftRevision(
            submission=draft,
            body=" ".join(words[: len(words) * part // 3]),
            began_at=draft.saved_at - timedelta(minutes=40 * (3 - part) + 2),
            saved_at=draft.saved_at - timedelta(minutes=40 * (3 - part)),
        )
        for part in (1, 2, 3)
    ]


def add_pages(works: Sequence[Submission], rng: Random) -> list[Attachment]:
    """Put a page of a notebook beside each of the first works."""
    return [_page_beside(work, rng) for work in works[:WITH_A_PAGE]]


def _page_beside(work: Submission, rng: Random) -> Attachment:
    data = _draw(rng)
    digest = hashlib.sha256(data).hexdigest()
    return Attachment(
        submission=work,
        number=1,
        file=default_storage.save(f"{FOLDER}demo-{digest[:32]}.png", ContentFile(data)),
        name="notebook.png",
        kind=Attachment.Kind.PNG,
        size=len(data),
        sha256=digest,
        added_at=work.saved_at,
    )


def _draw(rng: Random) -> bytes:
    """A lined page with something like handwriting on it."""
    page = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(page)
    for line, y in enumerate(range(90, SIZE[1] - 50, 52)):
        pen.line([(60, y), (SIZE[0] - 60, y)], fill=LINES, width=2)
        x, end = 70, rng.randint(360, SIZE[0] - 90) if line % 4 == 3 else SIZE[0] - 90
        while x < end:
            length = rng.randint(30, 110)
            word = [(x + step, y - 8 - rng.randint(0, 18)) for step in range(0, length, 9)]
            pen.line(word, fill=INK, width=3, joint="curve")
            x = word[-1][0] + 26
    out = BytesIO()
    page.quantize(16).save(out, "PNG", optimize=True)
    return out.getvalue()
