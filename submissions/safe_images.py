"""Pictures drawn anew: nothing of the file goes on but what is to be seen."""

from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from learnquest.core.errors import DomainError, Invalid
from submissions.models import Attachment

# Of all frames together: a small file can unpack to gigabytes, so the header is heard first.
MOST_PIXELS = 30_000_000
MOST_FRAMES = 300
_FORMATS = {
    Attachment.Kind.PNG: "PNG",
    Attachment.Kind.JPEG: "JPEG",
    Attachment.Kind.WEBP: "WEBP",
    Attachment.Kind.GIF: "GIF",
}


def redrawn(data: bytes, kind: Attachment.Kind) -> bytes:
    """Return the picture in the same format, upright, without EXIF, notes or anything behind it.

    Raises Invalid, at "files", for a broken picture, or one with too many pixels.
    """
    try:
        with Image.open(BytesIO(data), formats=(_FORMATS[kind],)) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > MOST_FRAMES or image.width * image.height * frames > MOST_PIXELS:
                raise _refused(_too_much())
            return _animated(image, kind) if frames > 1 else _still(image, kind)
    except DomainError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refused(_too_much()) from error
    except UnidentifiedImageError as error:
        raise _refused(_broken()) from error
    except Exception as error:
        # Decoders meet broken files with whatever exception is at hand.
        raise _refused(_broken()) from error


def _still(image: Image.Image, kind: Attachment.Kind) -> bytes:
    out = BytesIO()
    clean = _canvas(ImageOps.exif_transpose(image), kind)
    options = {"quality": 88, "method": 4} if kind == Attachment.Kind.WEBP else {}
    if kind == Attachment.Kind.JPEG:
        options = {"quality": 88, "optimize": True}
    clean.save(out, _FORMATS[kind], **options)
    return out.getvalue()


def _animated(image: Image.Image, kind: Attachment.Kind) -> bytes:
    frames, durations = [], []
    for frame in ImageSequence.Iterator(image):
        durations.append(max(20, int(frame.info.get("duration") or 100)))
        frames.append(_canvas(frame, kind))
    out = BytesIO()
    frames[0].save(
        out,
        _FORMATS[kind],
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        **({"disposal": 2} if kind == Attachment.Kind.GIF else {}),
    )
    return out.getvalue()


def _canvas(image: Image.Image, kind: Attachment.Kind) -> Image.Image:
    """Return a canvas of our own, since Pillow carries notes from file to file in `info`."""
    has_alpha = image.has_transparency_data and kind != Attachment.Kind.JPEG
    mode = "RGBA" if has_alpha else "RGB"
    clean = Image.new(mode, image.size)
    clean.paste(image.convert(mode))
    return clean


def _too_much() -> str:
    return _(
        "This picture has too many pixels: 30 million at most, all frames together. Make it "
        "smaller first."
    )


def _broken() -> str:
    return _("This picture is broken, so it cannot be read. Save it anew, or try another one.")


def _refused(message: str) -> Invalid:
    return Invalid(message, errors={"files": [message]})
