"""Quotes that are not there are dropped; typography does not decide."""

import pytest

from ai.grounding import keep_quoted
from ai.schemas import QuotedPoint

BODY = "I said “it’s late” – twice.\nThen   we\tleft… and CAME back."


@pytest.mark.parametrize(
    "quote",
    [
        'I said "it\'s late" - twice.',
        "“I said “it’s late”",
        "then we left... and came back",
        "twice. Then we left",
    ],
)
def test_a_quote_in_other_typography_is_kept(quote: str) -> None:
    assert len(keep_quoted([QuotedPoint(quote=quote, comment="c")], BODY)) == 1


@pytest.mark.parametrize("quote", ["it is late", "we left and came", '"', "…?"])
def test_a_quote_that_is_not_there_is_dropped(quote: str) -> None:
    assert keep_quoted([QuotedPoint(quote=quote, comment="c")], BODY) == []
