"""Reads a Rego policy: the OPA annotations above its package say what a YAML policy says in its keys."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.bundle.policies import applies_to, needs, severity, when
from scanner.core.location import Location
from scanner.core.policy import AppliesTo, Policy
from scanner.core.suggestions import closest
from scanner.core.values import AttributePath, parse_path
from scanner.yaml_source import Document, SourceError, load_documents

_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-[0-9]{3,}")
_PACKAGE = re.compile(r"package\s+(?P<name>[^\s#]+)")
_ANY_PACKAGE = re.compile(r"^package\b", re.MULTILINE)
_OUR_PACKAGE = re.compile(r"^package[ \t]+releasegate\b", re.MULTILINE)
_OUR_ID = re.compile(r"^#[ \t]+id:[ \t]*[\"']?[A-Z][A-Z0-9-]*-[0-9]{3,}", re.MULTILINE)
_OPA_KEYS = ("authors", "custom", "description", "entrypoint", "organizations", "related_resources", "schemas", "scope")
_KEYS = (*_OPA_KEYS, "title")
_CUSTOM_KEYS = (
    *("aliases", "applies_to", "deprecated", "id", "parameters"),
    *("needs", "reads", "remediation", "severity", "when"),
)
_REQUIRED: Sequence[AttributePath] = (("title",), ("custom", "id"), ("custom", "severity"), ("custom", "applies_to"))


@dataclass(frozen=True)
class _Metadata:
    """The annotations of a package, and the line where they begin."""

    document: Document
    path: str
    line: int

    @property
    def custom(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document.value["custom"]
        return found

    def at(self, *path: str | int) -> Location:
        """The place of the nearest key on the way to `path` that is written."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.document.locations:
                return self.document.locations[path[:length]]
        return Location(self.path, self.line)


def is_ours(text: str) -> bool:
    """Whether a module is a policy of releasegate, or is meant to be one: by its package, or the id above it."""
    package = _ANY_PACKAGE.search(text)
    head = text[: package.start()] if package else text
    return _OUR_PACKAGE.search(text) is not None or _OUR_ID.search(head) is not None


def parse_policy(text: str, path: str) -> Policy:
    """The policy in `text`, whose rule is the whole text. Raises `PolicyError` at the line that is wrong."""
    metadata, package, package_line = _package(text, path)
    _check_keys(metadata)
    custom = metadata.custom
    id_ = _text(metadata, "custom", "id")
    if not _ID.fullmatch(id_):
        raise PolicyError(f"{id_!r} is no policy id: write it like ENC-002", metadata.at("custom", "id"))
    expected = f"releasegate.{id_.lower().replace('-', '_')}"
    if package != expected:
        raise PolicyError(f"the package of {id_} is {expected}, not {package}", Location(path, package_line))
    return Policy(
        id=id_,
        title=_text(metadata, "title"),
        severity=severity(custom["severity"], metadata.at("custom", "severity")),
        engine="rego",
        applies_to=_applies_to(metadata),
        rule=text,
        when=_when(metadata),
        rationale=_text(metadata, "description").strip(),
        remediation=_text(metadata, "custom", "remediation").strip(),
        references=tuple(_references(metadata)),
        parameters=_parameters(metadata),
        reads=tuple(_reads(metadata)),
        needs=needs(custom.get("needs"), metadata.at("custom", "needs")),
        location=metadata.at("custom", "id"),
        aliases=tuple(_texts(metadata, "custom", "aliases")),
        deprecated=_text(metadata, "custom", "deprecated") or None,
    )


def _package(text: str, path: str) -> tuple[_Metadata, str, int]:
    """The annotations of the package, its name and its line."""
    lines = text.removeprefix("\ufeff").split("\n")
    blocks: list[_Metadata] = []
    position = 0
    while position < len(lines):
        line = lines[position].strip()
        if _is_start(line):
            end = position + 1
            while end < len(lines) and lines[end].lstrip().startswith("#") and not _is_start(lines[end].strip()):
                end += 1
            blocks.append(_read(lines[position + 1 : end], path, position + 1))
            position = end
            continue
        found = _PACKAGE.match(line)
        if found:
            return _of_package(blocks, path, position + 1), found["name"], position + 1
        if line and not line.startswith("#"):
            break
        position += 1
    raise PolicyError("a Rego policy starts with its package", Location(path, min(position + 1, len(lines))))


def _is_start(line: str) -> bool:
    return line.startswith("#") and line[1:].strip() == "METADATA"


