"""Usernames that nobody can take: they would speak for the site, or look like an address of it."""

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
