"""All that is kept of a person, as one file for themselves: asked for, built, deleted again."""

import json
import logging
import secrets
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from io import BufferedRandom
from pathlib import PurePosixPath
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, inbox, mail
from accounts.models import DataExport, Notification, User
from accounts.speech import speaking_to
from learnquest.core.errors import Conflict, Limited
from learnquest.pages import export_markdown, tasks
from learnquest.pages.export_sections import sections
from submissions.models import Attachment

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=7)
MOST_A_DAY = 3
# A worker that died leaves an export pending; after this it may be asked for again.
STUCK_AFTER = timedelta(minutes=30)
FOLDER = "exports/"

README = """\
This is all that LearnQuest keeps of you.

- `goals/` and `reviews-given.md` are to be read: goals with their challenges, your work and
  what was said of it, without names.
- `json/` has the same and everything else for programs, one file for each kind of thing. Times
  are ISO 8601 with zone.
- `files/` has what you uploaded. Under each attempt in `goals/`, and in `json/attachments.json`,
  stands what each file was called.

Left out: passwords, keys, and who other people are.
"""


@transaction.atomic
def request_export(*, by: User, now: datetime | None = None) -> DataExport:
    """Ask for one's data; the worker puts it together.

    Raises Conflict while one is being made, and Limited after the third within a day.
    """
    now = now or timezone.now()
    # Two clicks queue here.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    mine = DataExport.objects.visible_to(by)
    pending = mine.filter(status=DataExport.Status.PENDING).first()
    if pending and pending.created_at > now - STUCK_AFTER:
        raise Conflict(_("Your data is being put together. You will be told when it is there."))
    if pending:
        _finish(pending, DataExport.Status.FAILED, now)
    lately = mine.filter(created_at__gt=now - timedelta(days=1)).order_by("created_at")
    oldest = list(lately.values_list("created_at", flat=True))
    if len(oldest) >= MOST_A_DAY:
        again = oldest[-MOST_A_DAY] + timedelta(days=1)
        raise Limited(
            _("You have had your data three times within a day. Ask again tomorrow."),
            retry_after=max(1, int((again - now).total_seconds())),
        )
    export = DataExport.objects.create(user=by, created_at=now)
    transaction.on_commit(partial(tasks.build_export.enqueue, export.pk))
    audit.record(kind=audit.Kind.DATA_EXPORTED, user=by, now=now)
    return export


def build(export_id: int, *, now: datetime | None = None) -> None:
    """Put an export together: read and write with no transaction open, then record.

    Does nothing for one that is not waiting, so it is safe to run twice.
    """
    waiting = DataExport.objects.select_related("user").filter(
        pk=export_id, status=DataExport.Status.PENDING
    )
    export = waiting.first()
    if export is None:
        return
    name = ""
    try:
        with tempfile.TemporaryFile() as file, speaking_to(export.user):
            _write(export.user, file)
            size = file.tell()
            file.seek(0)
            name = default_storage.save(f"{FOLDER}{secrets.token_urlsafe(24)}.zip", File(file))
    except Exception:
        # Whatever went wrong is written down for us, and the learner must not wait for ever.
        logger.exception("Export %s could not be built.", export_id)
    with transaction.atomic():
        locked = waiting.select_for_update(of=("self",)).first()
        if locked is not None and name:
            locked.file, locked.size = name, size
            _finish(locked, DataExport.Status.READY, now or timezone.now())
        elif locked is not None:
            _finish(locked, DataExport.Status.FAILED, now or timezone.now())
    if name and locked is None:
        default_storage.delete(name)  # another worker, or the end of the account, was faster


def ready(export: DataExport, *, now: datetime | None = None) -> bool:
    """Whether the file can be downloaded now."""
    return bool(
        export.status == DataExport.Status.READY
        and export.expires_at
        and export.expires_at > (now or timezone.now())
    )


def file_name(export: DataExport) -> str:
    """Return what the file is called on the learner's own disk."""
    return f"learnquest-{export.user.username}-{export.created_at:%Y-%m-%d}.zip"


def clear_expired(*, now: datetime | None = None) -> int:
    """Delete exports whose week is over, with their files; returns how many."""
    old = list(DataExport.objects.filter(expires_at__lte=now or timezone.now()))
    for export in old:
        _delete(export)
    return len(old)


def delete_all(*, user: User) -> None:
    """Delete a person's exports with their files, once this commits."""
    for export in DataExport.objects.visible_to(user):
        _delete(export)


@transaction.atomic
def _delete(export: DataExport) -> None:
    if export.file.name:
        transaction.on_commit(partial(default_storage.delete, export.file.name))
    export.delete()


def _finish(export: DataExport, status: DataExport.Status, now: datetime) -> None:
    is_ready = status == DataExport.Status.READY
    export.status, export.finished_at = status, now
    # A row that failed goes as well, once nobody asks for it any more.
    export.expires_at = now + KEPT_FOR
    export.save(update_fields=["status", "file", "size", "finished_at", "expires_at"])
    inbox.notify(
        user_id=export.user_id,
        kind=Notification.Kind.EXPORT_READY if is_ready else Notification.Kind.EXPORT_FAILED,
        target="/settings/data/",
        now=now,
    )
    if is_ready:
        mail.send(
            template="export_ready",
            user=export.user,
            context={"until": export.expires_at, "url": mail.link(reverse("pages:data"))},
            now=now,
        )


def _write(user: User, file: BufferedRandom | Any) -> None:
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.md", README)
        for section in sections():
            with archive.open(f"json/{section.name}.json", "w") as out:
                for piece in _json(section.rows(user)):
                    out.write(piece.encode())
        for name, text in export_markdown.files(user):
            archive.writestr(name, text)
        for name in _files(user):
            with default_storage.open(name) as source:
                archive.writestr(f"files/{PurePosixPath(name).name}", source.read())


def _json(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Write a list row by row, so that a long one needs no memory."""
    yield "["
    for number, row in enumerate(rows):
        text = json.dumps(row, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        yield ("," if number else "") + "\n" + text
    yield "\n]\n"


def _files(user: User) -> list[str]:
    """Return the names of what the person uploaded, as far as it is still there."""
    attached = Attachment.objects.filter(submission__author=user).order_by("pk")
    names = [user.avatar.name, *attached.values_list("file", flat=True)]
    return [name for name in names if name and default_storage.exists(name)]
