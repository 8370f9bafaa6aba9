"""Python that a Hugging Face repository makes its loader run: which configuration names it, and where it comes from."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from posixpath import dirname
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Resource
from scanner.core.values import AttributePath
from scanner.parsers.model.beside import inside, is_there, read_text
from scanner.parsers.model.draft import FORMAT
from scanner.parsers.model.hugging_face.configurations import Configuration

GENERATE = "custom_generate/generate.py"
_CLASS = re.compile(r"(?:(?P<repository>[\w.-]+(?:/[\w.-]+)?)--)?(?P<module>\w+(?:\.\w+)*)\.(?P<name>\w+)")
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_MODULE = re.compile(r"\w+")
# What diffusers takes a pipeline's parts from; every other word is a folder of its own code, or code beside the part.
_LIBRARIES = frozenset(("diffusers", "transformers", "onnxruntime", "onnxruntime.training", "peft", "optimum", "torch"))
_KNOWN_PARENTS = ("transformers.", "diffusers.", "sentence_transformers.", "timm.", "torch.", "torchvision.")
# Where transformers keeps the code that it has taken from the hub.
_DOWNLOADED = re.compile(r"transformers_modules\.([^.]+)\.([^.]+)\.")
_RELATIVE_IMPORT = re.compile(r"^[ \t]*(?:import[ \t]+\.(\w+)|from[ \t]+\.(\w+)[ \t]+import\b)", re.MULTILINE)
_MOST_FILES = 100
_MOST_REFERENCES = 200


@dataclass(frozen=True)
class Reference:
    """Code that a configuration names at `at`: a `file` of this repository, or one of another `repository`."""

    kind: str
    text: str
    at: AttributePath
    file: str | None = None
    repository: str | None = None


def code_of(folder: str, configured: Iterable[Configuration], root: Path) -> list[Resource]:
    """One `model_code` for each configuration that names code, and one for code that runs by its mere name.

    `root` is the repository root, below which the named files are looked for.
    """
    found = []
    for each in configured:
        references = list(islice(_references(each, dirname(each.path), root), _MOST_REFERENCES + 1))
        if len(references) > _MOST_REFERENCES:
            references[-1] = Reference("auto_map", f"more than {_MOST_REFERENCES} classes", ())
        if references:
            found.append(_resource(each.path, references, each, root))
    generate = inside(folder, GENERATE)
    if is_there(generate, root):
        found.append(_resource(generate, [Reference("custom_generate", GENERATE, (), generate)], None, root))
    return found


def _references(each: Configuration, folder: str, root: Path) -> Iterator[Reference]:
    if each.name == "modules.json":
        yield from _modules(each.value, folder)
    elif isinstance(each.value, dict):
        yield from _classes("auto_map", each.value.get("auto_map"), ("auto_map",), folder)
        if each.name == "model_index.json":
            yield from _pipeline(each.value, folder, root)
        custom = each.value.get("custom_generate")
        if isinstance(custom, str) and custom:
            yield _generate(custom, folder)
        parent = each.value.get("auto_mapping")
        library = parent.get("parent_library") if isinstance(parent, dict) else None
        if isinstance(library, str) and not f"{library}.".startswith(_KNOWN_PARENTS):
            downloaded = _DOWNLOADED.match(library)
            repository = f"{downloaded[1]}/{downloaded[2]}" if downloaded else None
            yield Reference("auto_mapping", library, ("auto_mapping", "parent_library"), repository=repository)


def _classes(kind: str, value: Any, at: AttributePath, folder: str) -> Iterator[Reference]:
    """`module.Class` and `owner/repository--module.Class`, wherever in the value."""
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _classes(kind, inner, (*at, step), folder)
    elif isinstance(value, str) and value:
        match = _CLASS.fullmatch(value)
        if match is None:
            yield Reference(kind, value, at, repository=value.partition("--")[0] if "--" in value else None)
        elif match["repository"]:
            yield Reference(kind, value, at, repository=match["repository"])
        else:
            yield Reference(kind, value, at, inside(folder, *match["module"].split(".")) + ".py")


def _modules(value: Any, folder: str) -> Iterator[Reference]:
    """The parts of a sentence-transformers model, of which those of the library itself are no code of the model."""
    for index, entry in enumerate(value if isinstance(value, list) else ()):
        named = entry.get("type") if isinstance(entry, dict) else None
        if isinstance(named, str) and not named.startswith("sentence_transformers."):
            yield from _classes("modules", named, (index, "type"), folder)


def _pipeline(index: Mapping[str, Any], folder: str, root: Path) -> Iterator[Reference]:
    """A pipeline class that is not of diffusers, and parts whose code lies beside their weights."""
    pipeline = index.get("_class_name")
    if isinstance(pipeline, list) and pipeline and isinstance(pipeline[0], str):
        at: AttributePath = ("_class_name", 0)
        if _HUB_ID.fullmatch(pipeline[0]):
            yield Reference("pipeline", pipeline[0], at, repository=pipeline[0])
        elif pipeline[0] not in _LIBRARIES:
            yield Reference("pipeline", pipeline[0], at, inside(folder, f"{pipeline[0].removesuffix('.py')}.py"))
    for name, part in index.items():
        module = part[0] if isinstance(part, list) and part and not name.startswith("_") else None
        if not isinstance(module, str) or module in _LIBRARIES:
            continue
        if _HUB_ID.fullmatch(module):
            yield Reference("component", module, (name, 0), repository=module)
        elif _MODULE.fullmatch(module) and is_there(inside(folder, name, f"{module}.py"), root):
            # Where no such file is, the word names a folder of diffusers, which loads nothing else.
            yield Reference("component", module, (name, 0), inside(folder, name, f"{module}.py"))


def _generate(custom: str, folder: str) -> Reference:
    at: AttributePath = ("custom_generate",)
    if _HUB_ID.fullmatch(custom):
        return Reference("custom_generate", custom, at, repository=custom)
    return Reference("custom_generate", custom, at, inside(folder, custom, GENERATE))


def _resource(path: str, references: list[Reference], each: Configuration | None, root: Path) -> Resource:
    shown: list[dict[str, Any]] = []
    places: dict[AttributePath, Location] = {}
    for index, reference in enumerate(references):
        entry: dict[str, Any] = {"kind": reference.kind, "reference": reference.text}
        if reference.file is not None:
            entry |= {"file": reference.file, "is_present": is_there(reference.file, root)}
        if reference.repository is not None:
            # The configuration has no place for a revision of that repository: its newest state is what runs.
            entry |= {"repository": reference.repository, "is_pinned": False}
        shown.append(entry)
        if each is not None:
            places[("references", index)] = each.line(reference.at)
    attributes: dict[str, Any] = {
        "path": path,
        "references": shown,
        "remote": any(reference.repository is not None for reference in references),
        "files": _with_imports({entry["file"] for entry in shown if entry.get("is_present")}, root),
    }
    if each is not None and isinstance(each.value, dict) and each.value.get("auto_map"):
        attributes["auto_map"] = each.value["auto_map"]
        places |= {at: each.line(at) for at in _paths(attributes["auto_map"], ("auto_map",))}
    first = each.line(references[0].at[:1]) if each is not None else Location(path, 1)
    return Resource(f"model_code.{path}", "model_code", FORMAT, attributes, first, places, origin=path)


def _with_imports(named: set[str], root: Path) -> list[str]:
    """The files, and those beside them that they import, which run as well."""
    found, waiting = set(named), sorted(named)
    while waiting and len(found) < _MOST_FILES:
        path = waiting.pop()
        source = read_text(path, root)
        for match in _RELATIVE_IMPORT.finditer(source.text if source else ""):
            other = inside(dirname(path), f"{match[1] or match[2]}.py")
            if other not in found and is_there(other, root):
                found.add(other)
                waiting.append(other)
    return sorted(found)


def _paths(value: Any, at: AttributePath) -> Iterator[AttributePath]:
    yield at
    for step, inner in value.items() if isinstance(value, dict) else ():
        yield from _paths(inner, (*at, step))
