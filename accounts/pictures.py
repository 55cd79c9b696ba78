"""Pictures of people: whatever is uploaded becomes a small square WebP of our own making."""

import secrets
from functools import partial
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.models import User
from learnquest.core.errors import DomainError, Invalid

MOST_BYTES = 2 * 1024 * 1024
# A small file can unpack to gigabytes, so the header's word on the size is heard first.
MOST_PIXELS = 40_000_000
SIDE = 256
# What the content is decides, never the name or what the browser says.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
FOLDER = "avatars/"


def set_picture(*, user: User, data: bytes) -> User:
    """Make `data` the person's picture, cut to a square of 256 pixels at most.

    Nothing of the file goes on as it was: not its bytes, its name or its metadata. Raises
    Invalid, at "picture", for what is no such image, broken, or too big in bytes or pixels.
    """
    name = f"{FOLDER}{secrets.token_urlsafe(24)}.webp"
    stored = default_storage.save(name, ContentFile(_square(data)))
    try:
        return _replace(user=user, name=stored)
    except BaseException:
        default_storage.delete(stored)
        raise


def remove_picture(*, user: User) -> User:
    """Go back to the drawn figure."""
    return _replace(user=user, name="")


def address_of(user: User) -> str | None:
    """Return the path of a person's picture, or None where the drawn figure stands for them."""
    name = file_name(user)
    return reverse("pages:avatar", args=[name]) if name else None


def file_name(user: User) -> str:
    """Return the picture's name in the address that serves it, or ""."""
    return (user.avatar.name or "").removeprefix(FOLDER)


def may_see_picture(person: User, viewer: User) -> bool:
    """Whether `viewer` sees the person's picture: who may open their profile, and oneself."""
    return person.pk == viewer.pk or person.is_profile_visible_to(viewer)


@transaction.atomic
def _replace(*, user: User, name: str) -> User:
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    old = user.avatar.name
    user.avatar = name
    user.save(update_fields=["avatar"])
    if old:
        transaction.on_commit(partial(default_storage.delete, old))
    return user


def _square(data: bytes) -> bytes:
    if not data:
        raise _refused(_("Choose a picture first."))
    if len(data) > MOST_BYTES:
        raise _refused(_("This file is too big: 2 MB at most."))
    try:
        # A small JPEG can be asked of a big one, so that little is unpacked.
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _refused(_too_many_pixels())
            image.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(image)
            mode = "RGBA" if upright.has_transparency_data else "RGB"
            side = min(SIDE, *upright.size)
            square = ImageOps.fit(upright.convert(mode), (side, side), Image.Resampling.LANCZOS)
    except DomainError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refused(_too_many_pixels()) from error
    except UnidentifiedImageError as error:
        raise _refused(
            _("This is not a picture that we can read: send a JPEG, PNG, WebP or GIF.")
        ) from error
    except Exception as error:
        # Decoders meet broken files with whatever exception is at hand.
        raise _refused(
            _("This picture is broken, so it cannot be read. Try another one.")
        ) from error
    return _encode(square)


def _encode(square: Image.Image) -> bytes:
    # A canvas of our own, since Pillow carries notes from file to file in `info`.
    clean = Image.new(square.mode, square.size)
    clean.paste(square)
    out = BytesIO()
    clean.save(out, "WEBP", quality=85, method=4)
    return out.getvalue()


def _too_many_pixels() -> str:
    return _("This picture has too many pixels: 40 million at most. Make it smaller first.")


def _refused(message: str) -> Invalid:
    return Invalid(message, errors={"picture": [message]})
