"""Markdown as learners write it, to HTML that is safe to show to others."""

import re
from collections.abc import Sequence
from typing import Any

import nh3
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

_parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)


def _picture(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any
) -> str:
    """Return a link to a picture, named by its text: nobody's browser fetches it unasked.

    Within a link, which can hold no other one, the text alone.
    """
    picture = tokens[at]
    address = str(picture.attrGet("src") or "")
    name = renderer.renderInlineAsText(picture.children, options, env).strip() or address
    depth = sum(token.nesting for token in tokens[:at] if token.type.startswith("link_"))
    if depth or not address:
        return escape(name)
    return format_html('<a href="{}">{}</a>', address, name)


def _heading(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any
) -> str:
    """Return a heading two levels down: what learners write stands under headings of the page."""
    tokens[at].tag = f"h{min(6, int(tokens[at].tag[1]) + 2)}"
    return renderer.renderToken(tokens, at, options, env)


_parser.add_render_rule("image", _picture)
_parser.add_render_rule("heading_open", _heading)
_parser.add_render_rule("heading_close", _heading)

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href", "title"}, "ol": {"start"}},
    # What language a block of code is in; nothing else may set a class.
    allowed_classes={"code": {f"language-{name}" for name in (
        "bash", "c", "cpp", "css", "go", "html", "java", "javascript", "js", "json", "kotlin",
        "php", "python", "ruby", "rust", "sql", "text", "ts", "typescript", "yaml",
    )}},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener ugc",
)  # fmt: skip


# What the cleaner leaves of a block of code: its text is escaped, so no tag stands in it.
_CODE = re.compile(r'<pre><code(?: class="language-([\w-]+)")?>([^<]*)</code></pre>')


def render(text: str) -> SafeString:
    """Return `text` as sanitised HTML: no raw HTML, scripts or foreign schemes.

    Pictures become links.
    """
    clean = _cleaner.clean(_parser.render(text))
    return mark_safe(_CODE.sub(_code_view, clean))  # noqa: S308 - cleaned just now


def _code_view(found: re.Match[str]) -> str:
    """Return a block of code with numbered lines and a button that copies it.

    The numbers and the language are drawn by the style sheet, and the button has no words: what
    is read, marked or copied is the code alone.
    """
    language, code = found[1] or "", found[2]
    lines = code.removesuffix("\n").split("\n")
    numbered = " code--numbered" if len(lines) > 1 else ""
    button = format_html(
        '<button class="icon-button code__copy" type="button" data-copy="{}" hidden '
        'aria-label="{}"><svg class="icon" aria-hidden="true" focusable="false">'
        '<use href="{}#copy"></use></svg></button>',
        _("Copied."),
        _("Copy the code"),
        static("img/icons.svg"),
    )
    body = "\n".join(f'<span class="code__line">{line}</span>' for line in lines)
    name = f' data-language="{language}"' if language else ""
    kind = f' class="language-{language}"' if language else ""
    return (
        f'<div class="code{numbered}"{name}>{button}'
        f'<pre tabindex="0"><code{kind}>{body}\n</code></pre></div>'
    )
