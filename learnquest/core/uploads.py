"""How much a request may bring along: refused by its length before anything is kept on disk."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# Five files of 10 MB, with a text and what stands around them.
MOST_BYTES = 55 * 1024 * 1024


class CappedUpload(FileUploadHandler):
    """Stands before the handlers that keep files, and keeps none."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 - Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        if content_length > MOST_BYTES:
            raise RequestDataTooBig("Too much at once: 55 MB at most.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
