"""What the files of one directory declare together, which is what Terraform calls a module."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TypeVar

from scanner.core.notification import Level, Notification
from scanner.parsers.terraform.hcl import read_hcl
from scanner.parsers.terraform.json_syntax import read_json
from scanner.parsers.terraform.syntax import Attribute, Block, File, constant

_Key = TypeVar("_Key")


@dataclass(frozen=True, eq=False)
class Directory:
    """The declarations of one directory, by name; `resources` by mode, type and name.

    `path` is relative to the repository root, "." for the root itself. `moves` are addresses, before and after.
    """

    path: str
    variables: dict[str, Block] = field(default_factory=dict)
    locals: dict[str, Attribute] = field(default_factory=dict)
    resources: dict[tuple[str, str, str], Block] = field(default_factory=dict)
    modules: dict[str, Block] = field(default_factory=dict)
    outputs: dict[str, Block] = field(default_factory=dict)
    providers: dict[str, Block] = field(default_factory=dict)
    moves: list[tuple[str, str]] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)


def read_file(path: str, text: str) -> File:
    """The syntax of one file, in the notation that its name tells."""
    return read_json(path, text) if path.endswith(".json") else read_hcl(path, text)


def directory_of(path: str, files: Iterable[File]) -> Directory:
    """Put the files of a directory together; override files come last and change what is there."""
    directory = Directory(path)
    ordered = sorted(files, key=lambda file: (_is_override(file), file.source.path))
    for file in ordered:
        if file.error is not None:
            directory.notifications.append(Notification(Level.ERROR, file.message, "parser", file.error))
        for block in file.blocks:
            _declare(directory, block, _is_override(file))
    return directory


def _is_override(file: File) -> bool:
    stem = PurePosixPath(file.source.path).name.partition(".")[0]
    return stem == "override" or stem.endswith("_override")


def _declare(directory: Directory, block: Block, is_override: bool) -> None:
    if block.type == "locals":
        for name, attribute in block.attributes.items():
            if name in directory.locals and not is_override:
                directory.notifications.append(_twice(f"local.{name}", attribute, directory.locals[name]))
            else:
                directory.locals[name] = attribute
    elif block.type == "provider" and block.labels:
        alias = constant(block.expression("alias"))
        name = block.labels[0] if alias is None else f"{block.labels[0]}.{alias}"
        _add(directory, directory.providers, name, f"provider.{name}", block, is_override)
    elif block.type in ("resource", "data") and len(block.labels) == 2:
        key = (block.type, block.labels[0], block.labels[1])
        name = ".".join(block.labels) if block.type == "resource" else ".".join(("data", *block.labels))
        _add(directory, directory.resources, key, name, block, is_override)
    elif block.type == "moved" and {"from", "to"} <= block.attributes.keys():
        directory.moves.append((_address(block.attributes["from"]), _address(block.attributes["to"])))
    elif block.labels and block.type in ("variable", "module", "output"):
        declared = {"variable": directory.variables, "module": directory.modules, "output": directory.outputs}
        name = f"{block.type}.{block.labels[0]}"
        _add(directory, declared[block.type], block.labels[0], name, block, is_override)


def _address(attribute: Attribute) -> str:
    """The address as Terraform writes it in a plan; JSON has it as a text."""
    written = attribute.source.excerpt(attribute.expression.place)
    return "".join((json.loads(written) if written.startswith('"') else written).split())


def _add(
    directory: Directory, declared: dict[_Key, Block], key: _Key, name: str, block: Block, is_override: bool
) -> None:
    if key not in declared:
        declared[key] = block
    elif is_override:
        declared[key] = _overridden(declared[key], block)
    else:
        directory.notifications.append(_twice(name, block, declared[key]))


def _twice(name: str, second: Block | Attribute, first: Block | Attribute) -> Notification:
    message = f"{name} is declared twice, first at {first.location}; only the first was read"
    return Notification(Level.ERROR, message, "parser", second.location)


def _overridden(block: Block, by: Block) -> Block:
    """Attributes are replaced one by one, nested blocks all of a type at a time."""
    replaced = {inner.type for inner in by.blocks}
    kept = tuple(inner for inner in block.blocks if inner.type not in replaced)
    return replace(block, attributes={**block.attributes, **by.attributes}, blocks=(*kept, *by.blocks))
