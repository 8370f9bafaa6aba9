"""The Kubernetes objects of a release: all plain manifests together, and every chart and overlay by itself."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from posixpath import basename, join, normpath

import yaml

from scanner.core.resource import Release, Resource
from scanner.core.values import Unresolved
from scanner.engines.checkov.interface import KUBERNETES, Unit
from scanner.engines.checkov.units.folder import Folder

UNRESOLVED = "(unresolved)"
"""What stands in a rendered object for a value that is not known."""

_ENDINGS = (".yaml", ".yml", ".json")
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
# Where one of these stands anywhere, Checkov passes over the whole file. What is left of them here is a comment, or a
# text that somebody else fills in.
_HELM_ACTION = re.compile(r"\{\{(?=-?\s*\.(?:Release|Values)\.)")
# Its schema has thousands of lines, in which no check looks for anything.
_DEFINITION = "CustomResourceDefinition"


def kubernetes_units(release: Release) -> list[Unit]:
    """The plain manifests, then each chart and overlay in the order of their folders."""
    by_origin: dict[tuple[str, str], list[Resource]] = {}
    for resource in release.resources:
        if resource.format == "kubernetes":
            by_origin.setdefault((resource.origin, resource.world), []).append(resource)
    plain = {key: found for key, found in by_origin.items() if _are_plain(found)}
    manifests = _plain_unit({origin: found for (origin, _), found in plain.items()}, release)
    rendered = [_rendered_unit(by_origin[key], release) for key in sorted(by_origin) if key not in plain]
    return [manifests, *rendered] if manifests is not None else rendered


def _are_plain(resources: Sequence[Resource]) -> bool:
    """Whether these are the objects of one file as it is; a part of one may be written in another file."""
    return any(each.parent is None and each.origin == each.location.path for each in resources)


def _plain_unit(by_path: Mapping[str, Sequence[Resource]], release: Release) -> Unit | None:
    folder = Folder()
    resources: list[Resource] = []
    first = ""
    for path, found in sorted(by_path.items()):
        file = release.files_by_path.get(path)
        if file is None or basename(path) in _KUSTOMIZATIONS:
            continue
        folder.put(path, _plain_text(file.text, found), path if path.endswith(_ENDINGS) else f"{path}.yaml")
        resources += found
        first = first or path
    if not resources:
        return None
    return Unit("the plain manifests", first, KUBERNETES, folder.files, tuple(resources), folder.paths)


def _plain_text(text: str, resources: Iterable[Resource]) -> str:
    """The text of a manifest, every line where it was, without what Checkov need not or will not read."""
    text = _without_actions(text)
    starts = [each.location.start_line for each in resources if each.type == _DEFINITION]
    if not starts:
        return text
    lines = text.split("\n")
    for start in starts:
        is_schema = False
        for number in range(start - 1, len(lines)):
            line = lines[number]
            if line.startswith("---"):
                break
            if line[:1] not in ("", " ", "\t", "\r"):
                is_schema = line.startswith("spec:")
            if is_schema:
                lines[number] = ""
    return "\n".join(lines)


def _without_actions(text: str) -> str:
    return _HELM_ACTION.sub("{ ", text) if "{{" in text else text


def _rendered_unit(resources: Sequence[Resource], release: Release) -> Unit:
    """A unit of objects that are written nowhere as they are: each is a file of its own, numbered in their order."""
    first = resources[0]
    folder = Folder()
    objects: dict[str, Resource] = {}
    for number, each in enumerate(each for each in resources if each.parent is None):
        path = normpath(join(first.origin, f"rendered-{number:04}.yaml"))
        objects[folder.put(path, _without_actions(_text(each)))] = each
    what, path = _kind_and_path(first, release)
    name = what if first.origin == "." else f"{what} {first.origin}"
    return Unit(name, path, KUBERNETES, folder.files, tuple(resources), objects=objects)


def _kind_and_path(first: Resource, release: Release) -> tuple[str, str]:
    chart = "Chart.yaml" if first.origin == "." else f"{first.origin}/Chart.yaml"
    if not first.world and chart in release.files_by_path:
        return "the chart", chart
    return "the overlay", first.calls[0].location.path if first.calls else first.location.path


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes the attributes of an object."""


_Dumper.add_representer(Unresolved, lambda dumper, _: dumper.represent_str(UNRESOLVED))


def _text(resource: Resource) -> str:
    attributes = dict(resource.attributes)
    if resource.type == _DEFINITION:
        attributes.pop("spec", None)
    try:
        text: str = yaml.dump(attributes, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1 << 20)
    except UnicodeEncodeError:  # half a character, which JSON can write down; Checkov will say that it cannot read it
        text = json.dumps(attributes, default=lambda _: UNRESOLVED)
    return text
