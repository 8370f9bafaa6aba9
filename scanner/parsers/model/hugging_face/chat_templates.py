"""The chat templates of a Hugging Face repository as resources, with what is worth judging in each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from posixpath import basename, dirname, splitext
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Resource, SourceFile
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.model.draft import FORMAT
from scanner.parsers.model.hugging_face.configurations import Configuration

_DEFAULT = "default"
_MOST = 100
_ENDINGS = (".jinja", ".jinja2", ".j2")


def chat_templates(folder: str, files: Sequence[SourceFile], configured: Iterable[Configuration]) -> list[Resource]:
    """Every template: files of their own, and those that a tokenizer or processor configuration holds as text."""
    found = [_of_file(file, folder) for file in files if file.path.endswith(_ENDINGS)]
    for each in configured:
        if isinstance(each.value, dict):
            written = list(islice(_written(each.value.get("chat_template"), ("chat_template",)), _MOST + 1))
            source = splitext(each.name)[0].removesuffix("_config")
            for name, text, at in written[:_MOST]:
                found.append(chat_template(each.path, folder, name, text, source, each.line(at)))
            if len(written) > _MOST:
                rest = Unresolved(each.path, f"only the first {_MOST} templates of the file were read")
                found.append(chat_template(each.path, folder, "others", rest, source, each.line(("chat_template",))))
    return found


def chat_template(
    path: str, folder: str, name: str, text: str | Unresolved, source: str, location: Location
) -> Resource:
    """A template as a resource; what is in one that is a file of its own has lines of its own."""
    attributes = {"path": path, "folder": folder, "name": name, "source": source, "text": text}
    address = f"chat_template.{path}" + ("" if name == _DEFAULT else f"#{name}")
    return judged(Resource(address, "chat_template", FORMAT, attributes, location, origin=path))


def judged(resource: Resource) -> Resource:
    """A chat template, from whatever file, with `problems`; every other resource as it is."""
    attributes = resource.attributes
    text = attributes.get("text")
    if resource.type != "chat_template" or "problems" in attributes or not isinstance(text, str):
        return resource
    from scanner.parsers.model.hugging_face.jinja_facts import (  # noqa: PLC0415 - only a scan with templates loads Jinja
        facts_of,
        invisible_in,
    )

    language = "go" if attributes.get("source") == "modelfile" else "jinja"
    facts = facts_of(text) if language == "jinja" else list(invisible_in(text))
    problems = [
        {"kind": fact.kind, "message": fact.message, "line": fact.line, **({"name": fact.name} if fact.name else {})}
        for fact in facts
    ]
    path = resource.location.path
    places: dict[AttributePath, Location] = dict(resource.attribute_locations)
    if path.endswith(_ENDINGS):
        places |= {("problems", index): Location(path, fact.line) for index, fact in enumerate(facts)}
    more = {"folder": dirname(path), "language": language, "comparable": comparable(text), "problems": problems}
    return replace(resource, attributes={**more, **attributes}, attribute_locations=places)


def comparable(text: str) -> str:
    """The template without what does not count: the kind of its line ends and white space at its ends."""
    return text.replace("\r\n", "\n").strip()


def _of_file(file: SourceFile, folder: str) -> Resource:
    stem = splitext(basename(file.path))[0]
    beside = "/additional_chat_templates/" in f"/{file.path}"
    source = "file" if beside or stem == "chat_template" else "standalone"
    name = stem if beside or source == "standalone" else _DEFAULT
    return chat_template(file.path, folder, name, file.text, source, Location(file.path, 1))


def _written(value: Any, at: AttributePath) -> Iterator[tuple[str, str, AttributePath]]:
    """One template as text, or several as a list of names and templates or as a mapping."""
    if isinstance(value, str):
        yield _DEFAULT, value, at
    elif isinstance(value, dict):
        for name, text in value.items():
            if isinstance(text, str):
                yield name, text, (*at, name)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            if isinstance(entry, dict) and isinstance(entry.get("template"), str):
                yield str(entry.get("name", index)), entry["template"], (*at, index, "template")
