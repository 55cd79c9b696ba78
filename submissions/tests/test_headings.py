"""Headings in Markdown: below those of the page that shows them."""

import pytest

from learnquest.core.markdown import render
from reviews.quotes import text_of


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Bread", "<h3>Bread</h3>\n"),
        ("Bread\n=====", "<h3>Bread</h3>\n"),
        ("## *Rye*", "<h4><em>Rye</em></h4>\n"),
        ("###### Crumb", "<h6>Crumb</h6>\n"),
    ],
)
def test_a_heading_stands_two_levels_down(text: str, html: str) -> None:
    assert render(text) == html


def test_quotes_are_found_in_headings_as_before() -> None:
    assert "Bread rises" in text_of("# Bread rises\n\nTwice.")
