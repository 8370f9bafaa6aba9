"""DVC's configuration: the stores that tracked files are pushed to and pulled from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.core.location import Location
from scanner.core.resource import Resource, SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.model.draft import FORMAT, Manifest, problem

_SECTION = re.compile(r"""\[\s*(?P<quote>['"]?)(?P<kind>[A-Za-z_-]+)(?:\s+"(?P<name>[^"\]]*)")?(?P=quote)\s*\]\s*$""")
_ASSIGNED = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)\s*=\s*(?P<value>.*)")
_COMMENT = re.compile(r"(?<!\s)\s+[#;].*$")


@dataclass
class _Section:
    kind: str
    name: str
    location: Location
    values: dict[str, str] = field(default_factory=dict)
    places: dict[AttributePath, Location] = field(default_factory=dict)


def read_config(file: SourceFile) -> Manifest:
    """One resource for each store; `is_default` is that of the section `core`."""
    sections: list[_Section] = []
    notifications = []
    for number, written in enumerate(file.text.split("\n"), start=1):
        line = written.strip()
        if not line or line[0] in "#;":
            continue
        where = Location(file.path, number)
        section, assigned = _SECTION.match(line), _ASSIGNED.match(line)
        if section is not None:
            sections.append(_Section(section["kind"], section["name"] or "", where))
        elif assigned is not None and sections:
            value = _COMMENT.sub("", assigned["value"]).strip().strip("\"'")
            sections[-1].values[assigned["name"]] = value
            sections[-1].places[(assigned["name"],)] = where
        else:
            notifications.append(problem("neither a section nor an assignment; DVC cannot read it either", where))
    values = {f"{index}": section.values for index, section in enumerate(sections)}
    return Manifest((), tuple(notifications), secret_values(values), tuple(_remotes(file.path, sections)))


def _remotes(path: str, sections: list[_Section]) -> Iterator[Resource]:
    default = next((each.values.get("remote") for each in sections if each.kind == "core"), None)
    for each in sections:
        if each.kind == "remote":
            attributes = {"name": each.name, **each.values, "is_default": each.name == default}
            address = f"dvc_remote.{each.name}"
            yield Resource(address, "dvc_remote", FORMAT, attributes, each.location, each.places, origin=path)
