"""Files that somebody with bad intentions, or a careless program, might upload."""

import struct
import wave
import zipfile
import zlib
from io import BytesIO
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

NAME = "Alice Liddell"
SCRIPT = b"<script>alert(document.domain)</script>"


def photo(kind: str = "JPEG", size: tuple[int, int] = (120, 80), **options: Any) -> bytes:
    """A picture that says in its EXIF who took it, and where."""
    exif = Image.Exif()
    exif[0x013B] = NAME  # artist
    exif[0x8298] = NAME  # copyright
    exif.get_ifd(0x8825)[1] = "N"  # a place
    out = BytesIO()
    image = Image.new("RGB", size, (30, 120, 90))
    image.save(out, kind, exif=exif, **options)
    return out.getvalue()


def animation(kind: str, frames: int = 4, size: tuple[int, int] = (40, 30)) -> bytes:
    pictures = [Image.new("RGB", size, (60 * n % 256, 90, 40)) for n in range(frames)]
    out = BytesIO()
    more: dict[str, Any] = {"comment": NAME.encode()} if kind == "GIF" else {}
    pictures[0].save(
        out, kind, save_all=True, append_images=pictures[1:], duration=80, loop=0, **more
    )
    return out.getvalue()


def huge_png(width: int = 10_000, height: int = 10_000) -> bytes:
    """A file of a few kilobytes that says it unpacks to hundreds of megabytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(width * 3 + 1) * 200, 9)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def document(*, locked: bool = False, photo_inside: bool = True) -> bytes:
    """A PDF with all that gives its author away or runs by itself."""
    pdf = PdfWriter()
    page = pdf.add_blank_page(200, 200)
    pdf.add_metadata({"/Author": NAME, "/Title": f"Essay of {NAME}", "/Creator": "Word"})
    pdf.xmp_metadata = (
        f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf="
        f"'http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description xmlns:dc="
        f"'http://purl.org/dc/elements/1.1/' rdf:about=''><dc:creator>{NAME}</dc:creator>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()
    opening = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(0)")}
    pdf.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject(key): value for key, value in opening.items()}
    )
    pdf.add_attachment("secret.exe", b"MZ" + NAME.encode())
    page[NameObject("/AA")] = DictionaryObject(
        {
            NameObject("/O"): DictionaryObject(
                {
                    NameObject("/S"): NameObject("/JavaScript"),
                    NameObject("/JS"): TextStringObject("app.alert(1)"),
                }
            )
        }
    )
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Who"): TextStringObject(NAME)})
    page[NameObject("/Annots")] = ArrayObject(
        pdf._add_object(DictionaryObject(note)) for note in _notes()
    )
    if photo_inside:
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/XObject"): DictionaryObject({NameObject("/Im0"): _image(pdf)})}
        )
    if locked:
        pdf.encrypt("secret")
    out = BytesIO()
    pdf.write(out)
    return out.getvalue()


def _notes() -> list[dict[Any, Any]]:
    box = ArrayObject(NumberObject(n) for n in (0, 0, 50, 50))

    def action(kind: str, **more: str) -> DictionaryObject:
        values = {NameObject(f"/{key}"): TextStringObject(text) for key, text in more.items()}
        return DictionaryObject({NameObject("/S"): NameObject(kind), **values})

    def note(subtype: str, **more: Any) -> dict[Any, Any]:
        return {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject(subtype),
            NameObject("/Rect"): box,
            **{NameObject(f"/{key}"): value for key, value in more.items()},
        }

    return [
        note("/Text", T=TextStringObject(NAME), Contents=TextStringObject("A remark")),
        note("/Link", A=action("/URI", URI="https://example.com/source")),
        note("/Link", A=action("/URI", URI="javascript:alert(1)")),
        note("/Link", A=action("/Launch", F="calc.exe")),
        note("/Widget", A=action("/JavaScript", JS="app.alert(2)")),
        note("/FileAttachment", T=TextStringObject(NAME)),
    ]


def _image(pdf: PdfWriter) -> Any:
    stream = StreamObject()
    stream._data = photo()
    for key, value in {
        "/Type": NameObject("/XObject"),
        "/Subtype": NameObject("/Image"),
        "/Width": NumberObject(120),
        "/Height": NumberObject(80),
        "/ColorSpace": NameObject("/DeviceRGB"),
        "/BitsPerComponent": NumberObject(8),
        "/Filter": NameObject("/DCTDecode"),
    }.items():
        stream[NameObject(key)] = value
    return pdf._add_object(stream)


def archive(name: str = "work.txt", content: bytes = b"Hello") -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return out.getvalue()


def zip_bomb() -> bytes:
    """50 MB of nothing in 50 KB."""
    return archive("nothing.bin", bytes(50_000_000))


def office() -> bytes:
    """The outline of a Word document."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("docProps/core.xml", f"<dc:creator>{NAME}</dc:creator>")
        file.writestr("word/document.xml", "<w:document/>")
    return out.getvalue()


def sound() -> bytes:
    """A WAV file with a label behind its sound."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * 20)
    label = b"INFOIART" + struct.pack("<I", 14) + NAME.encode() + b"\0"
    data = out.getvalue() + b"LIST" + struct.pack("<I", len(label)) + label
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def mp3() -> bytes:
    """An MP3 of silence with labels before and behind it."""
    text = b"\x03" + NAME.encode()
    frame = b"TPE1" + struct.pack(">I", len(text)) + b"\0\0" + text
    tag = b"ID3\x03\0\0" + bytes([0, 0, len(frame) >> 7, len(frame) & 0x7F]) + frame
    silence = (b"\xff\xfb\x90\x64" + bytes(413)) * 20
    return tag + silence + b"TAG" + NAME.encode().ljust(30, b"\0") + bytes(95)


def m4a() -> bytes:
    """An M4A file of nothing, with its device's labels."""

    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content) + 8) + kind + content

    mdhd = box(b"mdhd", bytes(12) + struct.pack(">II", 8000, 80_000) + bytes(4))
    hdlr = box(b"hdlr", bytes(8) + b"soun" + bytes(13))
    entry = box(b"mp4a", bytes(6) + b"\0\1" + bytes(8) + b"\0\1\0\x10\0\0\0\0" + b"\x1f\x40\0\0")
    stsd = box(b"stsd", bytes(4) + struct.pack(">I", 1) + entry)
    minf = box(b"minf", box(b"stbl", stsd))
    trak = box(b"trak", box(b"mdia", mdhd + hdlr + minf))
    mvhd = box(b"mvhd", bytes(12) + struct.pack(">II", 8000, 80_000) + bytes(80))
    labels = box(b"udta", box(b"\xa9xyz", b"+52.5+013.4/" + NAME.encode()))
    return (
        box(b"ftyp", b"M4A \0\0\0\0M4A mp42isom")
        + box(b"moov", mvhd + trak + labels)
        + box(b"mdat", bytes(64))
        + box(b"uuid", NAME.encode() * 2)
    )
