"""The Rego of a policy folder as one program: its modules and tests, the shipped libraries they use, and its data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.authoring.policy_folder import TEST_SUFFIX, PolicyFolder
from scanner.authoring.rego_program import RegoProgram, problem_text
from scanner.bundle.conftest_data import conftest_data
from scanner.bundle.errors import BundleError
from scanner.bundle.names import is_data
from scanner.bundle.sources import read_source
from scanner.bundled import bundled_path
from scanner.config import UsageError
from scanner.engines.rego.needed import needed
from scanner.rego_source import Module, parsed

_OUR_PACKAGES = (("releasegate",), ("lib",))


@dataclass(frozen=True)
class RegoFiles:
    """The modules of a folder that can be parsed, with their texts by path, and why the others cannot.

    `libraries` are the shipped modules that they use, as (path, text).
    """

    modules: tuple[Module, ...]
    texts: Mapping[str, str]
    libraries: tuple[tuple[str, str], ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def program(self, texts: Mapping[str, str]) -> RegoProgram:
        """All of it together, with `texts` in the place of those of the modules."""
        own = [(module.path, texts[module.path]) for module in self.modules]
        foreign = not any(module.package[:1] in _OUR_PACKAGES for module in self.modules)
        return RegoProgram((*self.libraries, *own), self.data, foreign)


def rego_files(folder: PolicyFolder, data_paths: Sequence[Path] = ()) -> RegoFiles:
    """What there is of Rego in a folder, with the data of `data_paths` beside that of the folder.

    Raises `UsageError` for what is no bundle at all.
    """
    try:
        source = read_source(folder.root)
    except BundleError as error:
        raise UsageError(str(error)) from None
    problems = [f"{note.location}: {note.message}" for note in source.notifications]
    contents = {folder.label(folder.root / path): content for path, content in source.files.items()}
    contents |= {folder.label(path): path.read_bytes() for path in _test_files(folder)}
    texts: dict[str, str] = {}
    data: list[tuple[str, str]] = []
    for label, content in sorted(contents.items()):
        relative = label.removeprefix(f"{folder.root.name}/")
        is_module = folder.is_module(relative)
        if not (is_module or is_data(relative)):
            continue
        try:
            text = content.decode()
        except UnicodeDecodeError:
            problems.append(f"{label}: it is not UTF-8 text")
            continue
        if is_module:
            texts[label] = text
        else:
            data.append((label, text))
    modules, refused = parsed(texts.items())
    document, errors = conftest_data(data, data_paths)
    problems += [problem_text(problem) for problem in refused]
    problems += [f"{error.location}: {error.message}" for error in errors]
    return RegoFiles(tuple(modules), texts, _libraries(folder, modules, texts), document, tuple(problems))


def _test_files(folder: PolicyFolder) -> Iterator[Path]:
    """Tests, and the modules of the folder of tests: no part of a bundle, but of what is tested."""
    for path in folder.root.rglob("*.rego"):
        relative = path.relative_to(folder.root).as_posix()
        is_test = relative.endswith(TEST_SUFFIX) or relative.startswith("tests/")
        if is_test and folder.is_module(relative) and path.is_file() and not path.is_symlink():
            yield path


def _libraries(folder: PolicyFolder, modules: list[Module], texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The shipped libraries that the modules can reach; a package of the folder's own takes the place of one."""
    if folder.is_bundled:
        return ()
    own = {module.package for module in modules}
    shipped = [
        (f"(shipped) policies/{path}", content.decode())
        for path, content in read_source(bundled_path()).files.items()
        if path.startswith("lib/") and path.endswith(".rego")
    ]
    used = needed(shipped, [texts[module.path] for module in modules])
    return tuple((path, text) for path, text in used if _package(text) not in own)


def _package(text: str) -> tuple[str, ...]:
    """Of a shipped library, which says it in a line of its own."""
    line = next(line for line in text.splitlines() if line.startswith("package "))
    return tuple(line.split()[1].split("."))
