"""What a model wrote, made fit for a page that renders Markdown."""

import re

# An inline link needs its round bracket at once, a definition its colon, an autolink its scheme.
_LINK = re.compile(r"\](?=[(:\[])")
_AUTOLINK = re.compile(r"<(?=\s*(?:[a-z][a-z0-9+.-]{1,31}:|[^\s<>@]+@))", re.IGNORECASE)


def unlinked(text: str) -> str:
    """Return `text` so that no link in it can be clicked: its address stands there as text.

    A blank in the right places is enough, and does least harm to code.
    """
    return _AUTOLINK.sub("< ", _LINK.sub("] ", text))
