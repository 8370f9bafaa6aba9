"""Text of the scanned tree stays text: seen through markdown-it, and by what GitHub and GitLab look for afterwards."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.reports.markdown.escaping import code, fenced, plain, prose
from scanner.reports.safe_text import one_line
from tests.reports.markdown.rendered import WORD_JOINER, rendered

EVIL = (
    "<script>alert(1)</script>",
    "<!-- releasegate --> hidden",
    "</details></td></table><img src=x onerror=alert(1)>",
    "![x](https://evil.example/x.png) [y](javascript:alert(1)) <https://evil.example>",
    "https://evil.example/?q=1 www.evil.example mail@evil.example",
    "@octocat @org/team @everyone #123 GH-123 owner/repo#9 !45 $6 %7 ~8 &9",
    "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
    "` `` ``` ~~~ | || \\| \\\\| \\` a`b|c",
    "**bold** *it* __b__ _i_ ~~s~~ `c`",
    "# heading",
    "- item",
    "+ item",
    "1. one",
    "1) one",
    "=== ---",
    "> quote",
    "$x$ $$y$$ $`z`$",
    "&lt;b&gt; &amp; &#35;",
    "[ref]: https://evil.example",
    "a\n\n# b\n```\nc",
    "\u202eevil\u202c \u200b \x1b[31m",
    'data.x["a_b"]._c_ _d',
)
# What the sites look for in the text of a page after Markdown: mentions, references, commits, addresses.
REFERENCES = re.compile(r"@[\w-]|(?<![\w&])[#!%~^&][\w\"]|\bGH-\d|://|\bwww\.|\b[0-9a-f]{7,40}\b", re.IGNORECASE)


def _visible(text: str) -> str:
    return " ".join(text.replace(WORD_JOINER, "").split())


@pytest.mark.parametrize("put", [plain, code, prose], ids=["plain", "code", "prose"])
@pytest.mark.parametrize("text", EVIL)
def test_text_shows_as_it_was_written_and_does_nothing(put: Callable[[str, int], str], text: str) -> None:
    pages = {
        "paragraph": put(text, 500),
        "item": f"- {put(text, 500)}",
        "cell": f"| a | b |\n|---|---|\n| {put(text, 500)} | end |",
        "summary": f"<details><summary>{put(text, 500)}</summary>\n\nbody\n\n</details>",
    }
    for name, markdown in pages.items():
        page = rendered(markdown)
        own = {"p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "code", "span"}
        assert set(page.tags) <= own, name
        assert not page.attributes
        assert not page.comments
        assert not REFERENCES.search(page.text), page.text
        assert "$" not in markdown  # which begins mathematics
        if put is not prose:  # it leaves back-quotes out where they make code
            assert one_line(text) in _visible(page.text)
        if name == "cell":
            assert [len(row) for row in page.rows] == [2, 2]
            assert page.rows[1][1] == "end"


def test_prose_shows_code_in_back_quotes_and_nothing_else() -> None:
    page = rendered(prose("Set `acl = <private>` and **not** `x|y` now", 100))

    assert page.tags == ["p", "code", "code"]
    assert _visible(page.text) == "Set acl = <private> and **not** x|y now"
    assert "`" in rendered(prose("an odd ` one", 100)).text


def test_text_is_cut_before_it_is_escaped() -> None:
    assert rendered(plain("<" * 100, 10)).text.strip() == "<" * 9 + "…"


@pytest.mark.parametrize("text", ["```", "~~~", "````` x", "</code></pre><script>", "# h", "@a #1 https://x.example"])
def test_a_block_of_code_cannot_be_ended_from_inside(text: str) -> None:
    page = rendered(f"before\n\n{fenced(['one', text, 'three'])}\nafter")

    assert page.tags == ["p", "pre", "code", "p"]
    assert page.blocks == [f"one\n{text}\nthree\n"]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab1_*`~[]()<>|\\!&#@$:/.-+= \n\"'{}^%w;"), max_size=30))
def test_any_text_stays_text(text: str) -> None:
    page = rendered(f"| a | b |\n|---|---|\n| {plain(text, 500)} | end |\n")

    assert set(page.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "span"}
    assert [len(row) for row in page.rows] == [2, 2]
    assert _visible(page.rows[1][0]) == one_line(text)
