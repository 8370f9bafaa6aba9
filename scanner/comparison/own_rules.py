"""What a change makes of the rules that it is judged by, so that nobody has to look for that in its files.

It may bring waivers, settings, policies, keys and lists of its own; it is judged by them, and the verdict says so.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from scanner.config import FILE_NAME, Config
from scanner.core.baseline import BaselineState
from scanner.core.finding import Finding
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.result import ScanResult
from scanner.core.scope import Scope

_WAIVERS = ".releasegate/waivers.yaml"
_ALWAYS = (_WAIVERS, "conftest.toml")
_NAMES = (FILE_NAME, "approved-models.yaml")
_MOST = 5
_LARGEST = 16 << 20

There = Callable[[Path], Path]


@dataclass(frozen=True)
class Before:
    """What the merge base was judged by: `edited` are the files of rules that are others now, by their paths now,
    `waived` the fingerprints of what was accepted there, and `scope` what the release declared about itself. `moved`
    has, for each open finding that goes by another path now, the old path and the new one."""

    edited: tuple[str, ...]
    waived: frozenset[str] = frozenset()
    scope: Scope = field(default_factory=Scope)
    moved: tuple[tuple[str, str], ...] = ()


def edited_rules(config: Config, root: Path, there: There, present: Iterable[str]) -> tuple[str, ...]:
    """The files in the repository at `root` that say how it is judged, and are not what they are at the merge base.

    `there` leads from a path of now to that of then, `present` are the files of now, relative to the root.
    """
    named = [
        *config.files,
        *config.waiver_files,
        *config.policy_keys,
        *config.models.trusted_keys,
        *config.models.trusted_certificates,
        *config.models.approved_versions,
        *([config.models.trust_root] if config.models.trust_root else []),
        *([config.baseline] if config.baseline else []),
    ]
    inside = {_relative(path, root) for path in named} | set(_ALWAYS)
    is_chosen = any(not _relative(file, root) or file.name != FILE_NAME for file in config.files)
    names = _NAMES[1:] if is_chosen else _NAMES  # beside a file that an option names, no other is heeded
    inside |= {path for path in present if PurePosixPath(path).name in names}
    for folder in config.policy_directories:
        for path in (folder, there(_whole(folder))):
            base = _relative(folder, root)
            inside |= {(PurePosixPath(base) / each).as_posix() for each in _files(path)} if base else set()
    return tuple(sorted(path for path in inside if path and _text(root / path) != _text(there(root / path))))


def remarks(before: Before, result: ScanResult) -> tuple[tuple[str, ...], list[Notification]]:
    """What the verdict has to say of that, and a notification at each file."""
    said = []
    if before.edited:
        said.append(f"the change edits what it is judged by: {_some(before.edited)}")
    accepted = [each for each in result.findings if each.waiver is not None and each.fingerprint not in before.waived]
    if accepted:
        number = "1 failure is" if len(accepted) == 1 else f"{len(accepted)} failures are"
        said.append(f"{number} waived that the merge base does not waive: {_some(_waivers(accepted))}")
    for dimension, values in sorted(before.scope.declared.items()):
        gone = sorted(values - result.scope.values(dimension))
        if gone:
            said.append(f"the release no longer declares {dimension}: {', '.join(gone)}")
    known = {each.location.path for each in result.findings if each.baseline_state is BaselineState.UNCHANGED}
    moved = [f"{old} to {new}" for old, new in before.moved if new in known]
    if moved:
        number = "1 finding is" if len(moved) == 1 else f"{len(moved)} findings are"
        said.append(f"{number} known from a place of another name: {_some(list(dict.fromkeys(moved)))}")
    message = "the change edits this file, by which it is judged itself; see to it that somebody else has approved that"
    notes = [Notification(Level.WARNING, message, "comparison", Location(path, 1)) for path in before.edited]
    return tuple(said), notes


def _waivers(accepted: Sequence[Finding]) -> list[str]:
    return sorted({str(each.waiver.location) for each in accepted if each.waiver is not None})


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:_MOST]) + (f" and {len(words) - _MOST} more" if len(words) > _MOST else "")


def _whole(path: Path) -> Path:
    return path.parent.resolve() / path.name if path.name else path.resolve()


def _relative(path: Path, root: Path) -> str:
    """The path in the repository, empty for one that lies elsewhere."""
    whole = _whole(path)
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else ""


def _files(path: Path) -> Iterator[str]:
    if path.is_dir():
        yield from (each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file())
    else:
        yield ""


def _text(path: Path) -> bytes | None:
    """The content, None for what is not there; of something very large its size has to do."""
    try:
        size = path.stat().st_size
        return path.read_bytes() if size <= _LARGEST else b"%d" % size
    except OSError:
        return None
