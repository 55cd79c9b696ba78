"""Files beside the text of a work: added to a draft, taken away, served to those entitled."""

import hashlib
import secrets
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from accounts.models import User
from challenges.models import Challenge
from learnquest.core.errors import Conflict
from submissions import drafting
from submissions.file_names import harmless
from submissions.models import EXTENSIONS, MOST_ATTACHMENTS, Attachment, Submission
from submissions.safe_files import SafeFile, made_safe

FOLDER = "attachments/"


def attach(*, challenge: Challenge, by: User, name: str, data: bytes) -> Attachment:
    """Add a file to the learner's draft; the first one begins a draft, as a first save does.

    What is kept is `safe_files.made_safe` of it, under a name that says nothing. The same file
    sent twice is attached once. Raises Invalid, at "files", for a file that is not taken, and
    Conflict when there are five or the challenge takes no work now.
    """
    # Reading a file takes a while: nobody waits for a lock meanwhile.
    safe = made_safe(data, name)
    stored = default_storage.save(
        f"{FOLDER}{secrets.token_urlsafe(24)}{EXTENSIONS[safe.kind]}", ContentFile(safe.data)
    )
    try:
        attachment = _add(challenge=challenge, by=by, name=name, safe=safe, stored=stored)
    except BaseException:
        default_storage.delete(stored)
        raise
    if attachment.file.name != stored:
        default_storage.delete(stored)
    return attachment


@transaction.atomic
def remove(*, attachment: Attachment, by: User) -> None:
    """Take a file away from a draft, for good. Raises Conflict once the work was handed in."""
    challenge = drafting.lock_challenge(attachment.submission.challenge, by)
    draft = drafting.draft_of(challenge, by)
    if draft is None or draft.pk != attachment.submission_id:
        raise Conflict(_("This work was handed in, so its files stay as they are."))
    Attachment.objects.filter(submission=draft, pk=attachment.pk).delete()


def answer(attachment: Attachment, *, name: str) -> FileResponse:
    """Return the file to save under `name`; the caller has made sure that it may be had.

    Never shown in the browser and never guessed at: whatever it holds, it runs nowhere.
    """
    try:
        file = attachment.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file, as_attachment=True, filename=name, content_type=content_type_of(attachment)
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def content_type_of(attachment: Attachment) -> str:
    is_text = attachment.kind == Attachment.Kind.TEXT
    return f"{attachment.kind}; charset=utf-8" if is_text else attachment.kind


def delete_file(sender: Any, instance: Attachment, **_more: Any) -> None:
    """Let the file go with its row, whatever took the row: a learner, a draft's end, an erasure."""
    transaction.on_commit(partial(default_storage.delete, str(instance.file.name)))


@transaction.atomic
def _add(*, challenge: Challenge, by: User, name: str, safe: SafeFile, stored: str) -> Attachment:
    challenge = drafting.lock_challenge(challenge, by)
    drafting.check_open(challenge)
    draft = drafting.begin(challenge=challenge, by=by)
    digest = hashlib.sha256(safe.data).hexdigest()
    there = list(Attachment.objects.filter(submission=draft))
    for other in there:
        if other.sha256 == digest:
            return other
    return Attachment.objects.create(
        submission=draft,
        number=_free_place(there),
        file=stored,
        name=harmless(name, safe.kind),
        kind=safe.kind,
        size=len(safe.data),
        sha256=digest,
    )


def _free_place(there: list[Attachment]) -> int:
    taken = {attachment.number for attachment in there}
    free = [number for number in range(1, MOST_ATTACHMENTS + 1) if number not in taken]
    if not free:
        raise Conflict(_("There are five files already: remove one first, or link to the rest."))
    return free[0]


def of(submission: Submission | None) -> list[Attachment]:
    """Return a work's files in their order."""
    return [] if submission is None else list(submission.attachments.all())
