"""The worker's side of Checkov: makes the process fit for it, and judges one folder of files after the other."""

import gc
import traceback
from pathlib import Path
from typing import Any

from scanner.engines.checkov.interface import Checks, as_plain
from scanner.engines.checkov.worker.grammar import compiled_late
from scanner.engines.checkov.worker.guard import Guard
from scanner.engines.checkov.worker.quiet import get_quiet, silence

_guards: list[Guard] = []


class BrokenOffError(Exception):
    """Checkov's own code raised; `str()` says where and with which kind of error, and quotes nothing."""


def ready(argument: Any) -> str:
    """Import everything once; gives the version of Checkov. Raises `ValueError` for one that is not known."""
    del argument
    _prepare()
    from checkov.version import version  # noqa: PLC0415 - reads its environment when it is imported

    return str(version)


def run(argument: Any) -> dict[str, Any]:
    """Judge the files in `folder` as `framework`, by `checks` (`Checks` as a mapping): an `Answer` as JSON has it.

    `variable_files` are relative to the folder. Raises `ValueError` for a Checkov that is not known, `BrokenOffError`
    where its own code fails, `MemoryError`, and `PermissionError` where it has tried what it may not do.
    """
    guard = _prepare()
    from scanner.engines.checkov.worker.running import judge  # noqa: PLC0415 - see above

    checks = Checks(
        ids=tuple(argument["checks"]["ids"]),
        is_all=bool(argument["checks"]["is_all"]),
        written=tuple((str(path), str(text)) for path, text in argument["checks"]["written"]),
        python=tuple(argument["checks"]["python"]),
    )
    folder = Path(argument["folder"]).resolve()
    if not folder.is_dir():
        raise ValueError("the folder to judge is not there")
    guard.refused.clear()
    try:
        with silence():
            answer = judge(folder, argument["framework"], tuple(argument["variable_files"]), checks)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - Checkov's own code, whose words may quote the files
        raise BrokenOffError(f"{type(error).__name__} in {_place(error)}") from None
    if guard.refused and not checks.python:
        raise PermissionError(f"it tried what it may not do: {', '.join(sorted(set(guard.refused)))}")
    return as_plain(answer)


def _prepare() -> Guard:
    """The process's guard, set up with Checkov behind it where that is not done yet."""
    if not _guards:
        get_quiet()
        guard = Guard()
        gc.disable()  # nothing of what is imported goes away again
        with silence(), compiled_late():
            from scanner.engines.checkov.worker import running  # noqa: PLC0415 - see above
        with silence():
            running.verify_version()
            running.load()
        gc.freeze()
        gc.enable()
        guard.close()
        _guards.append(guard)
    return _guards[0]


def _place(error: BaseException) -> str:
    """The last of Checkov's own lines that the error has come through, or the last line of all."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if "/checkov/" in each.filename and "/scanner/" not in each.filename]
    last = (own or frames)[-1]
    return f"{'/'.join(Path(last.filename).parts[-3:])}, line {last.lineno}"
