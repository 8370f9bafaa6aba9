"""The values that a Terraform root's variables are given: by files of variables and by the environment."""

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scanner.config import TerraformOptions, nearest
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.secrets import secret_values
from scanner.core.terraform_files import is_loaded, loading_order
from scanner.parsers.terraform.directories import Directory, read_file
from scanner.parsers.terraform.expressions import Scope, TooMuchWorkError
from scanner.parsers.terraform.hcl import read_expression
from scanner.parsers.terraform.settling import settle
from scanner.parsers.terraform.syntax import Attribute, Expression, File, Literal, Source, Variable
from scanner.parsers.terraform.values import Unknown, Value, plain

_PRIMITIVES = frozenset(("string", "number", "bool"))

Given = Callable[[str], tuple[Value] | None]


@dataclass(frozen=True)
class FolderFiles:
    """The files of variables that the options name for the roots below one folder."""

    path: str
    files: Sequence[File]


@dataclass(frozen=True)
class Variables:
    """Files of variables by the directory they stand in, those that the options name, and `TF_VAR_…` by name.

    `everywhere` is for every root that is in none of `folders`, which have their own.
    """

    by_directory: Mapping[str, Sequence[File]]
    everywhere: Sequence[File] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    folders: Sequence[FolderFiles] = ()

    def named(self, path: str) -> Sequence[File]:
        """The files that the options name for a root, in the order in which they override one another."""
        folder = nearest(self.folders, path)
        return folder.files if folder else self.everywhere

    def files(self, path: str) -> list[File]:
        """What Terraform loads by itself in a root, in the order in which they override one another."""
        automatic = [file for file in self.by_directory.get(path, ()) if is_loaded(file.source.path)]
        return sorted(automatic, key=lambda file: loading_order(file.source.path))

    def given(self, root: Directory) -> Given:
        """The value that a variable of the root is given, in a tuple; None for one that keeps its default."""
        values: dict[str, Value] = {}
        for name, text in self.environment.items():
            block = root.variables.get(name)
            if block is not None:
                values[name] = _from_text(name, text, block.expression("type"))
        for file in (*self.files(root.path), *self.named(root.path)):
            values.update(values_of(file))
        return lambda name: (values[name],) if name in values else None

    def giver(self, root: Directory, name: str) -> Attribute | str | None:
        """What gives a variable of the root its value: a line of a file, `TF_VAR_…`, or nothing beside its default."""
        for file in (*self.named(root.path)[::-1], *self.files(root.path)[::-1]):
            if name in file.attributes:
                return file.attributes[name]
        return f"TF_VAR_{name}" if name in self.environment else None

    def notifications(self, roots: Iterable[Directory]) -> list[Notification]:
        """What cannot be read of the files, and variables in named ones that none of their roots declares."""
        found = [Notification(Level.ERROR, file.message, "parser", file.error) for file in self._all() if file.error]
        declared: dict[int, set[str]] = {}
        for root in roots:
            for file in self.named(root.path):
                declared.setdefault(id(file), set()).update(root.variables)
        for file in self._named():
            for name, attribute in file.attributes.items():
                if name not in declared.get(id(file), ()):
                    message = f"no scanned Terraform root declares the variable {name}"
                    found.append(Notification(Level.WARNING, message, "parser", attribute.location))
        return found

    def secrets(self) -> set[str]:
        """The secrets in the files, used or not."""
        found: set[str] = set()
        for file in self._all():
            found |= secret_values({name: plain(value, None, file.source) for name, value in values_of(file).items()})
        return found

    def _all(self) -> list[File]:
        return [*(file for files in self.by_directory.values() for file in files), *self._named()]

    def _named(self) -> list[File]:
        each = (*self.everywhere, *(file for folder in self.folders for file in folder.files))
        return list({id(file): file for file in each}.values())


def read_variables(files: Iterable[File], options: TerraformOptions, root: Path) -> Variables:
    """The scanned `files` of variables, with what the options add; `root` is the absolute repository root."""
    by_directory: dict[str, list[File]] = {}
    for file in files:
        by_directory.setdefault(posixpath.dirname(file.source.path) or ".", []).append(file)
    named = dict.fromkeys((*options.var_files, *(path for folder in options.folders for path in folder.var_files)))
    read = {path: _read(path, root) for path in named}
    return Variables(
        by_directory,
        [read[path] for path in options.var_files],
        options.environment,
        [FolderFiles(folder.path, [read[path] for path in folder.var_files]) for folder in options.folders],
    )


def values_of(file: File) -> dict[str, Value]:
    """What a file of variables gives them; there nothing but plain values can be written."""

    def refuse(name: str, _: object = None) -> Value:
        return Unknown(f"{name} cannot be used in a file of variables")

    values: dict[str, Value] = {}
    for name, attribute in file.attributes.items():
        try:
            values[name] = settle(attribute.expression, Scope(refuse, refuse), file.source)
        except (TooMuchWorkError, RecursionError):
            values[name] = Unknown(f"{name} is too large to be read")
    return values


def _read(path: Path, root: Path) -> File:
    """A file that the user names, wherever it lies; one outside of the repository goes by its name alone."""
    absolute = path.resolve()
    shown = absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else absolute.name
    try:
        return read_file(shown, absolute.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        where = Location(shown, 1)
        message = "this file of variables cannot be read as UTF-8 text"
        return File(Source(shown, lambda _: where, str), error=where, message=message)


def _from_text(name: str, text: str, constraint: Expression | None) -> Value:
    """As Terraform has it: plain text for a simple type, else an expression."""
    simple = constraint is None or (isinstance(constraint, Variable) and constraint.name in _PRIMITIVES)
    if simple or (isinstance(constraint, Literal) and constraint.value in _PRIMITIVES):
        return text
    where = Location(f"TF_VAR_{name}", 1)
    source = Source(where.path, lambda _: where, lambda _: text)
    return values_of(File(source, attributes={name: Attribute(name, read_expression(text), None, source)}))[name]
