"""Patches of a Kustomization: fragments of objects that mean nothing until kustomize has put them together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.reading import at, elements


@dataclass(frozen=True)
class _Mention:
    kustomization: str
    location: Location


def patches(manifests: Mapping[str, Sequence[Manifest]]) -> tuple[frozenset[str], list[Notification]]:
    """The files that Kustomizations name as patches, and one error for each Kustomization that has some."""
    mentions: dict[str, list[_Mention]] = {}
    for path, found in manifests.items():
        for manifest in found:
            if manifest.kind in ("Kustomization", "Component"):
                for target, location in _mentioned(manifest):
                    patch = normpath(join(dirname(path), target))
                    if patch in manifests and patch != path:
                        mentions.setdefault(patch, []).append(_Mention(path, location))
    by_overlay: dict[str, list[Location]] = {}
    for each in (mention for named in mentions.values() for mention in named):
        by_overlay.setdefault(each.kustomization, []).append(each.location)
    return frozenset(mentions), [
        Notification(
            Level.ERROR,
            f"overlay not rendered: {len(places)} of its patches change other objects and were not checked; "
            f"render it with kustomize build {dirname(path) or '.'} and scan the output",
            "parser",
            min(places),
        )
        for path, places in sorted(by_overlay.items())
    ]


def _mentioned(kustomization: Manifest) -> Iterator[tuple[str, Location]]:
    body = kustomization.body
    for key, inner in (("patches", "path"), ("patchesJson6902", "path"), ("patchesStrategicMerge", None)):
        for index, element in enumerate(elements(body.get(key))):
            target = element if inner is None else at(element, inner)
            if isinstance(target, str) and "\n" not in target:
                place = (key, index) if inner is None else (key, index, inner)
                yield target, kustomization.location_of(place)
