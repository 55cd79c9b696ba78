"""Ways to reach somebody, in a work: what reviewers should not get to see, nor the coach praise."""

import re
from collections.abc import Iterator

_MAIL = r"(?<![\w.+-])(?!git@)[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
# With a country's code, with the zero of a trunk call, or in groups of three, three and four;
# zeros and ones alone are binary numbers.
_PHONE = (
    r"(?<![\w.,:/+-])(?:(?:\+|00)[1-9]\d{0,2}(?:[ ./()-]{0,2}\d){7,12}|"
    r"(?=[\d ()/-]*[2-9])\(?0[1-9]\d{0,3}\)?[ /-]\d{3,4}(?:[ /-]?\d{2,4}){1,3}|"
    r"0[1-9](?:[ .]\d\d){4}|"
    r"\(\d{3}\) ?\d{3}[- ]\d{4}|\d{3}-\d{3}-\d{4})(?![\w:])"
)
_CONTACT = re.compile(rf"{_MAIL}|{_PHONE}")
_LINK = re.compile(r"https?://|\bwww\.\w", re.IGNORECASE)
_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`[^`\n]*`")


def contacts(text: str) -> Iterator[str]:
    """Find e-mail addresses and phone numbers in a text, not in its code, word for word."""
    for code in (_FENCED, _INLINE):
        text = code.sub(" ", text)
    for match in _CONTACT.finditer(text):
        yield match.group()


def has_address(sentence: str) -> bool:
    """Whether a sentence holds an e-mail address, a phone number or a link."""
    return _CONTACT.search(sentence) is not None or _LINK.search(sentence) is not None
