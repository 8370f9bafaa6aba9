"""The lines of a rendered object: which file of which layer wrote each of its values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from scanner.core.location import Location
from scanner.core.values import ABSENT, AttributePath, leaves
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.reading import at, mapping, word
from scanner.parsers.kubernetes.rendering.kustomization import Kustomization, Role
from scanner.parsers.kubernetes.rendering.overlay_files import Files
from scanner.parsers.kubernetes.rendering.overlay_fragments import Fragment, value_at
from scanner.parsers.kubernetes.rendering.overlay_graph import Reached
from scanner.parsers.kubernetes.rendering.overlay_patches import Patch, Subject, Writer, patches_of
from scanner.parsers.kubernetes.rendering.overlay_settings import generated, replacement, setting

_HASH = re.compile(r"-[a-z0-9]{10}\Z")
_IDENTITY = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))
_KEYS_OF_ELEMENTS = frozenset({"name", "key", "containerPort", "port", "mountPath", "devicePath", "ip", "topologyKey"})


@dataclass(frozen=True)
class Origin:
    """Where a rendered object comes from: the Kustomizations that it went through, the outermost first."""

    subject: Subject
    namespace: str | None
    levels: tuple[str, ...]
    base: Fragment | None
    location: Location


class Origins:
    """Finds the written object behind each rendered one, by the name and namespace that the layers give it."""

    def __init__(self, reached: Reached, files: Files) -> None:
        self.files = files
        self._reached = reached
        self._patches: dict[str, list[Patch]] = {}
        self._levels: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._by_name: dict[tuple[str, str], list[Origin]] = {}
        self._all: list[Origin] = []
        for chain in reached.chains:
            for origin, name in self._of_chain(chain):
                self._all.append(origin)
                for each in dict.fromkeys((name, *sorted(origin.subject.names))):
                    self._by_name.setdefault((origin.subject.kind, each), []).append(origin)

    def kustomization(self, path: str) -> Kustomization:
        return self._reached.nodes[path].kustomization

    def traced(self, rendered: Sequence[Manifest]) -> list[Manifest]:
        """The rendered objects with the lines of what they were made from."""
        behind = [self._behind(each) for each in rendered]
        taken = {id(origin) for origin in behind}
        left = [each for each in self._all if id(each) not in taken]
        found = []
        for manifest, known in zip(rendered, behind, strict=True):
            origin = known or _most_alike(manifest, left) or self._unknown(manifest)
            lines = TracedLines(manifest.body, origin, self)
            found.append(replace(manifest, path=(), lines=lines, location=origin.location))
        return found

    def names(self) -> frozenset[tuple[str, str]]:
        """Kind and name of every object that is written here, under each of its names."""
        return frozenset(self._by_name)

    def patches(self, path: str) -> list[Patch]:
        if path not in self._patches:
            self._patches[path] = patches_of(self.kustomization(path), self.files)
        return self._patches[path]

    def _behind(self, rendered: Manifest) -> Origin | None:
        names = [rendered.name]
        if rendered.kind in ("ConfigMap", "Secret"):
            names.append(_HASH.sub("", rendered.name))
        found = next((self._by_name[key] for name in names if (key := (rendered.kind, name)) in self._by_name), [])
        namespace = rendered.namespace or "default"
        for fits in (
            [each for each in found if each.namespace == namespace and each.subject.group == rendered.group],
            [each for each in found if each.namespace == namespace],
            found,
        ):
            if fits:
                return fits[0]
        return None

    def _unknown(self, rendered: Manifest) -> Origin:
        root = self.kustomization(self._reached.root)
        namespaces = frozenset({rendered.namespace or "default"})
        labels = mapping(at(rendered.body, "metadata", "labels"))
        subject = Subject(rendered.kind, rendered.group, frozenset({rendered.name}), namespaces, labels)
        return Origin(subject, None, self._levels_of((root.path,)), None, root.where(("resources",)))

    def _of_chain(self, chain: tuple[str, ...]) -> Iterator[tuple[Origin, str]]:
        levels = self._levels_of(chain)
        for step in self._reached.nodes[chain[-1]].steps:
            if step.reference.role is Role.RESOURCES and not step.is_kustomization:
                for each in self.files.manifests(step.target):
                    base = Fragment(each.body, each.lines, each.path, is_base=True)
                    yield self._origin(each, levels, base)
        for kind, _, behaviour, fragment in generated(self.kustomization(chain[-1])):
            if behaviour == "create":
                manifest = Manifest("v1", kind, fragment.value, (), fragment.lines, fragment.lines[()])
                yield self._origin(manifest, levels, fragment)

    def _origin(self, written: Manifest, levels: tuple[str, ...], base: Fragment) -> tuple[Origin, str]:
        """The origin, and the name that the object has in the end."""
        names = [written.name]
        for level in reversed(levels):
            settings = self.kustomization(level).body
            prefix, suffix = (word(settings.get(key)) or "" for key in ("namePrefix", "nameSuffix"))
            names.append(f"{prefix}{names[-1]}{suffix}")
        given = [word(self.kustomization(level).body.get("namespace")) for level in levels]
        own = word(at(written.body, "metadata", "namespace")) or "default"
        namespace = next((each for each in given if each), own)
        namespaces = frozenset({own, *(each for each in given if each)})
        subject = Subject(
            written.kind, written.group, frozenset(names), namespaces, mapping(at(written.body, "metadata", "labels"))
        )
        return Origin(subject, namespace, levels, base, written.location), names[-1]

    def _levels_of(self, chain: tuple[str, ...]) -> tuple[str, ...]:
        """The Kustomizations whose settings reach an object that the last of the chain lists, the outermost first."""
        if chain not in self._levels:
            levels: dict[str, None] = {}
            for path in chain:
                levels[path] = None
                levels.update(dict.fromkeys(self._components(path, chain)))
            self._levels[chain] = tuple(levels)
        return self._levels[chain]

    def _components(self, path: str, above: tuple[str, ...]) -> list[str]:
        found: list[str] = []
        for step in reversed(self._reached.nodes[path].steps):
            is_component = step.is_kustomization and step.reference.role is Role.COMPONENT
            if is_component and step.target not in above and step.target in self._reached.nodes:
                found += [step.target, *self._components(step.target, (*above, step.target))]
        return found


class TracedLines(Mapping[AttributePath, Location]):
    """The line of each value of one rendered object: of the outermost layer that writes this value there.

    A value that no layer writes as it is has the line of the base, which wrote what was changed. What is absent has the
    line of the patch that takes it out.
    """

    def __init__(self, rendered: Mapping[str, Any], origin: Origin, origins: Origins) -> None:
        self._rendered, self._origin, self._origins = rendered, origin, origins

    def __getitem__(self, path: AttributePath) -> Location:
        if not path:
            return self._origin.location
        value = value_at(self._rendered, path)
        found = self._deleted(path) if value is ABSENT else self._written(path, value)
        if found is None:
            raise KeyError(path)
        return found

    def __iter__(self) -> Iterator[AttributePath]:
        return (path for path in _paths(self._rendered, ()) if path in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def layers(self, path: AttributePath) -> list[tuple[Location, str]]:
        """Every place that writes something there, the base first, each with the Kustomization that applies it."""
        base = self._in_base(path)
        found = [(base[0], "")] if base else []
        for kustomization, writers in reversed(self._writers):
            for writer in reversed(writers):
                written = self._in_writer(writer, path)
                if written:
                    found.append((written[0], kustomization.path))
            place = setting(kustomization, self._origin.subject, path, value_at(self._rendered, path))
            if place:
                found.append((place, kustomization.path))
        return found

    @cached_property
    def _writers(self) -> list[tuple[Kustomization, list[Writer]]]:
        found = []
        subject = self._origin.subject
        for level in self._origin.levels:
            kustomization = self._origins.kustomization(level)
            writers = [each for patch in self._origins.patches(level) for each in patch.writers(subject)]
            for kind, name, behaviour, fragment in generated(kustomization):
                if behaviour != "create" and kind == subject.kind and name in subject.names:
                    writers.append(fragment)
            found.append((kustomization, writers))
        return found

    @cached_property
    def _base_value(self) -> Any:
        base = self._origin.base
        return base.value if base else None

    def _written(self, path: AttributePath, value: Any) -> Location | None:
        base = self._in_base(path)
        if base and (base[1] == value or word(base[1]) == word(value) is not None) and _identifies(path):
            return base[0]
        partly = None
        for kustomization, writers in self._writers:
            found = setting(kustomization, self._origin.subject, path, value)
            if found:
                return found
            for writer in writers:
                written = self._in_writer(writer, path)
                if written and written[1] == value:
                    return written[0]
                partly = partly or (written[0] if written and path not in _IDENTITY else None)
        if base and base[1] == value:
            return base[0]
        if not isinstance(value, Mapping | list):
            for kustomization, _ in self._writers:
                replaced = replacement(kustomization, self._origin.subject, self._rendered, path, self._origins.files)
                if replaced:
                    return replaced
        return base[0] if base else partly

    def _in_base(self, path: AttributePath) -> tuple[Location, Any] | None:
        base = self._origin.base
        found = base.find(self._rendered, path) if base else None
        where = base.where(found[0]) if base and found else None
        return (where, found[1]) if where and found else None

    def _in_writer(self, writer: Writer, path: AttributePath) -> tuple[Location, Any] | None:
        if isinstance(writer, Fragment):
            found = None if path in _IDENTITY else writer.find(self._rendered, path)
        else:
            found = writer.find(self._rendered, self._base_value, path)
        where = writer.where(found[0]) if found else None
        return (where, found[1]) if where and found else None

    def _was_there(self, path: AttributePath) -> bool:
        """Whether some layer writes what is absent in the end."""
        return self._in_base(path) is not None or any(
            self._in_writer(writer, path) for _, writers in self._writers for writer in writers
        )

    def _deleted(self, path: AttributePath) -> Location | None:
        for _, writers in self._writers:
            for writer in writers:
                if isinstance(writer, Fragment):
                    where = writer.deletion(self._rendered, path)
                else:
                    ways = (path[:length] for length in range(1, len(path) + 1))
                    removed = any(writer.removes(self._rendered, self._base_value, way) for way in ways)
                    where = writer.where(("path",)) if removed and self._was_there(path) else None
                if where:
                    return where
        return None


def _most_alike(rendered: Manifest, origins: Sequence[Origin]) -> Origin | None:
    """The origin of an object whose name a patch or a variable has changed: that with the most values in common."""
    same = [each for each in origins if each.base and each.subject.kind == rendered.kind]
    if not same:
        return None
    values = set(map(repr, leaves(rendered.body)))
    return max(
        same, key=lambda each: sum(repr(leaf) in values for leaf in leaves(each.base.value if each.base else {}))
    )


def _identifies(path: AttributePath) -> bool:
    """Whether the value is there to say what the rest is about, so that a patch that has it changes nothing by it."""
    return path in _IDENTITY or (len(path) > 1 and isinstance(path[-2], int) and path[-1] in _KEYS_OF_ELEMENTS)


def _paths(value: Any, prefix: AttributePath) -> Iterator[AttributePath]:
    steps = value.items() if isinstance(value, Mapping) else enumerate(value if isinstance(value, list) else ())
    for step, inner in steps:
        yield (*prefix, step)
        yield from _paths(inner, (*prefix, step))
