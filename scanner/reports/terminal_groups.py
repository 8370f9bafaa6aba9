"""Groups findings that say the same of several places, so that a report can tell it once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.core.finding import Finding

# Names, numbers, paths and quoted values: what tells two messages of one kind from one another.
_NAME = re.compile(r"""[^\s,;()]*[\d/._:\[\]"'=@-][^\s,;()]*""")
_BETWEEN_WORDS = re.compile(r"[^\w-]+")
_WORD = re.compile(r"[\w-]+")
_PLACEHOLDER = "*"
_PUNCTUATION = ",.;:*() "


@dataclass(frozen=True)
class Group:
    """A finding that is told in full, and others that differ from it only in the place or in names and numbers."""

    first: Finding
    others: Sequence[Finding] = ()

    @property
    def size(self) -> int:
        return 1 + len(self.others)


def grouped_alike(findings: Iterable[Finding]) -> list[Group]:
    """The groups in the order of the findings, of which each leads its own."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.policy.id, finding.status, _shape(finding, finding.message), _shape(finding, finding.cause))
        groups.setdefault(key, []).append(finding)
    return [Group(members[0], members[1:]) for members in groups.values()]


def differing(finding: Finding, other: Finding) -> str:
    """What `other` says that `finding` does not, beside the address of its own resource: `is 5`, `runs python:3.9`.

    Each piece has the word before it.
    """
    mine, others = _words(finding), _words(other)
    if len(mine) != len(others):
        return other.message
    pieces: list[list[str]] = []
    for index, (word, another) in enumerate(zip(mine, others, strict=True)):
        if word == another:
            continue
        if index and pieces and mine[index - 1] != others[index - 1]:
            pieces[-1].append(another)
        else:
            pieces.append([*others[max(0, index - 1) : index], another])
    return ", ".join(" ".join(piece).strip(_PUNCTUATION) for piece in pieces)


def _shape(finding: Finding, text: str) -> str:
    """The text without names: neither those of the finding's own resource nor what looks like one."""
    own = set(_BETWEEN_WORDS.split(finding.resource.address))
    text = _NAME.sub(_PLACEHOLDER, text.replace(finding.resource.address, _PLACEHOLDER))
    return _WORD.sub(lambda match: _PLACEHOLDER if match[0] in own else match[0], text)


def _words(finding: Finding) -> list[str]:
    texts = (finding.message, finding.cause)
    return " ".join(text.replace(finding.resource.address, _PLACEHOLDER) for text in texts).split()
