"""Releases made by hand, in the shapes that the parsers give: every key of an attribute has a line of its own."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath, Unresolved, parse_path
from scanner.linking import link

_TERRAFORM_TYPE = re.compile(r"(?:^|\.)((?:data\.)?[a-z]+_[a-z0-9_]+)\.[^.]+$")


def unknown(expression: str) -> Unresolved:
    return Unresolved(expression, f"{expression} has no default")


def made(
    kind: str,
    address: str,
    attributes: Mapping[str, Any],
    *,
    path: str,
    format_: str,
    parent: Resource | None = None,
    origin: str = "",
) -> Resource:
    lines: dict[AttributePath, Location] = {}
    for number, at in enumerate(_keys(attributes, ()), start=2):
        lines[at] = Location(path, number)
    whole = Location(path, 1, 1, len(lines) + 2, 1)
    return Resource(address, kind, format_, attributes, whole, lines, parent.key if parent else None, origin or path)


def tf(address: str, attributes: Mapping[str, Any] | None = None, *, origin: str = ".") -> Resource:
    """A Terraform resource in a file of its own, so that no two of them share a line."""
    match = _TERRAFORM_TYPE.search(re.sub(r"\[[^\]]*\]", "", address))
    assert match, address
    path = f"{origin}/{address}.tf"
    return made(match[1], address, attributes or {}, path=path, format_="terraform", origin=origin)


def statement(holder: Resource, index: int = 0, attribute: str = "policy") -> Resource:
    attributes = {"effect": "Allow", "actions": ["s3:GetObject"], "resources": ["*"], "attribute": attribute}
    return made(
        "iam_statement",
        f"{holder.address}/statement[{index}]",
        attributes,
        path=holder.location.path,
        format_="terraform",
        parent=holder,
        origin=holder.origin,
    )


def manifest(
    kind: str, name: str, attributes: Mapping[str, Any] | None = None, *, namespace: str = "prod", path: str = ""
) -> Resource:
    """A Kubernetes object; an empty namespace leaves it out of the manifest."""
    metadata: dict[str, Any] = {"name": name} | ({"namespace": namespace} if namespace else {})
    rest = dict(attributes or {})
    metadata |= rest.pop("metadata", {})
    address = f"{kind}/{name}" if kind.startswith("Cluster") else f"{namespace or 'default'}/{kind}/{name}"
    tree = {"kind": kind, "metadata": metadata, **rest}
    return made(kind, address, tree, path=path or f"k8s/{kind}-{name}.yaml", format_="kubernetes")


def workload(
    name: str, attributes: Mapping[str, Any] | None = None, *, kind: str = "Deployment", path: str = ""
) -> Resource:
    given = {"kind": kind, "name": name, "namespace": "prod", "component": "pod", "serving": True, **(attributes or {})}
    address = f"{given['namespace']}/{kind}/{name}/{given['component']}"
    return made("workload", address, given, path=path or f"k8s/{name}.yaml", format_="kubernetes")


def container(of: Resource, attributes: Mapping[str, Any] | None = None, *, name: str = "server") -> Resource:
    given = {"name": name, "role": "main", "serving": True, **(attributes or {})}
    address = f"{of.address}/{name}"
    return made("container", address, given, path=of.location.path, format_="kubernetes", parent=of)


def image(reference: str) -> dict[str, Any]:
    registry, _, rest = reference.partition("/")
    repository, _, tag = rest.partition(":")
    return {"image": {"reference": reference, "registry": registry, "repository": repository, "tag": tag}}


def stage(path: str, labels: Mapping[str, str] | None = None, *, final: bool = True) -> Resource:
    attributes = {"index": 0, "final": final, "base": {"reference": "debian:12"}, "labels": labels or {}}
    return made("dockerfile_stage", f"{path}#{0 if final else 'build'}", attributes, path=path, format_="dockerfile")


def model(
    name: str, attributes: Mapping[str, Any] | None = None, *, source: str = "model-release", path: str = ""
) -> Resource:
    given = {"name": name, "source": source, **(attributes or {})}
    file = path or f"models/{name}/{source}.yaml"
    return made("model", f"model.{name}[{source}]", given, path=file, format_="model")


def refers(source: Resource, attribute: str, target: Resource) -> Link:
    """What the Terraform parser says of `attribute = target.id`."""
    return Link(source.key, "references", target.key, source.locate(parse_path(attribute)), None)


def ties(kind: str, *things: Resource | Link) -> set[tuple[str, str]]:
    """The links of this kind that the linkers find, as pairs of addresses."""
    made_of = release(*things)
    by_key = made_of.by_key
    return {(by_key[each.source].address, by_key[each.target].address) for each in links(kind, *things)}


def links(kind: str, *things: Resource | Link) -> list[Link]:
    return [each for each in link(release(*things))[0] if each.kind == kind]


def warnings(*things: Resource | Link) -> list[str]:
    return [each.message for each in link(release(*things))[1] if each.level is Level.WARNING]


def notes(*things: Resource | Link) -> list[str]:
    return [each.message for each in link(release(*things))[1] if each.level is Level.NOTE]


def release(*things: Resource | Link) -> Release:
    return Release(
        resources=tuple(each for each in things if isinstance(each, Resource)),
        links=tuple(each for each in things if isinstance(each, Link)),
    )


def _keys(value: Any, path: AttributePath) -> Iterator[AttributePath]:
    if path:
        yield path
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _keys(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _keys(inner, (*path, index))
