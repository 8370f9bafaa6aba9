"""What a parser is: a predicate that claims files and a function that reads them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scanner.config import DockerfileOptions, KubernetesOptions, TerraformOptions
from scanner.core.resource import Parsed, SourceFile


@dataclass(frozen=True)
class ParseContext:
    """Where the release stands and how long native code may work on it.

    `root` is the absolute repository root: `SourceFile.path` is relative to it. `time_limit` is in
    seconds for one unit of work (one Terraform root, one file), `memory_limit` in bytes for a worker, of which a
    parser may start `workers`.
    """

    root: Path
    time_limit: float = 60.0
    memory_limit: int = 4 << 30
    workers: int = 1
    terraform: TerraformOptions = field(default_factory=TerraformOptions)
    kubernetes: KubernetesOptions = field(default_factory=KubernetesOptions)
    dockerfile: DockerfileOptions = field(default_factory=DockerfileOptions)


@dataclass(frozen=True)
class Parser:
    """One row of `PARSERS`.

    `claims` sees a path relative to the root and the file's first 64 KiB (not decoded) and says whether
    this format is at home there; `parse` gets every claimed file of the release at once and never raises
    for bad input: what cannot be read becomes a notification with file and line.
    """

    format: str
    claims: Callable[[str, bytes], bool]
    parse: Callable[[Sequence[SourceFile], ParseContext], Parsed]
