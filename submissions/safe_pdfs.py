"""PDFs written anew: the pages stay, and who made them, what they run and what they hide goes."""

from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter
from pypdf.filters import decode_stream_data
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

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
# What is kept of a note: not who wrote it and when, nor what leads to others that were dropped.
_KEPT_OF_A_NOTE = {
    "/Type", "/Subtype", "/Rect", "/Contents", "/P", "/F", "/AP", "/AS", "/Border", "/C", "/Dest",
    "/H", "/QuadPoints", "/BS", "/BE", "/InkList", "/L", "/LE", "/LL", "/LLE", "/Cap", "/CO",
    "/CP", "/Vertices", "/IC", "/CA", "/CL", "/DA", "/DS", "/Q", "/IT", "/Name", "/RD", "/OC",
}  # fmt: skip
_KEPT_OF_A_PAGE = {
    "/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox",
    "/Contents", "/Rotate", "/Group", "/Annots", "/UserUnit",
}  # fmt: skip
# Within an object, where a resource may be called anything else.
_GIVEAWAYS_WITHIN = ("/Metadata", "/PieceInfo", "/LastModified", "/CreatorInfo")
_PHOTO = ("/DCTDecode", "/DCT")


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
    for thing in list(writer._objects):
        # A link may lead to a page of its own, which is none of those that are turned.
        if isinstance(thing, DictionaryObject) and (
            thing.get("/Type") == "/Page" or "/Annots" in thing
        ):
            _keep(thing, _KEPT_OF_A_PAGE)
            _keep_harmless_notes(thing)
    for thing in writer._objects:
        _clean(thing)
    writer.metadata = None
    _drop_unreached(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _drop_unreached(writer: PdfWriter) -> None:
    """Forget what no way leads to from the pages; it would be written all the same.

    What was dropped may lead to more: a note to its file, that to a program.
    """
    reached: set[int] = set()
    ways: list[Any] = [writer._root_object, writer.root_object.indirect_reference]
    while ways:
        thing = ways.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum in reached:
                continue
            reached.add(thing.idnum)
            thing = thing.get_object()
        if isinstance(thing, DictionaryObject):
            ways += thing.values()
        elif isinstance(thing, ArrayObject):
            ways += thing
    for number in range(1, len(writer._objects) + 1):
        if number not in reached:
            writer._objects[number - 1] = None


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
            _keep(note, _KEPT_OF_A_NOTE)
            if link is not None:
                note[NameObject("/A")] = link
            kept.append(reference)
    page[NameObject("/Annots")] = kept


def _keep(thing: DictionaryObject, names: set[str]) -> None:
    for name in [name for name in thing if name not in names]:
        del thing[name]


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
    if isinstance(thing, StreamObject):
        _clean_photo(thing)
    for value in thing.values():
        _clean_within(value)


def _clean_within(thing: Any) -> None:
    """Take what gives the author away from what stands within an object, and not on its own."""
    if isinstance(thing, DictionaryObject):
        for name in _GIVEAWAYS_WITHIN:
            thing.pop(NameObject(name), None)
    if isinstance(thing, DictionaryObject | ArrayObject):
        for value in thing.values() if isinstance(thing, DictionaryObject) else thing:
            _clean_within(value)


def _clean_photo(stream: StreamObject) -> None:
    """Take the labels out of a photograph, from under whatever it is packed in besides."""
    given = stream["/Filter"] if "/Filter" in stream else ArrayObject()
    filters = [one.get_object() for one in given] if isinstance(given, list) else [given]
    if not filters or filters[-1] not in _PHOTO:
        return
    if len(filters) > 1:
        _unpack_photo(stream, filters)
    stream._data = without_segments(stream._data)


def _unpack_photo(stream: StreamObject, filters: list[Any]) -> None:
    """Leave the photograph alone of what stands packed in other ways around it."""
    parameters: Any = stream.get("/DecodeParms")
    parameters = parameters.get_object() if parameters is not None else None
    packed = StreamObject()
    packed._data = stream._data
    packed[NameObject("/Filter")] = ArrayObject(filters[:-1])
    stream.pop(NameObject("/DecodeParms"), None)
    if isinstance(parameters, ArrayObject) and len(parameters) == len(filters):
        packed[NameObject("/DecodeParms")] = ArrayObject(parameters[:-1])
        own = parameters[-1].get_object()
        if isinstance(own, DictionaryObject):
            stream[NameObject("/DecodeParms")] = own
    stream._data = decode_stream_data(packed)
    stream[NameObject("/Filter")] = NameObject("/DCTDecode")


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
