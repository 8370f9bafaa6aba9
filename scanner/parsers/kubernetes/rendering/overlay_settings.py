"""The fields of a Kustomization that change objects without a patch: what they write, and at which of their lines."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from posixpath import basename
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.reading import at, elements, mapping, word
from scanner.parsers.kubernetes.rendering.kustomization import Kustomization
from scanner.parsers.kubernetes.rendering.overlay_files import Files, NotReadError
from scanner.parsers.kubernetes.rendering.overlay_fragments import Fragment
from scanner.parsers.kubernetes.rendering.overlay_patches import Subject

GENERATORS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}

_QUOTES = ("'", '"')
_LABEL_HOLDERS = ("labels", "matchLabels", "selector")
_FIELD = re.compile(r"(?:\\.|\[[^\]]*\]|[^.\[\\])+")


def setting(kustomization: Kustomization, subject: Subject, path: AttributePath, value: Any) -> Location | None:
    """The line of the field that writes this value there, None when none does."""
    place = None
    text = word(value)
    if text is None or not path:
        return None
    body = kustomization.body
    if path[-1] == "image":
        place = _image(body, text)
    elif path == ("spec", "replicas"):
        for index, entry in enumerate(elements(body.get("replicas"))):
            if word(at(entry, "name")) in subject.names and at(entry, "count") == value:
                place = ("replicas", index, "count")
    elif path[-1] == "namespace":
        place = ("namespace",) if body.get("namespace") == value else None
    elif path[-2:-1] == ("annotations",):
        key = str(path[-1])
        place = ("commonAnnotations", key) if word(at(body, "commonAnnotations", key)) == text else None
    elif path[-2:-1] and path[-2] in _LABEL_HOLDERS:
        place = _label(body, str(path[-1]), text)
    return kustomization.where(place) if place else None


def _image(body: Mapping[str, Any], text: str) -> AttributePath | None:
    for index, entry in reversed(list(enumerate(elements(body.get("images"))))):
        name, tag, digest = (word(at(entry, key)) for key in ("newName", "newTag", "digest"))
        repository = name or word(at(entry, "name")) or ""
        if not repository or not text.startswith(repository):
            continue
        rest = text.removeprefix(repository)
        if digest and rest.endswith(f"@{digest}"):
            return "images", index, "digest"
        if tag and rest.partition("@")[0].startswith(f":{tag}"):
            return "images", index, "newTag"
        if name and not tag and not digest and rest[:1] in ("", ":", "@"):
            return "images", index, "newName"
    return None


def _label(body: Mapping[str, Any], key: str, text: str) -> AttributePath | None:
    if word(at(body, "commonLabels", key)) == text:
        return "commonLabels", key
    for index, entry in enumerate(elements(body.get("labels"))):
        if word(at(entry, "pairs", key)) == text:
            return "labels", index, "pairs", key
    return None


def generated(kustomization: Kustomization) -> Iterator[tuple[str, str, str, Fragment]]:
    """The objects that its generators make: kind, name, behaviour, and where their parts are written."""
    for key, kind in GENERATORS.items():
        for index, entry in enumerate(elements(kustomization.body.get(key))):
            name = word(at(entry, "name")) or ""
            place = (key, index)
            lines: dict[AttributePath, Location] = {
                (): kustomization.where(place),
                ("metadata",): kustomization.where(place),
                ("metadata", "name"): kustomization.where((*place, "name")),
                ("data",): kustomization.where(place),
                ("type",): kustomization.where((*place, "type")),
            }
            data: dict[str, Any] = {}
            for number, written in enumerate(elements(at(entry, "literals"))):
                inner, _, literal = (word(written) or "").partition("=")
                literal = literal[1:-1] if literal[:1] in _QUOTES and literal[1:].endswith(literal[:1]) else literal
                data[inner] = b64encode(literal.encode(errors="replace")).decode() if kind == "Secret" else literal
                lines["data", inner] = kustomization.where((*place, "literals", number))
            for number, written in enumerate(elements(at(entry, "files"))):
                inner = _file_key(word(written) or "")
                data[inner] = None  # its content is not looked for here
                lines["data", inner] = kustomization.where((*place, "files", number))
            value = {"metadata": {"name": name}, "data": data, "type": ""}
            behaviour = word(at(entry, "behavior")) or "create"
            yield kind, name, behaviour, Fragment(value, lines, is_base=behaviour == "create")


def _file_key(written: str) -> str:
    key, equals, path = written.partition("=")
    return key if equals else basename(path or key)


def replacement(
    kustomization: Kustomization, subject: Subject, rendered: Any, path: AttributePath, files: Files
) -> Location | None:
    """The line of the replacement that writes at this path, None when none does."""
    for entry, lines, start in _replacements(kustomization, files):
        for number, target in enumerate(elements(at(entry, "targets"))):
            rejected = any(subject.is_meant_by(mapping(each)) for each in elements(at(target, "reject")))
            if rejected or not subject.is_meant_by(mapping(at(target, "select"))):
                continue
            for field, written in enumerate(elements(at(target, "fieldPaths"))):
                if isinstance(written, str) and _leads_to(written, rendered, path):
                    place = (*start, "targets", number, "fieldPaths", field)
                    return lines.get(place) or kustomization.where(("replacements",))
    return None


def _replacements(
    kustomization: Kustomization, files: Files
) -> Iterator[tuple[Any, Mapping[AttributePath, Location], AttributePath]]:
    for index, entry in enumerate(elements(kustomization.body.get("replacements"))):
        file = word(at(entry, "path"))
        if not file:
            yield entry, kustomization.locations, ("replacements", index)
            continue
        try:
            documents = files.documents(files.resolve(kustomization.folder, file))
        except NotReadError:
            continue
        for document in documents:
            if isinstance(document.value, list):
                yield from ((each, document.locations, (at_,)) for at_, each in enumerate(document.value))
            else:
                yield document.value, document.locations, ()


def _leads_to(written: str, rendered: Any, path: AttributePath) -> bool:
    """Whether `spec.containers.[name=api].image` leads to the path in the rendered object."""
    fields = _FIELD.findall(written)
    if len(fields) != len(path):
        return False
    here = rendered
    for field, step in zip(fields, path, strict=True):
        inside = field[1:-1] if field.startswith("[") else None
        if isinstance(step, int):
            key, equals, value = (inside or "").partition("=")
            is_element = equals and word(at(here, step, key)) == value
            if not (is_element or field in ("*", str(step), "-")):
                return False
        elif field != "*" and (inside if inside is not None else field.replace("\\.", ".")) != step:
            return False
        here = at(here, step)
    return True
