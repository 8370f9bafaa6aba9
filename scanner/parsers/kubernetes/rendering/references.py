"""Which templates of a chart use which named templates: to find those that cannot be rendered without one of them."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from scanner.parsers.kubernetes.rendering.markers import separate_regions

_DEFINED = re.compile(r"\{\{-?\s*(?:define|block)\s+\"([^\"]+)\"")
_USED = re.compile(r"\b(?:include|template|block)\s+\"([^\"]+)\"")


@dataclass(frozen=True)
class References:
    """The names used by each file itself (`by_file`) and by each named template (`by_name`, which has every name)."""

    by_file: dict[str, set[str]] = field(default_factory=dict)
    by_name: dict[str, set[str]] = field(default_factory=dict)

    @property
    def undefined(self) -> set[str]:
        used: set[str] = set().union(*self.by_file.values(), *self.by_name.values())
        return used - self.by_name.keys()

    def users_of(self, names: Collection[str]) -> set[str]:
        """The files that use one of the names, by themselves or through named templates."""
        wanted, before = set(names), 0
        while len(wanted) > before:
            before = len(wanted)
            wanted |= {name for name, used in self.by_name.items() if used & wanted}
        return {path for path, used in self.by_file.items() if used & wanted}


def references(texts: Mapping[str, str]) -> References:
    """What the files of a chart's templates, given as texts by path, define and use."""
    found = References()
    for path, text in texts.items():
        own, position = [], 0
        for start, end in sorted(separate_regions(text)):
            if start < position:
                continue  # inside another one, whose users are its own
            own.append(text[position:start])
            position = end + 1
            inside = text[start:position]
            used = set(_USED.findall(inside))
            for name in _DEFINED.findall(inside):
                found.by_name.setdefault(name, set()).update(used - {name})
            if inside.startswith(("{{block", "{{- block", "{{ block")):
                own.append(inside)
        own.append(text[position:])
        found.by_file[path] = set(_USED.findall("".join(own)))
    return found
