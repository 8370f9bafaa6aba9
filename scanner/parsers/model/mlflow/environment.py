"""The Python packages that an MLflow model is served with: its requirements.txt, else its conda.yaml."""

from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import SourceFile
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.dockerfile.requirement_lines import RequirementsError, read_requirements
from scanner.parsers.model.beside import inside, read_text
from scanner.parsers.model.draft import problem
from scanner.yaml_source import Document, SourceError, load_documents

_REQUIREMENTS = "requirements.txt"
_MOST = 500


@dataclass(frozen=True)
class Requirement:
    """One package: what is written, whether that is one version of it, and where."""

    text: str
    is_pinned: bool
    location: Location

    def attributes(self) -> dict[str, Any]:
        """As policies see it."""
        return {"requirement": self.text, "is_pinned": self.is_pinned, "file": self.location.path}


@dataclass
class Environment:
    """The packages, the files that say so, and what could not be read in them."""

    requirements: list[Requirement]
    files: list[SourceFile]
    notifications: list[Notification]


def environment_of(manifest: str, named: Any, root: Path) -> Environment:
    """The environment of the model with the MLmodel file at `manifest`; `named` is the `env` of its flavor."""
    folder = dirname(manifest)
    environment = Environment([], [], [])
    file = read_text(inside(folder, _REQUIREMENTS), root)
    if file is not None:
        environment.files.append(file)
        _read_lines(file.text, file.path, environment)
        return environment
    conda = named.get("conda") if isinstance(named, dict) else named
    path = inside(folder, conda) if isinstance(conda, str) else ""
    file = read_text(path, root) if path and not path.startswith("..") else None
    if file is not None:
        environment.files.append(file)
        _read_conda(file, environment)
    return environment


def _read_lines(text: str, path: str, environment: Environment) -> None:
    lines = text.splitlines()
    try:
        found = read_requirements(text, {})
    except RequirementsError as error:
        environment.notifications.append(problem(f"these requirements cannot be read: {error}", Location(path, 1)))
        return
    for each in found.requirements[:_MOST]:
        written = lines[each.line - 1].strip().rstrip("\\").strip()
        environment.requirements.append(Requirement(written[:200], each.pinned, Location(path, each.line)))


def _read_conda(file: SourceFile, environment: Environment) -> None:
    try:
        documents = load_documents(file.text, file.path)
    except SourceError as error:
        environment.notifications.append(problem(error.message, error.location))
        return
    value = documents[0].value if documents else None
    listed = value.get("dependencies") if isinstance(value, dict) else None
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        at: AttributePath = ("dependencies", index)
        if isinstance(entry, str):
            # Of conda's own packages `name=1.2` means 1.2.*; two signs, or a build, ask for one.
            pinned = "==" in entry or entry.count("=") > 1
            if entry.split("=")[0].strip() not in ("python", "pip"):
                environment.requirements.append(Requirement(entry, pinned, _line(documents[0], at)))
        elif isinstance(entry, dict) and isinstance(entry.get("pip"), list):
            for number, text in enumerate(entry["pip"]):
                if isinstance(text, str):
                    _read_one(text, _line(documents[0], (*at, "pip", number)), environment)


def _read_one(text: str, location: Location, environment: Environment) -> None:
    try:
        found = read_requirements(text, {}).requirements
    except RequirementsError:
        found = []
    for each in found:
        environment.requirements.append(Requirement(text[:200], each.pinned, location))


def _line(document: Document, at: AttributePath) -> Location:
    return document.locations.get(at, document.location)


def not_known(manifest: str) -> Unresolved:
    """What is said of the packages of a model that has no list of them."""
    return Unresolved(manifest, "no requirements.txt and no conda.yaml lies beside the MLmodel file")
