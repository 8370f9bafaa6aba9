"""The data document that Conftest's policies see: what lies beside them, and what `--data` names."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scanner.bundle.data import data_document
from scanner.bundle.errors import PolicyError
from scanner.bundle.names import is_data
from scanner.core.location import Location

_ENDINGS = (".json", ".yaml", ".yml")
_LARGEST = 64 << 20


def conftest_data(beside: Sequence[tuple[str, str]], named: Sequence[Path]) -> tuple[dict[str, Any], list[PolicyError]]:
    """The document, and what is wrong with some of the files.

    Of the files `beside` the policies, as (path, text), those called `data.json` or `data.yaml` count. `named` are
    files and folders; in a folder every JSON and YAML file counts, at the place that its folders below there name.
    """
    errors: list[PolicyError] = []
    files = [(path, text) for path, text in beside if is_data(path)]
    for path in named:
        for name, file in _below(path):
            try:
                if file.stat().st_size > _LARGEST:
                    raise PolicyError(f"above the limit of {_LARGEST >> 20} MiB for data", Location(name, 1))
                files.append((name, file.read_text(encoding="utf-8-sig")))
            except OSError as error:
                errors.append(PolicyError(f"cannot be read: {error.strerror}", Location(name, 1)))
            except UnicodeDecodeError:
                errors.append(PolicyError("cannot be read: it is not UTF-8 text", Location(name, 1)))
            except PolicyError as error:
                errors.append(error)
    document, wrong = data_document(files)
    return document, [*errors, *wrong]


def _below(path: Path) -> Iterator[tuple[str, Path]]:
    """Every data file, by a path that begins with the name of the folder that was named."""
    if not path.is_dir():
        yield f"{path.parent.name or '.'}/{path.name}", path
        return
    for current, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = Path(current) / name
            if file.suffix in _ENDINGS:
                yield f"{path.name or '.'}/{file.relative_to(path).as_posix()}", file
