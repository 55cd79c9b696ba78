"""Code in a work: numbered, to be copied as it is, and no way in for anything else."""

import re
from html import unescape

from learnquest.core.markdown import render
from reviews import highlight

CODE = "```python\ndef f(x):\n\n    return x < 2 and '</code></pre><script>'\n```"


def test_code_has_numbered_lines_and_stays_what_it_was() -> None:
    html = render(f"Before\n\n{CODE}\n\nAfter")
    assert 'class="code code--numbered" data-language="python"' in html
    assert html.count("code__line") == 3 and "data-copy" in html
    code = re.search(r"<code[^>]*>(.*?)</code>", html, re.DOTALL)
    assert code is not None
    plain = unescape(re.sub(r"<[^>]+>", "", code[1]))
    assert plain == "def f(x):\n\n    return x < 2 and '</code></pre><script>'\n"
    assert "<script" not in html


def test_one_line_has_no_number_and_an_unknown_language_no_name() -> None:
    html = render('```"><b>\necho hello\n```')
    assert "code--numbered" not in html and "data-language" not in html and "<b>" not in html


def test_a_quote_from_code_is_found_in_it() -> None:
    html, found = highlight.marked(render(CODE), [("one", "def f(x): return x")])
    assert set(found) == {"one"} and "<mark" in html
