"""Files beside the text of a work, for API clients."""

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field, File, Router, Schema, Status
from ninja.files import UploadedFile

from learnquest.core.api import Id, refusals
from learnquest.core.errors import Conflict
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit
from submissions import attachments
from submissions.models import MOST_ATTACHMENT_BYTES, Attachment, Submission

router = Router(tags=["submissions"])

FILE_ANSWER: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The file, to be saved and never shown in place.",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    }
}


class AttachmentOut(Schema):
    id: int
    number: int = Field(description="Its place among the five.")
    name: str = Field(description="As you know it; reviewers get `attachment-1.pdf` and the like.")
    kind: Attachment.Kind = Field(description="What the content is.")
    size: int = Field(description="In bytes, after it was made safe.")
    sha256: str
    added_at: datetime


@router.post(
    "/{submission_id}/attachments",
    response={201: AttachmentOut, **refusals(403, 404, 409, 422)},
)
def add_attachment(request: LearnerRequest, submission_id: Id, file: File[UploadedFile]) -> Any:
    """Attach a file to your draft: a PNG, JPEG, WebP or GIF picture, a PDF, a plain text, or an
    MP3, WAV, Ogg or M4A recording, up to 10 MB, five in all. Pictures are drawn anew, and who made
    them goes. The same file twice is attached once."""
    limit(request, "attachment")
    draft = _draft(request, submission_id)
    data = file.read(MOST_ATTACHMENT_BYTES + 1)
    attachment = attachments.attach(
        challenge=draft.challenge, by=request.user, name=file.name or "", data=data
    )
    return Status(201, attachment)


@router.get(
    "/{submission_id}/attachments/{attachment_id}",
    response={200: None, **refusals(404)},
    openapi_extra=FILE_ANSWER,
)
def read_attachment(request: LearnerRequest, submission_id: Id, attachment_id: Id) -> Any:
    """A file of your work."""
    visible = Attachment.objects.visible_to(request.user)
    file = get_object_or_404(visible, submission=submission_id, pk=attachment_id)
    return attachments.answer(file, name=file.name)


@router.delete(
    "/{submission_id}/attachments/{attachment_id}",
    response={204: None, **refusals(403, 404, 409)},
)
def remove_attachment(request: LearnerRequest, submission_id: Id, attachment_id: Id) -> Any:
    """Take a file away from your draft."""
    work = _own(request, submission_id)
    file = get_object_or_404(Attachment, submission=work, pk=attachment_id)
    attachments.remove(attachment=file, by=request.user)
    return Status(204, None)


def _own(request: LearnerRequest, submission_id: int) -> Submission:
    mine = Submission.objects.owned_by(request.user).select_related("challenge")
    return get_object_or_404(mine, pk=submission_id)


def _draft(request: LearnerRequest, submission_id: int) -> Submission:
    work = _own(request, submission_id)
    if work.status != Submission.Status.DRAFT:
        raise Conflict(_("This work was handed in, so its files stay as they are."))
    return work
