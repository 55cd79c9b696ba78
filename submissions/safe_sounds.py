"""Recordings without their labels: who, where and with which device. The sound stays as it is."""

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
# What is said to be free space may still hold what stood there before.
_LABEL_BOXES |= {b"free", b"skip", b"wide"}
_BOXES_WITHIN = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"}

# MPEG audio: thousands of bits a second by version and layer (0 is none), and samples a second.
_RATES = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES[2, 3] = _RATES[2, 2]
_SAMPLES = (44100, 48000, 32000)


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
    """Return the frames of an MP3 and nothing else: what stands around them is no sound.

    Raises Invalid for a file without any.
    """
    frames: list[bytes] = []
    at, like = 0, b""
    while (at := data.find(b"\xff", at)) >= 0:
        end = at + _frame_length(data[at : at + 4])
        if end == at or end > len(data) or (like and _stream_of(data, at) != like):
            at += 1
            continue
        # Letters may look like one frame: the first one needs another that is like it.
        if not like and end < len(data) and _stream_of(data, end) != _stream_of(data, at):
            at += 1
            continue
        like = _stream_of(data, at)
        frames.append(data[at:end])
        at = end
    if not frames:
        raise _refused()
    return b"".join(frames)


def _stream_of(data: bytes, at: int) -> bytes:
    """Return what all frames of one recording have in common: version, layer and samples."""
    head = data[at : at + 3]
    return bytes((head[0], head[1] & 0xFE, head[2] & 0x0C)) if len(head) == 3 else b""


def _frame_length(head: bytes) -> int:
    """Return how many bytes a frame has that begins so; 0 where none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    rate, sample = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or rate in (0, 15) or sample == 3:
        return 0
    bits = 1000 * _RATES[1 if version == 3 else 2, layer][rate]
    samples = _SAMPLES[sample] >> {3: 0, 2: 1, 0: 2}[version]
    padding = head[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // samples + padding) * 4
    return (72 if layer == 3 and version != 3 else 144) * bits // samples + padding


def _refused() -> Invalid:
    message = _("This recording is broken, so it cannot be read. Save it anew as MP3 and try that.")
    return Invalid(message, errors={"files": [message]})
