"""What of an uploaded file is kept: by its content, and nothing as it came.

Pictures are drawn anew, PDFs are written anew page by page, recordings lose their labels, texts are
read as texts. All else is refused with what to do instead: archives and office documents carry
their author's name and other programs, drawings and web pages carry scripts.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

import puremagic
from django.utils.translation import gettext as _

from learnquest.core.errors import Invalid
from submissions import safe_images, safe_pdfs, safe_sounds
from submissions.models import MOST_ATTACHMENT_BYTES, Attachment

Kind = Attachment.Kind

# What the library calls the kinds that we take.
_KNOWN = {
    ".png": Kind.PNG,
    ".jpg": Kind.JPEG,
    ".webp": Kind.WEBP,
    ".gif": Kind.GIF,
    ".pdf": Kind.PDF,
    ".wav": Kind.WAV,
    ".ogg": Kind.OGG,
    ".m4a": Kind.M4A,
    ".mp3": Kind.MP3,
    ".mp1": Kind.MP3,
}
_OFFICE = {".docx", ".xlsx", ".pptx", ".doc", ".xls", ".ppt", ".odt", ".ods", ".odp", ".rtf"}
_ARCHIVES = {".zip", ".gz", ".7z", ".rar", ".tar", ".bz2", ".xz", ".zst"}
# How a page or a drawing begins that a browser would run.
_MARKUP = re.compile(
    r"<(!doctype|\?xml|html|head|body|script|svg|iframe|math|style|meta|link)\b", re.IGNORECASE
)
# Beside line ends, tabs and page breaks no control characters stand in a text.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class SafeFile:
    kind: Attachment.Kind
    data: bytes


def made_safe(data: bytes, name: str = "") -> SafeFile:
    """Return what of `data` can be kept and shown to others.

    `name` only helps to say what to do about a file that is refused. Raises Invalid, at "files",
    for what is empty, too big, broken, locked, or of a kind that is not taken.
    """
    if not data:
        raise refused(_("This file is empty."))
    if len(data) > MOST_ATTACHMENT_BYTES:
        raise refused(_("This file is too big: 10 MB at most. Put it elsewhere and link to it."))
    found = _extensions(data)
    kind = next((_KNOWN[extension] for extension in found if extension in _KNOWN), None)
    if kind is None:
        return SafeFile(Kind.TEXT, _text(data, set(found), name))
    clean = _WRITERS[kind](data, kind)
    if len(clean) > MOST_ATTACHMENT_BYTES:
        raise refused(_("Written anew, this file is too big: 10 MB at most. Make it smaller."))
    return SafeFile(kind, clean)


def refused(message: str) -> Invalid:
    return Invalid(message, errors={"files": [message]})


def _extensions(data: bytes) -> list[str]:
    """Return the ends of names that the content could have, the likeliest first."""
    try:
        return [match.extension for match in puremagic.magic_string(data)]
    except (puremagic.PureError, ValueError):
        return []


def _text(data: bytes, found: set[str], name: str) -> bytes:
    """Return a plain text as UTF-8, or refuse what is none, and say what it seems to be."""
    end = name[name.rfind(".") :].lower() if "." in name else ""
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(_why_not(found, end)) from error
    if _CONTROLS.search(text):
        raise refused(_why_not(found, end))
    if _is_markup(text) or {".html", ".svg"} & found:
        raise refused(
            _(
                "Web pages and SVG drawings can carry scripts, so they are not taken. Attach a "
                "picture or a PDF of it, or put its source into your text between ``` lines."
            )
        )
    if end in {".png", ".jpg", ".jpeg", ".gif", ".webp", ".pdf", ".mp3", ".wav", ".ogg", ".m4a"}:
        raise refused(
            _("This file is called “%(end)s”, but its content is none. Save it anew, then try.")
            % {"end": end}
        )
    if not text.strip():
        raise refused(_("This file is empty."))
    return text.encode()


def _is_markup(text: str) -> bool:
    """Whether a text begins as a page or a drawing does, behind whatever remarks."""
    start = text.lstrip()
    while start.startswith("<!--"):
        start = start.partition("-->")[2].lstrip()
    return _MARKUP.match(start) is not None


def _why_not(found: set[str], end: str) -> str:
    if end in _OFFICE:
        return _(
            "Office documents carry their author's name, and reviewers must not see it. Save it "
            "as a PDF and attach that."
        )
    if found & (_ARCHIVES | _OFFICE) or end in _ARCHIVES:
        return _(
            "Archives and office documents are not taken: save a document as a PDF, attach the "
            "files of an archive themselves, or link to a repository."
        )
    if end in {".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp"}:
        return _("This kind of picture is not taken: save it as JPEG, PNG or WebP.")
    return _(
        "This kind of file is not taken. You can attach pictures (PNG, JPEG, WebP, GIF), PDFs, "
        "plain texts (UTF-8) and recordings (MP3, WAV, Ogg, M4A)."
    )


_WRITERS: dict[Attachment.Kind, Callable[[bytes, Attachment.Kind], bytes]] = {
    Kind.PNG: safe_images.redrawn,
    Kind.JPEG: safe_images.redrawn,
    Kind.WEBP: safe_images.redrawn,
    Kind.GIF: safe_images.redrawn,
    Kind.PDF: safe_pdfs.rewritten,
    Kind.WAV: safe_sounds.wave_alone,
    Kind.OGG: safe_sounds.without_labels,
    Kind.MP3: safe_sounds.without_labels,
    Kind.M4A: safe_sounds.without_boxes,
}
