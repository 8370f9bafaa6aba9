"""What a plan says of each resource, found by address."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.core.notification import Notification
from scanner.core.values import AttributePath
from scanner.parsers.terraform.instances import ANY, Expanded, quoted
from scanner.parsers.terraform.syntax import Source

Key = str | int | None

_CALL = re.compile(r'module\.(?P<name>[^.\[]+)(?:\[(?P<key>\d+|"(?:[^"\\]|\\.)*")\])?\.?')


@dataclass(frozen=True, eq=False)
class PlannedResource:
    """One instance: `after` are its attributes, `unknown` has the same shape, with true for what is not known yet.

    `before` are the attributes that it has now, empty where it does not exist.
    `module` is the address of the module instance, "" for the root, and `mode` is managed or data. `place` is where
    it stands in the file, `inside` where `after` stands below that.
    """

    module: str
    mode: str
    type: str
    name: str
    after: Mapping[str, Any]
    unknown: Any
    place: AttributePath
    inside: AttributePath
    before: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Plan:
    """One plan or state file.

    `configuration` is the root module as the plan describes it and `providers` the configurations of providers, both
    empty in a state.
    `path` is that of the file, `source` locates paths in it. `keys` are the instance keys by the address without them.
    """

    path: str
    source: Source
    resources: Mapping[str, PlannedResource]
    variables: Mapping[str, Any]
    configuration: Mapping[str, Any]
    providers: Mapping[str, Any]
    secrets: frozenset[str] = frozenset()
    notifications: tuple[Notification, ...] = ()
    keys: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)

    @property
    def is_state(self) -> bool:
        """Whether this is what exists, with nothing of the configuration that made it."""
        return not self.configuration


def calls_in(module_address: str) -> Iterator[tuple[str, Key]]:
    """Each module call on the way, by the address of all calls of that name, with the key of this one.

    `module.a[0].module.b` gives `("module.a", 0)` and `("module.a[0].module.b", None)`.
    """
    for match in _CALL.finditer(module_address):
        yield f"{module_address[: match.start()]}module.{match['name']}", _key(match["key"])


def names_in(module_address: str) -> tuple[str, ...]:
    """The names of the calls on the way: `("a", "b")` for `module.a[0].module.b`."""
    return tuple(match["name"] for match in _CALL.finditer(module_address))


def as_planned(written: Sequence[Expanded], keys: Iterable[Key]) -> Iterator[Expanded]:
    """The planned instances, each with the end of its address and what `count` or `each` is in it.

    `written` are the instances that the configuration shows, perhaps only the one that stands for all.
    """
    known = {key: (end, names) for end, key, names in written if key != ANY}
    any_names = next((names for _, key, names in written if key == ANY), {})
    for key in keys:
        if key in known:
            end, names = known[key]
            yield end, key, names
        elif isinstance(key, int):
            yield f"[{key}]", key, {"count": {"index": key}}
        elif isinstance(key, str):
            each = any_names.get("each", {})
            yield f"[{quoted(key)}]", key, {"each": {**each, "key": key}}
        else:
            yield "", None, {}


def _key(text: str | None) -> Key:
    if text is None or not text.startswith('"'):
        return None if text is None else int(text)
    try:
        return str(json.loads(text)).replace("$${", "${").replace("%%{", "%{")
    except ValueError:
        return text[1:-1]
