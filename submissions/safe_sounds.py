"""Recordings without their labels: who, where and with which device. The sound stays as it is."""

import re
import wave
from io import BytesIO
from typing import Any

import mutagen
from django.utils.translation import gettext as _
from mutagen.mp3 import MP3

from learnquest.core.errors import Invalid
from submissions.models import Attachment

# Where MP4 files keep titles, names, places and whatever a device adds.
_LABEL_BOXES = {b"udta", b"meta", b"uuid", b"XMP_"}
_BOXES_WITHIN = {b"moov", b"trak", b"mdia"}


def without_labels(data: bytes, kind: Attachment.Kind) -> bytes:
    """Return an MP3 or Ogg recording without tags. Raises Invalid, at "files", for a broken one."""
    file = BytesIO(data)
    try:
        sound: Any = (MP3 if kind == Attachment.Kind.MP3 else mutagen.File)(file)
        if sound is None or not sound.info.length:
            raise _refused()
        file.seek(0)
        sound.delete(file)
        if kind == Attachment.Kind.MP3:
            return _frames_alone(file.getvalue())
    except mutagen.MutagenError as error:
        raise _refused() from error
    return file.getvalue()


def wave_alone(data: bytes, kind: Attachment.Kind) -> bytes:
    """Return a WAV file of the sound alone. Raises Invalid, at "files", for a broken one."""
    del kind
    out = BytesIO()
    try:
        with wave.open(BytesIO(data)) as given, wave.open(out, "wb") as clean:
            clean.setparams(given.getparams())
            clean.writeframes(given.readframes(given.getnframes()))
    except (wave.Error, EOFError, ValueError) as error:
        raise _refused() from error
    return out.getvalue()


def without_boxes(data: bytes, kind: Attachment.Kind) -> bytes:
    """Return an M4A file whose boxes of labels are empty.

    They become free space of the same length, so that all else stays where the file says it is.
    Raises Invalid, at "files", for a broken one.
    """
    del kind
    clean = bytearray(data)
    kinds = _empty_labels(clean, 0, len(clean))
    if not {b"moov", b"mdat"} <= kinds:
        raise _refused()
    return bytes(clean)


def _empty_labels(data: bytearray, start: int, end: int) -> set[bytes]:
    """Empty the boxes of labels between `start` and `end`; returns the kinds of box there."""
    kinds, at = set(), start
    while at + 8 <= end:
        size, kind, head = int.from_bytes(data[at : at + 4]), bytes(data[at + 4 : at + 8]), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16]), 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise _refused()
        kinds.add(kind)
        if kind in _LABEL_BOXES:
            data[at + 4 : at + 8] = b"free"
            data[at + head : at + size] = bytes(size - head)
        elif kind in _BOXES_WITHIN:
            _empty_labels(data, at + head, at + size)
        at += size
    return kinds


def _frames_alone(data: bytes) -> bytes:
    """Return an MP3 from its first frame on: what stood before it was no sound."""
    first = re.search(rb"\xff[\xe0-\xff]", data)
    return data[first.start() :] if first else data


def _refused() -> Invalid:
    message = _("This recording is broken, so it cannot be read. Save it anew as MP3 and try that.")
    return Invalid(message, errors={"files": [message]})
