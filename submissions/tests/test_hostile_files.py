"""Whatever is uploaded is refused in words that help, or becomes harmless and nameless."""

from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from learnquest.core.errors import Invalid
from submissions.file_names import harmless
from submissions.models import Attachment
from submissions.safe_files import made_safe
from submissions.tests import hostile

Kind = Attachment.Kind


def refusal_of(data: bytes, name: str = "") -> str:
    with pytest.raises(Invalid) as refusal:
        made_safe(data, name)
    return refusal.value.errors["files"][0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_loses_who_took_it_and_where(kind: str) -> None:
    data = hostile.photo(kind)
    assert hostile.NAME.encode() in data
    safe = made_safe(data)
    assert hostile.NAME.encode() not in safe.data
    with Image.open(BytesIO(safe.data)) as image:
        assert (image.format, image.size, dict(image.getexif())) == (kind, (120, 80), {})


def test_a_picture_is_turned_upright_before_its_word_on_that_goes() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    Image.new("RGB", (90, 60)).save(out, "JPEG", exif=exif)
    with Image.open(BytesIO(made_safe(out.getvalue()).data)) as image:
        assert image.size == (60, 90)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_stays_one_and_loses_its_remarks(kind: str) -> None:
    safe = made_safe(hostile.animation(kind))
    assert hostile.NAME.encode() not in safe.data
    with Image.open(BytesIO(safe.data)) as image:
        assert getattr(image, "n_frames", 1) == 4


def test_what_hides_behind_a_picture_does_not_come_along() -> None:
    gif = BytesIO()
    Image.new("P", (8, 8)).save(gif, "GIF")
    for hidden in (hostile.SCRIPT, hostile.archive(content=hostile.SCRIPT), b"=1;alert(1)//"):
        safe = made_safe(gif.getvalue() + hidden, "cat.gif")
        assert safe.kind == Kind.GIF
        assert b"alert" not in safe.data and b"PK\x03\x04" not in safe.data


def test_a_script_that_begins_like_a_picture_is_no_picture() -> None:
    assert "broken" in refusal_of(b"GIF89a/*" + b"*/=1;alert(document.domain)//", "cat.gif")


def test_a_page_named_like_a_picture_is_refused() -> None:
    for page in (b"<html>" + hostile.SCRIPT, b"  \n<!-- x --><!-- y --><SVG onload=alert(1)>"):
        assert "scripts" in refusal_of(page, "cat.png")


def test_a_drawing_with_a_script_is_refused_whatever_it_is_called() -> None:
    svg = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">%b</svg>' % hostile.SCRIPT
    for name in ("drawing.svg", "drawing.png", "drawing.txt", "drawing"):
        assert "SVG" in refusal_of(svg, name)


def test_a_text_named_like_a_picture_is_refused() -> None:
    assert "“.png”" in refusal_of(b"I am a text.", "cat.png")


def test_a_picture_of_a_hundred_million_pixels_is_refused_before_it_is_unpacked() -> None:
    data = hostile.huge_png()
    assert len(data) < 100_000
    assert "too many pixels" in refusal_of(data)


def test_an_animation_is_counted_with_all_its_frames() -> None:
    assert "too many pixels" in refusal_of(hostile.animation("GIF", frames=301, size=(9, 9)))


def test_a_broken_picture_is_refused() -> None:
    assert "broken" in refusal_of(hostile.photo("PNG")[:90])


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (hostile.zip_bomb(), "work.zip", "not taken"),
        (hostile.archive(), "work.zip", "not taken"),
        (hostile.office(), "essay.docx", "author's name"),
        (hostile.archive(), "cat.png", "not taken"),
        (b"MZ\x90\0" + bytes(200), "setup.txt", "not taken"),
        (b"\x7fELF\2\1\1" + bytes(200), "cat.jpg", "not taken"),
        (b"", "work.txt", "empty"),
        (b" \n ", "work.txt", "empty"),
        (b"x" * (10 * 1024 * 1024 + 1), "work.txt", "too big"),
        (b"\xff\xfb\x90\x64", "song.mp3", "broken"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "song.wav", "broken"),
        (b"OggS" + bytes(40), "song.ogg", "broken"),
        (b"\0\0\0\x20ftypM4A " + bytes(16), "song.m4a", "broken"),
        (b"%PDF-1.7\n%\xe2\xe3\n" + bytes(200), "essay.pdf", "broken"),
    ],
    ids=lambda part: "" if isinstance(part, bytes) else part,
)
def test_what_cannot_be_made_safe_is_refused(data: bytes, name: str, said: str) -> None:
    assert said in refusal_of(data, name)


