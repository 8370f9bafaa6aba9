"""The objects of a release that others take their pods from, found by name: the nearest of several."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from posixpath import dirname

from scanner.core.values import leaves
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.reading import at, elements, word

MOST_VALUES = 20_000
"""How much a template may hold to be put into the objects that use it."""

_MOST_NAMED = 5

TEMPLATES = frozenset(
    {
        "ServingRuntime",
        "ClusterServingRuntime",
        "LLMInferenceServiceConfig",
        "TrainingRuntime",
        "ClusterTrainingRuntime",
        "WorkflowTemplate",
        "ClusterWorkflowTemplate",
        "ServerConfig",
    }
)
"""Resource types from which other objects take their pods."""


@dataclass(frozen=True)
class Lookup:
    """What a name leads to; without a manifest, `cause` says why nobody knows it."""

    manifest: Manifest | None = None
    cause: str = ""


class Nearby:
    """Objects by the place of their files, to find the nearest."""

    def __init__(self, manifests: Iterable[Manifest] = ()) -> None:
        self.names: set[str] = set()
        self._around: dict[str, list[Manifest]] = {}
        self._lookups: dict[str, Lookup] = {}
        for manifest in manifests:
            self.add(manifest)

    def add(self, manifest: Manifest) -> None:
        """One more object."""
        self.names.add(manifest.name)
        for place in _places(manifest.location.path):
            self._around.setdefault(place, []).append(manifest)

    def nearest(self, wanted_by: Manifest) -> Lookup:
        """The one in the same file, else in the same folder, else below the deepest folder that both are in."""
        for place in _places(wanted_by.location.path):
            if place in self._around:
                if place not in self._lookups:
                    self._lookups[place] = _only(self._around[place])
                return self._lookups[place]
        return Lookup()


class Catalog:
    """Templates and config maps (see `templates_of`) by type and name."""

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        self._by_name: dict[tuple[str, str, str | None], Nearby] = {}
        self._runtimes: dict[tuple[str, str], list[Manifest]] = {}
        self._selected: dict[tuple[Hashable, ...], Nearby] = {}
        for manifest in manifests:
            for namespace in dict.fromkeys((manifest.namespace, None)):
                self._by_name.setdefault((manifest.type, manifest.name, namespace), Nearby()).add(manifest)
            if manifest.type.endswith("ServingRuntime"):
                formats = elements(at(manifest.body, "spec", "supportedModelFormats"))
                for name in dict.fromkeys(word(at(each, "name")) for each in formats):
                    self._runtimes.setdefault((manifest.type, name or ""), []).append(manifest)

    def named(self, type_: str, name: str, namespace: str | None, wanted_by: Manifest) -> Lookup:
        """The template of that name, None as the namespace for any; of several the nearest to who wants it."""
        found = self._by_name.get((type_, name, None if type_.startswith("Cluster") else namespace))
        return found.nearest(wanted_by) if found is not None else Lookup()

    def for_format(self, type_: str, name: str, namespace: str) -> Sequence[Manifest]:
        """The serving runtimes of that type for a model format, in a namespace or in the cluster."""
        found = self._runtimes.get((type_, name), ())
        return [each for each in found if type_.startswith("Cluster") or each.namespace == namespace]

    def selected(self, key: tuple[Hashable, ...], select: Callable[[], Iterable[Manifest]]) -> Nearby:
        """What `select` gives, asked for only once for a key."""
        if key not in self._selected:
            self._selected[key] = Nearby(select())
        return self._selected[key]


def _places(path: str) -> Iterator[str]:
    """Where a file is, the nearest first: the file, its folder alone, and every folder above it with all below."""
    yield path
    folder = dirname(path)
    yield f"{folder}/."
    while folder:
        yield f"{folder}/"
        folder = dirname(folder)
    yield "/"


def _only(found: Sequence[Manifest]) -> Lookup:
    first = found[0]
    if any(each.body != first.body for each in found):
        places = shortened(str(place) for place in sorted({each.location for each in found}))
        return Lookup(None, f"several {first.kind} objects of the release are called {first.name} ({places})")
    if _is_too_large(first):
        # Aliases make a small file large, and every object that uses it would be as large again.
        return Lookup(None, f"{first.address} holds more than {MOST_VALUES:,} values and was not put in place")
    return Lookup(first)


def shortened(texts: Iterable[str]) -> str:
    """The first texts of many, and how many more there are."""
    first = list(texts)
    more = f" and {len(first) - _MOST_NAMED} more" if len(first) > _MOST_NAMED else ""
    return ", ".join(first[:_MOST_NAMED]) + more


def _is_too_large(manifest: Manifest) -> bool:
    return next(islice(leaves(manifest.body), MOST_VALUES, None), None) is not None


def templates_of(manifests: Mapping[str, Sequence[Manifest]]) -> dict[str, list[Manifest]]:
    """What a catalog holds of the manifests, by file or rendering as they are."""
    return {
        origin: [each for each in found if each.type in TEMPLATES or each.type == "ConfigMap"]
        for origin, found in manifests.items()
    }
