"""PDFs written anew: the pages stay, and who made them, what they run and what they hide goes."""

from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from learnquest.core.errors import DomainError, Invalid
from submissions.models import Attachment

MOST_PAGES = 200
MOST_OBJECTS = 20_000
# Who made it, with which program, from which file; and what runs or leads somewhere by itself.
_GIVEAWAYS = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/A", "/OpenAction", "/AF", "/JS")
# Notes that hold a file, a form, a film: all but what marks and links a text.
_ANNOTATIONS = {
    "/Link",
    "/Highlight",
    "/Underline",
    "/StrikeOut",
    "/Squiggly",
    "/Square",
    "/Circle",
}
_ANNOTATIONS |= {"/Line", "/Ink", "/Text", "/FreeText", "/Polygon", "/PolyLine"}
# Who wrote a note, and when.
_NOTE_GIVEAWAYS = ("/T", "/M", "/CreationDate", "/NM", "/RC", "/Popup")


def rewritten(data: bytes, kind: Attachment.Kind) -> bytes:
    """Return a PDF of the same pages, without author, scripts, forms, hidden files or tail.

    Raises Invalid, at "files", for one that is locked, broken, or too long.
    """
    del kind
    try:
        return _pages_of(data)
    except DomainError:
        raise
    except Exception as error:
        # Whatever a broken or hostile file makes the library stumble over.
        message = _("This PDF is broken, so it cannot be read. Print it to a new PDF and try that.")
        raise _refused(message) from error


def _pages_of(data: bytes) -> bytes:
    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise _refused(_("This PDF is locked with a password. Attach one that everybody can open."))
    if len(reader.pages) > MOST_PAGES or _objects(reader) > MOST_OBJECTS:
        raise _refused(_("This PDF is too long: 200 pages at most. Attach the part that matters."))
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    for page in writer.pages:
        page.pop(NameObject("/B"), None)
        _keep_harmless_notes(page)
    for thing in writer._objects:
        _clean(thing)
    writer.metadata = None
    # What nothing leads to any more would be written all the same.
    writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _objects(reader: PdfReader) -> int:
    return sum(len(table) for table in reader.xref.values()) + len(reader.xref_objStm)


def _keep_harmless_notes(page: DictionaryObject) -> None:
    notes = page.get("/Annots")
    if notes is None:
        return
    kept = ArrayObject()
    for reference in notes.get_object():
        note = reference.get_object()
        if isinstance(note, DictionaryObject) and note.get("/Subtype") in _ANNOTATIONS:
            link = _web_link(note)
            for name in (*_NOTE_GIVEAWAYS, *_GIVEAWAYS):
                note.pop(NameObject(name), None)
            if link is not None:
                note[NameObject("/A")] = link
            kept.append(reference)
    page[NameObject("/Annots")] = kept


def _web_link(note: DictionaryObject) -> DictionaryObject | None:
    """Return a link's way to the web anew; there is no other way out of a page."""
    action = note.get("/A")
    action = action.get_object() if action is not None else None
    if not isinstance(action, DictionaryObject) or action.get("/S") != "/URI":
        return None
    if not str(action.get("/URI", "")).lower().startswith(("http://", "https://")):
        return None
    kept = {name: action[name] for name in ("/S", "/URI")}
    return DictionaryObject({NameObject(name): value for name, value in kept.items()})


def _clean(thing: Any) -> None:
    """Take what gives the author away from one object, and the labels out of photographs."""
    if not isinstance(thing, DictionaryObject):
        return
    for name in _GIVEAWAYS:
        if name == "/A" and thing.get("/Subtype") == "/Link":
            continue
        thing.pop(NameObject(name), None)
    if isinstance(thing, StreamObject) and thing.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        thing._data = without_segments(thing._data)


def without_segments(photo: bytes) -> bytes:
    """Return a JPEG without the segments that hold EXIF, XMP, remarks and thumbnails.

    Pixels stay as they are: what decoders need (APP0, ICC profile, Adobe's colours) is kept.
    """
    if photo[:2] != b"\xff\xd8":
        return photo
    out, at = [photo[:2]], 2
    while at + 4 <= len(photo) and photo[at] == 0xFF and photo[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(photo[at + 2 : at + 4])
        marker = photo[at + 1]
        is_label = (0xE0 < marker <= 0xEF and marker not in (0xE2, 0xEE)) or marker == 0xFE
        if not is_label:
            out.append(photo[at:end])
        at = end
    return b"".join([*out, photo[at:]])


def _refused(message: str) -> Invalid:
    return Invalid(message, errors={"files": [message]})
