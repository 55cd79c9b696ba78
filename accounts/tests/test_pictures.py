"""A picture of a person: made anew from whatever is uploaded, and shown to the right people."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, PngImagePlugin

from accounts import pictures
from accounts.models import User
from leaderboard import points
from leaderboard.models import PointEntry
from learnquest.core.errors import Invalid
from learnquest.core.identicon import TONES, figure
from tests.factories import claim, make_picture, make_submission

pytestmark = pytest.mark.usefixtures("media")


def stored(media: Path) -> list[Path]:
    return sorted(media.glob("avatars/*"))


def upload(client: Client, data: bytes, name: str = "me.png") -> Any:
    sent = {"picture": SimpleUploadedFile(name, data, content_type="image/png")}
    return client.post("/settings/picture/", sent)


def bomb(width: int, height: int) -> bytes:
    """A tiny PNG whose header promises an enormous picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in parts)


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_whatever_kind_it_was_it_becomes_a_small_square_webp(
    kind: str, alice: User, media: Path
) -> None:
    pictures.set_picture(user=alice, data=make_picture((900, 500), kind))
    (path,) = stored(media)
    with Image.open(path) as image:
        assert (image.format, image.size) == ("WEBP", (256, 256))


def test_a_small_picture_is_not_blown_up(alice: User, media: Path) -> None:
    pictures.set_picture(user=alice, data=make_picture((40, 60)))
    with Image.open(stored(media)[0]) as image:
        assert image.size == (40, 40)


def test_what_the_file_said_besides_is_gone_and_it_stands_upright(alice: User, media: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home, Elm Street 5"
    exif[0x0112] = 6  # turned by a quarter
    wide = Image.new("RGB", (200, 100), (200, 0, 0))
    wide.paste((0, 0, 200), (0, 0, 100, 100))
    out = BytesIO()
    wide.save(out, "JPEG", exif=exif, comment=b"Elm Street 5", quality=95)
    pictures.set_picture(user=alice, data=out.getvalue())
    data = stored(media)[0].read_bytes()
    assert b"Elm Street" not in data and b"EXIF" not in data
    with Image.open(BytesIO(data)) as image:
        assert not image.getexif() and "exif" not in image.info
        top = image.convert("RGB").getpixel((50, 5))
        assert isinstance(top, tuple) and top[2] > 150 > top[0]  # blue was left, and is above now


def test_texts_of_a_png_are_gone_and_its_transparency_stays(alice: User, media: Path) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Alice of Elm Street")
    out = BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(out, "PNG", pnginfo=notes)
    pictures.set_picture(user=alice, data=out.getvalue())
    data = stored(media)[0].read_bytes()
    assert b"Elm" not in data
    with Image.open(BytesIO(data)) as image:
        assert image.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Choose a picture first"),
        (
            b"<svg><script>alert(1)</script></svg>",
            "not a picture",
        ),
        (b"%PDF-1.7 nothing", "not a picture"),
        (b"MZ" + b"\0" * 500, "not a picture"),
        (make_picture((300, 300))[:200], "broken"),
        (make_picture((300, 300), "JPEG")[:300], "broken"),
        (make_picture((50, 50), "BMP"), "not a picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "picture"),
        (make_picture() + b"\0" * pictures.MOST_BYTES, "too big"),
        (bomb(7000, 7000), "too many pixels"),
        (bomb(12_000, 9_000), "too many pixels"),
        (bomb(60_000, 60_000), "too many pixels"),
    ],
)
def test_a_bad_file_is_refused_with_a_reason_and_nothing_is_kept(
    data: bytes, why: str, alice: User, media: Path
) -> None:
    with pytest.raises(Invalid, match=why) as refusal:
        pictures.set_picture(user=alice, data=data)
    assert list(refusal.value.errors) == ["picture"]
    assert stored(media) == []


