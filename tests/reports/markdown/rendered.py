"""What a reader of Markdown would see: the page through markdown-it with HTML and tables on, as elements and text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt

WORD_JOINER = "\u2060"
_VOID = frozenset({"br", "hr", "img"})


@dataclass
class Page:
    """The tags that were opened, the text outside of blocks of code, the text of those, and the rows of tables."""

    tags: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    text: str = ""
    blocks: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.tags.append(tag)
        self.page.attributes += [name for name, _ in attrs]
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "pre":
            self.page.blocks.append("")
        if tag == "tr":
            self.page.rows.append([])
        if tag in {"td", "th"}:
            self.page.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> ends another element"

    def handle_comment(self, data: str) -> None:
        self.page.comments.append(data.strip())

    def handle_data(self, data: str) -> None:
        if "pre" in self._open:
            self.page.blocks[-1] += data
            return
        self.page.text += data
        if {"td", "th"} & set(self._open):
            self.page.rows[-1][-1] += data

    def close(self) -> None:
        super().close()
        assert not self._open, f"not ended: {self._open}"


def rendered(markdown: str) -> Page:
    """The page; fails for an element that is not ended."""
    reader = _Reader()
    reader.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
    reader.close()
    return reader.page
