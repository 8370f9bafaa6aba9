"""The order of the stages, and nothing else: paths in, `ScanResult` out."""

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from scanner.config import Config
from scanner.core.baseline import Known
from scanner.core.bundle import Bundle
from scanner.core.policy import CHECKOV, Policy
from scanner.core.resource import Release
from scanner.core.result import ScanResult
from scanner.core.scope import Scope
from scanner.discovery import repository_root
from scanner.engines import opened
from scanner.engines.interface import EngineContext, Evaluation, Observe
from scanner.judging.baseline_file import read_baseline
from scanner.pipeline.choosing import choose, open_bundle, selected, with_conftest
from scanner.pipeline.concluding import Before, EvaluatedRelease, conclude
from scanner.pipeline.reading import Progress, check_paths, read_release

__all__ = [
    "Before",
    "Evaluate",
    "Progress",
    "baseline_of",
    "check_paths",
    "engines",
    "judge",
    "open_bundle",
    "read",
    "run",
    "selected",
    "with_conftest",
]

Evaluate = Callable[[Sequence[Policy], Release, Scope], Evaluation]


def run(config: Config, progress: Progress = lambda _: None) -> ScanResult:
    """One scan, compared with a baseline alone. Raises `UsageError` for a path, policy or framework that is not there.

    `progress` is told in a few words what is being done.
    """
    check_paths(config)
    known = baseline_of(config)
    return judge(config, open_bundle(config), progress, known=known)


def read(config: Config, progress: Progress = lambda _: None) -> Release:
    """What there is, without judging it. Raises `UsageError` for a path that does not exist."""
    check_paths(config)
    reading = read_release(config, progress)
    return replace(reading.release, notifications=reading.told(reading.release.notifications))


def engines(
    policies: Sequence[Policy],
    bundle: Bundle,
    config: Config,
    workers: int | None = None,
    observe: Observe | None = None,
    progress: Progress = lambda _: None,
) -> AbstractContextManager[Evaluate]:
    """The engines, ready to judge one release after the other by some of the policies.

    Of `config` only the day and what the engines are told count. `observe` is told which lines of Rego they reach,
    `progress` what takes long.
    """
    context = EngineContext(
        time_limit=config.rego.time_limit,
        memory_limit=config.rego.memory_limit,
        workers=workers or os.cpu_count() or 1,
        libraries=bundle.libraries,
        vetted=bundle.vetted,
        shipped=bundle.shipped,
        data=bundle.data,
        as_of=config.as_of,
        rego=config.rego,
        checkov=config.checkov,
        terraform=config.terraform,
        asks_for_checkov=CHECKOV in (*config.engines, *(each.engine for each in policies if config.checks)),
        observe=observe,
        progress=progress,
    )
    return opened(policies, context)


def judge(
    config: Config,
    bundle: Bundle,
    progress: Progress = lambda _: None,
    evaluate: Evaluate | None = None,
    known: Before | None = None,
) -> ScanResult:
    """As `run`, by a bundle, and engines, that are loaded already, for whoever scans more than one release.

    What is `known`, or what a function of all findings says is, blocks nothing.
    """
    chosen = choose(bundle, config)
    opening = nullcontext(evaluate) if evaluate else engines(chosen.policies, chosen.bundle, config, progress=progress)
    with opening as ready:  # they get ready while files are read
        wants_documents = any(policy.engine == "conftest" for policy in chosen.policies)
        reading = read_release(config, progress, wants_documents)
        chosen = chosen.with_scanned(reading.release)
        applicable = chosen.applicable(reading.scope)
        progress(f"judging {len(reading.release.resources)} resources by {len(applicable)} policies")
        evaluation = ready(applicable, reading.release, reading.scope)
    return conclude(EvaluatedRelease(config, chosen, reading, tuple(applicable), evaluation), known)


def baseline_of(config: Config) -> Known | None:
    """What the baseline knows, if there is one. Raises `UsageError`."""
    if config.baseline is None:
        return None
    file, root = config.baseline.resolve(), repository_root(config.paths)
    return read_baseline(file, file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name)
