"""Checks of the user, for one run: those that are written, and those that are Python, which is then executed."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from checkov.common.checks.base_check_registry import BaseCheckRegistry
from checkov.terraform.checks.resource.registry import resource_registry

from scanner.engines.checkov.worker.registries import Registries

Trouble = tuple[str, str]
"""A check by its id, or by the path of its file where it has none, and what is wrong with it."""


def add_written(written: Sequence[tuple[str, str]], registries: Registries) -> tuple[set[str], set[Trouble]]:
    """Have Checkov's own parser read checks from (path, text): the ids that were added, and what could not be.

    Checkov's loader would end the run for one that is broken, and leave out one whose id is taken.
    """
    added: set[str] = set()
    trouble: set[Trouble] = set()
    for path, text in written:
        id_ = path
        try:
            raw = _read(path, text)
            id_ = str(raw["metadata"]["id"])
            if not registries.parser().parser.validate_check_config(file_path=path, raw_check=raw):
                raise ValueError("it lacks metadata.name, metadata.category or a definition")
            if id_ in registries.titles():
                raise ValueError("another check has this id")
            graph = registries.parser()
            types = graph._get_resource_types(raw)
            registries.add(graph.parser.parse_raw_check(raw, resources_types=types, check_path=path))
            added.add(id_)
        except Exception as error:  # noqa: BLE001 - the parser meets whatever the user has written, and expects little
            trouble.add((id_, f"{path}: {_words(error)}"))
    return added, trouble


def _read(path: str, text: str) -> dict[str, Any]:
    """As Checkov reads a file. Raises `ValueError` and many others for what is no check."""
    raw = json.loads(text) if path.endswith(".json") else json.loads(json.dumps(yaml.safe_load(text)))
    if not isinstance(raw, dict) or not isinstance(raw.get("metadata"), dict) or not raw["metadata"].get("id"):
        raise ValueError("it has no metadata.id")
    return raw


@contextmanager
def python_loaded(folders: Sequence[str], registries: Registries) -> Iterator[tuple[set[str], set[Trouble]]]:
    """Have Checkov's own loader execute the Python below folders: the ids of its checks, and what could not be loaded.

    Whatever that code does, it does in this process. Sockets, programs and files written are refused to it as they are
    to Checkov, which keeps honest code honest and is no sandbox. Its modules and their places on the import path are
    gone afterwards; what else it has changed in this process is not put back.
    """
    taken = registries.titles()
    modules, places = dict(sys.modules), list(sys.path)
    registered = BaseCheckRegistry.get_all_registered_checks()
    count = len(registered)
    trouble: set[Trouble] = set()
    try:
        for folder in folders:
            trouble |= _execute(folder)
        ids = set()
        for check in registered[count:]:
            id_ = str(check.id)
            ids.add(id_)
            if id_ in taken:
                registries.drop(check)
            if id_ in taken or (id_ in registries.titles() and not registries.has(check)):
                trouble.add(
                    (id_, f"{Path(str(sys.modules[check.__module__].__file__)).name}: another check has this id")
                )
        yield ids, trouble
    finally:
        sys.path[:] = places
        for name, module in list(sys.modules.items()):
            if modules.get(name) is not module and _is_below(module, folders):
                del sys.modules[name]
        sys.modules.update(modules)


def _execute(folder: str) -> set[Trouble]:
    """Run each file of the folder in the order of their paths; Checkov goes by the disk, and only logs what fails."""
    trouble = set()
    for name, path in sorted(resource_registry._walk_external_check_files(folder), key=lambda each: each[1]):
        try:
            resource_registry._exec_check_from_disk(name, path)
        except Exception as error:  # noqa: BLE001 - it is the user's code
            where = str(Path(path).relative_to(folder))
            trouble.add((where, f"{where} cannot be loaded: {_words(error)}"))
    return trouble


def _is_below(module: ModuleType, folders: Sequence[str]) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and any(Path(file).is_relative_to(folder) for folder in folders)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip(": ").splitlines()[0]
