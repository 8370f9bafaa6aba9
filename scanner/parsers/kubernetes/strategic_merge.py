"""Values that know where they are written, and the merge by which Kubernetes lays one of them over another."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.manifests import Manifest

Step = str | int

# Lists whose elements are told apart by one of their fields; every other list is replaced as a whole.
_MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "sidecars": "name",
    "env": "name",
    "volumes": "name",
    "imagePullSecrets": "name",
    "replicatedJobs": "name",
    "templates": "name",
    "ports": "containerPort",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
}
# Plain booleans of the API: written as false they are as good as not written, and cannot take back a true.
_WITHOUT_FALSE = frozenset({"hostIPC", "hostNetwork", "hostPID", "stdin", "stdinOnce", "tty"})


@dataclass(frozen=True, slots=True)
class Source:
    """The positions of one document; `is_template` when the object only takes values over from it."""

    lines: Mapping[AttributePath, Location]
    is_template: bool = False


@dataclass(frozen=True, slots=True)
class Traced:
    """A value and where it is written: at `path` of its source.

    With `parts`, the elements of the value are written elsewhere than it is, each of them where its part says.
    """

    value: Any
    source: Source
    path: AttributePath
    parts: Mapping[Step, "Traced"] | None = None

    def part(self, step: Step) -> "Traced | None":
        """The element of that name or number, None when there is none."""
        return self.children().get(step) if self.parts is not None else self._own(step)

    def at(self, *path: Step) -> "Traced | None":
        """What the path leads to, None when it ends early."""
        found: Traced | None = self
        for step in path:
            found = found.part(step) if found is not None else None
        return found

    def children(self) -> Mapping[Step, "Traced"]:
        """The elements of a mapping or of a list, none of any other value."""
        if self.parts is not None:
            return self.parts
        return {step: Traced(value, self.source, (*self.path, step)) for step, value in _elements(self.value)}

    def locate(self, path: AttributePath) -> Location:
        """The place of what stands at `path` in this value. Raises `KeyError` where nothing does."""
        found = self
        for index, step in enumerate(path):
            if found.parts is None:
                return found.source.lines[found.path + path[index:]]
            found = found.parts[step]
        return found.source.lines[found.path]

    def steps(self, prefix: AttributePath = ()) -> Iterator[AttributePath]:
        for step, part in self.children().items():
            yield (*prefix, step)
            yield from part.steps((*prefix, step))

    def _own(self, step: Step) -> "Traced | None":
        value = self.value
        if isinstance(value, Mapping) and step in value:
            return Traced(value[step], self.source, (*self.path, step))
        if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            return Traced(value[step], self.source, (*self.path, step))
        return None


class TracedLines(Mapping[AttributePath, Location]):
    """The positions of everything in a traced value."""

    def __init__(self, root: Traced) -> None:
        self.root = root

    def __getitem__(self, path: AttributePath) -> Location:
        return self.root.locate(path)

    def __iter__(self) -> Iterator[AttributePath]:
        return self.root.steps()

    def __len__(self) -> int:
        return sum(1 for _ in self)


def traced(manifest: Manifest, is_template: bool = False) -> Traced:
    """The body of an object."""
    return Traced(manifest.body, Source(manifest.lines, is_template), manifest.path)


def retraced(manifest: Manifest, root: Traced) -> Manifest:
    """The object with another body, each value of which keeps its line."""
    return replace(manifest, body=root.value, path=(), lines=TracedLines(root))


def taken_over(manifest: Manifest, path: AttributePath) -> frozenset[str]:
    """The names in the mapping at `path` whose values a template alone has written."""
    if not isinstance(manifest.lines, TracedLines):
        return frozenset()
    found = manifest.lines.root.at(*path)
    return (
        frozenset(str(step) for step, part in found.children().items() if _is_template(part)) if found else frozenset()
    )


def mapping_of(parts: Mapping[str, Traced], place: Traced) -> Traced:
    """A mapping of these values, itself written at the place of another one."""
    return Traced({step: part.value for step, part in parts.items()}, place.source, place.path, dict(parts.items()))


def list_of(parts: Sequence[Traced], place: Traced) -> Traced:
    """A list of these values, itself written at the place of another one."""
    return Traced([part.value for part in parts], place.source, place.path, dict(enumerate(parts)))


def fields_of(value: Traced) -> dict[str, Traced]:
    """The fields of a mapping, none of any other value."""
    if not isinstance(value.value, Mapping):
        return {}
    return {str(step): part for step, part in value.children().items()}


def elements_of(value: Traced | None) -> list[Traced]:
    """The elements of a list, none of any other value."""
    return list(value.children().values()) if value is not None and isinstance(value.value, list) else []


def with_value(root: Traced, path: AttributePath, value: Traced) -> Traced:
    """The tree with another value at `path`; mappings on the way that are missing are made."""
    if not path:
        return value
    step, children = path[0], dict(root.children())
    inner = children.get(step) or Traced({}, root.source, root.path)
    children[step] = with_value(inner, path[1:], value)
    if isinstance(step, int):
        return list_of(list(children.values()), root)
    return mapping_of({str(key): part for key, part in children.items()}, root)


def rewritten(value: Traced, change: Callable[[str], str]) -> Traced:
    """The value with every text in it changed; what stays as it is keeps its parts."""
    if isinstance(value.value, str):
        return replace(value, value=change(value.value))
    if not isinstance(value.value, Mapping | list):
        return value
    children = value.children()
    changed = {step: rewritten(part, change) for step, part in children.items()}
    if all(changed[step].value is part.value for step, part in children.items()):
        return value
    if isinstance(value.value, list):
        return list_of(list(changed.values()), value)
    return mapping_of({str(step): part for step, part in changed.items()}, value)


def merged(base: Traced, over: Traced, name: str = "", appended: frozenset[str] = frozenset()) -> Traced:
    """One value laid over another as by a strategic merge patch of typed objects.

    Mappings are merged field by field, lists of named things element by element, everything else is replaced. What is
    null, empty text or an empty list says nothing, for the API leaves it out. Lists called as in `appended` are put
    together, the base first. `name` is the field that holds the value.
    """
    if _says_nothing(name, over.value):
        return base
    if isinstance(base.value, Mapping) and isinstance(over.value, Mapping):
        fields = fields_of(base)
        for key, part in fields_of(over).items():
            if key in fields:
                fields[key] = merged(fields[key], part, key, appended)
            elif not _says_nothing(key, part.value):
                fields[key] = part
        return mapping_of(fields, over)
    if isinstance(base.value, list) and isinstance(over.value, list):
        if name in appended:
            return list_of([*elements_of(base), *elements_of(over)], over)
        if name in _MERGE_KEYS:
            return _merged_list(base, over, name, appended)
    return over


def _merged_list(base: Traced, over: Traced, name: str, appended: frozenset[str]) -> Traced:
    """Elements of both, in the order that Kubernetes gives them: new ones stand before those that are kept."""
    key = _MERGE_KEYS[name]
    below = elements_of(base)
    index: dict[Any, int] = {}
    for number, element in enumerate(below):
        index.setdefault(_key(element, key), number)
    above: list[tuple[int, Traced]] = []
    touched: set[int] = set()
    for element in elements_of(over):
        found = index.get(_key(element, key), -1) if _key(element, key) is not None else -1
        above.append((found, _merged_element(below[found], element, name, appended) if found >= 0 else element))
        touched.add(found)
    position = 0
    for number, element in enumerate(below):
        if number not in touched:
            while position < len(above) and above[position][0] <= number:
                position += 1
            above.insert(position, (number, element))
            position += 1
    return list_of([element for _, element in above], over)


def _merged_element(base: Traced, over: Traced, name: str, appended: frozenset[str]) -> Traced:
    if name == "volumes":
        return over  # a volume has one source
    result = merged(base, over, "", appended)
    if name == "env":
        fields, written = fields_of(result), fields_of(over)
        other = "value" if "valueFrom" in written else "valueFrom" if "value" in written else ""
        if other in fields and not _says_nothing("", fields[other].value):
            return mapping_of({step: part for step, part in fields.items() if step != other}, result)
    return result


def _key(element: Traced, key: str) -> Any:
    value = element.value.get(key) if isinstance(element.value, Mapping) else None
    return value if isinstance(value, str | int | float) else None


def _says_nothing(name: str, value: Any) -> bool:
    return value in (None, "", []) or (value is False and name in _WITHOUT_FALSE)


def _elements(value: Any) -> Iterator[tuple[Step, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _is_template(part: Traced) -> bool:
    if part.parts:
        return all(map(_is_template, part.parts.values()))
    return part.source.is_template
