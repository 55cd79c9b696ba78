"""Pictures in Markdown: a link to each, so that no reader's browser fetches one unasked."""

import re

import pytest

from learnquest.core.markdown import render
from reviews.quotes import text_of

REL = 'rel="nofollow noopener ugc"'


def test_a_picture_is_a_link_with_its_text() -> None:
    assert render('See ![my **chart**](https://example.org/a.png "Q1").') == (
        f'<p>See <a href="https://example.org/a.png" {REL}>my chart</a>.</p>\n'
    )
    by_reference = render("![chart][one]\n\n[one]: https://example.org/a.png")
    assert f'<a href="https://example.org/a.png" {REL}>chart</a>' in by_reference


def test_without_a_text_its_address_is_shown() -> None:
    html = render("![](https://example.org/a.png?x=1&y=2)")
    assert ">https://example.org/a.png?x=1&amp;y=2</a>" in html and "<img" not in html


def test_a_picture_in_a_link_leaves_the_link_alone() -> None:
    html = render("[![logo](https://example.org/a.png) home](https://example.org/)")
    assert html == f'<p><a href="https://example.org/" {REL}>logo home</a></p>\n'
    two = render("[a](https://example.org/1) ![b](https://example.org/2)")
    assert two.count("<a ") == 2


@pytest.mark.parametrize(
    "address",
    ["/media/1.png", "//example.org/a.png", "java&#10;script:alert(1)", "mailto:a@example.org",
     "ftp://example.org/a", "a b", "#top", "HTTPS://EXAMPLE.ORG/A.PNG"],
)  # fmt: skip
def test_its_address_is_treated_as_that_of_a_link(address: str) -> None:
    assert render(f"![x]({address})") == render(f"[x]({address})").replace("[x]", "![x]")


def test_its_text_can_be_quoted_by_a_reviewer() -> None:
    assert "chart" in text_of("![chart](https://example.org/a.png)")


@pytest.mark.parametrize(
    "text",
    [
        "![x](javascript:alert(1))",
        "![x](JaVaScRiPt:alert(1))",
        "![x](&#106;avascript:alert(1))",
        "![x](vbscript:msgbox(1))",
        "![x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](data:image/svg+xml,<svg onload=alert(1)>)",
        "![x](data:image/png;base64,iVBORw0KGgo=)",
        "![x](file:///etc/passwd)",
        '![x](https://example.org/"onmouseover="alert(1))',
        '![x](<https://example.org/" onmouseover="alert(1)>)',
        "![x](<https://example.org/'><script>alert(1)</script>>)",
        '![" onload="alert(1)](https://example.org/a.png)',
        "![<script>alert(1)</script>](https://example.org/a.png)",
        "![<img src=x onerror=alert(1)>](https://example.org/a.png)",
        '![x](https://example.org/a.png "\\" onload=\\"alert(1)")',
        "![](javascript:alert(1))",
        "[![x](javascript:alert(1))](javascript:alert(2))",
        "![x][one]\n\n[one]: javascript:alert(1)",
    ],
)
def test_nothing_gets_in_by_a_picture(text: str) -> None:
    html = render(text)
    tags = re.findall(r"<[^>]*>", html)
    assert not re.search(r"<(script|img|svg)", html)
    for tag in tags:
        assert re.fullmatch(
            r'</?(p|a)( href="https://[^"<>]*")?( rel="nofollow noopener ugc")?>', tag
        )
