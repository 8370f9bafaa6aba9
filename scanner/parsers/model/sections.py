"""The sections of a model card that say what the model is for, and what it is not for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t](.{1,300})")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_PLACEHOLDER = re.compile(
    r"users \(both direct and downstream\) should be made aware of the risks, biases,? and (?:technical )?limitations"
    r" of the model|\[?(?:more|additional) information (?:is )?needed(?: for further recommendations)?\]?"
    r"|\{\{[^{}]*\}\}|\btbd\b|\bto be (?:added|completed|defined)\b",
    re.IGNORECASE,
)
_MODEL_CARD_FOR = re.compile(r"model card (?:for|of):? *(\S.*)", re.IGNORECASE)
_INTENDED_USE = (
    re.compile(r"direct uses?", re.IGNORECASE),
    re.compile(r"(?:primary )?intended uses?(?: cases?)?(?: (?:&|and) limitations)?", re.IGNORECASE),
    re.compile(r"uses?(?: cases?)?", re.IGNORECASE),
)
_OUT_OF_SCOPE = re.compile(
    r"out[- ]of[- ]scope|\bmis-?uses?\b|\b(?:malicious|prohibited|unintended) uses?\b", re.IGNORECASE
)
_LIMITATIONS = re.compile(_OUT_OF_SCOPE.pattern + r"|\blimitations?\b|\brisks?\b|\bbias(?:es)?\b", re.IGNORECASE)
_FAIRNESS = re.compile(r"\bbias(?:es)?\b|\bfairness\b", re.IGNORECASE)


@dataclass(frozen=True)
class Section:
    """A heading with the text up to the next heading of any level; `text` is empty where only a placeholder stands."""

    level: int
    title: str
    line: int
    text: str


@dataclass(frozen=True)
class Said:
    """A text, and the line of the heading that it stands under."""

    text: str
    line: int


def sections(text: str, first_line: int) -> list[Section]:
    """The sections of a Markdown text whose first line has the number `first_line` in its file."""
    found: list[Section] = []
    heading: tuple[int, str, int] | None = None
    body: list[str] = []
    for number, line, is_code in _visible(text):
        match = None if is_code else _HEADING.fullmatch(line)
        if match is None:
            body.append(line)
            continue
        if heading:
            found.append(Section(*heading, _meaning(body)))
        heading, body = (len(match[1]), _plain(match[2]), number + first_line), []
    if heading:
        found.append(Section(*heading, _meaning(body)))
    return found


def model_name(found: list[Section]) -> Said | None:
    """The name in a title such as `Model Card for claims-triage`."""
    for section in found:
        match = _MODEL_CARD_FOR.fullmatch(section.title)
        if match and _meaning([match[1]]):
            return Said(match[1].strip("`'\" "), section.line)
    return None


def intended_use(found: list[Section]) -> Said | None:
    """What the model is for: `Direct Use`, else `Intended use`, else `Uses`."""
    for pattern in _INTENDED_USE:
        for index, section in enumerate(found):
            text = _with_parts(found, index) if pattern.fullmatch(section.title) else ""
            if text:
                return Said(text, section.line)
    return None


def out_of_scope(found: list[Section]) -> Said | None:
    """What the model is not for."""
    return _joined(found, _OUT_OF_SCOPE)


def limitations(found: list[Section]) -> Said | None:
    """What the model is not for, and what is wrong with it: all sections about scope, limits, risks or bias."""
    return _joined(found, _LIMITATIONS)


def fairness(found: list[Section]) -> Said | None:
    """What is said about bias."""
    return _joined(found, _FAIRNESS)


def _joined(found: list[Section], pattern: re.Pattern[str]) -> Said | None:
    said = [
        Said(text, section.line)
        for index, section in enumerate(found)
        if (index or section.level > 1)  # the title of the card is no section
        and pattern.search(section.title)
        and (text := _with_parts(found, index))
    ]
    return Said("\n\n".join(each.text for each in said), said[0].line) if said else None


def _with_parts(found: list[Section], index: int) -> str:
    """The section's text; where it has none of its own, that of the sections below it that have another subject."""
    section = found[index]
    if section.text:
        return section.text
    texts = []
    for part in found[index + 1 :]:
        if part.level <= section.level:
            break
        if not _LIMITATIONS.search(part.title):
            texts.append(part.text)
    return "\n\n".join(filter(None, texts))


def _visible(text: str) -> Iterator[tuple[int, str, bool]]:
    """The lines with their numbers, without HTML comments, and whether they are code."""
    fence, in_comment = "", False
    for number, written in enumerate(text.split("\n")):
        line = written.rstrip("\r")
        mark = None if in_comment else _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        else:
            line, in_comment = _without_comments(line, in_comment)
            yield number, line, False
            continue
        yield number, line, True


def _without_comments(line: str, in_comment: bool) -> tuple[str, bool]:
    kept = ""
    while line:
        before, found, line = line.partition("-->" if in_comment else "<!--")
        kept += "" if in_comment else before
        in_comment ^= bool(found)
    return kept, in_comment


def _meaning(lines: list[str]) -> str:
    """The text of a section, empty when nothing but a placeholder is in it."""
    text = "\n".join(lines).strip()
    return text if re.search(r"\w", _PLACEHOLDER.sub("", text)) else ""


def _plain(title: str) -> str:
    """A heading without emphasis, numbers and colons around its words."""
    return re.sub(r"^[\d.)\s]+", "", title.strip("*_ \t:#")).strip("*_ \t:")
