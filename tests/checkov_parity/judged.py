"""A folder judged by the engine and by the command: for each unit the raw answer, and what the command says."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from scanner.config import ENGINES, CheckovOptions, Config
from scanner.core.resource import Release
from scanner.engines.checkov.interface import Answer, Checks, Unit, from_plain
from scanner.engines.checkov.units import units_of
from scanner.engines.checkov.units.stage import staged
from scanner.isolation import Worker, WorkerError
from scanner.pipeline import open_bundle, selected
from tests.checkov_parity.command import STAGED, Output, Said, checkov

_AS_OF = date(2026, 11, 21)
_SECONDS = 600.0
_MEMORY = 4 << 30


@dataclass(frozen=True)
class Judged:
    """One unit: what Checkov answers in the worker, and what the command said of the same files.

    `trouble` says why there is no answer.
    """

    unit: Unit
    answer: Answer
    said: Output
    trouble: str = ""

    @property
    def failed(self) -> dict[Said, tuple[int, int]]:
        """What fails by the engine, in the command's words, with its lines."""
        return {
            Said(self.unit.framework, each.check, each.path.lstrip("/"), each.resource): (each.start, each.end)
            for each in self.answer.records
            if each.result == "FAILED"
        }


def our_path(unit: Unit, seen: str) -> str:
    """Our path of what Checkov has seen in a file: of an object that is written nowhere, where it comes from."""
    rendered = unit.objects.get(seen.lstrip("/"))
    return unit.path_of(seen) if rendered is None else rendered.location.path


def config_of(folder: Path, is_all: bool = False) -> Config:
    """A scan of one folder by all engines, without a cache."""
    options = CheckovOptions(all_checks=is_all, time_limit=_SECONDS)
    return Config(paths=(folder,), as_of=_AS_OF, engines=ENGINES, checkov=options)


def checks_of(config: Config) -> Checks:
    """The checks that such a scan runs."""
    policies = selected(open_bundle(config), config)
    ids = sorted(policy.id for policy in policies if policy.engine == "checkov")
    return Checks(tuple(ids), config.checkov.all_checks)


def judged(release: Release, config: Config, checks: Checks) -> Iterator[Judged]:
    """Every unit of the release, judged both ways. One process does all of the engine's work."""
    with Worker(_MEMORY) as worker:
        for batch in _batches(units_of(release, config.terraform)):
            with staged(_together(batch)) as folder:
                named = [
                    word for unit in batch for each in unit.variable_files for word in ("--var-file", folder / each)
                ]
                frameworks = [unit.framework for unit in batch]
                said = checkov(folder, frameworks, () if checks.is_all else checks.ids, list(map(str, named)), STAGED)
            for unit in batch:
                try:
                    answer, trouble = _answer(worker, unit, checks), ""
                except WorkerError as error:
                    answer, trouble = Answer(""), str(error)
                yield Judged(unit, answer, said.of(unit.framework), trouble)


def _answer(worker: Worker, unit: Unit, checks: Checks) -> Answer:
    with staged(unit) as folder:
        argument = {
            "folder": str(folder),
            "framework": unit.framework,
            "variable_files": unit.variable_files,
            "checks": asdict(checks),
        }
        return from_plain(worker.call("scanner.engines.checkov.worker.job:run", argument, _SECONDS))


def _batches(units: Sequence[Unit]) -> list[list[Unit]]:
    """The units in groups of which one run of the command can judge each: of different frameworks and files.

    A run of several roots, or of several charts, would be another thing than a run of each.
    """
    batches: list[list[Unit]] = []
    for unit in units:
        fitting = (
            batch
            for batch in batches
            if all(each.framework != unit.framework and not each.files.keys() & unit.files.keys() for each in batch)
        )
        batch = next(fitting, None)
        if batch is None:
            batches.append([unit])
        else:
            batch.append(unit)
    return batches


def _together(batch: Sequence[Unit]) -> Unit:
    return replace(batch[0], files={path: content for unit in batch for path, content in unit.files.items()})
