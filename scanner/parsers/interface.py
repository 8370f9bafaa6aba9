"""What a parser is: a predicate that claims files and a function that reads them."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scanner.config import Config, DockerfileOptions, KubernetesOptions, ModelOptions, TerraformOptions
from scanner.core.resource import Parsed, SourceFile
from scanner.isolation import Worker


@dataclass(frozen=True)
class ParseContext:
    """Where the release stands and how long native code may work on it.

    `root` is the absolute repository root: `SourceFile.path` is relative to it. `time_limit` is in
    seconds for one unit of work (one Terraform root, one file), `memory_limit` in bytes for a worker, of which a
    parser may start `workers`. `listing` has every file below the scanned paths that is neither ignored nor excluded,
    with its size in bytes, whether a parser claims it or not. `progress` is told in a few words what is being done.
    `wants_documents` is whether policies were given that judge whole files, in the shape that Conftest gives them.
    `worker` is one that all pieces of a parser's work share, where that parser has started one.
    """

    root: Path
    time_limit: float = 60.0
    memory_limit: int = 4 << 30
    workers: int = 1
    terraform: TerraformOptions = field(default_factory=TerraformOptions)
    kubernetes: KubernetesOptions = field(default_factory=KubernetesOptions)
    dockerfile: DockerfileOptions = field(default_factory=DockerfileOptions)
    models: ModelOptions = field(default_factory=ModelOptions)
    wants_documents: bool = False
    listing: Mapping[str, int] = field(default_factory=dict, repr=False)
    progress: Callable[[str], None] = lambda _: None
    worker: Worker | None = field(default=None, repr=False)

    @contextmanager
    def working(self) -> Iterator[Worker]:
        """The shared worker, or one for this piece of work alone."""
        if self.worker is not None:
            yield self.worker
            return
        with Worker(self.memory_limit, forgets=True) as worker:
            yield worker


def context_of(config: Config, root: Path) -> ParseContext:
    """What a configuration says of reading the release below `root`; what discovery has found there is not in it."""
    return ParseContext(
        root,
        config.time_limit,
        workers=os.cpu_count() or 1,
        terraform=config.terraform,
        kubernetes=config.kubernetes,
        dockerfile=config.dockerfile,
        models=config.models,
    )


@dataclass(frozen=True)
class Parser:
    """One row of `PARSERS`.

    `claims` sees a path relative to the root and the file's first 64 KiB (not decoded) and says whether
    this format is at home there; `parse` gets every claimed file of the release at once and never raises
    for bad input: what cannot be read becomes a notification with file and line. `opens` claims, in the same way, files
    that are no text or may be of any size: they arrive as a `SourceFile` that is not loaded, and `parse` opens them.
    `is_asked` says whether the options name something that `parse` has to look at even where it claims no file.
    """

    format: str
    claims: Callable[[str, bytes], bool]
    parse: Callable[[Sequence[SourceFile], ParseContext], Parsed]
    opens: Callable[[str, bytes], bool] = lambda _path, _head: False
    is_asked: Callable[[ParseContext], bool] = lambda _: False
