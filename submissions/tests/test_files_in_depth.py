"""Names that hide deeper in files: behind other notes, under other packings, after the end."""

import base64
import zlib
from io import BytesIO
from typing import Any

import pytest
from mutagen.apev2 import APEv2
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from submissions.safe_files import made_safe
from submissions.safe_pdfs import without_segments
from submissions.tests import hostile

NAME = hostile.NAME.encode()
PROGRAM = b"MZ a program"
SILENCE = (b"\xff\xfb\x90\x64" + bytes(413)) * 20


def things(**values: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in values.items()})


def stream(data: bytes, **values: Any) -> StreamObject:
    made = StreamObject()
    made._data = data
    made.update(things(**values))
    return made


def note(pdf: PdfWriter, kind: str, **more: Any) -> Any:
    box = ArrayObject(FloatObject(n) for n in (0, 0, 50, 50))
    name = TextStringObject(hostile.NAME)
    return pdf._add_object(
        things(Type=NameObject("/Annot"), Subtype=NameObject(kind), Rect=box, T=name, **more)
    )


def attached(pdf: PdfWriter) -> Any:
    """A note that holds a program."""
    file = pdf._add_object(stream(PROGRAM + NAME, Type=NameObject("/EmbeddedFile")))
    spec = pdf._add_object(things(Type=NameObject("/Filespec"), EF=things(F=file)))
    return note(pdf, "/FileAttachment", FS=spec)


def written(pdf: PdfWriter) -> bytes:
    out = BytesIO()
    pdf.write(out)
    return out.getvalue()


def all_of(data: bytes) -> bytes:
    """All that stands in a PDF, whether a page leads to it or not."""
    whole = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    rows: list[Any] = whole._objects
    parts = [repr(one).encode() for one in rows]
    return b"".join([data, *parts, *(one._data for one in rows if hasattr(one, "_data"))])


def clean(pdf: PdfWriter) -> bytes:
    given = written(pdf)
    assert NAME in all_of(given)
    return all_of(made_safe(given, "a.pdf").data)


def test_a_note_that_answers_another_does_not_bring_that_along() -> None:
    pdf = PdfWriter()
    page = pdf.add_blank_page(200, 200)
    caret = note(pdf, "/Caret", Contents=TextStringObject("new words"))
    answers = [
        note(pdf, "/StrikeOut", IRT=caret, RT=NameObject("/Group")),
        note(pdf, "/Highlight", IRT=attached(pdf)),
        note(pdf, "/Text", Parent=attached(pdf), Contents=TextStringObject("What I mean")),
    ]
    page[NameObject("/Annots")] = ArrayObject(answers)
    whole = clean(pdf)
    assert NAME not in whole and PROGRAM not in whole and b"What I mean" in whole


def test_a_page_to_which_a_link_leads_is_cleaned_like_any_other() -> None:
    pdf = PdfWriter()
    page, other = pdf.add_blank_page(200, 200), pdf.add_blank_page(200, 200)
    place = ArrayObject([other.indirect_reference, NameObject("/Fit")])
    page[NameObject("/Annots")] = ArrayObject([note(pdf, "/Link", Dest=place)])
    other[NameObject("/Annots")] = ArrayObject([attached(pdf), note(pdf, "/Square")])
    whole = clean(pdf)
    assert NAME not in whole and PROGRAM not in whole and b"/Square" in whole


def test_labels_in_resources_and_small_pictures_of_pages_go() -> None:
    pdf = PdfWriter()
    page = pdf.add_blank_page(200, 200)
    labels = pdf._add_object(stream(b"<x:xmpmeta>" + NAME, Type=NameObject("/Metadata")))
    page[NameObject("/Resources")] = things(Properties=things(MC0=things(Metadata=labels)))
    page[NameObject("/Thumb")] = pdf._add_object(stream(NAME))
    assert NAME not in clean(pdf)


PHOTO = hostile.photo()
PACKED = {
    "bare": (PHOTO, ["/DCTDecode"]),
    "letters": (base64.a85encode(PHOTO) + b"~>", ["/ASCII85Decode", "/DCTDecode"]),
    "flate": (zlib.compress(PHOTO), ["/FlateDecode", "/DCTDecode"]),
    "twice": (base64.a85encode(zlib.compress(PHOTO)) + b"~>",
              ["/ASCII85Decode", "/FlateDecode", "/DCTDecode"]),
}  # fmt: skip


@pytest.mark.parametrize("way", PACKED)
def test_a_photograph_loses_its_labels_however_it_is_packed(way: str) -> None:
    data, filters = PACKED[way]
    pdf = PdfWriter()
    page = pdf.add_blank_page(200, 200)
    image = stream(
        data,
        Type=NameObject("/XObject"),
        Subtype=NameObject("/Image"),
        Width=NumberObject(120),
        Height=NumberObject(80),
        ColorSpace=NameObject("/DeviceRGB"),
        BitsPerComponent=NumberObject(8),
        Filter=ArrayObject(NameObject(one) for one in filters),
    )
    page[NameObject("/Resources")] = things(XObject=things(Im0=pdf._add_object(image)))
    safe = made_safe(written(pdf), "a.pdf").data
    assert NAME not in all_of(safe)
    found = PdfReader(BytesIO(safe)).pages[0].images[0]
    assert found.image is not None and found.image.size == (120, 80)
    resources: Any = PdfReader(BytesIO(safe)).pages[0]["/Resources"]
    kept = resources["/XObject"]["/Im0"]
    assert kept._data == without_segments(PHOTO)


def ape() -> bytes:
    file = BytesIO(SILENCE)
    tag = APEv2()
    tag["Artist"] = hostile.NAME
    tag.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        ape(),
        ape() + b"TAG" + NAME.ljust(30, b"\0") + bytes(95),
        SILENCE + b"LYRICSBEGIN" + NAME + b"LYRICSEND",
        SILENCE + b"\xff\xfe" + NAME * 400 + SILENCE,
        b"\xff\xfb\x90\x64" + NAME + SILENCE,
    ],
    ids=["ape", "ape and id3", "tail", "between", "before"],
)
def test_of_an_mp3_the_frames_alone_are_kept(data: bytes) -> None:
    safe = made_safe(data, "a.mp3").data
    assert NAME not in safe and SILENCE in safe and len(safe) % len(SILENCE) == 0


@pytest.mark.parametrize("kind", [b"free", b"skip", b"wide"])
def test_free_space_of_an_m4a_is_empty(kind: bytes) -> None:
    box = (len(NAME) + 8).to_bytes(4) + kind + NAME
    safe = made_safe(hostile.m4a() + box, "a.m4a").data
    assert NAME not in safe and len(safe) == len(hostile.m4a()) + len(box)