def _of_package(blocks: Sequence[_Metadata], path: str, line: int) -> _Metadata:
    """The block that speaks of the package: right above it that is the one without a scope."""
    own = [block for block in blocks if block.document.value.get("scope", "package") == "package"]
    if not own:
        raise PolicyError(
            "the package has no `# METADATA` comment with title and custom above it", Location(path, line)
        )
    if len(own) > 1:
        raise PolicyError("the package has a second `# METADATA` comment", Location(path, own[1].line))
    return own[0]


def _read(comments: Sequence[str], path: str, line: int) -> _Metadata:
    """The YAML of one comment; `#` gives way to a blank, so that lines and columns stay those of the file."""
    yaml = "\n".join(comment.replace("#", " ", 1).rstrip() for comment in comments)
    try:
        documents = load_documents(yaml, path, line + 1)
    except SourceError as error:
        raise PolicyError(error.message, error.location) from None
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise PolicyError("`# METADATA` is followed by one YAML mapping in comments", Location(path, line))
    for name, where in documents[0].duplicate_keys:
        raise PolicyError(f"{name} is written twice", where)
    return _Metadata(documents[0], path, line)


def _check_keys(metadata: _Metadata) -> None:
    _check_known(metadata, (), _KEYS)
    if metadata.document.value.get("custom") is not None:
        _check_known(metadata, ("custom",), _CUSTOM_KEYS)
    for required in _REQUIRED:
        if not _value(metadata, *required):
            raise PolicyError(f"a policy needs {'.'.join(map(str, required))}", metadata.at(*required))


def _check_known(metadata: _Metadata, path: AttributePath, known: Collection[str]) -> None:
    mapping = _value(metadata, *path)
    if not isinstance(mapping, dict):
        raise PolicyError(f"{path[-1]} is a mapping", metadata.at(*path))
    for key in mapping:
        if key not in known:
            message = f"unknown key {key!r}: expected {', '.join(sorted(known))}{closest([key], known)}"
            raise PolicyError(message, metadata.at(*path, key))


def _value(metadata: _Metadata, *path: str | int) -> Any:
    value = metadata.document.value
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(metadata: _Metadata, *path: str) -> str:
    value = _value(metadata, *path)
    if value is not None and not isinstance(value, str):
        raise PolicyError(f"{path[-1]} is a text; put it in quotes", metadata.at(*path))
    return value or ""


def _texts(metadata: _Metadata, *path: str) -> Iterator[str]:
    values = _value(metadata, *path)
    if values is not None and not isinstance(values, list):
        raise PolicyError(f"{path[-1]} is a list", metadata.at(*path))
    for position, value in enumerate(values or ()):
        if not isinstance(value, str) or not value:
            raise PolicyError(f"{path[-1]} is a list of texts", metadata.at(*path, position))
        yield value


def _applies_to(metadata: _Metadata) -> AppliesTo:
    path = ("custom", "applies_to")
    _check_known(metadata, path, ("format", "types", "where"))
    if "where" in _value(metadata, *path):
        message = "where is for YAML policies; a Rego policy takes resources out by `skip contains …`"
        raise PolicyError(message, metadata.at(*path, "where"))
    if not isinstance(_value(metadata, *path, "types"), str):
        list(_texts(metadata, *path, "types"))
    _text(metadata, *path, "format")
    return applies_to(_value(metadata, *path), metadata.at(*path))


def _when(metadata: _Metadata) -> dict[str, tuple[str, ...]]:
    dimensions = when(metadata.custom.get("when"), metadata.at("custom", "when"))
    for name in dimensions:
        written = _value(metadata, "custom", "when", name)
        if not written or not (isinstance(written, str) or list(_texts(metadata, "custom", "when", name))):
            raise PolicyError(f"{name} in when needs a value", metadata.at("custom", "when", name))
    return dimensions


def _references(metadata: _Metadata) -> Iterator[str]:
    """OPA takes a URL or `{ref, description}`."""
    values = _value(metadata, "related_resources")
    if values is not None and not isinstance(values, list):
        raise PolicyError("related_resources is a list of URLs", metadata.at("related_resources"))
    for position, value in enumerate(values or ()):
        reference = value.get("ref") if isinstance(value, dict) else value
        if not isinstance(reference, str) or not reference:
            where = metadata.at("related_resources", position)
            raise PolicyError("a related resource is a URL or {ref: URL, description: …}", where)
        yield reference


def _parameters(metadata: _Metadata) -> dict[str, Any]:
    parameters = _value(metadata, "custom", "parameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise PolicyError("parameters maps names to default values", metadata.at("custom", "parameters"))
    return dict(parameters or {})


def _reads(metadata: _Metadata) -> Iterator[str]:
    for position, read in enumerate(_texts(metadata, "custom", "reads")):
        try:
            parse_path(read)
        except ValueError as error:
            raise PolicyError(str(error), metadata.at("custom", "reads", position)) from None
        yield read
