"""A page read back strictly: elements, ids, links and text, with every tag closed in its order."""

from collections import Counter
from html.parser import HTMLParser

_APART = {"td", "th", "dt", "dd", "li", "p", "details"}  # what a reader sees apart, whatever the white space
_VOID = {"meta", "link", "input", "br", "img"}


class Parsed(HTMLParser):
    """Raises `AssertionError` for a tag that is not closed where it must be, and for an attribute given twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.by_tag: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), (tag, names)
        self.tags[tag] += 1
        if tag in _APART:
            self.texts.append(" ")
        self.attributes.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open, tag
        assert self._open[-1] == tag, (self._open, tag, self.getpos())
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if "script" not in self._open and "style" not in self._open:
            self.texts.append(data)
        if self._open:
            self.by_tag.setdefault(self._open[-1], []).append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def values(self, name: str, tag: str = "") -> list[str]:
        """The values of an attribute, in order, of elements of one tag or of all."""
        return [found[name] for each, found in self.attributes if name in found and tag in ("", each)]