def test_a_pdf_loses_its_author_and_whatever_runs() -> None:
    data = hostile.document()
    assert hostile.NAME.encode() in data and b"JavaScript" in data
    safe = made_safe(data + hostile.archive(), "essay.pdf")
    assert safe.kind == Kind.PDF
    assert hostile.NAME.encode() not in safe.data
    # Strings are also kept in other ways than plainly.
    pdf = PdfReader(BytesIO(safe.data))
    everything = repr([pdf.get_object(number) for number in range(1, len(pdf.xref[0]) + 1)])
    for gone in (hostile.NAME, "JavaScript", "/JS", "Launch", "javascript:", "EmbeddedFile"):
        assert gone not in everything
    assert not pdf.metadata and pdf.xmp_metadata is None and b"PK\x03\x04" not in safe.data
    assert len(pdf.pages) == 1 and "https://example.com/source" in everything
    assert "A remark" in everything
    # The photo in it is still one.
    assert pdf.pages[0].images[0].image is not None


def test_a_locked_pdf_is_refused() -> None:
    assert "password" in refusal_of(hostile.document(locked=True))


@pytest.mark.parametrize(
    ("data", "kind"),
    [(hostile.sound(), Kind.WAV), (hostile.mp3(), Kind.MP3), (hostile.m4a(), Kind.M4A)],
    ids=lambda part: "" if isinstance(part, bytes) else part,
)
def test_a_recording_loses_its_labels(data: bytes, kind: str) -> None:
    assert hostile.NAME.encode() in data
    safe = made_safe(data)
    assert safe.kind == kind
    assert hostile.NAME.encode() not in safe.data


def test_texts_stay_as_they_are() -> None:
    for text in ("# Title\n\n- ñandú\n", "a,b\n1,2\n", "import os\n", "MZ is a fine beginning."):
        safe = made_safe(text.encode(), "work.txt")
        assert (safe.kind, safe.data.decode()) == (Kind.TEXT, text)
    assert made_safe("ñandú".encode("utf-16")).data.decode() == "ñandú"


@pytest.mark.parametrize(
    ("name", "kind", "becomes"),
    [
        ("../../etc/passwd", Kind.TEXT, "passwd.txt"),
        ("C:\\Users\\alice\\cat.PNG", Kind.PNG, "cat.png"),
        ("annexe\u202egnp.exe", Kind.PNG, "annexe gnp.exe.png"),
        ("a\r\nSet-Cookie: x=1.pdf", Kind.PDF, "a Set-Cookie_ x=1.pdf"),
        ('"><script>.png', Kind.PNG, "___script_.png"),
        ("run.sh", Kind.TEXT, "run.sh.txt"),
        ("notes.MD", Kind.TEXT, "notes.md"),
        ("cat.jpg", Kind.PNG, "cat.png"),
        ("", Kind.PDF, "attachment.pdf"),
        (".htaccess", Kind.TEXT, "htaccess.txt"),
        ("..", Kind.TEXT, "attachment.txt"),
        ("x" * 300, Kind.PDF, "x" * 96 + ".pdf"),
    ],
)
def test_names_become_harmless(name: str, kind: Attachment.Kind, becomes: str) -> None:
    assert harmless(name, kind) == becomes
