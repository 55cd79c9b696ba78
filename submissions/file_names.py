"""What an uploaded file is called: harmless on any disk, and by what it is."""

import re
import unicodedata
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from submissions.models import EXTENSIONS, Attachment

LONGEST = 100
# Ends that a text may keep; any other one gets `.txt` behind it, so that nothing runs it.
TEXT_EXTENSIONS = (".txt", ".md", ".csv")
# What file systems, shells and headers take for more than a letter.
_UNSAFE = re.compile(r'[<>:"|?*/\\;%`$]')


def harmless(name: str, kind: Attachment.Kind) -> str:
    """Return a name without folders, unseen characters or a misleading end.

    Right-to-left marks are unseen, too: with them `annexe\\u202egpj.exe` looks like a picture.
    """
    # Of a path from either kind of system the last part.
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    seen = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in last)
    plain = " ".join(_UNSAFE.sub("_", seen).split()).strip(". ")
    stem, end = _split(plain)
    extension = EXTENSIONS[kind]
    if kind == Attachment.Kind.TEXT:
        extension = end.lower() if end.lower() in TEXT_EXTENSIONS else f"{end}{extension}"
    elif end.lower() not in {extension, ".jpeg", ".oga", ".opus"}:
        # An end that lies becomes a part of the name, unless it only names another such kind.
        stem = stem if end.lower() in EXTENSIONS.values() else f"{stem}{end}"
    stem = stem.strip(". ") or _("attachment")
    return stem[: LONGEST - len(extension)].rstrip(". ") + extension


def _split(name: str) -> tuple[str, str]:
    path = PurePosixPath(name) if name else PurePosixPath("-")
    end = path.suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", path.suffix) else ""
    return name.removesuffix(end) if end else name, end
