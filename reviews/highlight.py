"""Marking in the work what the coach quotes, so that a quote leads to its passage."""

import re
from collections.abc import Iterable
from html import escape, unescape

from django.utils.safestring import SafeString, mark_safe

_TAG = re.compile(r"(<[^>]*>)")


def marked(
    html: SafeString, quotes: Iterable[tuple[str, str]]
) -> tuple[SafeString, dict[str, str]]:
    """Return sanitised HTML with each (id, quote) found in it marked, and, by the ids of those
    found, the id of the passage that each leads to.

    Letters and digits alone are compared, since rendering takes Markdown's signs away. A quote
    that overlaps an earlier one leads to the passage of that one.
    """
    tokens = _TAG.split(html)
    texts = {at: unescape(token) for at, token in enumerate(tokens) if at % 2 == 0 and token}
    # Where each letter of the page's plain text stands.
    places = [
        (at, offset, letter)
        for at, text in texts.items()
        for offset, char in enumerate(text)
        for letter in char.casefold()
        if letter.isalnum()
    ]
    plain = "".join(letter for _, _, letter in places)
    spans: list[tuple[int, int, str]] = []
    found: dict[str, str] = {}
    for name, quote in quotes:
        wanted = "".join(letter for letter in quote.casefold() if letter.isalnum())
        start = plain.find(wanted) if wanted else -1
        end = start + len(wanted)
        if start < 0:
            continue
        found[name] = next((other for s, e, other in spans if s < end and start < e), name)
        if found[name] == name:
            spans.append((start, end, name))
    cuts: dict[int, list[tuple[int, int, str]]] = {}
    for start, end, name in sorted(spans):
        for at in dict.fromkeys(at for at, _, _ in places[start:end]):
            offsets = [offset for where, offset, _ in places[start:end] if where == at]
            cuts.setdefault(at, []).append((offsets[0], offsets[-1] + 1, name))
    return mark_safe("".join(_with_marks(tokens, texts, cuts))), found  # noqa: S308 - its input was sanitised, and what is added is ours


def _with_marks(
    tokens: list[str], texts: dict[int, str], cuts: dict[int, list[tuple[int, int, str]]]
) -> Iterable[str]:
    named: set[str] = set()
    for at, token in enumerate(tokens):
        if at not in cuts:
            yield token
            continue
        text, done = texts[at], 0
        for start, end, name in cuts[at]:
            # A passage that runs over several elements has its id on the first piece.
            id_ = "" if name in named else f' id="{escape(name)}" tabindex="-1"'
            named.add(name)
            yield escape(text[done:start])
            yield f'<mark class="quoted" data-quote="{escape(name)}"{id_}>'
            yield f"{escape(text[start:end])}</mark>"
            done = end
        yield escape(text[done:])