def test_a_new_picture_replaces_the_old_one_under_another_name(
    alice: User, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    pictures.set_picture(user=alice, data=make_picture())
    first = stored(media)
    with django_capture_on_commit_callbacks(execute=True):
        pictures.set_picture(user=alice, data=make_picture())
    assert len(stored(media)) == 1 and stored(media) != first
    with django_capture_on_commit_callbacks(execute=True):
        user = pictures.remove_picture(user=alice)
    assert stored(media) == [] and user.avatar.name == ""


def test_a_picture_whose_row_cannot_be_saved_leaves_no_file(alice: User, media: Path) -> None:
    alice.delete()
    alice.pk = 999_999
    with pytest.raises(User.DoesNotExist):
        pictures.set_picture(user=alice, data=make_picture())
    assert stored(media) == []


# --- The doors ---


def test_alice_uploads_a_picture_sees_it_and_takes_it_away(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert upload(client, make_picture()).status_code == 302
    alice.refresh_from_db()
    address = pictures.address_of(alice)
    assert address is not None and address in client.get("/settings/").content.decode()
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"]
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"  # type: ignore[attr-defined]
    assert client.post("/settings/picture/remove/").status_code == 302
    assert client.get(address).status_code == 404
    assert 'class="avatar avatar--tone' in client.get("/settings/").content.decode()


def test_a_bad_file_is_named_at_its_field(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = upload(client, b"no picture at all")
    assert page.status_code == 422 and "not a picture that we can read" in page.content.decode()
    page = upload(client, make_picture() + b"\0" * pictures.MOST_BYTES)
    assert page.status_code == 422 and "2 MB at most" in page.content.decode()
    page = client.post("/settings/picture/")
    assert page.status_code == 422 and "Choose a picture first." in page.content.decode()
    assert 'value="alice"' in page.content.decode()


def test_a_client_sends_a_picture_as_the_body(client: Client, alice: User) -> None:
    client.force_login(alice)
    path = "/api/auth/profile/avatar"
    answer = client.put(path, make_picture(kind="JPEG"), content_type="image/jpeg")
    assert answer.status_code == 200
    picture = client.get(answer.json()["avatar"])
    assert b"".join(picture.streaming_content)[8:12] == b"WEBP"  # type: ignore[attr-defined]
    refused = client.put(path, b"none", content_type="image/png")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "#/picture"
    assert client.put(path, b"\0" * 3_000_000, content_type="image/png").status_code == 413
    assert client.delete(path).json()["avatar"] is None


def test_others_see_it_only_while_the_profile_is_public(
    client: Client, alice: User, charlie: User, mona: User
) -> None:
    alice = pictures.set_picture(user=alice, data=make_picture())
    address = pictures.address_of(alice)
    assert address is not None

    def opened(viewer: User | None) -> int:
        client.logout()
        if viewer:
            client.force_login(viewer)
        return client.get(address).status_code

    assert [opened(who) for who in (None, charlie, mona, alice)] == [302, 404, 200, 200]
    User.objects.filter(pk=alice.pk).update(is_profile_public=True)
    assert [opened(who) for who in (None, charlie)] == [302, 200]


def test_the_board_shows_a_private_persons_figure_instead(
    client: Client, alice: User, charlie: User
) -> None:
    points.award(
        user_id=alice.pk,
        amount=9,
        reason=PointEntry.Reason.REVIEW_GIVEN,
        key="k",
        verified=True,
    )
    pictures.set_picture(user=alice, data=make_picture())
    client.force_login(charlie)
    assert "<img" not in client.get("/leaderboard/?period=all").content.decode()
    User.objects.filter(pk=alice.pk).update(is_profile_public=True)
    assert "<img" in client.get("/leaderboard/?period=all").content.decode()


def test_reviewers_and_authors_never_see_each_others_pictures(
    client: Client, alice: User, bob: User, challenge: Any
) -> None:
    for person in (alice, bob):
        User.objects.filter(pk=person.pk).update(is_profile_public=True)
        pictures.set_picture(user=person, data=make_picture())
    alice.refresh_from_db()
    bob.refresh_from_db()
    work = make_submission(challenge)
    review = claim(work, bob)
    client.force_login(bob)
    desk = client.get(review.get_absolute_url()).content.decode()
    assert pictures.file_name(alice) not in desk and pictures.file_name(bob) in desk
    client.force_login(alice)
    page = client.get(work.get_absolute_url()).content.decode()
    assert pictures.file_name(bob) not in page


@pytest.mark.parametrize("name", ["..%2Fsecret", "none.webp", "a/b", "%00"])
def test_no_other_file_can_be_asked_for(name: str, client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(f"/avatars/{name}").status_code == 404


def test_a_figure_is_always_the_same_and_seldom_another_persons() -> None:
    assert figure(7) == figure("7")
    figures = [figure(number) for number in range(200)]
    assert len(set(figures)) > 190
    assert {one.tone for one in figures} == set(range(TONES))
    assert all(one.corner != one.side for one in figures)
