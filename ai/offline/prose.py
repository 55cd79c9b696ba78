"""The sentences of a work that can be quoted: prose, without the marks of Markdown and HTML."""

import re

from ai.offline.contacts import has_address
from ai.offline.words import Sentence, stems, words

_FENCE = re.compile(r"^\s*(?:```|~~~)")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
# Headings, quotes, tables, HTML, rules, link definitions, and lines that are nothing but bold.
_NO_PROSE = re.compile(
    r"^\s*(?:#{1,6}\s|>|\||</?[a-zA-Z!]|[-*_=]{3,}\s*$|\[[^\]]+\]:|!\[|(?:\*\*|__)[^*_]+(?:\*\*|__):?$)"
)
_KEYWORD = "def|class|import|function|const|let|var|public|return|elif|except"
_CODE = re.compile(
    rf"^\s*(?:\$ |>>> |#include|(?:{_KEYWORD})\s.*\S$(?<![.!?,])|from \S+ import|"
    r"(?:for|if|while|with)\s.*[:{]$|"
    r"(?:SELECT|FROM|WHERE|JOIN|GROUP BY|ORDER BY|INSERT|UPDATE|CREATE)\b)|[{;]\s*$|"
    r"^\s*[\w.\[\]]+\s*[-+*/:|]?=\s*\S|^\s*[)}\]]+[;,]?\s*$"
)
_END = re.compile(r"(?<=[.!?。！？…])[\"'”’)\]]*\s+")
# What a reader should not see in a quote: code, emphasis, links, tags, addresses, formulas.
_MARKUP = re.compile(
    r"!?\[[^\]]*\]\([^)]*\)|!?\[[^\]]*\]\[[^\]]*\]|<[^>\n]+>|https?://\S+|`+[^`]*`+|\*\*|__|"
    r"(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|~~|\$[^$]+\$|&\w+;|\\"
)
_EDGE = " \t\n\r,;:.–—-)]}»”"
FEWEST_WORDS = 5


def quotable(text: str) -> list[Sentence]:
    """Return the sentences of paragraphs and list items, each a piece of `text` word for word."""
    found = []
    for start, end in _blocks(text):
        block = text[start:end]
        begin = 0
        ends = [(match.start(), match.end()) for match in _END.finditer(block)]
        for stop, following in [*ends, (len(block), len(block))]:
            # Closing marks after the full stop belong to the sentence.
            closing = len(block[stop:following].rstrip())
            whole = block[begin : stop + closing].strip()
            piece = _clean(whole)
            begin = following
            if piece and not piece.endswith(":"):
                spoken, meant = tuple(words(piece)), frozenset(stems(piece))
                found.append(Sentence(piece, spoken, meant, has_address(whole)))
    return found


def has_code(text: str) -> bool:
    """Whether a text shows code, fenced or not."""
    lines = text.splitlines()
    return any(_FENCE.match(line) for line in lines) or sum(map(_is_code, lines)) >= 2


def _blocks(text: str) -> list[tuple[int, int]]:
    """Return where paragraphs and list items begin and end."""
    found: list[tuple[int, int]] = []
    position = 0
    is_fenced = in_block = in_list = skips = False
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        bare = line.rstrip()
        item = _ITEM.match(bare)
        if _FENCE.match(bare):
            is_fenced, in_block = not is_fenced, False
        elif is_fenced:
            pass
        elif not bare:
            in_block = skips = False
        elif skips and not item:
            pass
        elif _NO_PROSE.match(bare) or _is_code(bare):
            # What follows a quote or a tag without a blank line still belongs to it.
            skips = bare.lstrip()[0] in "><"
            if re.match(r"^\s*[-=]{3,}\s*$", bare) and in_block:
                found.pop()  # The line above was a heading.
            in_block = False
        elif re.match(r"^(?:\t| {4})", bare) and not in_list and not in_block:
            pass
        elif item or not in_block:
            in_list = item is not None or (in_list and bare[0].isspace())
            skips = False
            found.append((start + (item.end() if item else 0), start + len(bare)))
            in_block = True
        else:
            found[-1] = (found[-1][0], start + len(bare))
    return found


def _is_code(line: str) -> bool:
    return _CODE.search(line) is not None


def _clean(sentence: str) -> str:
    """Return the sentence, or its longest part without markup where that says most of it."""
    if not _MARKUP.search(sentence):
        return sentence if _is_prose(sentence) else ""
    parts = []
    begin = 0
    for match in [*_MARKUP.finditer(sentence), None]:
        part = sentence[begin : match.start() if match else len(sentence)]
        # The beginning of a sentence keeps its capital letter, its end its full stop.
        part = part.lstrip(_EDGE)
        parts.append(part.rstrip(" \t\n\r,;:–—-([{«“") if match else part.rstrip())
        begin = match.end() if match else begin
    best = max(parts, key=len)
    return best if _is_prose(best) and len(best) >= 0.55 * len(sentence) else ""


def _is_prose(text: str) -> bool:
    """Whether a text has words enough, and more letters than signs."""
    spoken = [word for word in words(text) if any(c.isalpha() for c in word) and len(word) > 1]
    letters = sum(c.isalpha() for c in text)
    return len(spoken) >= FEWEST_WORDS and letters >= 0.62 * len("".join(text.split()))
