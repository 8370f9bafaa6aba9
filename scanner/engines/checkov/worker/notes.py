"""What a run of Checkov shows beside its report: checks that broke off, files it let lie, results it drops itself."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Notes:
    """`check` is the graph check at work; `unknown` are Checkov's records, `unread` paths as it was given them.

    `crashed_on` has the files, by paths of either kind, that a check broke off on.

    `dropped` counts objects of Kubernetes files that it takes for no objects.
    """

    check: str = ""
    crashed: set[tuple[str, str]] = field(default_factory=set)
    crashed_on: dict[str, set[str]] = field(default_factory=dict)
    unknown: list[Any] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    dropped: int = 0
    has_run_out_of_memory: bool = False

    def broke_off(self, check: str, error: Exception, path: str = "") -> None:
        """A check raised, on a file where that shows. Only the kind of the error is kept: its words may quote the file.

        Without memory it says nothing of the check, and the whole run is to end; but the code around swallows errors.
        """
        if isinstance(error, MemoryError):
            self.has_run_out_of_memory = True
        else:
            self.crashed.add((check, type(error).__name__))
            if path:
                self.crashed_on.setdefault(check, set()).add(path)


@dataclass
class Run:
    """One run on `folder`, a real path beside which nothing is read, without the files `left_out`, by whole paths."""

    folder: Path
    notes: Notes = field(default_factory=Notes)
    left_out: frozenset[str] = frozenset()

    def files(self) -> frozenset[str]:
        """All files below the folder, by their whole paths."""
        return frozenset(str(path) for path in self.folder.rglob("*") if path.is_file())
