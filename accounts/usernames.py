"""Usernames that nobody can take: they would speak for the site, or look like an address of it."""

import unicodedata

RESERVED = frozenset(
    {
        "admin",
        "api",
        "help",
        "learnquest",
        "me",
        "moderator",
        "new",
        "staff",
        "support",
        "system",
    }
)


def is_reserved(name: str) -> bool:
    """Whether nobody can take `name`, in any case and whatever hyphens stand around it."""
    return name.lower().strip("-_") in RESERVED


# Letters that Unicode does not take apart into a plain one and a mark.
_OTHER_LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h",
    "ı": "i", "ŋ": "n",
})  # fmt: skip


def in_plain_letters(wish: str, *, most: int) -> str:
    """Return `wish` in a-z, 0-9, - and _, from a letter or digit to one, or nothing of it.

    Marks go ("Zoë" is zoe); letters of other scripts and pictures are left out.
    """
    apart = unicodedata.normalize("NFKD", wish.lower().translate(_OTHER_LETTERS))
    plain = "".join(c for c in apart if c.isascii() and (c.isalnum() or c in "-_"))
    return plain.strip("-_")[:most].rstrip("-_")
